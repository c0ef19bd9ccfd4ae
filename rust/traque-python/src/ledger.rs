//! The Python skin of `traque-ledger`: nothing but conversion. Files are read and written without the GIL.

use std::io::{Error, ErrorKind};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use pyo3::exceptions::{PyOSError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;
use traque_ledger::{Dropped, FileError, Place, Row, Table, Tally, Writer, Written};

/// Rows as columns, each packed little-endian: source (u32), day (i32), fact (u32), count (u64), first, last,
/// inward, outward (i64), where the value ends (u64), and the values' bytes.
type Packed<T> = (T, T, T, T, T, T, T, T, T, T);

/// Of each row which question it answers (u32), then the rows' columns.
type Found<T> = (T, T, T, T, T, T, T, T, T, T, T);

/// Rows, bytes, SHA-256 in hexadecimal, the first and the last value.
pub type File<'py> = (u64, u64, String, Bound<'py, PyBytes>, Bound<'py, PyBytes>);

/// A day that is none, and bytes that are unknown.
const UNDATED: i32 = i32::MIN;
const UNKNOWN: i64 = -1;

/// Write rows, which are in order, as a file of this kind.
#[pyfunction]
pub fn write_rows<'py>(
    py: Python<'py>,
    kind: &str,
    path: PathBuf,
    columns: Packed<PyBackedBytes>,
) -> PyResult<File<'py>> {
    let table = table(kind)?;
    let written = run(py, || {
        let columns = Columns::new(&columns)?;
        let mut writer = Writer::create(&path, table)?;
        for index in 0..columns.ends.len() {
            columns.write(index, &mut writer)?;
        }
        writer.finish()
    })?;
    Ok(file(py, written))
}

/// Merge files of this kind into one, `output`, without the rows of these sources, of days before that one, and of
/// these values.
#[pyfunction]
pub fn merge_rows<'py>(
    py: Python<'py>,
    kind: &str,
    inputs: Vec<PathBuf>,
    output: PathBuf,
    drop_sources: Vec<u32>,
    drop_before: Option<i32>,
    drop_values: Vec<Vec<u8>>,
) -> PyResult<File<'py>> {
    let table = table(kind)?;
    let dropped = Dropped { sources: drop_sources, before: drop_before, values: drop_values };
    let written = run(py, || traque_ledger::merge(table, &inputs, &output, dropped))?;
    Ok(file(py, written))
}

/// The rows of files of this kind that have one of these values, or lie from one value on and before another. The
/// questions are numbered: first `points`, then `ranges`.
#[pyfunction]
pub fn find_rows<'py>(
    py: Python<'py>,
    kind: &str,
    files: Vec<PathBuf>,
    points: Vec<PyBackedBytes>,
    ranges: Vec<(PyBackedBytes, PyBackedBytes)>,
) -> PyResult<Found<Bound<'py, PyBytes>>> {
    let table = table(kind)?;
    let points: Vec<&[u8]> = points.iter().map(|point| &**point).collect();
    let ranges: Vec<(&[u8], &[u8])> = ranges.iter().map(|(begin, end)| (&**begin, &**end)).collect();
    let found = run(py, || traque_ledger::find(table, &files, &points, &ranges))?;
    let bytes = |number: Option<u64>| number.and_then(|number| i64::try_from(number).ok()).unwrap_or(UNKNOWN);
    let mut end = 0;
    let ends = pack(py, &found, |(_, row)| {
        end += row.value.len() as u64;
        end.to_le_bytes()
    });
    let values: Vec<u8> = found.iter().flat_map(|(_, row)| &row.value).copied().collect();
    Ok((
        pack(py, &found, |(query, _)| query.to_le_bytes()),
        pack(py, &found, |(_, row)| row.source.to_le_bytes()),
        pack(py, &found, |(_, row)| row.day.unwrap_or(UNDATED).to_le_bytes()),
        pack(py, &found, |(_, row)| row.fact.to_le_bytes()),
        pack(py, &found, |(_, row)| row.tally.count.to_le_bytes()),
        pack(py, &found, |(_, row)| row.tally.first.to_le_bytes()),
        pack(py, &found, |(_, row)| row.tally.last.to_le_bytes()),
        pack(py, &found, |(_, row)| bytes(row.tally.inward).to_le_bytes()),
        pack(py, &found, |(_, row)| bytes(row.tally.outward).to_le_bytes()),
        ends,
        PyBytes::new(py, &values),
    ))
}

