//! What is read in a text for a ledger: values by kind, each with its place.

use crate::holes::Holes;
use crate::inside::Hidden;
use crate::known::Span;

/// The kinds of values, in the order of their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// IPv4 addresses.
    Ipv4,
    /// IPv6 addresses.
    Ipv6,
    /// Domain names.
    DomainName,
    /// URLs.
    Url,
    /// Mail addresses.
    EmailAddr,
    /// Hashes of 16 bytes.
    Md5,
    /// Hashes of 20 bytes.
    Sha1,
    /// Hashes of 32 bytes.
    Sha256,
    /// Hashes of 64 bytes.
    Sha512,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Ipv4,
        Self::Ipv6,
        Self::DomainName,
        Self::Url,
        Self::EmailAddr,
        Self::Md5,
        Self::Sha1,
        Self::Sha256,
        Self::Sha512,
    ];

    /// Those whose values are bytes.
    pub const WRITTEN: [Self; 7] =
        [Self::DomainName, Self::Url, Self::EmailAddr, Self::Md5, Self::Sha1, Self::Sha256, Self::Sha512];
}

/// A value that stands from `start` to `end` of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading<V> {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// What is read there.
    pub value: V,
}

impl<V> Reading<V> {
    /// Of what is read in a span.
    #[must_use]
    pub fn new((start, end): Span, value: V) -> Self {
        Self { start: start as u32, end: end as u32, value }
    }
}

/// Bytes that are kept among others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    at: u32,
    length: u32,
}

impl Kept {
    /// Keep `bytes` behind those of `arena`, which is less than 4 GiB.
    pub fn new(bytes: &[u8], arena: &mut Vec<u8>) -> Self {
        let kept = Self::behind(arena, bytes);
        arena.extend_from_slice(bytes);
        kept
    }

    /// Where `bytes` will be if they are put behind `arena`.
    #[inline]
    #[must_use]
    pub fn behind(arena: &[u8], bytes: &[u8]) -> Self {
        Self { at: arena.len() as u32, length: bytes.len() as u32 }
    }

    /// The bytes.
    #[inline]
    #[must_use]
    pub fn of(self, arena: &[u8]) -> &[u8] {
        &arena[self.at as usize..][..self.length as usize]
    }

    /// How many bytes.
    #[inline]
    #[must_use]
    pub fn length(self) -> usize {
        self.length as usize
    }

    /// Bytes of them, from one on, as a number in their order; behind all in `arena` are as many as it has, whatever
    /// they are.
    #[inline]
    #[must_use]
    pub fn chunk(self, from: usize, arena: &[u8]) -> u128 {
        let left = self.length().saturating_sub(from).min(size_of::<u128>());
        let chunk = arena[self.at as usize + from..].first_chunk().map_or(0, |chunk| u128::from_be_bytes(*chunk));
        chunk & !u128::MAX.checked_shr(8 * left as u32).unwrap_or(0)
    }

    /// The bytes, to be changed.
    #[must_use]
    pub fn of_mut(self, arena: &mut [u8]) -> &mut [u8] {
        &mut arena[self.at as usize..][..self.length as usize]
    }
}

/// A host at which a URL may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// An IPv4 address.
    V4(u32),
    /// An IPv6 address.
    V6(u128),
    /// A name.
    Name(Kept),
}

/// What was read in a text, by kind, in no set order.
#[derive(Default)]
pub struct Readings {
    /// IPv4 addresses.
    pub v4: Vec<Reading<u32>>,
    /// IPv6 addresses.
    pub v6: Vec<Reading<u128>>,
    /// The others, by [`Kind::WRITTEN`].
    pub written: [Vec<Reading<Kept>>; Kind::WRITTEN.len()],
    /// What may differ in records that say the same.
    pub holes: Holes,
    /// Where something inside stands.
    pub hidden: Hidden,
    /// Where URLs are still to be read.
    pub hosts: Vec<Reading<Host>>,
    /// The bytes of all these.
    pub arena: Vec<u8>,
    /// Where the records of the text end.
    pub ends: Vec<u32>,
}

impl Readings {
    /// Forget all.
    pub fn clear(&mut self) {
        self.v4.clear();
        self.v6.clear();
        self.written.iter_mut().for_each(Vec::clear);
        self.holes.clear();
        self.hidden.clear();
        self.hosts.clear();
        self.arena.clear();
        self.ends.clear();
    }

    /// Bring them in the order of their places, which they nearly have.
    pub fn sort(&mut self) {
        self.v4.sort_by_key(|reading| reading.start);
        self.v6.sort_by_key(|reading| reading.start);
        self.holes.sort();
        for written in &mut self.written {
            written.sort_by_key(|reading| reading.start);
        }
    }

    /// Drop those that do not begin in `own`.
    pub fn retain(&mut self, own: &std::ops::Range<usize>) {
        self.v4.retain(|reading| own.contains(&(reading.start as usize)));
        self.v6.retain(|reading| own.contains(&(reading.start as usize)));
        for written in &mut self.written {
            written.retain(|reading| own.contains(&(reading.start as usize)));
        }
    }

    /// All is found: drop mail addresses in which an address inside stands.
    pub fn withhold(&mut self) {
        self.hidden.settle();
        let Self { hidden, written, .. } = self;
        if !hidden.addresses.is_empty() {
            let mails = &mut written[Kind::EmailAddr as usize - Kind::DomainName as usize];
            mails.retain(|mail| !hidden.has_address((mail.start as usize, mail.end as usize)));
        }
    }

    /// How much there is of a kind.
    #[must_use]
    pub fn mark(&self, kind: Kind) -> (usize, usize) {
        (self.written[kind as usize - Kind::DomainName as usize].len(), self.arena.len())
    }

    /// Forget what was added of a kind since then; nothing else was.
    pub fn reset(&mut self, kind: Kind, (readings, bytes): (usize, usize)) {
        self.written[kind as usize - Kind::DomainName as usize].truncate(readings);
        self.arena.truncate(bytes);
    }

    /// Bytes that are read as a value of that kind.
    pub fn push(&mut self, kind: Kind, span: Span, bytes: &[u8]) {
        let kept = Kept::new(bytes, &mut self.arena);
        self.written[kind as usize - Kind::DomainName as usize].push(Reading::new(span, kept));
    }
}
