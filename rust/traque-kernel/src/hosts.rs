//! Hosts as records write them: addresses, and names that cannot be taken for one.

use crate::names::{LABEL_MOST, NAME_MOST};
use crate::runs::few;

/// An IPv4 address as the standard library reads it: no zero before a number.
pub fn four(text: &[u8]) -> Option<u32> {
    const EACH: u128 = u128::MAX / 0xff;
    const LOW: u128 = EACH * 0x7f;
    if !(7..=15).contains(&text.len()) {
        return None;
    }
    // All of it at once, for its numbers are of any length: the first bits of bytes tell what they are.
    let word = match (text.first_chunk(), text.last_chunk()) {
        (Some(first), Some(last)) => {
            u128::from(u64::from_le_bytes(*first)) | u128::from(u64::from_le_bytes(*last)) << (8 * (text.len() - 8))
        }
        _ => u128::from(few(text)),
    };
    let below = |word: u128, limit: u8| !(((word & LOW) + EACH * u128::from(0x80 - limit)) | word) & !LOW;
    let mut dots = below(word ^ (EACH * u128::from(b'.')), 1);
    let digits = below(word ^ (EACH * u128::from(b'0')), 10);
    let behind = 0x80 << (8 * text.len());
    if dots | digits != !LOW & (behind - 1) || dots.count_ones() != 3 {
        return None;
    }
    dots |= behind;
    let (mut address, mut begin) = (0, 0);
    for _ in 0..4 {
        let end = dots.trailing_zeros() / 8;
        let length = end - begin;
        if !(1..=3).contains(&length) {
            return None;
        }
        let number = (word >> (8 * begin)) as u32;
        let digit = |place: u32| (number << (8 * (4 - length))) >> (8 * place) & 0xf;
        let value = digit(1) * 100 + digit(2) * 10 + digit(3);
        if value > 255 || (length > 1 && number as u8 == b'0') {
            return None;
        }
        address = address << 8 | value;
        begin = end + 1;
        dots &= dots - 1;
    }
    Some(address)
}

/// A name of hosts that cannot be taken for an address, and in which every domain that it ends with is found.
pub fn is_host_name(text: &[u8]) -> bool {
    let (mut has_letter, mut label, mut last) = (false, 0, b'.');
    for &byte in text {
        let goes_on = match byte {
            b'.' => last.is_ascii_alphanumeric(),
            b'-' => last != b'.',
            _ => byte.is_ascii_alphanumeric(),
        };
        label = if byte == b'.' { 0 } else { label + 1 };
        if !goes_on || label > LABEL_MOST {
            return false;
        }
        has_letter |= byte.is_ascii_alphabetic();
        last = byte;
    }
    has_letter && last.is_ascii_alphanumeric() && text.len() <= NAME_MOST
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::changes::{Numbers, changed};

    #[test]
    fn addresses_and_names_are_those_of_the_plain_rules() {
        let plain_four = |text: &str| text.parse::<Ipv4Addr>().ok().map(u32::from);
        let plain_name = |text: &str| {
            let is_label = |label: &str| {
                (1..=63).contains(&label.len())
                    && !label.starts_with('-')
                    && !label.ends_with('-')
                    && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            };
            text.len() <= NAME_MOST
                && text.bytes().any(|byte| byte.is_ascii_alphabetic())
                && text.split('.').all(is_label)
        };
        let long = format!("{}.{}.example", "a".repeat(63), "b".repeat(64));
        let texts = [
            "192.0.2.1",
            "255.255.255.255",
            "1.2.3.4",
            "203.0.113.77",
            "www.a-b.example",
            "a.example.",
            &long[..64],
            &long,
        ];
        let mut numbers = Numbers(1);
        for _ in 0..100_000 {
            let text = changed(texts[numbers.below(texts.len())].as_bytes(), &mut numbers);
            let Ok(text) = std::str::from_utf8(&text) else { continue };
            assert_eq!(four(text.as_bytes()), plain_four(text), "{text}");
            assert_eq!(is_host_name(text.as_bytes()), plain_name(text), "{text}");
        }
    }
}
