//! What may follow an address after a dot (the oracle's `_tails.py`).

use crate::chars::is_label_byte;

/// Bytes of the longest label.
const LABEL_MOST: usize = 63;

/// Whether an address that ends at `end` is not continued by a dot into something else.
///
/// A port or one service name may follow (tcpdump, pf); a longer dotted name may not.
#[must_use]
pub fn stands_alone(text: &[u8], end: usize) -> bool {
    let Some((b'.', rest)) = text[end..].split_first() else { return true };
    let length = rest.iter().take(LABEL_MOST + 1).take_while(|&&byte| is_label_byte(byte)).count();
    let (label, rest) = rest.split_at(length);
    match label {
        [] => true,
        [b'0'..=b'9', ..] => is_port(label) && !matches!(rest, [b'.', next, ..] if is_label_byte(*next)),
        _ => length > LABEL_MOST || rest.first() != Some(&b'.'),
    }
}

/// Whether `digits` is a decimal port from 1 to 65535 without leading zero.
#[must_use]
pub fn is_port(digits: &[u8]) -> bool {
    digits.len() <= 5
        && digits.first().is_some_and(|&first| first != b'0')
        && digits
            .iter()
            .try_fold(0, |value: u32, &digit| Some(value * 10 + char::from(digit).to_digit(10)?))
            .is_some_and(|port| port <= 65535)
}
