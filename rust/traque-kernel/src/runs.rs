//! How far bytes of one sort go.

/// Bytes that may stand in a place.
pub type Bytes = [bool; 256];

/// The same byte eight times, and the first bit of each.
const EACH: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = EACH << 7;

/// How many bytes of that sort begin a text.
#[inline]
pub fn run(text: &[u8], of: &Bytes) -> usize {
    text.iter().take_while(|&&byte| of[usize::from(byte)]).count()
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
    let (Some(last), Some(other)) = (with.last_chunk::<8>(), text.last_chunk::<8>()) else {
        return text.iter().eq(with);
    };
    last == other && with.as_chunks::<8>().0.iter().eq(text.as_chunks::<8>().0)
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
