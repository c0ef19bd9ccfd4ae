//! What a part of a record is to a judgement, and what of its text decides one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use crate::hosts::{four, is_host_name};
use crate::runs::{Range, run_in};

/// What is summed over the records of a kind.
pub const SUMS: [&str; 2] = ["source_bytes", "destination_bytes"];

/// What is counted value by value over the records of a kind.
pub const VALUES: [&str; 8] =
    ["source", "destination", "source_ip", "destination_ip", "source_port", "destination_port", "account", "domain"];

/// What of a text decides; None where all of it must be taken to decide.
type ClassOf = fn(&[u8], &Networks) -> Option<u32>;

/// What of their text decides.
const CLASSES: [ClassOf; VALUES.len()] =
    [host_class, host_class, address_class, address_class, port_class, port_class, word_class, host_class];

/// The longest value that is counted, in bytes.
const LONGEST: usize = 253;

/// What a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The record's time.
    Time,
    /// Changes nothing.
    Free,
    /// Changes nothing but whether a URL stands in the record.
    Path,
    /// A number of which only counts whether it is 0, 1 or more.
    Count,
    /// Such a number, summed: an index in [`SUMS`].
    Sum(usize),
    /// A value that is reported, and of which only a class decides: an index in [`VALUES`].
    Value(usize),
}

impl Role {
    /// By its name; None for a name that is not one.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let place = |names: &[&str]| names.iter().position(|known| *known == name);
        match name {
            "time" => Some(Self::Time),
            "free" => Some(Self::Free),
            "path" => Some(Self::Path),
            "count" => Some(Self::Count),
            _ => place(&SUMS).map(Self::Sum).or_else(|| place(&VALUES).map(Self::Value)),
        }
    }

    /// Whether it may be a part of a URL whose host stands elsewhere.
    #[must_use]
    pub fn is_of_url(self) -> bool {
        match self {
            Self::Path => true,
            Self::Value(value) => VALUES[value].ends_with("_port"),
            _ => false,
        }
    }

    /// A number of its own.
    #[must_use]
    pub fn number(self) -> u32 {
        match self {
            Self::Time => 0,
            Self::Free => 1,
            Self::Path => 2,
            Self::Count => 3,
            Self::Sum(sum) => 4 + sum as u32,
            Self::Value(value) => (4 + SUMS.len() + value) as u32,
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Free => "free",
            Self::Path => "path",
            Self::Count => "count",
            Self::Sum(sum) => SUMS[sum],
            Self::Value(value) => VALUES[value],
        }
    }

    /// What of `text` decides a judgement, as a number; None where all of it must be taken to decide.
    #[must_use]
    pub fn class(self, text: &[u8], inside: &Networks) -> Option<u32> {
        match self {
            Self::Time | Self::Free | Self::Path => Some(0),
            Self::Count | Self::Sum(_) => {
                is_number(text, 15).then(|| if text.len() > 1 { 2 } else { number_of(text).min(2) as u32 })
            }
            Self::Value(value) => CLASSES[value](text, inside),
        }
    }
}

/// The number that digits write; at most 18 of them.
#[must_use]
pub fn number_of(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |sum, digit| sum.wrapping_mul(10).wrapping_add(u64::from(digit.wrapping_sub(b'0'))))
}

/// A number as it is written without need: so many digits at most, no zero before them.
fn is_number(text: &[u8], most: usize) -> bool {
    (1..=most).contains(&text.len())
        && (text.len() == 1 || text[0] != b'0')
        && run_in(text, Range::DIGITS) == text.len()
}

/// Text that a reader of records takes as it stands.
fn is_word(text: &[u8]) -> bool {
    (1..=LONGEST).contains(&text.len())
        && text != b"-"
        && text.iter().all(|byte| matches!(byte, b'!' | b'#'..=b'[' | b']'..=b'~'))
}

fn host_class(text: &[u8], inside: &Networks) -> Option<u32> {
    address_class(text, inside).or_else(|| is_host_name(text).then_some(0))
}

fn port_class(text: &[u8], _: &Networks) -> Option<u32> {
    is_number(text, 5).then_some(0)
}

fn word_class(text: &[u8], _: &Networks) -> Option<u32> {
    is_word(text).then_some(0)
}

