//! Readings added up: how many records of a day hold a value, from when to when.

use crate::readings::Kept;
use crate::set::Seed;
use crate::simd;

/// The day of what has no time.
pub const UNDATED: i32 = i32::MIN;

/// No number.
const NONE: u64 = u64::MAX;

/// What is counted of a value, a day and a fact.
#[derive(Clone, Copy, Debug)]
pub struct Tally {
    /// Records.
    pub count: u64,
    /// The first of them, in microseconds of UTC since 1970; meaningless without a day.
    pub first: i64,
    /// The last of them.
    pub last: i64,
    sums: [u64; 2],
    /// The record that was counted last.
    record: u64,
}

impl Tally {
    /// What was summed, where the records state it.
    #[must_use]
    pub fn sums(&self) -> [Option<u64>; 2] {
        self.sums.map(|sum| (sum != NONE).then_some(sum))
    }
}

/// One record in which a value stands.
#[derive(Clone, Copy, Debug)]
pub struct Sight {
    /// Its number in the stream.
    pub record: u64,
    /// Its moment, in microseconds of UTC since 1970; 0 without a day.
    pub moment: i64,
    /// Its day since 1970, or [`UNDATED`].
    pub day: i32,
    /// What it says of the value, by a number.
    pub fact: u32,
    /// Numbers that it states.
    pub sums: [Option<u64>; 2],
}

/// A row: a value, a day and a fact, and what was counted of them. It lies in one line of the processor's memory.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub struct Row<V> {
    /// The value.
    pub value: V,
    /// The day since 1970, or [`UNDATED`].
    pub day: i32,
    /// The fact.
    pub fact: u32,
    /// What was counted.
    pub tally: Tally,
}

/// Counts that wait for the memory that they change.
const WAITING: usize = 32;

/// Rows of one kind of values.
pub struct Rows<V> {
    seed: Seed,
    /// The upper half of a row's hash, and in the lower half its place from 1; 0 for none. Never more than half full.
    slots: Vec<u64>,
    all: Vec<Row<V>>,
    /// What is counted next: hashes, values and sights.
    waiting: Vec<(u64, V, Sight)>,
}

impl<V: Copy> Rows<V> {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self { seed: Seed::random(), slots: vec![0; 1 << 8], all: Vec::new(), waiting: Vec::new() }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// All of them, forgotten here.
    pub fn take(&mut self) -> Vec<Row<V>> {
        self.slots = vec![0; 1 << 8];
        std::mem::take(&mut self.all)
    }

