//! Rows in memory, one vector for each column: what a row group is written from.

use bytes::Bytes;
use parquet::data_type::{ByteArray, FixedLenByteArray};

use crate::rows::{Place, Table, Tally};

/// Microseconds of a second and of a day.
pub const SECOND: i64 = 1_000_000;
pub const DAY: i64 = 86_400 * SECOND;

/// The values of a column of values.
#[derive(Debug)]
pub enum Values {
    Numbers(Vec<i32>),
    Fixed(Vec<FixedLenByteArray>),
    Texts(Vec<ByteArray>),
}

impl Values {
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(values) => values.len(),
            Self::Fixed(values) => values.len(),
            Self::Texts(values) => values.len(),
        }
    }

    /// Put the bytes of a value, as its table has them, in the place of what is in `key`.
    pub fn copy(&self, index: usize, key: &mut Vec<u8>) {
        key.clear();
        match self {
            Self::Numbers(values) => key.extend_from_slice(&values[index].to_be_bytes()),
            Self::Fixed(values) => key.extend_from_slice(values[index].data()),
            Self::Texts(values) => key.extend_from_slice(values[index].data()),
        }
    }

    /// The bytes of a value.
    pub fn key(&self, index: usize) -> Box<[u8]> {
        let mut key = Vec::new();
        self.copy(index, &mut key);
        key.into()
    }

    /// How many of them, which are in order, come before these bytes.
    pub fn before(&self, bytes: &[u8]) -> usize {
        match self {
            Self::Numbers(values) => values.partition_point(|value| value.to_be_bytes().as_slice() < bytes),
            Self::Fixed(values) => values.partition_point(|value| value.data() < bytes),
            Self::Texts(values) => values.partition_point(|value| value.data() < bytes),
        }
    }

    /// Whether they are in order.
    pub fn ordered(&self) -> bool {
        match self {
            Self::Numbers(values) => values.is_sorted_by_key(|value| value.cast_unsigned()),
            Self::Fixed(values) => values.is_sorted_by(|one, next| one.data() <= next.data()),
            Self::Texts(values) => values.is_sorted_by(|one, next| one.data() <= next.data()),
        }
    }
}

/// Columns of equal length. Times are as the files have them: `second` and `microsecond` of the day, then how much
/// later the last is.
#[derive(Debug, Default)]
pub struct Batch {
    pub source: Vec<i32>,
    /// Of dated rows only, as `dated` says.
    pub day: Vec<i32>,
    pub dated: Vec<i16>,
    pub fact: Vec<i32>,
    pub count: Vec<i64>,
    pub second: Vec<i32>,
    pub microsecond: Vec<i32>,
    pub span: Vec<i32>,
    pub span_microsecond: Vec<i32>,
    pub inward: Optional,
    pub outward: Optional,
}

/// Numbers that may be missing: those that are not, and for each row whether it is there.
#[derive(Debug, Default)]
pub struct Optional {
    pub numbers: Vec<i64>,
    pub present: Vec<i16>,
}

impl Optional {
    fn extend(&mut self, numbers: impl Iterator<Item = Option<u64>> + Clone) {
        self.present.extend(numbers.clone().map(|number| i16::from(number.is_some())));
        self.numbers.extend(numbers.flatten().map(stored));
    }

    fn clear(&mut self) {
        self.numbers.clear();
        self.present.clear();
    }
}

/// A count as files have it: signed, so that every reader adds it up; what is more is the most.
fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Microseconds of its day at which the first record of a row lies, and how much later the last; 0 without a day.
fn times((place, tally): &(Place, Tally)) -> (i64, i64) {
    place.day.map_or((0, 0), |day| (tally.first - i64::from(day) * DAY, tally.last - tally.first))
}

impl Batch {
    /// More rows. The times of each are of its day.
    pub fn extend(&mut self, rows: &[(Place, Tally)]) {
        self.source.extend(rows.iter().map(|(place, _)| place.source.cast_signed()));
        self.dated.extend(rows.iter().map(|(place, _)| i16::from(place.day.is_some())));
        self.day.extend(rows.iter().filter_map(|(place, _)| place.day));
        self.fact.extend(rows.iter().map(|(place, _)| place.fact.cast_signed()));
        self.count.extend(rows.iter().map(|(_, tally)| stored(tally.count)));
        self.second.extend(rows.iter().map(|row| (times(row).0 / SECOND) as i32));
        self.microsecond.extend(rows.iter().map(|row| (times(row).0 % SECOND) as i32));
        self.span.extend(rows.iter().map(|row| (times(row).1 / SECOND) as i32));
        self.span_microsecond.extend(rows.iter().map(|row| (times(row).1 % SECOND) as i32));
        self.inward.extend(rows.iter().map(|(_, tally)| tally.inward));
        self.outward.extend(rows.iter().map(|(_, tally)| tally.outward));
    }

    pub fn len(&self) -> usize {
        self.source.len()
    }

    pub fn clear(&mut self) {
        self.source.clear();
        self.day.clear();
        self.dated.clear();
        self.fact.clear();
        self.count.clear();
        self.second.clear();
        self.microsecond.clear();
        self.span.clear();
        self.span_microsecond.clear();
        self.inward.clear();
        self.outward.clear();
    }
}

/// The values of a batch that is written, end to end.
#[derive(Debug, Default)]
pub struct Packed {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Packed {
    pub fn push(&mut self, value: &[u8]) {
        self.bytes.extend_from_slice(value);
        self.ends.push(self.bytes.len());
    }

    /// The last of them; nothing where there is none.
    pub fn last(&self) -> &[u8] {
        let start = self.ends.len().checked_sub(2).map_or(0, |before| self.ends[before]);
        &self.bytes[start..]
    }

    /// How many bytes they are.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// They as a column has them; nothing is left.
    pub fn take(&mut self, table: Table) -> Values {
        let bytes = Bytes::from(std::mem::take(&mut self.bytes));
        let ends = std::mem::take(&mut self.ends);
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let pieces = starts.zip(&ends).map(|(start, &end)| start..end);
        match (table, table.width()) {
            (Table::Ipv4, _) => Values::Numbers(
                bytes
                    .chunks_exact(4)
                    .map(|value| i32::from_be_bytes([value[0], value[1], value[2], value[3]]))
                    .collect(),
            ),
            (_, Some(_)) => Values::Fixed(pieces.map(|piece| ByteArray::from(bytes.slice(piece)).into()).collect()),
            (_, None) => Values::Texts(pieces.map(|piece| bytes.slice(piece).into()).collect()),
        }
    }
}