fn address_class(text: &[u8], inside: &Networks) -> Option<u32> {
    let is_inside = match four(text) {
        Some(address) => inside.hold_v4(address),
        None if text.contains(&b':') => inside.hold(IpAddr::from_str(std::str::from_utf8(text).ok()?).ok()?),
        None => return None,
    };
    Some(if is_inside { 2 } else { 1 })
}

/// The networks inside an organisation.
#[derive(Clone, Debug, Default)]
pub struct Networks {
    four: Vec<(u32, u32)>,
    six: Vec<(u128, u128)>,
}

impl Networks {
    /// From addresses and the lengths of their prefixes, not above those of the addresses.
    #[must_use]
    pub fn new(networks: &[(IpAddr, u8)]) -> Self {
        let mut all = Self::default();
        for (address, bits) in networks {
            match address {
                IpAddr::V4(address) => {
                    let mask = u32::MAX.checked_shl(32 - u32::from(*bits)).unwrap_or(0);
                    all.four.push((u32::from(*address) & mask, mask));
                }
                IpAddr::V6(address) => {
                    let mask = u128::MAX.checked_shl(128 - u32::from(*bits)).unwrap_or(0);
                    all.six.push((u128::from(*address) & mask, mask));
                }
            }
        }
        all
    }

    /// Whether one of them holds the address; an IPv4 address written as IPv6 is an IPv4 address.
    fn hold(&self, address: IpAddr) -> bool {
        let four = |address: Ipv4Addr| self.hold_v4(address.into());
        let six = |address: Ipv6Addr| self.hold_v6(address.into());
        match address {
            IpAddr::V4(address) => four(address),
            IpAddr::V6(address) => address.to_ipv4_mapped().map_or_else(|| six(address), four),
        }
    }

    /// Whether an IPv4 address lies in one of them.
    #[inline]
    #[must_use]
    pub fn hold_v4(&self, address: u32) -> bool {
        self.four.iter().any(|(net, mask)| address & mask == *net)
    }

    /// The length of the prefix of the widest one in which an IPv4 address lies.
    #[must_use]
    pub fn widest_v4(&self, address: u32) -> Option<u32> {
        let holding = self.four.iter().filter(|(net, mask)| address & mask == *net);
        holding.map(|(_, mask)| mask.leading_ones()).min()
    }

    /// The length of the prefix of the widest one in which an IPv6 address lies.
    #[must_use]
    pub fn widest_v6(&self, address: u128) -> Option<u32> {
        let holding = self.six.iter().filter(|(net, mask)| address & mask == *net);
        holding.map(|(_, mask)| mask.leading_ones()).min()
    }

    /// Whether an IPv6 address, which is no IPv4 address, lies in one of them.
    #[inline]
    #[must_use]
    pub fn hold_v6(&self, address: u128) -> bool {
        self.six.iter().any(|(net, mask)| address & mask == *net)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(role: &str, text: &str) -> Option<u32> {
        let inside = Networks::new(&[("10.0.0.0".parse().unwrap(), 8), ("fd00::".parse().unwrap(), 8)]);
        Role::named(role).unwrap().class(text.as_bytes(), &inside)
    }

    #[test]
    fn classes() {
        assert_eq!(["0", "1", "2", "900"].map(|text| class("count", text)), [Some(0), Some(1), Some(2), Some(2)]);
        assert_eq!(["01", "", "x", "1234567890123456"].map(|text| class("source_bytes", text)), [None; 4]);
        assert_eq!(["10.1.2.3", "::ffff:10.1.2.3", "fd01::1"].map(|text| class("source_ip", text)), [Some(2); 3]);
        assert_eq!(["192.0.2.1", "2001:db8::1"].map(|text| class("source_ip", text)), [Some(1); 2]);
        assert_eq!(["010.1.2.3", "a.example", "fe80::1%eth0"].map(|text| class("source_ip", text)), [None; 3]);
        assert_eq!(["a.example", "dead.beef", "x"].map(|text| class("source", text)), [Some(0); 3]);
        assert_eq!(["1.2.3", "a..b", "-a", "a_b.example", ""].map(|text| class("source", text)), [None; 5]);
        assert_eq!(["-", "", "a b", "a\\b", "a\"b"].map(|text| class("account", text)), [None; 5]);
        assert_eq!(Role::named("source_mac"), None);
        assert_eq!(Networks::new(&[("0.0.0.0".parse().unwrap(), 0)]).four, [(0, 0)]);
    }
}
