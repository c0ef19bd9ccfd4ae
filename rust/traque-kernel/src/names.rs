//! Domain names in text (the oracle's `_names.py`).
//!
//! A dot whose next two bytes can begin an indicator's last label leads here. The last two labels
//! of the name go through a filter; only what passes is read in full. Names with other than ASCII
//! characters are always read in full.

use crate::chars::{chars, is_label_byte, label_char_at, label_char_before, lower};
use crate::escapes;

/// Characters of the longest name.
pub const NAME_MOST: usize = 253;

/// Characters of the longest label.
pub const LABEL_MOST: usize = 63;

/// Bytes of the longest escape that may reach into a name.
const ESCAPE_MOST: usize = 40;

/// Where a name ends: the end of its last label, and where that begins.
#[derive(Clone, Copy)]
pub struct Ending {
    /// First byte of the last label.
    pub last_label: usize,
    /// One past the last byte of the name.
    pub end: usize,
}

/// The ending of the name whose last label begins right after the dot at `dot`, if a name ends there.
#[must_use]
pub fn ending(text: &[u8], dot: usize) -> Option<Ending> {
    let last_label = dot + 1;
    let run = label_end(text, last_label);
    let label = &text[last_label..run];
    let end = run - label.iter().rev().take_while(|&&byte| byte == b'-').count();
    (end > last_label && is_last(text, run) && !is_local_part(text, end)).then_some(Ending { last_label, end })
}

/// The end of the label that begins at `at`.
#[inline]
fn label_end(text: &[u8], mut at: usize) -> usize {
    loop {
        at += text[at..].iter().take_while(|&&byte| is_label_byte(byte)).count();
        match label_char_at(text, at) {
            Some(length) => at += length,
            None => return at,
        }
    }
}

/// Whether no label with anything but hyphens in it follows a label that ends at `at`.
fn is_last(text: &[u8], mut at: usize) -> bool {
    loop {
        match text[at..] {
            [b'.', b'.', ..] => return true,
            [b'.', ..] => {}
            _ => return true,
        }
        at += 1;
        at += text[at..].iter().take_while(|&&byte| byte == b'-').count();
        if label_char_at(text, at).is_some() {
            return false;
        }
    }
}

/// Whether a name that ends at `end` is what stands before the `@` of a mail address.
#[must_use]
pub fn is_local_part(text: &[u8], end: usize) -> bool {
    let rest = &text[end..];
    let rest = &rest[rest.iter().take_while(|&&byte| byte == b'-' || byte == b'.').count()..];
    at_sign(rest).is_some()
}

/// How many bytes the `@` takes that begins `text`: `@`, `%40`, `%2540`...
#[must_use]
pub fn at_sign(text: &[u8]) -> Option<usize> {
    match text.first()? {
        b'@' => Some(1),
        b'%' => {
            let mut length = 1;
            for _ in 0..4 {
                match text.get(length..length + 2)? {
                    b"40" => return Some(length + 2),
                    b"25" => length += 2,
                    _ => return None,
                }
            }
            None
        }
        _ => None,
    }
}

/// The last two labels of the name with that ending, if they are ASCII and certain to belong together.
#[inline]
#[must_use]
pub fn last_two(text: &[u8], ending: Ending) -> Option<&[u8]> {
    let dot = ending.last_label - 1;
    let length = text[..dot].iter().rev().take(LABEL_MOST + 1).take_while(|byte| is_label_byte(**byte)).count();
    let start = dot - length;
    let ascii = text[start..ending.end].is_ascii() && text[..start].last().is_none_or(u8::is_ascii);
    let certain = ascii && length <= LABEL_MOST && text[start] != b'-' && !escapes::may_reach_into(text, start);
    certain.then(|| &text[start..ending.end])
}

/// Calls `visit` with the start of each name with that ending.
#[inline]
pub fn starts(text: &[u8], ending: Ending, mut visit: impl FnMut(usize)) {
    match plain_start(text, ending) {
        Some(start) => visit(start),
        None => all_starts(text, ending, visit),
    }
}

/// The start of the only name with that ending, where it is as plain as nearly all are: ASCII, no escape before it,
/// and nothing that has to be taken off.
#[inline]
fn plain_start(text: &[u8], ending: Ending) -> Option<usize> {
    let fits = |label: usize| label.wrapping_sub(1) < LABEL_MOST;
    let is_part = |byte: &&u8| is_label_byte(**byte);
    let last = &text[ending.last_label..ending.end];
    if !(fits(last.len()) && last.is_ascii()) {
        return None;
    }
    let mut start = ending.last_label;
    while start > 0 && text[start - 1] == b'.' {
        let label = text[..start - 1].iter().rev().take(LABEL_MOST + 1).take_while(is_part).count();
        if !fits(label) {
            return None;
        }
        start -= label + 1;
    }
    let is_plain = text[start] != b'-'
        && ending.end - start <= NAME_MOST
        && text[..start].last().is_none_or(u8::is_ascii)
        && !escapes::may_reach_into(text, start);
    is_plain.then_some(start)
}

