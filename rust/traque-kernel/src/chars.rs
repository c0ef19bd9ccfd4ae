//! The characters of a text: a valid UTF-8 sequence is its code point, any other byte is Latin-1.
//!
//! So a name in a UTF-8 log and in a Latin-1 log are the same characters (the oracle's `_text.py`).

use crate::label_chars::LABEL_RANGES;

/// Whether a code point belongs to a label: a letter, a mark, a digit, `-` or `_`.
#[must_use]
pub fn is_label_char(code: u32) -> bool {
    if let Ok(byte @ 0..0x80) = u8::try_from(code) {
        return is_label_byte(byte);
    }
    let after = LABEL_RANGES.partition_point(|&(first, _)| first <= code);
    after > 0 && code <= LABEL_RANGES[after - 1].1
}

/// An ASCII letter, a digit, `-` or `_`.
#[inline]
#[must_use]
pub const fn is_label_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// The character that begins at `at`, and how many bytes it takes.
#[must_use]
pub fn char_at(text: &[u8], at: usize) -> (char, usize) {
    let length = match text[at] {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        byte => return (char::from(byte), 1),
    };
    let sequence = text.get(at..at + length).and_then(|bytes| std::str::from_utf8(bytes).ok());
    sequence.and_then(|sequence| sequence.chars().next()).map_or((char::from(text[at]), 1), |char| (char, length))
}

/// How many bytes the character takes that ends at `at` (not 0).
#[must_use]
pub fn length_before(text: &[u8], at: usize) -> usize {
    let is_continuation = |byte: u8| byte & 0xc0 == 0x80;
    for length in 2..=at.min(4) {
        if !is_continuation(text[at - length + 1]) {
            break;
        }
        if char_at(text, at - length).1 == length {
            return length;
        }
    }
    1
}

/// How many bytes the label character takes that begins at `at`, if one does.
#[inline]
#[must_use]
pub fn label_char_at(text: &[u8], at: usize) -> Option<usize> {
    let byte = *text.get(at)?;
    if byte.is_ascii() {
        return is_label_byte(byte).then_some(1);
    }
    let (char, length) = char_at(text, at);
    is_label_char(u32::from(char)).then_some(length)
}

/// How many bytes the label character takes that ends at `at`, if one does.
#[inline]
#[must_use]
pub fn label_char_before(text: &[u8], at: usize) -> Option<usize> {
    let byte = *text[..at].last()?;
    if byte.is_ascii() {
        return is_label_byte(byte).then_some(1);
    }
    let length = length_before(text, at);
    is_label_char(u32::from(char_at(text, at - length).0)).then_some(length)
}

/// The characters of `text`.
pub fn chars(text: &[u8]) -> impl Iterator<Item = char> {
    let mut at = 0;
    std::iter::from_fn(move || {
        (at < text.len()).then(|| {
            let (char, length) = char_at(text, at);
            at += length;
            char
        })
    })
}

/// `text` in lower case, each character by itself, as UTF-8.
#[must_use]
pub fn lower(text: &[u8]) -> Vec<u8> {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    chars(text).flat_map(char::to_lowercase).collect::<String>().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::{char_at, chars, length_before, lower};

    #[test]
    fn what_is_no_utf8_is_latin1() {
        let text = b"\xc3\xa9\xe9\xe2\x82\xac\xe2\x82a\xf0\x9f\x98\x80\x80\xed\xa0\x80";
        let found: String = chars(text).collect();
        assert_eq!(found, "\u{e9}\u{e9}\u{20ac}\u{e2}\u{82}a\u{1f600}\u{80}\u{ed}\u{a0}\u{80}");
        let mut at = 0;
        while at < text.len() {
            let length = char_at(text, at).1;
            at += length;
            assert_eq!(length_before(text, at), length, "before {at}");
        }
        assert_eq!(lower(b"B\xdcCHER"), "b\u{fc}cher".as_bytes());
    }
}
