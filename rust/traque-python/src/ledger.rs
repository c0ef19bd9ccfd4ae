//! The Python skin of `traque-ledger`: nothing but conversion. Files are read and written without the GIL.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;
use traque_ledger::{Table, Tally, Writer, Written};

/// Rows as columns, each packed little-endian: source (u32), day (i32), fact (u32), count (u64), first, last,
/// inward, outward (i64), where the value ends (u64), and the values' bytes.
type Packed<T> = (T, T, T, T, T, T, T, T, T, T);

/// Rows, bytes, SHA-256 in hexadecimal, the first and the last value.
type File<'py> = (u64, u64, String, Bound<'py, PyBytes>, Bound<'py, PyBytes>);

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
    Ok(file(py, &written))
}

/// What an error says and of what kind it is: what is wrong in the arguments or in a file is a `ValueError`.
fn error(error: std::io::Error) -> PyErr {
    match error.kind() {
        std::io::ErrorKind::InvalidInput | std::io::ErrorKind::InvalidData => PyValueError::new_err(error.to_string()),
        _ => error.into(),
    }
}

/// Work without the GIL; a fault is a `RuntimeError`.
fn run<T: Send>(py: Python<'_>, work: impl FnOnce() -> std::io::Result<T> + Send) -> PyResult<T> {
    match py.detach(|| catch_unwind(AssertUnwindSafe(work))) {
        Ok(done) => done.map_err(error),
        Err(_) => Err(PyRuntimeError::new_err("the kernel failed on the ledger's rows")),
    }
}

fn table(kind: &str) -> PyResult<Table> {
    Table::named(kind).ok_or_else(|| PyValueError::new_err(format!("the ledger has no table for {kind:?}")))
}

fn file<'py>(py: Python<'py>, written: &Written) -> File<'py> {
    let sha256 = written.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
    (written.rows, written.bytes, sha256, PyBytes::new(py, &written.min), PyBytes::new(py, &written.max))
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

fn invalid(message: &str) -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::InvalidInput, message)
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
        writer.push(value, u32::from_le_bytes(self.source[index]), day, u32::from_le_bytes(self.fact[index]), tally)
    }
}
