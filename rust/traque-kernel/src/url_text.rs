//! The bytes of a URL as a log may write them, read as what they mean (the oracle's `_url_text.py`).

use crate::chars::{char_at, is_label_char};

/// Bytes after the host that are looked at.
pub const RAW_MOST: usize = 4096;

/// One more than the bytes of `.:65535`: when so many hold neither `/` nor `?`, no path and no query follows.
const PORT_BYTES: usize = 8;

/// What can be read after a host.
#[derive(Default)]
pub struct Extent {
    /// The bytes that are meant.
    pub bytes: Vec<u8>,
    /// Where what means each of them begins; and where the URL ends.
    pub places: Vec<usize>,
    /// Whether it ends within [`RAW_MOST`], and may all be read.
    pub whole: bool,
}

/// Whether a byte ends a URL.
#[must_use]
pub const fn ends(byte: u8) -> bool {
    matches!(byte, 0..=0x20 | b'"' | b'<' | b'>' | b'|' | b'^' | b'{' | b'}' | b'`' | b'\\' | 0x7f)
}

/// The bytes that mean themselves in a URL in plain form.
static MEANS_ITSELF: [bool; 256] = {
    let mut bytes = [false; 256];
    let mut byte = 0;
    while byte < 0x80 {
        bytes[byte] = byte as u8 != b'&' && !ends(byte as u8);
        byte += 1;
    }
    bytes
};

impl Extent {
    fn clear(&mut self) {
        self.bytes.clear();
        self.places.clear();
    }

    /// Read it anew, from `start` to where a URL in plain form ends.
    pub fn plain(&mut self, text: &[u8], start: usize) {
        self.clear();
        let Self { bytes, places, .. } = self;
        let limit = text.len().min(start + RAW_MOST);
        let mut at = start;
        let (mut ended, mut hopeless) = (false, false);
        while at < limit && !ended && !hopeless {
            // Most bytes mean themselves; so many of them that one look tells whether it is hopeless.
            let most = if bytes.len() < PORT_BYTES { limit.min(at + PORT_BYTES - bytes.len()) } else { limit };
            let run = text[at..most].iter().take_while(|&&byte| MEANS_ITSELF[usize::from(byte)]).count();
            if run > 0 {
                bytes.extend_from_slice(&text[at..at + run]);
                places.extend(at..at + run);
                at += run;
            } else {
                let (byte, end) = meaning(text, at);
                if byte >= 0x80 {
                    let (char, length) = char_at(text, at);
                    ended = !is_label_char(u32::from(char));
                    if !ended {
                        bytes.extend_from_slice(&text[at..at + length]);
                        places.extend(at..at + length);
                        at += length;
                    }
                } else if ends(byte) {
                    ended = true;
                } else {
                    bytes.push(byte);
                    places.push(at);
                    at = end;
                }
            }
            hopeless = is_hopeless(bytes);
        }
        places.push(at);
        let at_end = matches!(text[at..], [] | [b'\n', ..] | [b'\r', b'\n', ..]);
        self.whole = (ended || at_end) && !hopeless;
    }

    /// Read it anew, from `start` to where a URL in percent-encoded form ends.
    pub fn encoded(&mut self, text: &[u8], start: usize) {
        self.clear();
        let Self { bytes, places, .. } = self;
        let limit = start + RAW_MOST;
        let mut at = start;
        let (mut ended, mut hopeless) = (false, false);
        while at < limit && !ended && !hopeless {
            let (byte, length) = match text[at..] {
                [b'%', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                    (hex_pair(high, low), 3)
                }
                [byte, ..] if byte.is_ascii_alphanumeric() || b"-._~!'()*".contains(&byte) => (byte, 1),
                _ => break,
            };
            ended = ends(byte);
            if !ended {
                bytes.push(byte);
                places.push(at);
                at += length;
            }
            hopeless = is_hopeless(bytes);
        }
        places.push(at);
        self.whole = (ended || at < limit) && !hopeless;
    }
}

/// Whether nothing that begins so can follow a host; the last character may have several bytes.
#[inline]
fn is_hopeless(bytes: &[u8]) -> bool {
    (PORT_BYTES..PORT_BYTES + 4).contains(&bytes.len()) && !bytes.iter().any(|byte| matches!(byte, b'/' | b'?'))
}

/// The byte that two hex digits write.
#[must_use]
pub fn hex_pair(high: u8, low: u8) -> u8 {
    let digit = |digit: u8| char::from(digit).to_digit(16).unwrap_or(0) as u8;
    digit(high) << 4 | digit(low)
}

/// The byte that is meant at `at`, and where the next one begins.
fn meaning(text: &[u8], at: usize) -> (u8, usize) {
    let (mut byte, mut end) = (text[at], at + 1);
    if byte == b'\\' {
        let backslashes = text[at..].iter().take_while(|&&byte| byte == b'\\').count();
        match text[at + backslashes..] {
            [b'/', ..] => return (b'/', at + backslashes + 1),
            [b'u', b'0', b'0', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                let meant = hex_pair(high, low);
                if matches!(meant, b'"' | b'&' | b'\'' | b'/' | b':' | b'<' | b'=' | b'>' | b'?') {
                    (byte, end) = (meant, at + backslashes + 5);
                }
            }
            _ => {}
        }
    }
    if byte == b'&' {
        while let Some(length) = ampersand(&text[end..]) {
            end += length;
        }
        if let Some((meant, length)) = entity(&text[end..]) {
            return (meant, end + length);
        }
    }
    (byte, end)
}

/// The length of `amp;`, `#38;` or `#x26;` at the beginning of `text`.
fn ampersand(text: &[u8]) -> Option<usize> {
    if text.get(..4).is_some_and(|name| name.eq_ignore_ascii_case(b"amp;")) {
        return Some(4);
    }
    numeric(text).filter(|&(meant, _)| meant == u32::from(b'&')).map(|(_, length)| length)
}

/// The character that an entity without its `&` means, and the length of that.
fn entity(text: &[u8]) -> Option<(u8, usize)> {
    for (name, byte) in [(&b"quot;"[..], b'"'), (b"lt;", b'<'), (b"gt;", b'>'), (b"apos;", b'\'')] {
        if text.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name)) {
            return Some((byte, name.len()));
        }
    }
    let (meant, length) = numeric(text)?;
    matches!(meant, 9 | 10 | 13 | 32 | 34 | 39 | 60 | 62).then_some((meant as u8, length))
}

/// `#N;` or `#xN;` of at most two significant digits: the number, and its length.
fn numeric(text: &[u8]) -> Option<(u32, usize)> {
    let (radix, head) = match text {
        [b'#', b'x' | b'X', ..] => (16, 2),
        [b'#', ..] => (10, 1),
        _ => return None,
    };
    let zeros = text[head..].iter().take_while(|&&byte| byte == b'0').count();
    let digits = text[head + zeros..].iter().take(3).take_while(|&&byte| char::from(byte).is_digit(radix)).count();
    let end = head + zeros + digits;
    if !(1..=2).contains(&digits) || text.get(end) != Some(&b';') {
        return None;
    }
    let value = text[head + zeros..end]
        .iter()
        .fold(0, |value, &digit| value * radix + char::from(digit).to_digit(radix).unwrap_or(0));
    Some((value, end + 1))
}
