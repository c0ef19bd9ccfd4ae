//! Fingerprints with colons (the oracle's `x509_certificate.py`): pairs of hex digits, one colon between.

use crate::classes::{Segment, Shape, each_bit, join};
use crate::engine::Finder;
use crate::escapes;
use crate::found::{Hit, Relation};
use crate::hashes::decode;
use crate::places::Later;
use crate::set::Texts;

/// Pairs of the fingerprints that are known: MD5, SHA-1, SHA-256.
const PAIRS: [usize; 3] = [16, 20, 32];

/// Finds fingerprints that are written with colons.
pub struct Fingerprints(Texts);

impl Fingerprints {
    /// Of pairs of fingerprint (as bytes) and indicator.
    #[must_use]
    pub fn new(pairs: &[(Vec<u8>, u32)]) -> Self {
        Self(Texts::new(pairs.iter().map(|(bytes, indicator)| (bytes.as_slice(), *indicator)).collect()))
    }

    /// Fifteen colons stand three bytes apart, the first at `colon`.
    fn colons(&self, text: &[u8], colon: usize, out: &mut Vec<Hit>) {
        let Some(start) = colon.checked_sub(2) else { return };
        if !is_pair(text, start) || joined(text, start) {
            return;
        }
        let mut pairs = 1;
        while pairs <= PAIRS[2] && text.get(start + 3 * pairs - 1) == Some(&b':') && is_pair(text, start + 3 * pairs) {
            pairs += 1;
        }
        if !PAIRS.contains(&pairs) {
            return;
        }
        let end = start + 3 * pairs - 1;
        let digits: Vec<u8> = text[start..end].iter().copied().filter(|&byte| byte != b':').collect();
        let Some(bytes) = decode(&digits) else { return };
        out.extend(self.0.get(&bytes).iter().map(|&indicator| Hit {
            start: start as u64,
            end: end as u64,
            indicator,
            relation: Relation::Exact,
        }));
    }
}

impl Finder for Fingerprints {
    fn needs(&self) -> &'static [Shape] {
        &[Shape::Colon]
    }

    fn scan(&self, segment: &Segment<'_>, _: &mut Later, out: &mut Vec<Hit>) {
        let colon = segment.masks.of(Shape::Colon);
        for word in 0..segment.words {
            let (here, next) = (colon.word(word), colon.word(word + 1));
            // Two, four, eight, then fifteen of them in a row.
            let (mut row, mut row_next) = (here, next);
            for by in [3, 6, 12, 21] {
                (row, row_next) = (row & join(row, row_next, by), row_next & row_next >> by);
                if row == 0 {
                    break;
                }
            }
            each_bit(row, segment.base + word * 64, |at| self.colons(segment.text, at, out));
        }
    }
}

/// Whether another pair and a colon come right before `start`.
fn joined(text: &[u8], start: usize) -> bool {
    text[..start].ends_with(b":") && start.checked_sub(3).is_some_and(|at| is_pair(text, at))
}

/// Whether two hex digits begin at `at`, with no letter or digit before (or an escape) and none after.
fn is_pair(text: &[u8], at: usize) -> bool {
    let digits = text.get(at..at + 2).is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit));
    digits
        && !text.get(at + 2).is_some_and(u8::is_ascii_alphanumeric)
        && (at == 0 || !text[at - 1].is_ascii_alphanumeric() || escapes::end_at(text, at))
}

#[cfg(test)]
mod tests {
    use super::is_pair;

    #[test]
    fn a_pair_is_bounded() {
        let text = b"aa:bb:ccc:x1:\\n22:3";
        let pairs: Vec<usize> = (0..text.len()).filter(|&at| is_pair(text, at)).collect();
        assert_eq!(pairs, [0, 3, 15]);
    }
}
