//! How far bytes of one sort go.

/// The same byte eight times, and the first bit of each.
const EACH: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = EACH << 7;

/// Bytes that may stand in a place.
pub type Bytes = [bool; 256];

/// The bytes of a sort.
#[derive(Clone, Debug, PartialEq)]
pub enum Class {
    /// A range of ASCII.
    In(Range),
    /// All others.
    NotIn(Range),
    /// Any.
    Of(Box<Bytes>),
}

/// A range of ASCII: what brings its first byte up to 0x80, and what brings the byte behind its last one there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    first: u64,
    behind: u64,
}

impl Range {
    /// `0` to `9`.
    pub const DIGITS: Self = Self::new(b'0', b'9');

    /// From one byte to another.
    pub const fn new(from: u8, to: u8) -> Self {
        Self { first: EACH * (0x80 - from as u64), behind: EACH * (0x7f - to as u64) }
    }

    /// The first bits of those of eight bytes that are within it.
    #[inline(always)]
    fn within(self, word: u64) -> u64 {
        let ascii = word & !HIGH;
        (ascii + self.first) & !(ascii + self.behind) & !word & HIGH
    }
}

impl Class {
    /// The bytes in a table.
    pub fn new(bytes: Bytes) -> Self {
        let range = |is: bool| range(&bytes, is).filter(|(_, last)| last.is_ascii());
        match (range(true), range(false)) {
            (Some((first, last)), _) => Self::In(Range::new(first, last)),
            (_, Some((first, last))) => Self::NotIn(Range::new(first, last)),
            _ => Self::Of(Box::new(bytes)),
        }
    }
}

/// The first and the last of the bytes that are in a table, or are not, if they are all from one to the other.
pub fn range(bytes: &Bytes, is: bool) -> Option<(u8, u8)> {
    let first = bytes.iter().position(|&byte| byte == is)?;
    let last = bytes.iter().rposition(|&byte| byte == is)?;
    bytes[first..=last].iter().all(|&byte| byte == is).then_some((first as u8, last as u8))
}

/// How many bytes of a class begin a text, of so many at most.
#[inline]
pub fn run(text: &[u8], of: &Class, most: usize) -> usize {
    match of {
        Class::In(range) => eights(text, most, |word| range.within(word)),
        Class::NotIn(range) => eights(text, most, |word| range.within(word) ^ HIGH),
        Class::Of(bytes) => text.iter().take(most).take_while(|&&byte| bytes[usize::from(byte)]).count(),
    }
}

/// How many bytes of a range begin a text.
#[inline]
pub fn run_in(text: &[u8], range: Range) -> usize {
    eights(text, usize::MAX, |word| range.within(word))
}

/// How many bytes begin a text, of so many at most, whose first bits `are` says of each eight.
#[inline(always)]
fn eights(text: &[u8], most: usize, are: impl Fn(u64) -> u64) -> usize {
    let mut at = 0;
    while at < most {
        let rest = &text[at..];
        let (word, length) = match rest.first_chunk() {
            Some(eight) => (u64::from_le_bytes(*eight), 8),
            None => (few(rest), rest.len()),
        };
        // No branch depends on how many of the eight it is.
        let count = (are(word) ^ HIGH).trailing_zeros() as usize / 8;
        at += count.min(length);
        if count.min(length) < 8 {
            break;
        }
    }
    at.min(most)
}

/// Less than eight bytes, and zeros behind them.
#[inline]
pub fn few(bytes: &[u8]) -> u64 {
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        return u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << (8 * (bytes.len() - 4));
    }
    bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte))
}

/// How many bytes begin a text that are printable ASCII, and neither `"` nor a backslash.
#[inline]
pub fn plain(text: &[u8]) -> usize {
    let (eights, rest) = text.as_chunks::<8>();
    for (index, eight) in eights.iter().enumerate() {
        // What follows the first byte that is marked may be marked by mistake.
        let word = u64::from_le_bytes(*eight);
        let below = |limit: u8, word: u64| word.wrapping_sub(EACH * u64::from(limit)) & !word;
        let is = |byte: u8| below(1, word ^ (EACH * u64::from(byte)));
        let marked = HIGH & (is(b'"') | is(b'\\') | below(b' ', word) | word.wrapping_add(EACH) | word);
        if marked != 0 {
            return index * 8 + marked.trailing_zeros() as usize / 8;
        }
    }
    let is_plain = |byte: &&u8| matches!(byte, b' '..=b'~' if !matches!(byte, b'"' | b'\\'));
    text.len() - rest.len() + rest.iter().take_while(is_plain).count()
}

/// Whether a text begins with some bytes, which are few.
#[inline]
pub fn begins(text: &[u8], with: &[u8]) -> bool {
    let Some(text) = text.get(..with.len()) else { return false };
    let ends = |bytes: &[u8]| Some((*bytes.first_chunk::<8>()?, *bytes.last_chunk::<8>()?));
    match (ends(text), ends(with)) {
        (Some(ends), Some(others)) => {
            ends == others && (with.len() <= 16 || text[8..text.len() - 8] == with[8..with.len() - 8])
        }
        _ => few(text) == few(with),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_bytes() {
        for stop in (0..=255_u8).filter(|byte| !matches!(byte, b' '..=b'!' | b'#'..=b'[' | b']'..=b'~')) {
            for length in 0..20 {
                let mut text = b" !#[]~09AZaz{|}-.^_`%"[..length].to_vec();
                assert_eq!(plain(&text), length);
                text.extend([stop, b'x', 0xff, b'"', b'y', b'z', b'\\', 0]);
                assert_eq!(plain(&text), length, "{stop}");
            }
        }
    }

    #[test]
    fn runs() {
        let tables: [fn(u8) -> bool; 6] = [
            |byte| byte.is_ascii_digit(),
            |byte| byte != b' ',
            |byte| matches!(byte, b' '..=b'~' if byte != b'"'),
            |byte| byte >= 0x80 || byte == 0,
            |byte| byte == 0x7f,
            |_| true,
        ];
        let mut numbers = crate::changes::Numbers(1);
        for is in tables {
            let class = Class::new(std::array::from_fn(|byte| is(byte as u8)));
            for _ in 0..2000 {
                let mut text: Vec<u8> = (0..=255).filter(|&byte| is(byte)).collect();
                (0..text.len()).for_each(|at| text.swap(at, numbers.below(at + 1)));
                text.truncate(numbers.below(40));
                text.extend((0..numbers.below(12)).map(|_| numbers.below(256) as u8));
                let most = numbers.below(50);
                let expected = text.iter().take(most).take_while(|&&byte| is(byte)).count();
                assert_eq!(run(&text, &class, most), expected, "{text:?}");
            }
        }
    }

    #[test]
    fn beginnings() {
        let text = b"0123456789abcdefgh";
        for length in 0..=text.len() {
            assert!(begins(text, &text[..length]));
            for wrong in 0..length {
                let mut with = text[..length].to_vec();
                with[wrong] ^= 1;
                assert!(!begins(text, &with));
            }
        }
        assert!(!begins(b"0123456", b"01234567") && !begins(b"", b"0"));
    }
}
