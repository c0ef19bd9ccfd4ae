//! The columns of a row group, read side by side.

use std::io;

use parquet::column::reader::ColumnReaderImpl;
use parquet::data_type::{ByteArrayType, DataType, FixedLenByteArrayType, Int32Type, Int64Type};

use crate::batch::{DAY, SECOND, Values};
use crate::errors::{damaged, from_parquet};
use crate::input::Input;
use crate::layout;
use crate::rows::{Place, Table, Tally};

/// The column of values.
pub enum ValueColumn {
    Numbers(ColumnReaderImpl<Int32Type>),
    Fixed(ColumnReaderImpl<FixedLenByteArrayType>, usize),
    Texts(ColumnReaderImpl<ByteArrayType>),
}

impl ValueColumn {
    pub fn open(input: &Input, group: usize) -> io::Result<Self> {
        Ok(match (input.table, input.table.width()) {
            (Table::Ipv4, _) => Self::Numbers(input.column(group, layout::VALUE)?),
            (_, Some(width)) => Self::Fixed(input.column(group, layout::VALUE)?, width),
            (_, None) => Self::Texts(input.column(group, layout::VALUE)?),
        })
    }

    pub fn skip(&mut self, rows: usize) -> io::Result<()> {
        match self {
            Self::Numbers(column) => skip(column, rows),
            Self::Fixed(column, _) => skip(column, rows),
            Self::Texts(column) => skip(column, rows),
        }
    }

    /// The values of the next rows, which are in order.
    pub fn read(&mut self, rows: usize) -> io::Result<Values> {
        let (values, are_values) = match self {
            Self::Numbers(column) => (Values::Numbers(read(column, rows)?), true),
            Self::Fixed(column, width) => {
                let values = read(column, rows)?;
                let all = values.iter().all(|value| value.data().len() == *width);
                (Values::Fixed(values), all)
            }
            Self::Texts(column) => {
                let values = read(column, rows)?;
                let all = values.iter().all(|value| std::str::from_utf8(value.data()).is_ok());
                (Values::Texts(values), all)
            }
        };
        if !are_values {
            return Err(damaged("a value is none of its table"));
        }
        if !values.ordered() {
            return Err(damaged("its values are out of order"));
        }
        Ok(values)
    }
}

/// All other columns.
pub struct OtherColumns {
    source: ColumnReaderImpl<Int32Type>,
    day: ColumnReaderImpl<Int32Type>,
    fact: ColumnReaderImpl<Int32Type>,
    count: ColumnReaderImpl<Int64Type>,
    second: ColumnReaderImpl<Int32Type>,
    microsecond: ColumnReaderImpl<Int32Type>,
    span: ColumnReaderImpl<Int32Type>,
    span_microsecond: ColumnReaderImpl<Int32Type>,
    inward: ColumnReaderImpl<Int64Type>,
    outward: ColumnReaderImpl<Int64Type>,
}

impl OtherColumns {
    pub fn open(input: &Input, group: usize) -> io::Result<Self> {
        Ok(Self {
            source: input.column(group, layout::SOURCE)?,
            day: input.column(group, layout::DAY)?,
            fact: input.column(group, layout::FACT)?,
            count: input.column(group, layout::COUNT)?,
            second: input.column(group, layout::SECOND)?,
            microsecond: input.column(group, layout::MICROSECOND)?,
            span: input.column(group, layout::SPAN)?,
            span_microsecond: input.column(group, layout::SPAN_MICROSECOND)?,
            inward: input.column(group, layout::INWARD)?,
            outward: input.column(group, layout::OUTWARD)?,
        })
    }

    pub fn skip(&mut self, rows: usize) -> io::Result<()> {
        skip(&mut self.source, rows)?;
        skip(&mut self.day, rows)?;
        skip(&mut self.fact, rows)?;
        skip(&mut self.count, rows)?;
        skip(&mut self.second, rows)?;
        skip(&mut self.microsecond, rows)?;
        skip(&mut self.span, rows)?;
        skip(&mut self.span_microsecond, rows)?;
        skip(&mut self.inward, rows)?;
        skip(&mut self.outward, rows)
    }

    /// What the next rows are of, and what is counted of them.
    pub fn read(&mut self, rows: usize) -> io::Result<Vec<(Place, Tally)>> {
        let source = read(&mut self.source, rows)?;
        let day = read_optional(&mut self.day, rows)?;
        let fact = read(&mut self.fact, rows)?;
        let count = read(&mut self.count, rows)?;
        let second = read(&mut self.second, rows)?;
        let microsecond = read(&mut self.microsecond, rows)?;
        let span = read(&mut self.span, rows)?;
        let span_microsecond = read(&mut self.span_microsecond, rows)?;
        let inward = read_optional(&mut self.inward, rows)?;
        let outward = read_optional(&mut self.outward, rows)?;
        let number = |number: i64| u64::try_from(number).map_err(|_| damaged("a count is negative"));
        (0..rows)
            .map(|row| {
                let (first, last) = match day[row] {
                    None => (0, 0),
                    Some(day) => {
                        let first = moment(second[row], microsecond[row]);
                        let last = first + moment(span[row], span_microsecond[row]);
                        let begin =
                            i64::from(day).checked_mul(DAY).filter(|_| 0 <= first && first <= last && last < DAY);
                        let begin = begin.ok_or_else(|| damaged("a time does not lie in its day"))?;
                        (begin + first, begin + last)
                    }
                };
                let place =
                    Place { source: source[row].cast_unsigned(), day: day[row], fact: fact[row].cast_unsigned() };
                let inward = inward[row].map(number).transpose()?;
                let outward = outward[row].map(number).transpose()?;
                Ok((place, Tally { count: number(count[row])?, first, last, inward, outward }))
            })
            .collect()
    }
}

fn moment(second: i32, microsecond: i32) -> i64 {
    i64::from(second) * SECOND + i64::from(microsecond)
}

fn skip<T: DataType>(column: &mut ColumnReaderImpl<T>, rows: usize) -> io::Result<()> {
    match column.skip_records(rows).map_err(from_parquet)? {
        skipped if skipped == rows => Ok(()),
        _ => Err(short()),
    }
}

fn read<T: DataType>(column: &mut ColumnReaderImpl<T>, rows: usize) -> io::Result<Vec<T::T>> {
    let mut values = Vec::with_capacity(rows);
    match column.read_records(rows, None, None, &mut values).map_err(from_parquet)? {
        _ if values.len() == rows => Ok(values),
        _ => Err(short()),
    }
}

/// For each row its number, if it has one.
fn read_optional<T: DataType>(column: &mut ColumnReaderImpl<T>, rows: usize) -> io::Result<Vec<Option<T::T>>> {
    let (mut numbers, mut levels) = (Vec::new(), Vec::with_capacity(rows));
    column.read_records(rows, Some(&mut levels), None, &mut numbers).map_err(from_parquet)?;
    let known = levels.iter().filter(|&&level| level == 1).count();
    if levels.len() != rows || numbers.len() != known {
        return Err(short());
    }
    let mut numbers = numbers.into_iter();
    Ok(levels.into_iter().map(|level| if level == 1 { numbers.next() } else { None }).collect())
}

fn short() -> io::Error {
    damaged("a column has fewer rows than its row group")
}
