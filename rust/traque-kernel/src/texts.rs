//! Rows of values that are bytes: each is looked up in a table when it is read.

use crate::readings::Kept;
use crate::rows::{Collected, Row, Sight};
use crate::set::Seed;
use crate::simd::fetch;

/// Rows of which the memory is asked for before they are handed over.
const AHEAD: usize = 16;

/// Counts that wait for the memory that they change.
const WAITING: usize = 32;

/// Slots of an empty table.
const SLOTS: usize = 1 << 8;

/// Rows of one kind of texts.
pub struct Texts {
    seed: Seed,
    /// The upper half of a row's hash, and in the lower half its place from 1; 0 for none. Never more than half full.
    slots: Vec<u64>,
    rows: Vec<Row<Kept>>,
    /// The bytes of their values.
    arena: Vec<u8>,
    /// What is counted next: hashes, and rows whose values are kept elsewhere.
    waiting: Vec<(u64, Row<Kept>)>,
}

impl Texts {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self {
            seed: Seed::random(),
            slots: vec![0; SLOTS],
            rows: Vec::new(),
            arena: Vec::new(),
            waiting: Vec::with_capacity(WAITING),
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Bytes in memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.slots.capacity() * size_of::<u64>() + self.rows.capacity() * size_of::<Row<Kept>>() + self.arena.capacity()
    }

    /// Count a record in which a value stands, which is kept in `text`, at [`Self::settle`] at the latest.
    #[inline]
    pub fn count(&mut self, value: Kept, text: &[u8], sight: &Sight) {
        let place = u64::from(sight.day.cast_unsigned()) << 32 | u64::from(sight.fact);
        let hash = self.seed.number(self.seed.bytes(value.of(text)) ^ place);
        fetch(&self.slots[self.slot(hash)]);
        self.waiting.push((hash, Row::of(value, sight)));
        if self.waiting.len() == WAITING {
            self.settle(text);
        }
    }

    /// Count what waits; all of it is kept in `text`.
    pub fn settle(&mut self, text: &[u8]) {
        let mut waiting = std::mem::take(&mut self.waiting);
        let row = |hash| (self.slots[self.slot(hash)] as u32).checked_sub(1).map(|place| &self.rows[place as usize]);
        waiting.iter().filter_map(|&(hash, _)| row(hash)).for_each(fetch);
        let value = |row: &Row<Kept>| row.value.of(&self.arena).first();
        waiting.iter().filter_map(|&(hash, _)| value(row(hash)?)).for_each(fetch);
        for (hash, row) in waiting.drain(..) {
            self.add(hash, row, row.value.of(text));
        }
        self.waiting = waiting;
    }

    /// Add to the row that is alike, or else another row.
    #[inline]
    fn add(&mut self, hash: u64, row: Row<Kept>, value: &[u8]) {
        let mut slot = self.slot(hash);
        while self.slots[slot] != 0 {
            let found = self.slots[slot];
            if (found ^ hash) >> 32 == 0 {
                let known = &mut self.rows[(found as u32 - 1) as usize];
                if (known.day, known.fact) == (row.day, row.fact) && known.value.of(&self.arena) == value {
                    known.tally.add(&row.tally);
                    return;
                }
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        self.rows.push(Row { value: Kept::new(value, &mut self.arena), ..row });
        self.slots[slot] = hash & !u64::from(u32::MAX) | self.rows.len() as u64;
        if self.rows.len() * 2 > self.slots.len() {
            self.grow();
        }
    }

    #[inline]
    fn slot(&self, hash: u64) -> usize {
        (((hash >> 32) * self.slots.len() as u64) >> 32) as usize
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

    /// Give some values other ones, no two the same. Nothing is counted from now on until all are handed over.
    pub fn rename(&mut self, name: impl Fn(&[u8]) -> Option<Vec<u8>>) {
        for row in &mut self.rows {
            if let Some(value) = name(row.value.of(&self.arena)) {
                row.value = Kept::new(&value, &mut self.arena);
            }
        }
    }

    /// Hand over all rows in order of value, day and fact, where `fact` renumbers facts; they are forgotten here.
    /// `reversed` are names, whose labels are brought in the order from the last to the first.
    pub fn drain<E>(
        &mut self,
        reversed: bool,
        fact: impl Fn(u32) -> u32,
        mut each: impl FnMut(Collected<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let Self { slots, rows, arena, .. } = self;
        slots.fill(0);
        if reversed {
            for row in &*rows {
                reverse(row.value.of_mut(arena));
            }
        }
        arena.extend([0; CHUNK]); // so much may be read from each place
        let chunk = |(place, row): (u32, &Row<Kept>)| (row.value.chunk(0, arena), place);
        let mut order: Vec<(u128, u32)> = (0..).zip(&*rows).map(chunk).collect();
        Order { rows, arena, fact }.sort(&mut order, 0);
        let soon = |at: usize| order.get(at).map(|&(_, place)| &rows[place as usize]);
        let all = order.iter().enumerate().try_for_each(|(at, &(_, place))| {
            soon(at + 2 * AHEAD).into_iter().for_each(fetch);
            soon(at + AHEAD).and_then(|row| row.value.of(arena).first()).into_iter().for_each(fetch);
            let row = &rows[place as usize];
            each(row.collected(row.value.of(arena)))
        });
        rows.clear();
        arena.clear();
        all
    }
}

/// Bytes of a value that are compared at once.
const CHUNK: usize = size_of::<u128>();

/// Chunks after which values that are still alike are compared as a whole.
const CHUNKS: usize = 16;

/// Brings rows of bytes in order.
struct Order<'r, F> {
    rows: &'r [Row<Kept>],
    arena: &'r [u8],
    fact: F,
}

impl<F: Fn(u32) -> u32> Order<'_, F> {
    /// Sort places, each with a chunk of its value that begins at `from`, before which all these values are the same.
    fn sort(&self, order: &mut [(u128, u32)], from: usize) {
        order.sort_unstable_by_key(|&(chunk, _)| chunk);
        let end = from + CHUNK;
        for alike in order.chunk_by_mut(|one, next| one.0 == next.0).filter(|alike| alike.len() > 1) {
            if end >= CHUNKS * CHUNK {
                alike.sort_unstable_by(|one, other| self.key(one.1).cmp(&self.key(other.1)));
                continue;
            }
            // Those that end here come first.
            let ends = |place: u32| self.row(place).value.length() <= end;
            alike.sort_unstable_by_key(|&(_, place)| !ends(place));
            let (ended, others) = alike.split_at_mut(alike.partition_point(|&(_, place)| ends(place)));
            ended.sort_unstable_by_key(|&(_, place)| {
                let row = self.row(place);
                (row.value.length(), row.day, (self.fact)(row.fact))
            });
            for (chunk, place) in &mut *others {
                *chunk = self.row(*place).value.chunk(end, self.arena);
            }
            self.sort(others, end);
        }
    }

    fn row(&self, place: u32) -> &Row<Kept> {
        &self.rows[place as usize]
    }

    /// What rows are ordered by.
    fn key(&self, place: u32) -> (&[u8], i32, u32) {
        let row = self.row(place);
        (row.value.of(self.arena), row.day, (self.fact)(row.fact))
    }
}

/// Bring the labels of a name in the order from the last to the first.
pub fn reverse(name: &mut [u8]) {
    name.reverse();
    name.split_mut(|&byte| byte == b'.').for_each(<[u8]>::reverse);
}
