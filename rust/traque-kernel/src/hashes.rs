//! Hashes in hex (the oracle's `_hash.py`): the last 32, 40, 64 or 128 digits of a run of letters and digits.

use crate::classes::{Look, Mask, Segment, Shape, each_bit, join};
use crate::engine::Finder;
use crate::escapes;
use crate::found::{Hit, Relation};
use crate::known::{KnownHash, Span};
use crate::places::Later;
use crate::set::Texts;
use crate::simd::Work;

/// The shortest hash that is known (MD5), in hex digits: what is looked for in the bits.
const SHORTEST: usize = 32;

/// Finds hashes of the lengths that are wanted.
pub struct Hashes<K>(pub K);

/// Hashes to look for.
pub struct HashSet {
    /// Their numbers of hex digits, and of each the hashes as bytes.
    digits: Vec<usize>,
    texts: Vec<Texts>,
}

impl KnownHash for HashSet {
    type Found = Vec<Hit>;

    fn digits(&self) -> &[usize] {
        &self.digits
    }

    fn holds(&self, hash: &[u8]) -> bool {
        !self.get(hash).is_empty()
    }

    fn hash_found(&self, (start, end): Span, hash: &[u8], out: &mut Vec<Hit>) {
        out.extend(self.get(hash).iter().map(|&indicator| Hit {
            start: start as u64,
            end: end as u64,
            indicator,
            relation: Relation::Exact,
        }));
    }
}

impl HashSet {
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
        let (digits, texts) = by_digits.unzip();
        Self { digits, texts }
    }

    fn get(&self, hash: &[u8]) -> &[u32] {
        let place = self.digits.iter().position(|digits| *digits == 2 * hash.len());
        place.map_or(&[], |place| self.texts[place].get(hash))
    }
}

impl<K: KnownHash> Hashes<K> {
    /// A run of hex digits ends at `end`.
    #[inline(never)]
    fn run(&self, text: &[u8], end: usize, out: &mut K::Found) {
        if text.get(end).is_some_and(u8::is_ascii_alphanumeric) {
            return;
        }
        for digits in self.0.digits() {
            let Some(start) = end.checked_sub(*digits) else { continue };
            if !may_begin(text, start) {
                continue;
            }
            let Some(hash) = decode(&text[start..end]) else { continue };
            if self.0.holds(&hash) {
                self.0.hash_found((start, end), &hash, out);
            }
        }
    }
}

impl<K: KnownHash> Work for Look<'_, Hashes<K>, K::Found> {
    type Done = ();

    #[inline(always)]
    fn run(self) {
        let Self { finder, segment, out, .. } = self;
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

impl<K: KnownHash> Finder<K::Found> for Hashes<K> {
    fn needs(&self) -> &'static [Shape] {
        &[Shape::Hex]
    }

    fn scan(&self, segment: &Segment<'_>, later: &mut Later, out: &mut K::Found) {
        segment.path.run(Look { finder: self, segment, later, out });
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
