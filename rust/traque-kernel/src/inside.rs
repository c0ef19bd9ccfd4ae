//! What is inside an organisation: a ledger does not hold it, or by pseudonyms that need a key to be understood.
//!
//! Specified by `traque.ledger.inside`.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::known::Span;
use crate::roles::Networks;

/// Bytes of the sum that stand, in hex, for what is before the `@` of a mail address.
const WORD: usize = 16;

/// What is inside.
#[derive(Clone, Default)]
pub struct Inside {
    /// Networks of addresses.
    pub networks: Networks,
    /// Domains, in lower case and in every spelling: mail addresses of them and of what is below them are inside.
    pub domains: Vec<Vec<u8>>,
    /// What pseudonyms are made with; None where what is inside is not held.
    pub secret: Option<Secret>,
}

impl Inside {
    /// Whether a mail address, in lower case, is inside.
    #[must_use]
    pub fn hold_mail(&self, address: &[u8]) -> bool {
        let at = address.iter().rposition(|&byte| byte == b'@').map_or(0, |at| at + 1);
        let host = &address[at..];
        self.domains
            .iter()
            .any(|name| host.strip_suffix(&name[..]).is_some_and(|below| matches!(below, [] | [.., b'.'])))
    }

    /// Whether what is inside is held by pseudonyms.
    #[must_use]
    pub fn has_pseudonyms(&self) -> bool {
        self.secret.is_some()
    }

    /// How an IPv4 address is held.
    #[must_use]
    pub fn v4(&self, address: u32) -> u32 {
        let Some((secret, kept)) = self.secret.as_ref().zip(self.networks.widest_v4(address)) else { return address };
        u32::from_be_bytes(secret.address(4, address.to_be_bytes(), kept as usize))
    }

    /// How an IPv6 address is held.
    #[must_use]
    pub fn v6(&self, address: u128) -> u128 {
        let Some((secret, kept)) = self.secret.as_ref().zip(self.networks.widest_v6(address)) else { return address };
        u128::from_be_bytes(secret.address(6, address.to_be_bytes(), kept as usize))
    }

    /// How a mail address is held, if not as itself.
    #[must_use]
    pub fn mail(&self, address: &[u8]) -> Option<Vec<u8>> {
        let secret = self.secret.as_ref()?;
        let at = address.iter().rposition(|&byte| byte == b'@')?;
        self.hold_mail(address).then(|| {
            let word = secret.sum(b'@', address);
            let digits = word[..WORD].iter().flat_map(|byte| [byte >> 4, byte & 15]);
            digits.map(|digit| b"0123456789abcdef"[usize::from(digit)]).chain(address[at..].iter().copied()).collect()
        })
    }
}

/// Where in a text something inside stands.
#[derive(Default)]
pub struct Hidden {
    /// Addresses.
    pub addresses: Vec<Span>,
    /// Own mail addresses.
    pub mails: Vec<Span>,
}

impl Hidden {
    /// Forget all.
    pub fn clear(&mut self) {
        self.addresses.clear();
        self.mails.clear();
    }

    /// All of them are there: bring them in order.
    pub fn settle(&mut self) {
        self.addresses.sort_unstable();
        self.mails.sort_unstable();
    }

    /// Whether an address inside stands in a span.
    #[must_use]
    pub fn has_address(&self, span: Span) -> bool {
        has_one(&self.addresses, span)
    }

    /// Whether anything inside does.
    #[must_use]
    pub fn has_any(&self, span: Span) -> bool {
        self.has_address(span) || has_one(&self.mails, span)
    }
}

/// Whether one of `spans`, which are in order, lies in a span.
fn has_one(spans: &[Span], (start, end): Span) -> bool {
    let first = spans.partition_point(|span| span.0 < start);
    spans[first..].iter().take_while(|span| span.0 < end).any(|span| span.1 <= end)
}

/// The key of a ledger.
#[derive(Clone)]
pub struct Secret(Hmac<Sha256>);

impl Secret {
    /// From its bytes.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        // A key of any length is one: the fixed form is the one that cannot fail.
        let mut block = [0; 64];
        block[..key.len()].copy_from_slice(key);
        Self(Hmac::new(&block.into()))
    }

    fn sum(&self, kind: u8, message: &[u8]) -> [u8; 32] {
        let mut sum = self.0.clone();
        sum.update(&[kind]);
        sum.update(message);
        sum.finalize().into_bytes().into()
    }

    /// The pseudonym of an address of IP `version`, of which the first `kept` bits stay.
    fn address<const SIZE: usize>(&self, version: u8, address: [u8; SIZE], kept: usize) -> [u8; SIZE] {
        let mut made = address;
        for place in kept / 8..SIZE {
            let sum = self.sum(version, &address[..place]);
            made[place] = inverted(address[place], &sum, 8 * (place + 1) - kept);
        }
        made
    }
}

/// A byte of which the last `free` bits are inverted where the sum says so for the bits before them, which with a
/// leading 1 are the number of a bit of it.
fn inverted(byte: u8, sum: &[u8; 32], free: usize) -> u8 {
    let mut before = 1;
    (0..8).rev().fold(0, |made, left| {
        let bit = byte >> left & 1;
        let turns = sum[before >> 3] >> (7 - (before & 7)) & 1;
        before = before << 1 | usize::from(bit);
        made << 1 | if left < free { bit ^ turns } else { bit }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pseudonyms_are_those_of_the_page() -> Result<(), Box<dyn std::error::Error>> {
        let networks = Networks::new(&[("10.0.0.0".parse()?, 8), ("10.7.0.0".parse()?, 16), ("fc00::".parse()?, 7)]);
        let secret = Some(Secret::new(&std::array::from_fn(|at| at as u8)));
        let inside = Inside { networks, domains: vec![b"own.example".to_vec()], secret };
        let v4 = |text: &str| text.parse::<std::net::Ipv4Addr>().map(u32::from);
        let v6 = |text: &str| text.parse::<std::net::Ipv6Addr>().map(u128::from);
        assert_eq!(inside.v4(v4("10.7.0.1")?), v4("10.124.149.251")?);
        assert_eq!(inside.v4(v4("192.0.2.1")?), v4("192.0.2.1")?);
        assert_eq!(inside.v6(v6("fd00::1")?), v6("fc41:7fec:5e2b:da6c:4b38:8510:964a:aa65")?);
        let mail = inside.mail(b"jane@own.example");
        assert_eq!(mail.as_deref(), Some(&b"83b1316d870ea1759a3f42485dbb2f16@own.example"[..]));
        assert_eq!(inside.mail(b"jane@notown.example"), None);
        Ok(())
    }
}