fn pack<'py, const SIZE: usize>(
    py: Python<'py>,
    found: &[(u32, Row)],
    number: impl FnMut(&(u32, Row)) -> [u8; SIZE],
) -> Bound<'py, PyBytes> {
    let packed: Vec<u8> = found.iter().flat_map(number).collect();
    PyBytes::new(py, &packed)
}

/// What is wrong in the arguments or in a file is a `ValueError`; all else an `OSError`, with the file's name.
fn error(error: Error) -> PyErr {
    if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::InvalidData) {
        return PyValueError::new_err(error.to_string());
    }
    match error.downcast::<FileError>() {
        Ok(FileError { path, error }) => match error.raw_os_error() {
            Some(number) => {
                let words = error.to_string();
                let words = words.split(" (os error").next().unwrap_or_default().to_owned();
                PyOSError::new_err((number, words, path.into_os_string()))
            }
            None => PyOSError::new_err(format!("{}: {error}", path.display())),
        },
        Err(error) => error.into(),
    }
}

/// Work without the GIL; a fault is a `RuntimeError`.
pub fn run<T: Send>(py: Python<'_>, work: impl FnOnce() -> std::io::Result<T> + Send) -> PyResult<T> {
    match py.detach(|| catch_unwind(AssertUnwindSafe(work))) {
        Ok(done) => done.map_err(error),
        Err(_) => Err(PyRuntimeError::new_err("the kernel failed on the ledger's rows")),
    }
}

pub fn table(kind: &str) -> PyResult<Table> {
    Table::named(kind).ok_or_else(|| PyValueError::new_err(format!("the ledger has no table for {kind:?}")))
}

pub fn file(py: Python<'_>, written: Written) -> File<'_> {
    let Written { rows, bytes, sha256, min, max } = written;
    (rows, bytes, sha256, PyBytes::new(py, &min), PyBytes::new(py, &max))
}

/// Columns of equal length.
struct Columns<'a> {
    source: &'a [[u8; 4]],
    day: &'a [[u8; 4]],
    fact: &'a [[u8; 4]],
    count: &'a [[u8; 8]],
    first: &'a [[u8; 8]],
    last: &'a [[u8; 8]],
    inward: &'a [[u8; 8]],
    outward: &'a [[u8; 8]],
    ends: &'a [[u8; 8]],
    values: &'a [u8],
}

fn invalid(message: &str) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
}

/// A column of so many numbers.
fn numbers<const SIZE: usize>(bytes: &[u8], rows: usize) -> std::io::Result<&[[u8; SIZE]]> {
    match bytes.as_chunks() {
        (numbers, []) if numbers.len() == rows => Ok(numbers),
        _ => Err(invalid("the columns of the rows are not equally long")),
    }
}

impl<'a> Columns<'a> {
    fn new(columns: &'a Packed<PyBackedBytes>) -> std::io::Result<Self> {
        let (source, day, fact, count, first, last, inward, outward, ends, values) = columns;
        let rows = ends.len() / 8;
        Ok(Self {
            source: numbers(source, rows)?,
            day: numbers(day, rows)?,
            fact: numbers(fact, rows)?,
            count: numbers(count, rows)?,
            first: numbers(first, rows)?,
            last: numbers(last, rows)?,
            inward: numbers(inward, rows)?,
            outward: numbers(outward, rows)?,
            ends: numbers(ends, rows)?,
            values,
        })
    }

    fn write(&self, index: usize, writer: &mut Writer) -> std::io::Result<()> {
        let end = |index: usize| u64::from_le_bytes(self.ends[index]) as usize;
        let start = index.checked_sub(1).map_or(0, end);
        let value = self.values.get(start..end(index)).ok_or_else(|| invalid("a value ends where there is none"))?;
        let day = Some(i32::from_le_bytes(self.day[index])).filter(|&day| day != UNDATED);
        let bytes = |number: [u8; 8]| u64::try_from(i64::from_le_bytes(number)).ok();
        let tally = Tally {
            count: u64::from_le_bytes(self.count[index]),
            first: i64::from_le_bytes(self.first[index]),
            last: i64::from_le_bytes(self.last[index]),
            inward: bytes(self.inward[index]),
            outward: bytes(self.outward[index]),
        };
        let (source, fact) = (u32::from_le_bytes(self.source[index]), u32::from_le_bytes(self.fact[index]));
        writer.push(value, Place { source, day, fact }, tally)
    }
}
