//! Rows of numbers: every reading is kept as a row of its own, and those that are alike are added up when there are
//! many.
//!
//! Most addresses of a log are new or seldom: to look each up in a table would cost more than to sort all of them.

use crate::rows::{Collected, Row, Sight};
use crate::simd::fetch;

/// Rows of which the memory is asked for before they are added up.
const AHEAD: usize = 16;

/// A number that is a value.
pub trait Number: Copy + Eq {
    /// What orders values, and equal ones by the places where they stand.
    type Key: Copy + Ord;

    /// The key of a value at a place.
    fn key(self, place: u32) -> Self::Key;

    /// The value in a key.
    fn value(key: Self::Key) -> Self;

    /// The place in a key.
    fn place(key: Self::Key) -> usize;
}

impl Number for u32 {
    type Key = u64;

    #[inline]
    fn key(self, place: u32) -> u64 {
        u64::from(self) << 32 | u64::from(place)
    }

    #[inline]
    fn value(key: u64) -> Self {
        (key >> 32) as Self
    }

    #[inline]
    fn place(key: u64) -> usize {
        key as u32 as usize
    }
}

impl Number for u128 {
    type Key = (u128, u32);

    #[inline]
    fn key(self, place: u32) -> (u128, u32) {
        (self, place)
    }

    #[inline]
    fn value((value, _): (u128, u32)) -> Self {
        value
    }

    #[inline]
    fn place((_, place): (u128, u32)) -> usize {
        place as usize
    }
}

/// Rows of one kind of numbers.
#[derive(Default)]
pub struct Numbers<V> {
    rows: Vec<Row<V>>,
    /// So many of them, from the first on, are in order of value and all different.
    added_up: usize,
    /// Memory for the next ones.
    spare: Vec<Row<V>>,
}

impl<V: Number> Numbers<V> {
    /// How many there are: more than there will be, until they are added up.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Bytes in memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        (self.rows.capacity() + self.spare.capacity()) * size_of::<Row<V>>()
    }

    /// Count a record in which a value stands.
    #[inline]
    pub fn count(&mut self, value: V, sight: &Sight) {
        self.rows.push(Row::of(value, sight));
    }

    /// Make one row of those that have the same value, day and fact.
    pub fn add_up(&mut self) {
        if self.added_up == self.rows.len() {
            return;
        }
        let rows = &self.rows;
        // Keys are moved instead of rows, which are larger.
        let mut order: Vec<V::Key> = (0..).zip(rows).map(|(place, row)| row.value.key(place)).collect();
        order.sort_unstable();
        let mut sums = std::mem::take(&mut self.spare);
        let mut begin = 0;
        while let Some(&first) = order.get(begin) {
            let alike = order[begin..].iter().take_while(|&&key| V::value(key) == V::value(first)).count();
            let end = begin + alike;
            if alike > 1 {
                order[begin..end].sort_by_key(|&key| {
                    let row = &rows[V::place(key)];
                    (row.day, row.fact)
                });
            }
            for at in begin..end {
                if let Some(&soon) = order.get(at + AHEAD) {
                    fetch(&rows[V::place(soon)]);
                }
                let row = &rows[V::place(order[at])];
                match sums.last_mut() {
                    Some(sum) if sum.is_alike(row) => sum.tally.add(&row.tally),
                    _ => sums.push(*row),
                }
            }
            begin = end;
        }
        self.spare = std::mem::replace(&mut self.rows, sums);
        self.spare.clear();
        self.added_up = self.rows.len();
    }

    /// Give each value another one, no two the same.
    pub fn rename(&mut self, name: impl Fn(V) -> V) {
        self.add_up();
        for alike in self.rows.chunk_by_mut(|one, next| one.value == next.value) {
            let value = name(alike[0].value);
            for row in alike {
                row.value = value;
            }
        }
        self.added_up = 0;
    }

    /// Hand over all rows in order of value, day and fact, where `fact` renumbers facts; they are forgotten here.
    pub fn drain<const SIZE: usize, E>(
        &mut self,
        fact: impl Fn(u32) -> u32,
        bytes: impl Fn(V) -> [u8; SIZE],
        mut each: impl FnMut(Collected<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.add_up();
        self.added_up = 0;
        let mut rows = self.rows.chunk_by_mut(|one, next| one.value == next.value);
        let all = rows.try_for_each(|alike| {
            alike.sort_by_key(|row| (row.day, fact(row.fact)));
            alike.iter().try_for_each(|row| each(row.collected(&bytes(row.value))))
        });
        self.rows.clear();
        all
    }
}
