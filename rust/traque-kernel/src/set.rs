//! Membership: "is this value one of the indicators?", at a cost that does not depend on how many there are.
//!
//! A value that is no indicator (nearly all are) is turned away by one line of a small filter.
//! Only then the table is read. Memory is two bytes of filter and eight of table for each value,
//! beside the value itself.

use std::hash::{BuildHasher, Hasher, RandomState};

use crate::simd;

const EMPTY: u32 = u32::MAX;

/// Spreads the bits of a key; the seed keeps whoever writes bulletins from choosing collisions.
#[derive(Clone, Copy, Debug)]
pub struct Seed(u64);

impl Seed {
    /// A new one, unlike the last.
    #[must_use]
    pub fn random() -> Self {
        Self(RandomState::new().hash_one(0_u8) | 1)
    }

    /// The hash of a number.
    #[inline(always)]
    #[must_use]
    pub fn number(self, key: u64) -> u64 {
        fold(key ^ self.0, 0x9e37_79b9_7f4a_7c15)
    }

    /// The hash of a 128-bit number.
    #[inline(always)]
    #[must_use]
    pub fn wide(self, key: u128) -> u64 {
        self.number(self.number((key >> 64) as u64) ^ key as u64)
    }

    /// The hash of bytes.
    #[inline(always)]
    #[must_use]
    pub fn bytes(self, key: &[u8]) -> u64 {
        let (eights, rest) = key.as_chunks::<8>();
        let whole = eights.iter().fold(key.len() as u64, |hash, &eight| self.number(hash ^ u64::from_le_bytes(eight)));
        // What is left is read with what comes before it, or twice: no length has to be copied.
        let last = if let (false, Some(eight)) = (rest.is_empty(), key.last_chunk::<8>()) {
            u64::from_le_bytes(*eight)
        } else if let (Some(first), Some(last)) = (rest.first_chunk::<4>(), rest.last_chunk::<4>()) {
            u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last))
        } else {
            let byte = |at: usize| u64::from(rest.get(at).copied().unwrap_or(0));
            byte(0) << 16 | byte(1) << 8 | byte(2)
        };
        self.number(whole ^ last)
    }

    /// The hash of many bytes, for which [`Self::bytes`] would wait for each eight of them.
    #[inline]
    #[must_use]
    pub fn long(self, key: &[u8]) -> u64 {
        if key.len() < 64 {
            return self.bytes(key);
        }
        let (blocks, rest) = key.as_chunks::<32>();
        let mut lanes = [0, 1, 2, 3];
        for block in blocks {
            for (lane, &eight) in lanes.iter_mut().zip(block.as_chunks::<8>().0) {
                *lane = self.number(*lane ^ u64::from_le_bytes(eight));
            }
        }
        lanes.iter().fold(self.bytes(rest) ^ key.len() as u64, |hash, &lane| self.number(hash ^ lane))
    }
}

/// Hashes for tables of the standard library.
impl BuildHasher for Seed {
    type Hasher = Numbers;

    fn build_hasher(&self) -> Numbers {
        Numbers { seed: *self, hash: 0 }
    }
}

/// The hash of some numbers.
pub struct Numbers {
    seed: Seed,
    hash: u64,
}

impl Hasher for Numbers {
    fn finish(&self) -> u64 {
        self.hash
    }

    fn write(&mut self, bytes: &[u8]) {
        self.write_u64(self.seed.bytes(bytes));
    }

    #[inline]
    fn write_u8(&mut self, number: u8) {
        self.write_u64(u64::from(number));
    }

    #[inline]
    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    #[inline]
    fn write_u64(&mut self, number: u64) {
        self.hash = self.seed.number(self.hash ^ number);
    }
}

/// The two halves of a 128-bit product, added without carry.
#[inline(always)]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product >> 64) as u64 ^ product as u64
}

/// What the processor fetches from memory at once.
#[derive(Clone, Debug, Default)]
#[repr(align(64))]
struct Line([u64; 8]);

/// Six bits for each hash that was put in: three in one word and three in another of the same line.
///
/// The first word turns away nearly all others. The second one costs nothing more from memory, and what passes it by
/// mistake would cost three waits for it.
#[derive(Debug)]
pub struct Filter {
    lines: Vec<Line>,
}