fn all_starts(text: &[u8], ending: Ending, mut visit: impl FnMut(usize)) {
    let Some((begin, is_run)) = beginning(text, ending) else { return };
    let mut candidate = |start: usize| {
        let start = start + text[start..ending.end].iter().take_while(|&&byte| byte == b'-' || byte == b'.').count();
        if is_name(&text[start..ending.end]) {
            visit(start);
        }
    };
    candidate(begin);
    if is_run && escapes::may_reach_into(text, begin) {
        for start in begin + 1..ending.end.min(begin + ESCAPE_MOST) {
            if escapes::end_at(text, start) {
                candidate(start);
            }
        }
    }
}

/// Where the labels and dots before an ending begin, and whether at a run's beginning (not after two dots).
fn beginning(text: &[u8], ending: Ending) -> Option<(usize, bool)> {
    let mut at = ending.last_label - 1;
    let mut characters = 0;
    loop {
        if text[..at].last() == Some(&b'.') {
            if text[at] == b'.' {
                return Some((at, false));
            }
            at -= 1;
        } else if let Some(length) = label_char_before(text, at) {
            // Hyphens and dots before a name are no part of it, however many.
            if characters > NAME_MOST + ESCAPE_MOST && text[at - length] != b'-' {
                return None;
            }
            at -= length;
        } else {
            return Some((at, true));
        }
        characters += 1;
    }
}

/// Whether a text of labels and dots has the size of a name.
#[must_use]
pub fn is_name(text: &[u8]) -> bool {
    let (mut labels, mut label, mut all) = (1, 0, 0);
    let mut step = |is_dot: bool| {
        all += 1;
        if is_dot {
            let fits = label > 0;
            labels += 1;
            label = 0;
            return fits;
        }
        label += 1;
        label <= LABEL_MOST
    };
    let fits = if text.is_ascii() {
        text.iter().all(|&byte| step(byte == b'.'))
    } else {
        chars(text).all(|char| step(char == '.'))
    };
    fits && labels > 1 && label > 0 && all <= NAME_MOST
}

/// The end of the name that begins exactly at `start`, if one does (the domain of a mail address).
#[must_use]
pub fn name_at(text: &[u8], start: usize) -> Option<usize> {
    if matches!(text.get(start)?, b'.' | b'-') {
        return None;
    }
    let mut end = label_end(text, start);
    while text.get(end) == Some(&b'.') && text.get(end + 1) != Some(&b'.') {
        end = label_end(text, end + 1);
    }
    end -= text[start..end].iter().rev().take_while(|&&byte| byte == b'-' || byte == b'.').count();
    (is_name(&text[start..end]) && !is_local_part(text, end)).then_some(end)
}

/// The name in Windows DNS form, `(4)evil(7)example(0)`, that begins at `at`: its value and its end.
#[must_use]
pub fn windows_name(text: &[u8], at: usize) -> Option<(Vec<u8>, usize)> {
    if text[..at].last().is_some_and(|&byte| byte >= 0x80 || is_label_byte(byte)) {
        return None;
    }
    let mut name = Vec::new();
    let mut rest = &text[at..];
    while let Some((length, after)) = windows_length(rest) {
        let (label, next) = after.split_at_checked(length)?;
        if label_end(label, 0) < length || name.len() > NAME_MOST * 4 {
            return None;
        }
        // Characters are those of the label by itself: a sequence that is cut is no character.
        name.extend(lower(label));
        name.push(b'.');
        rest = next;
    }
    let rest = rest.strip_prefix(b"(0)")?;
    name.pop();
    is_name(&name).then_some((name, text.len() - rest.len()))
}

/// The length in parentheses that begins `text`, and what follows it.
fn windows_length(text: &[u8]) -> Option<(usize, &[u8])> {
    match text {
        [b'(', one @ b'1'..=b'9', b')', rest @ ..] => Some((usize::from(one - b'0'), rest)),
        [b'(', ten @ b'1'..=b'9', one @ b'0'..=b'9', b')', rest @ ..] => {
            Some((usize::from(ten - b'0') * 10 + usize::from(one - b'0'), rest))
        }
        _ => None,
    }
}
