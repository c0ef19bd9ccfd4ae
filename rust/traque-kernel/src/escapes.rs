//! Escapes that end where a value may begin: in `"msg":"x\tevil.example"` the name begins after `\t`.
//!
//! The forms are those of the oracle's `_escapes.py`. They are read backwards from the place in
//! question, since only few places are ever asked about.

use crate::chars::is_label_char;

/// Parameter bytes that an ANSI sequence may have.
const ANSI_PARAMETERS: usize = 32;

/// How the escape byte that begins an ANSI sequence is written.
const ANSI_INTRODUCERS: [&[u8]; 9] =
    [b"\x1b", b"\\e", b"\\x1b", b"\\x1B", b"\\u001b", b"\\u001B", b"\\033", b"#033", b"^["];

/// Whether an escape that is a boundary ends right before `at`.
#[must_use]
pub fn end_at(text: &[u8], at: usize) -> bool {
    let before = &text[..at];
    match before {
        [.., b'\\', b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' | b'0'] => true,
        [.., b'\\' | b'#', a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7']
            if is_boundary(u32::from(a - b'0') * 64 + u32::from(b - b'0') * 8 + u32::from(c - b'0')) =>
        {
            true
        }
        _ => code_point(before) || hex_byte(before) || ansi(before),
    }
}

/// Whether an escape may begin right before `run` and reach into the letters and digits after it; false is certain.
#[must_use]
pub fn may_reach_into(text: &[u8], run: usize) -> bool {
    let before = &text[..run];
    match before.last() {
        Some(b'\\' | b'%' | b'#') => true,
        Some(b'[' | b'0'..=b'9' | b';' | b':' | b'?' | b'<' | b'=' | b'>') => {
            let head = &before
                [..run - before.iter().rev().take(ANSI_PARAMETERS).take_while(|&&byte| is_parameter(byte)).count()];
            head.strip_suffix(b"[").is_some_and(|head| ANSI_INTRODUCERS.iter().any(|escape| head.ends_with(escape)))
        }
        _ => false,
    }
}

fn is_parameter(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b';' | b':' | b'?' | b'<' | b'=' | b'>')
}

/// `\u0022`
fn code_point(before: &[u8]) -> bool {
    let Some((head, digits)) = before.split_last_chunk::<4>() else { return false };
    head.ends_with(b"\\u") && hex(digits).is_some_and(|code| !is_label_char(code))
}

/// `\x22`, `%22`, and `%` quoted up to three times more: `%2522`
fn hex_byte(before: &[u8]) -> bool {
    let Some((mut head, digits)) = before.split_last_chunk::<2>() else { return false };
    if !hex(digits).is_some_and(is_boundary) {
        return false;
    }
    if head.ends_with(b"\\x") {
        return true;
    }
    for _ in 0..4 {
        if head.ends_with(b"%") {
            return true;
        }
        let Some(outer) = head.strip_suffix(b"25") else { break };
        head = outer;
    }
    false
}

/// `ESC[31m`
fn ansi(before: &[u8]) -> bool {
    let Some((letter, head)) = before.split_last() else { return false };
    if !letter.is_ascii_alphabetic() {
        return false;
    }
    let parameters = head.iter().rev().take(ANSI_PARAMETERS).take_while(|&&byte| is_parameter(byte)).count();
    head[..head.len() - parameters]
        .strip_suffix(b"[")
        .is_some_and(|head| ANSI_INTRODUCERS.iter().any(|escape| head.ends_with(escape)))
}

/// A byte that an escape means: one of 0x80 and above is a part of some character, a label character is a part of a word.
fn is_boundary(value: u32) -> bool {
    value < 0x80 && !is_label_char(value)
}

fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, &digit| Some(value << 4 | char::from(digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::end_at;

    #[test]
    fn ends_after_what_means_no_part_of_a_word() {
        let ends: [&[u8]; 16] = [
            b"\\t",
            b"\\\\n",
            b"\\0",
            b"\\u0022",
            b"\\x22",
            b"%20",
            b"%2520",
            b"%25252520",
            b"#011",
            b"\\042",
            b"\x1b[31m",
            b"\\u001b[1;31m",
            b"#033[K",
            b"^[[0m",
            b"\\e[m",
            b"\\u00ab",
        ];
        for text in ends {
            assert!(end_at(text, text.len()), "{}", text.escape_ascii());
        }
        let parts: [&[u8]; 10] =
            [b"", b"t", b"\\d", b"\\u0041", b"\\x41", b"%41", b"%2541", b"%e9", b"#400", b"%2525252520"];
        for text in parts {
            assert!(!end_at(text, text.len()), "{}", text.escape_ascii());
        }
    }
}