impl Filter {
    /// Room for `count` hashes: sixteen bits each, at one false answer in some six hundred.
    #[must_use]
    pub fn new(count: usize) -> Self {
        Self { lines: vec![Line::default(); (count / 32).max(1 << 3)] }
    }

    /// Put in a hash.
    pub fn insert(&mut self, hash: u64) {
        let line = scaled(hash, self.lines.len());
        for (word, bits) in Self::words(hash) {
            self.lines[line].0[word] |= bits;
        }
    }

    /// Whether `hash` may have been put in; false is certain.
    #[inline(always)]
    #[must_use]
    pub fn may_hold(&self, hash: u64) -> bool {
        let line = &self.lines[scaled(hash, self.lines.len())];
        Self::words(hash).into_iter().all(|(word, bits)| line.0[word] & bits == bits)
    }

    /// [`Self::may_hold`] will be asked soon.
    #[inline(always)]
    pub fn fetch(&self, hash: u64) {
        simd::fetch(&self.lines[scaled(hash, self.lines.len())]);
    }

    /// The words of its line in which a hash has bits, and those bits.
    #[inline(always)]
    fn words(hash: u64) -> [(usize, u64); 2] {
        [hash, hash >> 21].map(|part| {
            let bits = 1 << (part & 63) | 1 << (part >> 6 & 63) | 1 << (part >> 12 & 63);
            ((part >> 18 & 7) as usize, bits)
        })
    }
}

/// A number below `count` (not 0) by the high bits of `hash`.
#[inline(always)]
#[must_use]
pub fn scaled(hash: u64, count: usize) -> usize {
    ((u128::from(hash) * count as u128) >> 64) as usize
}

/// Maps the hash of a key to the place of the key in a list that the owner keeps.
#[derive(Debug)]
struct Index {
    filter: Filter,
    slots: Vec<u32>,
}

impl Index {
    /// An index of `count` keys, whose hashes `hashes` gives in the order of their places.
    fn new(count: usize, hashes: impl Iterator<Item = u64>) -> Self {
        let mut index = Self { filter: Filter::new(count), slots: vec![EMPTY; (count * 2).max(1)] };
        for (place, hash) in hashes.enumerate() {
            index.filter.insert(hash);
            let mut slot = scaled(hash, index.slots.len());
            while index.slots[slot] != EMPTY {
                slot = index.after(slot);
            }
            index.slots[slot] = place as u32;
        }
        index
    }

    /// The place of the key of this hash for which `is_it` holds.
    fn find(&self, hash: u64, is_it: impl Fn(usize) -> bool) -> Option<usize> {
        if !self.filter.may_hold(hash) {
            return None;
        }
        let mut slot = scaled(hash, self.slots.len());
        while self.slots[slot] != EMPTY {
            let place = self.slots[slot] as usize;
            if is_it(place) {
                return Some(place);
            }
            slot = self.after(slot);
        }
        None
    }

    fn after(&self, slot: usize) -> usize {
        if slot + 1 == self.slots.len() { 0 } else { slot + 1 }
    }
}

/// Something that can be a key of a [`Table`].
pub trait Key: Copy + Ord {
    /// Its hash.
    fn hash(self, seed: Seed) -> u64;
}

impl Key for u32 {
    #[inline(always)]
    fn hash(self, seed: Seed) -> u64 {
        seed.number(u64::from(self))
    }
}

impl Key for u128 {
    #[inline(always)]
    fn hash(self, seed: Seed) -> u64 {
        seed.wide(self)
    }
}

/// Plain keys, each with the indicators that bear it.
#[derive(Debug)]
pub struct Table<K> {
    seed: Seed,
    index: Index,
    keys: Vec<K>,
    bearers: Bearers,
}

impl<K: Key> Table<K> {
    /// Of pairs of key and indicator, in any order.
    #[must_use]
    pub fn new(mut pairs: Vec<(K, u32)>) -> Self {
        let seed = Seed::random();
        pairs.sort_unstable();
        pairs.dedup();
        let mut keys = Vec::new();
        let mut bearers = Bearers::default();
        for group in pairs.chunk_by(|a, b| a.0 == b.0) {
            keys.push(group[0].0);
            bearers.push(group.iter().map(|pair| pair.1));
        }
        let index = Index::new(keys.len(), keys.iter().map(|key| key.hash(seed)));
        Self { seed, index, keys, bearers }
    }

