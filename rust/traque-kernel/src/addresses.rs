//! Addresses and networks as indicators: one lookup for each length of prefix that is in use.

use crate::found::Relation;
use crate::set::{Key, Table};

/// Marks an indicator that is a URL: only its host is the key.
const HOST: u32 = 1 << 31;

/// An IPv4 or IPv6 address as a number.
pub trait Address: Key {
    /// With all but the first `bits` bits cleared.
    fn truncated(self, bits: u32) -> Self;
    /// The first 16 bits.
    fn head(self) -> usize;
}

impl Address for u32 {
    #[inline(always)]
    fn truncated(self, bits: u32) -> Self {
        self & u32::MAX.checked_shl(32 - bits).unwrap_or(0)
    }

    #[inline(always)]
    fn head(self) -> usize {
        (self >> 16) as usize
    }
}

impl Address for u128 {
    #[inline(always)]
    fn truncated(self, bits: u32) -> Self {
        self & u128::MAX.checked_shl(128 - bits).unwrap_or(0)
    }

    #[inline(always)]
    fn head(self) -> usize {
        (self >> 112) as usize
    }
}

/// The indicators of one family.
#[derive(Debug)]
pub struct Addresses<A> {
    single: Table<A>,
    networks: Vec<(u32, Table<A>)>,
    /// One bit for each value of the first 16 bits that some network covers; empty without networks.
    heads: Vec<u64>,
}

impl<A: Address> Addresses<A> {
    /// Of single addresses, of networks (address, prefix length), and of addresses that are hosts of URLs.
    #[must_use]
    pub fn new(mut single: Vec<(A, u32)>, networks: Vec<(A, u32, u32)>, hosts: Vec<(A, u32)>) -> Self {
        single.extend(hosts.into_iter().map(|(address, indicator)| (address, indicator | HOST)));
        let mut heads = if networks.is_empty() { Vec::new() } else { vec![0_u64; 1 << 10] };
        let mut by_length = std::collections::BTreeMap::<u32, Vec<(A, u32)>>::new();
        for (address, bits, indicator) in networks {
            let first = address.truncated(bits);
            let covered = 1_usize << 16_u32.saturating_sub(bits);
            for head in first.head()..first.head() + covered {
                heads[head / 64] |= 1 << (head % 64);
            }
            by_length.entry(bits).or_default().push((first, indicator));
        }
        let networks = by_length.into_iter().map(|(bits, pairs)| (bits, Table::new(pairs))).collect();
        Self { single: Table::new(single), networks, heads }
    }

    /// Whether there is nothing to look for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.single.is_empty() && self.networks.is_empty()
    }

    /// The hash of `address`, by which [`Self::may_hold`] will be asked soon; None if it may lie in a network.
    #[inline(always)]
    #[must_use]
    pub fn ask(&self, address: A) -> Option<u64> {
        let head = address.head();
        let in_network = self.heads.get(head / 64).is_some_and(|word| word >> (head % 64) & 1 != 0);
        (!in_network).then(|| self.single.ask(address))
    }

    /// Whether an address of that hash may be an indicator; false is certain, and is the usual answer.
    #[inline(always)]
    #[must_use]
    pub fn may_hold(&self, hash: u64) -> bool {
        self.single.may_hold(hash)
    }

    /// Calls `visit` for each indicator that is `address` or holds it.
    pub fn each(&self, address: A, mut visit: impl FnMut(u32, Relation)) {
        for &mark in self.single.get(address) {
            let relation = if mark & HOST == 0 { Relation::Exact } else { Relation::Host };
            visit(mark & !HOST, relation);
        }
        for (bits, table) in &self.networks {
            for &indicator in table.get(address.truncated(*bits)) {
                visit(indicator, Relation::Network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Addresses;
    use crate::found::Relation::{self, Exact, Host, Network};

    fn all(set: &Addresses<u32>, address: u32) -> Vec<(u32, Relation)> {
        let mut found = Vec::new();
        set.each(address, |indicator, relation| found.push((indicator, relation)));
        assert!(found.is_empty() || may_hold(set, address));
        found
    }

    fn may_hold(set: &Addresses<u32>, address: u32) -> bool {
        set.ask(address).is_none_or(|hash| set.may_hold(hash))
    }

    #[test]
    fn an_address_is_found_alone_and_in_every_network_that_holds_it() {
        let set = Addresses::new(
            vec![(0xC000_0201, 0)],
            vec![(0xC000_0200, 24, 1), (0xC000_0000, 8, 2), (0xC000_0201, 31, 3)],
            vec![(0xC000_0202, 4)],
        );
        assert_eq!(all(&set, 0xC000_0201), [(0, Exact), (2, Network), (1, Network), (3, Network)]);
        assert_eq!(all(&set, 0xC000_0202), [(4, Host), (2, Network), (1, Network)]);
        assert_eq!(all(&set, 0xC0FF_FFFF), [(2, Network)]);
        assert!(all(&set, 0xC100_0000).is_empty());
        assert!(!may_hold(&set, 0xC100_0000));
    }
}
