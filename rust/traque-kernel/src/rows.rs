//! Readings added up: how many records of a day hold a value, from when to when.

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
    /// Of one record.
    #[inline]
    fn of(sight: &Sight) -> Self {
        Self {
            count: 1,
            first: sight.moment,
            last: sight.moment,
            sums: sight.sums.map(|sum| sum.unwrap_or(NONE)),
            record: sight.record,
        }
    }

    /// What was summed, where the records state it.
    #[must_use]
    pub fn sums(&self) -> [Option<u64>; 2] {
        self.sums.map(|sum| (sum != NONE).then_some(sum))
    }

    /// Add what was counted later. A record that was counted last is not counted again.
    #[inline]
    pub fn add(&mut self, later: &Self) {
        if self.record == later.record {
            return;
        }
        self.record = later.record;
        self.count += later.count;
        self.first = self.first.min(later.first);
        self.last = self.last.max(later.last);
        for (sum, &more) in self.sums.iter_mut().zip(&later.sums) {
            if more != NONE {
                *sum = if *sum == NONE { more } else { sum.saturating_add(more).min(NONE - 1) };
            }
        }
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

impl<V> Row<V> {
    /// Of one record.
    #[inline]
    pub fn of(value: V, sight: &Sight) -> Self {
        Self { value, day: sight.day, fact: sight.fact, tally: Tally::of(sight) }
    }

    /// Whether both are of the same value, day and fact.
    #[inline]
    pub fn is_alike(&self, other: &Self) -> bool
    where
        V: PartialEq,
    {
        (&self.value, self.day, self.fact) == (&other.value, other.day, other.fact)
    }

    /// The row as it is handed over, with its value as a table has it. Undated rows come first, as in a table.
    pub fn collected<'v>(&self, value: &'v [u8]) -> Collected<'v> {
        Collected { value, day: (self.day != UNDATED).then_some(self.day), fact: self.fact, tally: self.tally }
    }
}

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
