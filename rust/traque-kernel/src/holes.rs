//! What stands in records and may differ in those that say the same.

use crate::known::Span;
use crate::readings::Reading;
use crate::roles::Networks;

/// Something in a record that another such thing may take the place of: an address, whether it is held or not, a
/// name, a mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hole {
    /// An IPv4 address.
    V4(u32),
    /// An IPv6 address.
    V6(u128),
    /// A name.
    Name,
    /// A mail address.
    Mail,
}

impl Hole {
    /// Numbers for what it is, none of them a role's, and for its class: of addresses whether they are inside.
    #[must_use]
    pub fn class(self, inside: &Networks) -> (u32, u32) {
        match self {
            Self::V4(address) => (100, u32::from(inside.hold_v4(address))),
            Self::V6(address) => (101, u32::from(inside.hold_v6(address))),
            Self::Name => (102, 0),
            Self::Mail => (103, 0),
        }
    }
}

impl Reading<Hole> {
    /// By what holes are ordered: of those that begin at one place the longest comes first.
    fn order(&self) -> u64 {
        u64::from(self.start) << 32 | u64::from(u32::MAX - self.end)
    }
}

/// The holes of a text.
#[derive(Default)]
pub struct Holes {
    /// As they are found: IPv4 addresses, IPv6 addresses, names, and mail addresses, each nearly in order.
    found: [Vec<Reading<Hole>>; 4],
    all: Vec<Reading<Hole>>,
}

impl Holes {
    /// Forget all.
    pub fn clear(&mut self) {
        self.found.iter_mut().for_each(Vec::clear);
        self.all.clear();
    }

    /// An IPv4 address is found.
    pub fn v4(&mut self, span: Span, address: u32) {
        self.found[0].push(Reading::new(span, Hole::V4(address)));
    }

    /// An IPv6 address is found.
    pub fn v6(&mut self, span: Span, address: u128) {
        self.found[1].push(Reading::new(span, Hole::V6(address)));
    }

    /// A name is found.
    pub fn name(&mut self, span: Span) {
        self.found[2].push(Reading::new(span, Hole::Name));
    }

    /// A mail address is found. Of the readings with one end the last is the shortest: `from=` before an address is
    /// no part of it.
    pub fn mail(&mut self, span: Span) {
        let hole = Reading::new(span, Hole::Mail);
        match self.found[3].last_mut() {
            Some(last) if last.end == hole.end => *last = hole,
            _ => self.found[3].push(hole),
        }
    }

    /// Bring those that were found in order.
    pub fn sort(&mut self) {
        let Self { found, all } = self;
        let mut rest = found.each_mut().map(|found| {
            found.sort_by_key(Reading::order);
            &**found
        });
        let order = |rest: &&mut &[Reading<Hole>]| rest.first().map_or(u64::MAX, Reading::order);
        while let Some(next) = rest.iter_mut().min_by_key(order)
            && let Some((hole, later)) = next.split_first()
        {
            all.push(*hole);
            *next = later;
        }
    }

    /// All of them, in order.
    #[must_use]
    pub fn all(&self) -> &[Reading<Hole>] {
        &self.all
    }
}
