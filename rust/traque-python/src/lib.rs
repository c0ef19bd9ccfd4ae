//! The Python skin of `traque-kernel`: nothing but conversion. Scanning runs without the GIL.

// PyO3 hands over what it made of Python's objects.
#![allow(clippy::needless_pass_by_value)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::PyBytes;
use traque_kernel as kernel;

/// A compiled set of observables; immutable, shared between threads.
#[pyclass(frozen, module = "traque._kernel")]
struct Engine(Arc<kernel::Engine>);

#[pymethods]
impl Engine {
    /// Compile `(kind, form, indicator, below)`: a form in which records may hold an indicator, and for a
    /// name whether the names below it match. `ValueError` for one that no finder understands. `path` is one of
    /// `paths()`, by default the first: which instructions scan.
    #[new]
    #[pyo3(signature = (spellings, path=None))]
    fn new(
        py: Python<'_>,
        spellings: Vec<(PyBackedStr, PyBackedStr, u32, bool)>,
        path: Option<&str>,
    ) -> PyResult<Self> {
        let mut paths = kernel::Path::all().into_iter();
        let path = paths
            .find(|known| path.is_none_or(|path| path == known.name()))
            .ok_or_else(|| PyValueError::new_err("this processor has no such path"))?;
        let engine = py.detach(|| {
            kernel::Engine::on(
                path,
                spellings.iter().map(|(kind, form, indicator, below)| kernel::Spelling {
                    kind,
                    form,
                    indicator: *indicator,
                    below: *below,
                }),
            )
        });
        engine.map(|engine| Self(Arc::new(engine))).map_err(|error| PyValueError::new_err(error.to_string()))
    }

    /// A scanner at the beginning of a stream. `ValueError` for a layout that is not one.
    fn scanner(&self, times: Vec<Rule>) -> PyResult<Scanner> {
        Ok(Scanner(kernel::Scanner::new(Arc::clone(&self.0), rules(&times)?)))
    }
}

/// Scans one stream.
#[pyclass(module = "traque._kernel")]
struct Scanner(kernel::Scanner);

#[pymethods]
impl Scanner {
    #[getter]
    fn records(&self) -> u64 {
        self.0.records()
    }

    /// Scan the next bytes.
    fn feed<'py>(&mut self, py: Python<'py>, chunk: &[u8]) -> PyResult<Columns<'py>> {
        self.run(py, |scanner, batch| scanner.feed(chunk, batch))
    }

    /// The stream has ended.
    fn finish<'py>(&mut self, py: Python<'py>) -> PyResult<Columns<'py>> {
        self.run(py, kernel::Scanner::finish)
    }
}

impl Scanner {
    /// Run `scan` without the GIL. A fault of the kernel is a `RuntimeError`: it ends one source and not the hunt.
    fn run<'py>(
        &mut self,
        py: Python<'py>,
        scan: impl FnOnce(&mut kernel::Scanner, &mut kernel::Batch) + Send,
    ) -> PyResult<Columns<'py>> {
        let scanner = &mut self.0;
        let batch = py.detach(|| {
            catch_unwind(AssertUnwindSafe(|| {
                let mut batch = kernel::Batch::default();
                scan(scanner, &mut batch);
                batch
            }))
        });
        match batch {
            Ok(batch) => Ok(columns(py, &batch)),
            Err(_) => {
                Err(PyRuntimeError::new_err("the kernel failed on these bytes; the scanner must not be used again"))
            }
        }
    }
}

/// The fields of `traque.model.TimeRule`: layout, anchor, column, separator.
type Rule = (String, Vec<u8>, i64, Vec<u8>);

fn rules(rules: &[Rule]) -> PyResult<Vec<kernel::TimeRule>> {
    rules
        .iter()
        .map(|(layout, anchor, column, separator)| {
            kernel::TimeRule::new(layout, anchor, *column, separator)
                .ok_or_else(|| PyValueError::new_err(format!("no layout is named {layout:?}")))
        })
        .collect()
}

/// Microseconds, zoned, dated: the time of a record by the first rule that reads one.
#[pyfunction]
fn read_time(record: &[u8], rules: Vec<Rule>) -> PyResult<Option<(i64, bool, bool)>> {
    let stamp = kernel::read_time(record, &self::rules(&rules)?);
    Ok(stamp.map(|stamp| (stamp.us, stamp.zoned, stamp.dated)))
}

/// The sets of instructions that can scan on this processor, the fastest first.
#[pyfunction]
fn paths() -> Vec<&'static str> {
    kernel::Path::all().into_iter().map(kernel::Path::name).collect()
}

/// Records, hits, texts and samples, each packed little-endian.
type Columns<'py> = (Bound<'py, PyBytes>, Bound<'py, PyBytes>, Bound<'py, PyBytes>, Bound<'py, PyBytes>);

/// Flags of a sample.
const READ: u64 = 1;
const ZONED: u64 = 2;
const DATED: u64 = 4;
const JOINED: u64 = 8;

fn columns<'py>(py: Python<'py>, batch: &kernel::Batch) -> Columns<'py> {
    let mut records = Vec::with_capacity(batch.records.len() * 48);
    for record in &batch.records {
        for number in [
            record.offset,
            record.length,
            record.line,
            record.text_offset,
            record.text_end as u64,
            record.hits_end as u64,
        ] {
            records.extend_from_slice(&number.to_le_bytes());
        }
    }
    let mut hits = Vec::with_capacity(batch.hits.len() * 24);
    for hit in &batch.hits {
        hits.extend_from_slice(&hit.start.to_le_bytes());
        hits.extend_from_slice(&hit.end.to_le_bytes());
        hits.extend_from_slice(&hit.indicator.to_le_bytes());
        hits.extend_from_slice(&u32::from(hit.relation as u8).to_le_bytes());
    }
    let mut samples = Vec::with_capacity(batch.samples.len() * 32);
    for sample in &batch.samples {
        samples.extend_from_slice(&sample.offset.to_le_bytes());
        samples.extend_from_slice(&sample.line.to_le_bytes());
        let (us, flags) = sample.stamp.map_or((0, 0), |stamp| {
            (stamp.us, READ | if stamp.zoned { ZONED } else { 0 } | if stamp.dated { DATED } else { 0 })
        });
        samples.extend_from_slice(&us.to_le_bytes());
        let flags = if sample.joined { flags | JOINED } else { flags };
        samples.extend_from_slice(&flags.to_le_bytes());
    }
    (PyBytes::new(py, &records), PyBytes::new(py, &hits), PyBytes::new(py, &batch.texts), PyBytes::new(py, &samples))
}

/// Finds bounded observables in log bytes and looks them up in a set.
#[pymodule]
mod _kernel {
    #[pymodule_export]
    use super::{Engine, Scanner, paths, read_time};

    /// How the extension was built: a benchmark on "debug" means nothing.
    #[pymodule_export]
    const PROFILE: &str = if cfg!(debug_assertions) { "debug" } else { "release" };

    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}
