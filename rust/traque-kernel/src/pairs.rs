//! Records that are `key=value` pairs, with one blank between, after an optional head without any.

use crate::members::Members;
use crate::scalars::Sort;

/// Add the members of a record; None if it is none.
pub fn read(text: &[u8], members: &mut Members) -> Option<()> {
    let text = trimmed(text);
    let mut at = head(text, members)?;
    while at < text.len() {
        let key = at;
        let length = text[at..].iter().position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_'))?;
        at += length;
        if text[at] != b'=' || length == 0 || text[key].is_ascii_digit() {
            return None;
        }
        let name = &text[key..at];
        at += 1;
        let quote = usize::from(text.get(at) == Some(&b'"'));
        let start = at + quote;
        let (end, plain) = if quote == 1 { Sort::Quoted } else { Sort::Bare }.end(text, start)?;
        members.add(name, key, (start, end), plain)?;
        at = end + quote;
        match text.get(at) {
            None => return Some(()),
            Some(b' ') => at += 1,
            Some(_) => return None,
        }
    }
    None
}

/// A record without what may stand behind it.
pub fn trimmed(text: &[u8]) -> &[u8] {
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    text.strip_suffix(b" ").unwrap_or(text)
}

/// Add the head, which is a member without a name; answered is where it ends.
pub fn head(text: &[u8], members: &mut Members) -> Option<usize> {
    let first = text.iter().position(|byte| *byte == b'=')?;
    let end = text[..first].iter().rposition(|byte| matches!(byte, b' ' | b'>')).map_or(0, |blank| blank + 1);
    if !text[..end].iter().all(|byte| matches!(byte, b' '..=b'~') && *byte != b'"') {
        return None;
    }
    members.add(b"", 0, (0, end), true)?;
    Some(end)
}
