//! How the values of named members are written, and where each ends.

use crate::runs::{Bytes, Range, plain, run_in};

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A JSON string, from behind its quote.
    Text,
    /// A JSON number, `true`, `false` or `null`.
    Word,
    /// What stands between quotes in a pair.
    Quoted,
    /// The value of a pair without quotes.
    Bare,
}

/// Digits of a number.
const DIGITS: usize = 18;

/// Bytes of a value without quotes.
static BARE: Bytes = {
    let (mut bytes, mut byte) = ([false; 256], b'!');
    while byte <= b'~' {
        bytes[byte as usize] = !matches!(byte, b'"' | b',' | b';' | b'=' | b'\\');
        byte += 1;
    }
    bytes
};

/// Some of them: digits, and what stands between those.
const NUMERIC: Range = Range::new(b'-', b':');

impl Sort {
    /// Where the value that begins at `at` ends, and whether its text may be put in place of another's: it holds
    /// nothing that a reader treats apart. None where no such value stands.
    #[inline]
    pub fn end(self, text: &[u8], at: usize) -> Option<(usize, bool)> {
        match self {
            Self::Text | Self::Quoted => {
                let end = at + plain(&text[at..]);
                if text.get(end) == Some(&b'"') {
                    return Some((end, is_stated(&text[at..end])));
                }
                if self == Self::Text { escaped(text, at) } else { quoted(text, at) }
            }
            Self::Word => match byte(text, at) {
                b't' => literal(text, at, b"true"),
                b'f' => literal(text, at, b"false"),
                b'n' => literal(text, at, b"null"),
                _ => Some((number(text, at)?, true)),
            },
            Self::Bare => {
                // Most are numbers, addresses and times.
                let end = at + run_in(&text[at..], NUMERIC);
                let end = end + text[end..].iter().take_while(|&&byte| BARE[usize::from(byte)]).count();
                (byte(text, at) != b'"').then(|| (end, is_stated(&text[at..end])))
            }
        }
    }
}

/// The end of the name that stands between quotes. One that is written in another way is the same name to a reader.
pub fn name(text: &[u8], at: usize) -> Option<usize> {
    let end = at + unescaped(&text[at..]);
    (text.get(end) == Some(&b'"')).then_some(end)
}

/// How many bytes begin a text that stand for themselves in a JSON string.
fn unescaped(text: &[u8]) -> usize {
    text.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1f)).count()
}

fn escaped(text: &[u8], begin: usize) -> Option<(usize, bool)> {
    let (mut at, mut simple) = (begin, true);
    loop {
        at += unescaped(&text[at..]);
        match *text.get(at)? {
            b'"' => return Some((at, simple && is_plain(&text[begin..at]))),
            b'\\' => {
                simple &= matches!(text.get(at + 1)?, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't');
                at += 2;
            }
            _ => return None,
        }
    }
}

fn quoted(text: &[u8], begin: usize) -> Option<(usize, bool)> {
    let end = begin + text[begin..].iter().take_while(|byte| !matches!(byte, b'"' | b'\\')).count();
    (text.get(end) == Some(&b'"')).then(|| (end, is_plain(&text[begin..end])))
}

fn literal(text: &[u8], at: usize, word: &[u8]) -> Option<(usize, bool)> {
    text[at..].starts_with(word).then(|| (at + word.len(), false))
}

/// The end of a number without an exponent.
fn number(text: &[u8], begin: usize) -> Option<usize> {
    let digits = |at: usize| run_in(&text[at..], Range::DIGITS);
    let first = begin + usize::from(byte(text, begin) == b'-');
    let whole = digits(first);
    if whole == 0 || whole > DIGITS || (byte(text, first) == b'0' && whole > 1) {
        return None;
    }
    let mut at = first + whole;
    if byte(text, at) == b'.' {
        let decimals = digits(at + 1);
        if !(1..=DIGITS).contains(&decimals) {
            return None;
        }
        at += 1 + decimals;
    }
    (!matches!(byte(text, at), b'e' | b'E')).then_some(at)
}

/// Readers leave out a value that is empty or `-`.
fn is_stated(text: &[u8]) -> bool {
    !matches!(text, b"" | b"-")
}

/// They treat bytes that are no ASCII apart.
fn is_plain(text: &[u8]) -> bool {
    is_stated(text) && text.iter().all(|byte| matches!(byte, b' '..=b'~'))
}

#[inline]
fn byte(text: &[u8], at: usize) -> u8 {
    text.get(at).copied().unwrap_or(0)
}