    /// The hash of `key`, by which [`Self::may_hold`] will be asked soon.
    #[inline(always)]
    #[must_use]
    pub fn ask(&self, key: K) -> u64 {
        let hash = key.hash(self.seed);
        self.index.filter.fetch(hash);
        hash
    }

    /// Whether a key of that hash may be there; false is certain.
    #[inline(always)]
    #[must_use]
    pub fn may_hold(&self, hash: u64) -> bool {
        self.index.filter.may_hold(hash)
    }

    /// The indicators that bear `key`.
    #[must_use]
    pub fn get(&self, key: K) -> &[u32] {
        let found = self.index.find(key.hash(self.seed), |place| self.keys[place] == key);
        found.map_or(&[], |place| self.bearers.get(place))
    }

    /// Whether there is no key at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

/// Byte strings, each with the indicators that bear it.
#[derive(Debug)]
pub struct Texts {
    seed: Seed,
    index: Index,
    arena: Vec<u8>,
    ends: Vec<u32>,
    bearers: Bearers,
}

impl Texts {
    /// Of pairs of string and indicator, in any order. All strings together are at most 4 GiB.
    #[must_use]
    pub fn new<T: AsRef<[u8]> + Ord>(mut pairs: Vec<(T, u32)>) -> Self {
        let seed = Seed::random();
        pairs.sort_unstable();
        pairs.dedup();
        let (mut arena, mut ends, mut hashes) = (Vec::new(), Vec::new(), Vec::new());
        let mut bearers = Bearers::default();
        for group in pairs.chunk_by(|a, b| a.0 == b.0) {
            arena.extend_from_slice(group[0].0.as_ref());
            ends.push(u32::try_from(arena.len()).expect("less than 4 GiB of indicators"));
            hashes.push(seed.bytes(group[0].0.as_ref()));
            bearers.push(group.iter().map(|pair| pair.1));
        }
        let index = Index::new(ends.len(), hashes.into_iter());
        Self { seed, index, arena, ends, bearers }
    }

    /// The indicators that bear `text`.
    #[must_use]
    pub fn get(&self, text: &[u8]) -> &[u32] {
        let found = self.index.find(self.seed.bytes(text), |place| self.text(place) == text);
        found.map_or(&[], |place| self.bearers.get(place))
    }

    /// Whether there is no string at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    fn text(&self, place: usize) -> &[u8] {
        let start = if place == 0 { 0 } else { self.ends[place - 1] as usize };
        &self.arena[start..self.ends[place] as usize]
    }
}

/// For each place, the indicators there: nearly always one.
#[derive(Debug, Default)]
pub struct Bearers {
    ids: Vec<u32>,
    /// Where the ids of a place end; empty as long as each place has one.
    ends: Vec<u32>,
}

impl Bearers {
    /// Add the next place.
    pub fn push(&mut self, ids: impl Iterator<Item = u32>) {
        let before = self.ids.len();
        self.ids.extend(ids);
        if self.ends.is_empty() && self.ids.len() > before + 1 {
            self.ends.extend(1..=before as u32);
        }
        if !self.ends.is_empty() || self.ids.len() > before + 1 {
            self.ends.push(self.ids.len() as u32);
        }
    }

    /// The indicators at a place.
    #[must_use]
    pub fn get(&self, place: usize) -> &[u32] {
        if self.ends.is_empty() {
            return &self.ids[place..=place];
        }
        let start = if place == 0 { 0 } else { self.ends[place - 1] as usize };
        &self.ids[start..self.ends[place] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::{Table, Texts};

    #[test]
    fn holds_what_was_put_in_and_nothing_else() {
        let pairs: Vec<(u32, u32)> = (0..5000).map(|n| (n * 7, n)).collect();
        let table = Table::new(pairs);
        for key in 0..40_000 {
            let expected: &[u32] = if key % 7 == 0 && key / 7 < 5000 { &[key / 7] } else { &[] };
            assert_eq!(table.get(key), expected);
        }
    }

    #[test]
    fn one_key_may_have_several_bearers() {
        let texts = Texts::new(vec![("a", 3), ("b", 1), ("a", 0), ("a", 3), ("", 9)]);
        assert_eq!(texts.get(b"a"), [0, 3]);
        assert_eq!(texts.get(b"b"), [1]);
        assert_eq!(texts.get(b""), [9]);
        assert!(texts.get(b"c").is_empty());
    }
}
