//! Rows are handed over in the order of a table: by value, day and fact.

use crate::readings::Kept;
use crate::rows::{Number, Row, Tally, UNDATED};
use crate::simd::fetch;

/// Rows of which the memory is asked for before they are handed over.
const AHEAD: usize = 16;

/// A row as it is handed over.
#[derive(Clone, Copy, Debug)]
pub struct Collected<'v> {
    /// The value: the bytes of an address or a hash, a name from its last label to its first, a URL without its
    /// scheme and then a space and the scheme, a mail address.
    pub value: &'v [u8],
    /// The day since 1970; None without a time.
    pub day: Option<i32>,
    /// What its records say of it, by a number.
    pub fact: u32,
    /// What was counted.
    pub tally: Tally,
}

/// Rows of numbers, where `fact` renumbers facts.
pub fn numbers<V: Number, const SIZE: usize, E>(
    rows: &[Row<V>],
    fact: impl Fn(u32) -> u32,
    bytes: impl Fn(V) -> [u8; SIZE],
    mut each: impl FnMut(Collected<'_>) -> Result<(), E>,
) -> Result<(), E> {
    // Keys are moved instead of rows, which are larger.
    let mut order: Vec<V::Key> =
        (0..).zip(rows).map(|(place, row)| row.value.key(row.day, fact(row.fact), place)).collect();
    order.sort_unstable();
    order.iter().enumerate().try_for_each(|(at, &key)| {
        if let Some(&soon) = order.get(at + AHEAD) {
            fetch(&rows[V::place(soon) as usize]);
        }
        let row = &rows[V::place(key) as usize];
        each(collected(row, &bytes(row.value)))
    })
}

/// Rows of bytes, which are kept in `arena`.
pub fn texts<E>(
    rows: &[Row<Kept>],
    arena: &mut Vec<u8>,
    fact: impl Fn(u32) -> u32,
    mut each: impl FnMut(Collected<'_>) -> Result<(), E>,
) -> Result<(), E> {
    arena.extend([0; CHUNK]); // so much may be read from each place
    let mut order: Vec<(u128, u32)> = (0..).zip(rows).map(|(place, row)| (row.value.chunk(0, arena), place)).collect();
    Texts { rows, arena, fact }.sort(&mut order, 0);
    let soon = |at: usize| order.get(at).map(|&(_, place)| &rows[place as usize]);
    order.iter().enumerate().try_for_each(|(at, &(_, place))| {
        if let Some(row) = soon(at + 2 * AHEAD) {
            fetch(row);
        }
        if let Some(byte) = soon(at + AHEAD).and_then(|row| row.value.of(arena).first()) {
            fetch(byte);
        }
        let row = &rows[place as usize];
        each(collected(row, row.value.of(arena)))
    })
}

/// Bytes of a value that are compared at once.
const CHUNK: usize = size_of::<u128>();

/// Chunks after which values that are still alike are compared as a whole.
const CHUNKS: usize = 16;

/// Brings rows of bytes in order.
struct Texts<'r, F> {
    rows: &'r [Row<Kept>],
    arena: &'r [u8],
    fact: F,
}

impl<F: Fn(u32) -> u32> Texts<'_, F> {
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

/// Undated rows come first, as in a table.
fn collected<'v, V>(row: &Row<V>, value: &'v [u8]) -> Collected<'v> {
    Collected { value, day: (row.day != UNDATED).then_some(row.day), fact: row.fact, tally: row.tally }
}

/// Bring the labels of a name in the order from the last to the first.
pub fn reverse(name: &mut [u8]) {
    name.reverse();
    name.split_mut(|&byte| byte == b'.').for_each(<[u8]>::reverse);
}
