//! Rows are written as they come, in order.

use std::cmp::Ordering;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::data_type::{ByteArrayType, FixedLenByteArrayType, Int32Type, Int64Type};
use parquet::errors::Result;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};

use crate::batch::{Batch, DAY, Packed, Values};
use crate::errors::{about, from_parquet, invalid};
use crate::layout;
use crate::output::Output;
use crate::rows::{Place, Row, Table, Tally};

/// A row group ends with so many rows, or so many bytes of values.
const GROUP_ROWS: usize = 1 << 20;
const GROUP_BYTES: usize = 64 << 20;

/// Rows that are laid into their columns at once.
const LAST_ROWS: usize = 512;

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Rows in it.
    pub rows: u64,
    /// Its size.
    pub bytes: u64,
    /// Of the whole file, in hexadecimal.
    pub sha256: String,
    /// The first value; empty without rows.
    pub min: Vec<u8>,
    /// The last value.
    pub max: Vec<u8>,
}

/// Write `rows`, which are in order, as a new file. Rows of the same value, source, day and fact are added up.
///
/// The file is not yet forced to the disk.
///
/// # Errors
/// `InvalidInput` for rows out of order and rows that a file cannot hold; those of the file system. What was
/// written is removed.
pub fn write(path: &Path, table: Table, rows: &[Row]) -> io::Result<Written> {
    let mut writer = Writer::create(path, table)?;
    for row in rows {
        writer.push(&row.value, Place { source: row.source, day: row.day, fact: row.fact }, row.tally)?;
    }
    writer.finish()
}

/// Writes one file, row by row. Without [`Writer::finish`] there is no file.
pub struct Writer {
    path: PathBuf,
    table: Table,
    file: SerializedFileWriter<Output>,
    /// The values of the row group.
    values: Packed,
    /// The columns of its rows but for the last ones, and those; to the very last the next row may add.
    batch: Batch,
    last: Vec<(Place, Tally)>,
    min: Option<Vec<u8>>,
    rows: u64,
}

impl Writer {
    /// Begin a file; one of this name is replaced.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn create(path: &Path, table: Table) -> io::Result<Self> {
        let schema = layout::schema(table).map_err(from_parquet)?;
        let properties = layout::properties(table).map_err(from_parquet)?.build();
        let output = Output::create(path).map_err(about(path))?;
        let file = SerializedFileWriter::new(output, schema, Arc::new(properties));
        Ok(Self {
            path: path.to_owned(),
            table,
            file: file.map_err(from_parquet).map_err(about(path))?,
            values: Packed::default(),
            batch: Batch::default(),
            last: Vec::with_capacity(LAST_ROWS),
            min: None,
            rows: 0,
        })
    }

    /// The next row: not before the last; one of the same value, source, day and fact is added to it.
    ///
    /// # Errors
    /// `InvalidInput` for a row out of order or that a file cannot hold; those of the file system.
    pub fn push(&mut self, value: &[u8], place: Place, tally: Tally) -> io::Result<()> {
        check(self.table, value, place.day, &tally)?;
        if let Some((last, sum)) = self.last.last_mut() {
            match (self.values.last(), &*last).cmp(&(value, &place)) {
                Ordering::Less => {}
                Ordering::Equal => {
                    sum.add(&tally);
                    return Ok(());
                }
                Ordering::Greater => return Err(invalid("rows must be in order of value, source, day and fact")),
            }
        }
        if self.last.len() == LAST_ROWS {
            self.settle()?;
        }
        if self.min.is_none() {
            self.min = Some(value.to_vec());
        }
        self.values.push(value);
        self.last.push((place, tally));
        self.rows += 1;
        Ok(())
    }

    /// The end of the file.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn finish(mut self) -> io::Result<Written> {
        let max = self.values.last().to_vec();
        self.batch.extend(&self.last);
        self.write_group()?;
        self.file.finish().map_err(from_parquet).map_err(about(&self.path))?;
        let (bytes, sha256) = self.file.inner_mut().finish().map_err(about(&self.path))?;
        Ok(Written { rows: self.rows, bytes, sha256, min: self.min.unwrap_or_default(), max })
    }

    /// Nothing is added to the last rows any more.
    fn settle(&mut self) -> io::Result<()> {
        self.batch.extend(&self.last);
        self.last.clear();
        if self.batch.len() >= GROUP_ROWS || self.values.size() >= GROUP_BYTES { self.write_group() } else { Ok(()) }
    }

    fn write_group(&mut self) -> io::Result<()> {
        if self.batch.len() == 0 {
            return Ok(());
        }
        let values = self.values.take(self.table);
        let group = self.file.next_row_group();
        let written = group.and_then(|group| write_columns(group, &values, &self.batch));
        written.map_err(from_parquet).map_err(about(&self.path))?;
        self.batch.clear();
        Ok(())
    }
}

fn write_columns(mut group: SerializedRowGroupWriter<'_, Output>, values: &Values, batch: &Batch) -> Result<()> {
    macro_rules! column {
        ($type:ty, $numbers:expr) => {
            column!($type, $numbers, None)
        };
        ($type:ty, $numbers:expr, $present:expr) => {
            if let Some(mut column) = group.next_column()? {
                column.typed::<$type>().write_batch($numbers, $present, None)?;
                column.close()?;
            }
        };
    }
    match values {
        Values::Numbers(values) => column!(Int32Type, values),
        Values::Fixed(values) => column!(FixedLenByteArrayType, values),
        Values::Texts(values) => column!(ByteArrayType, values),
    }
    column!(Int32Type, &batch.source);
    column!(Int32Type, &batch.day, Some(&batch.dated));
    column!(Int32Type, &batch.fact);
    column!(Int64Type, &batch.count);
    column!(Int32Type, &batch.second);
    column!(Int32Type, &batch.microsecond);
    column!(Int32Type, &batch.span);
    column!(Int32Type, &batch.span_microsecond);
    column!(Int64Type, &batch.inward.numbers, Some(&batch.inward.present));
    column!(Int64Type, &batch.outward.numbers, Some(&batch.outward.present));
    group.close().map(drop)
}

/// Whether a file can hold the row.
fn check(table: Table, value: &[u8], day: Option<i32>, tally: &Tally) -> io::Result<()> {
    match table.width() {
        Some(width) if value.len() != width => {
            return Err(invalid(&format!("a value of {} has {width} bytes, not {}", table.name(), value.len())));
        }
        None if std::str::from_utf8(value).is_err() => {
            return Err(invalid(&format!("a value of {} is not UTF-8", table.name())));
        }
        _ => {}
    }
    if let Some(day) = day {
        let begin = i64::from(day).checked_mul(DAY);
        let inside = |begin: i64| begin <= tally.first && tally.first <= tally.last && tally.last - begin < DAY;
        if !begin.is_some_and(inside) {
            return Err(invalid("the first and the last time of a row must lie in its day, in this order"));
        }
    }
    Ok(())
}
