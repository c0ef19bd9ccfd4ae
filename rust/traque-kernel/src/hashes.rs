//! Hashes in hex (the oracle's `_hash.py`): the last 32, 40, 64 or 128 digits of a run of letters and digits.

use crate::classes::{Look, Mask, Segment, Shape, each_bit, join};
use crate::engine::Finder;
use crate::escapes;
use crate::found::{Hit, Relation};
use crate::set::Texts;
use crate::simd::Work;

/// The shortest hash that is known (MD5), in hex digits: what is looked for in the bits.
const SHORTEST: usize = 32;

/// Finds hashes of the lengths that the set holds.
pub struct Hashes {
    /// Hashes as bytes, by their number of hex digits.
    by_digits: Vec<(usize, Texts)>,
}

impl Hashes {
    /// Of pairs of hash (as bytes) and indicator.
    #[must_use]
    pub fn new(pairs: &[(Vec<u8>, u32)]) -> Self {
        let by_digits = [32, 40, 64, 128].into_iter().filter_map(|digits| {
            let of_length: Vec<_> = pairs
                .iter()
                .filter(|(hash, _)| hash.len() * 2 == digits)
                .map(|(hash, indicator)| (hash.as_slice(), *indicator))
                .collect();
            (!of_length.is_empty()).then(|| (digits, Texts::new(of_length)))
        });
        Self { by_digits: by_digits.collect() }
    }

    /// A run of hex digits ends at `end`.
    #[inline(never)]
    fn run(&self, text: &[u8], end: usize, out: &mut Vec<Hit>) {
        if text.get(end).is_some_and(u8::is_ascii_alphanumeric) {
            return;
        }
        for (digits, set) in &self.by_digits {
            let Some(start) = end.checked_sub(*digits) else { continue };
            let Some(hash) = decode(&text[start..end]) else { continue };
            let indicators = set.get(&hash);
            if !indicators.is_empty() && may_begin(text, start) {
                out.extend(indicators.iter().map(|&indicator| Hit {
                    start: start as u64,
                    end: end as u64,
                    indicator,
                    relation: Relation::Exact,
                }));
            }
        }
    }
}

impl Work for Look<'_, Hashes> {
    type Done = ();

    #[inline(always)]
    fn run(self) {
        let Self { finder, segment, out } = self;
        let hex = segment.masks.of(Shape::Hex);
        // A row of 32 covers sixteen that begin at a multiple of sixteen, in its first word or in the next one.
        let full = Mask::of(|word| full_sixteens(hex.word(word)));
        let near = Mask::of(|word| full.word(word) | full.word(word + 1));
        for (word, _) in near.some(segment.words) {
            let (here, next) = (hex.word(word), hex.word(word + 1));
            let rows = rows_of_32(here, next);
            let last = rows & !join(rows, rows_of_32(next, 0), 1);
            each_bit(last, segment.at(word), |at| finder.run(segment.text, at + SHORTEST, out));
        }
    }
}

impl Finder for Hashes {
    fn needs(&self) -> &'static [Shape] {
        &[Shape::Hex]
    }

    fn scan(&self, segment: &Segment<'_>, out: &mut Vec<Hit>) {
        segment.path.run(Look { finder: self, segment, out });
    }
}

/// The first bit of each of the four sixteens that is all ones.
#[inline(always)]
fn full_sixteens(mut bits: u64) -> u64 {
    for by in [8, 4, 2, 1] {
        bits &= bits >> by;
    }
    bits & 0x0001_0001_0001_0001
}

/// Those of `bits` that begin a row of 32.
#[inline]
fn rows_of_32(bits: u64, next: u64) -> u64 {
    let (mut row, mut row_next) = (bits, next);
    for by in [1, 2, 4, 8, 16] {
        (row, row_next) = (row & join(row, row_next, by), row_next & row_next >> by);
        if row == 0 {
            break;
        }
    }
    row
}

fn may_begin(text: &[u8], start: usize) -> bool {
    let begins = |at: usize| at == 0 || !text[at - 1].is_ascii_alphanumeric() || escapes::end_at(text, at);
    begins(start) || matches!(text[..start], [.., b'0', b'x' | b'X']) && begins(start - 2)
}

/// The bytes that hex digits write.
pub fn decode(digits: &[u8]) -> Option<Vec<u8>> {
    let digit = |digit: u8| char::from(digit).to_digit(16).map(|value| value as u8);
    let pair = |pair: &[u8]| Some(digit(pair[0])? << 4 | digit(*pair.get(1)?)?);
    digits.chunks(2).map(pair).collect()
}