    /// Bytes in memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.slots.capacity() * size_of::<u64>() + self.all.capacity() * size_of::<Row<V>>()
    }

    /// The hash of a row of a value with that hash.
    #[inline]
    fn hash(&self, value: u64, day: i32, fact: u32) -> u64 {
        self.seed.number(value ^ (u64::from(day.cast_unsigned()) << 32 | u64::from(fact)))
    }

    #[inline]
    fn slot(&self, hash: u64) -> usize {
        (((hash >> 32) * self.slots.len() as u64) >> 32) as usize
    }

    /// Count a record later: whether it is time to.
    #[inline]
    fn wait(&mut self, hash: u64, value: V, sight: &Sight) -> bool {
        simd::fetch(&self.slots[self.slot(hash)]);
        self.waiting.push((hash, value, *sight));
        self.waiting.len() == WAITING
    }

    /// Ask for the rows that will be counted, and answer those that are there already.
    fn fetch(&self) -> impl Iterator<Item = usize> {
        let found = self.waiting.iter().map(|(hash, ..)| self.slots[self.slot(*hash)]);
        found.filter(|&found| found != 0).map(|found| {
            let place = (found as u32 - 1) as usize;
            simd::fetch(&self.all[place]);
            place
        })
    }

    /// Count a record in the row with that hash whose value `is` the one, or else in a new row of `value`: whether
    /// it is new. A record that the row counted last is not counted again.
    #[inline]
    fn add(&mut self, hash: u64, sight: &Sight, value: V, is: impl Fn(V) -> bool) -> bool {
        let mut slot = self.slot(hash);
        loop {
            let found = self.slots[slot];
            if found == 0 {
                break;
            }
            if (found ^ hash) >> 32 == 0 {
                let row = &mut self.all[(found as u32 - 1) as usize];
                if row.day == sight.day && row.fact == sight.fact && is(row.value) {
                    row.tally.add(sight);
                    return false;
                }
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        let tally = Tally {
            count: 1,
            first: sight.moment,
            last: sight.moment,
            sums: sight.sums.map(|sum| sum.unwrap_or(NONE)),
            record: sight.record,
        };
        self.all.push(Row { value, day: sight.day, fact: sight.fact, tally });
        self.slots[slot] = hash & !u64::from(u32::MAX) | self.all.len() as u64;
        if self.all.len() * 2 > self.slots.len() {
            self.grow();
        }
        true
    }

    #[cold]
    fn grow(&mut self) {
        let larger = vec![0; self.slots.len() * 2];
        for found in std::mem::replace(&mut self.slots, larger).into_iter().filter(|&found| found != 0) {
            let mut slot = self.slot(found);
            while self.slots[slot] != 0 {
                slot = (slot + 1) & (self.slots.len() - 1);
            }
            self.slots[slot] = found;
        }
    }
}

/// Rows of numbers.
impl<V: Number> Rows<V> {
    /// Count a value in a record, at [`Self::settle`] at the latest.
    #[inline]
    pub fn count(&mut self, value: V, sight: &Sight) {
        let hash = self.hash(value.hash(self.seed), sight.day, sight.fact);
        if self.wait(hash, value, sight) {
            self.settle();
        }
    }

    /// Count what waits.
    pub fn settle(&mut self) {
        self.fetch().for_each(drop);
        let mut waiting = std::mem::take(&mut self.waiting);
        for (hash, value, sight) in waiting.drain(..) {
            self.add(hash, &sight, value, |other| other == value);
        }
        self.waiting = waiting;
    }
}

/// A number that is a value.
pub trait Number: Copy + Eq {
    /// What rows are ordered by: value, day, fact, and then their place.
    type Key: Copy + Ord;

    /// Its hash.
    fn hash(self, seed: Seed) -> u64;

    /// The key of a row at a place.
    fn key(self, day: i32, fact: u32, place: u32) -> Self::Key;

    /// The place in a key.
    fn place(key: Self::Key) -> u32;
}

/// Day, fact and place in their order; days have a sign.
#[inline]
fn behind(day: i32, fact: u32, place: u32) -> u128 {
    u128::from(day.cast_unsigned() ^ 1 << 31) << 64 | u128::from(fact) << 32 | u128::from(place)
}

impl Number for u32 {
    type Key = u128;

    #[inline]
    fn hash(self, seed: Seed) -> u64 {
        seed.number(u64::from(self))
    }

    #[inline]
    fn key(self, day: i32, fact: u32, place: u32) -> u128 {
        u128::from(self) << 96 | behind(day, fact, place)
    }

    #[inline]
    fn place(key: u128) -> u32 {
        key as u32
    }
}

impl Number for u128 {
    type Key = (u128, u128);

    #[inline]
    fn hash(self, seed: Seed) -> u64 {
        seed.wide(self)
    }

    #[inline]
    fn key(self, day: i32, fact: u32, place: u32) -> (u128, u128) {
        (self, behind(day, fact, place))
    }

    #[inline]
    fn place((_, behind): (u128, u128)) -> u32 {
        behind as u32
    }
}

/// Rows of values that are bytes.
pub struct WrittenRows {
    rows: Rows<Kept>,
    arena: Vec<u8>,
}

impl WrittenRows {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self { rows: Rows::new(), arena: Vec::new() }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Bytes in memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.rows.bytes() + self.arena.capacity()
    }

    /// All of them, forgotten here, and the bytes of their values.
    pub fn take(&mut self) -> (Vec<Row<Kept>>, Vec<u8>) {
        (self.rows.take(), std::mem::take(&mut self.arena))
    }

    /// Count a value, which is kept in `text`, in a record, at [`Self::settle`] at the latest.
    #[inline]
    pub fn count(&mut self, value: Kept, text: &[u8], sight: &Sight) {
        let hash = self.rows.hash(self.rows.seed.bytes(value.of(text)), sight.day, sight.fact);
        if self.rows.wait(hash, value, sight) {
            self.settle(text);
        }
    }

    /// Count what waits; all of it is kept in `text`.
    pub fn settle(&mut self, text: &[u8]) {
        let Self { rows, arena } = self;
        let places: [usize; WAITING] = {
            let mut found = rows.fetch();
            std::array::from_fn(|_| found.next().unwrap_or(usize::MAX))
        };
        for row in places.iter().map_while(|&place| rows.all.get(place)) {
            row.value.of(arena).first().into_iter().for_each(simd::fetch);
        }
        let mut waiting = std::mem::take(&mut rows.waiting);
        for (hash, value, sight) in waiting.drain(..) {
            let value = value.of(text);
            if rows.add(hash, &sight, Kept::behind(arena, value), |other| other.of(arena) == value) {
                arena.extend_from_slice(value);
            }
        }
        rows.waiting = waiting;
    }
}

impl Tally {
    #[inline]
    fn add(&mut self, sight: &Sight) {
        if self.record == sight.record {
            return;
        }
        self.record = sight.record;
        self.count += 1;
        self.first = self.first.min(sight.moment);
        self.last = self.last.max(sight.moment);
        for (sum, more) in self.sums.iter_mut().zip(sight.sums) {
            if let Some(more) = more {
                *sum = if *sum == NONE { more } else { sum.saturating_add(more).min(NONE - 1) };
            }
        }
    }
}
