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
    arena.extend([0; size_of::<u128>()]); // so much may be read from each place
    // Most comparisons end within a beginning.
    let mut order: Vec<(u128, u32)> = (0..).zip(rows).map(|(place, row)| (row.value.beginning(arena), place)).collect();
    let key = |place: u32| {
        let row = &rows[place as usize];
        (row.value.of(arena), row.day, fact(row.fact))
    };
    order.sort_unstable_by(|one, other| one.0.cmp(&other.0).then_with(|| key(one.1).cmp(&key(other.1))));
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

/// Undated rows come first, as in a table.
fn collected<'v, V>(row: &Row<V>, value: &'v [u8]) -> Collected<'v> {
    Collected { value, day: (row.day != UNDATED).then_some(row.day), fact: row.fact, tally: row.tally }
}

/// Bring the labels of a name in the order from the last to the first.
pub fn reverse(name: &mut [u8]) {
    name.reverse();
    name.split_mut(|&byte| byte == b'.').for_each(<[u8]>::reverse);
}
