//! The Python skin of `traque-kernel`: nothing but conversion. Scanning runs without the GIL.

// PyO3 hands over what it made of Python's objects.
#![allow(clippy::needless_pass_by_value)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};
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
        let scanner = kernel::Scanner::new(Arc::clone(&self.0), rules(&times)?);
        Ok(Scanner { scanner, grouping: None })
    }
}

/// The shapes of a format's records; immutable, shared between threads.
#[pyclass(frozen, module = "traque._kernel")]
struct Shapes(Arc<kernel::Shapes>);

#[pymethods]
impl Shapes {
    /// Compile expressions, tried in order, and the rules by which the time is read. `ValueError` for a bad one.
    #[new]
    fn new(patterns: Vec<String>, times: Vec<Rule>) -> PyResult<Self> {
        let shapes = kernel::Shapes::new(&patterns, rules(&times)?);
        shapes.map(|shapes| Self(Arc::new(shapes))).map_err(|error| PyValueError::new_err(error.to_string()))
    }
}

/// Records counted instead of handed over, and who says what a time means.
struct Grouping {
    groups: kernel::Groups,
    clock: Py<PyAny>,
}

/// Scans one stream.
#[pyclass(module = "traque._kernel")]
struct Scanner {
    scanner: kernel::Scanner,
    grouping: Option<Grouping>,
}

#[pymethods]
impl Scanner {
    #[getter]
    fn records(&self) -> u64 {
        self.scanner.records()
    }

    /// From now on count the records of trusted kinds. `clock` is asked about each hour in which one lies:
    /// `(begin, zoned, dated)`, for `(shift, outside)` or None.
    fn group(&mut self, shapes: &Shapes, marks: Vec<Vec<u8>>, clock: Py<PyAny>) {
        let groups = kernel::Groups::new(Arc::clone(&shapes.0), &marks);
        self.grouping = Some(Grouping { groups, clock });
    }

    /// From now on the records of this kind are counted.
    fn trust(&mut self, kind: u32) {
        if let Some(grouping) = &mut self.grouping {
            grouping.groups.trust(kind);
        }
    }

    /// What was counted, by kind, and the earliest and the latest record of each.
    fn counted<'py>(&self, py: Python<'py>) -> (Vec<Counted>, Columns<'py>) {
        let (counted, batch) = self.grouping.as_ref().map(|grouping| grouping.groups.counted()).unwrap_or_default();
        let totals = |total: &kernel::Total| (total.count, total.first, total.last, total.sums);
        let counted = counted.iter().map(|kind| (kind.kind, totals(&kind.inside), totals(&kind.outside))).collect();
        (counted, columns(py, &batch, &[]))
    }

    /// Scan the next bytes, which may come in several pieces.
    #[pyo3(signature = (*chunks))]
    fn feed<'py>(&mut self, py: Python<'py>, chunks: Vec<PyBackedBytes>) -> PyResult<Columns<'py>> {
        self.run(py, |scanner, batch| {
            for chunk in &chunks {
                scanner.feed(chunk, batch);
            }
        })
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
        let Self { scanner, grouping } = self;
        let mut failure = None;
        let found = py.detach(|| {
            catch_unwind(AssertUnwindSafe(|| {
                let mut batch = kernel::Batch::default();
                scan(scanner, &mut batch);
                let Some(Grouping { groups, clock }) = grouping else { return (batch, Vec::new()) };
                groups.take(batch, &mut |begin| {
                    let hour = Python::attach(|py| {
                        clock.call1(py, (begin.us, begin.zoned, begin.dated))?.extract::<Option<(i64, bool)>>(py)
                    });
                    let hour = hour.unwrap_or_else(|error| {
                        failure = Some(error);
                        None
                    });
                    hour.map(|(shift, outside)| kernel::Hour { shift, outside })
                })
            }))
        });
        if let Some(error) = failure {
            return Err(error);
        }
        match found {
            Ok((batch, kinds)) => Ok(columns(py, &batch, &kinds)),
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

/// Compiled rules for the time of a record.
#[pyclass(frozen, module = "traque._kernel")]
struct TimeReader(Vec<kernel::TimeRule>);

#[pymethods]
impl TimeReader {
    /// `ValueError` for a layout that is not one.
    #[new]
    fn new(rules: Vec<Rule>) -> PyResult<Self> {
        self::rules(&rules).map(Self)
    }

    /// Microseconds, zoned, dated: the time of a record by the first rule that reads one.
    fn read(&self, record: &[u8]) -> Option<(i64, bool, bool)> {
        kernel::read_time(record, &self.0).map(|stamp| (stamp.us, stamp.zoned, stamp.dated))
    }
}

/// The sets of instructions that can scan on this processor, the fastest first.
#[pyfunction]
fn paths() -> Vec<&'static str> {
    kernel::Path::all().into_iter().map(kernel::Path::name).collect()
}

/// Records, hits, texts, samples and the records' kinds, each packed little-endian.
type Columns<'py> =
    (Bound<'py, PyBytes>, Bound<'py, PyBytes>, Bound<'py, PyBytes>, Bound<'py, PyBytes>, Bound<'py, PyBytes>);

/// Count, first, last, and sums.
type Total = (u64, i64, i64, [Option<u128>; 2]);

/// A kind, and its totals inside and outside the window.
type Counted = (u32, Total, Total);

/// Flags of a sample.
const READ: u64 = 1;
const ZONED: u64 = 2;
const DATED: u64 = 4;
const JOINED: u64 = 8;

fn columns<'py>(py: Python<'py>, batch: &kernel::Batch, kinds: &[u32]) -> Columns<'py> {
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
    let kinds: Vec<u8> = kinds.iter().flat_map(|kind| kind.to_le_bytes()).collect();
    let packed = |bytes: &[u8]| PyBytes::new(py, bytes);
    (packed(&records), packed(&hits), packed(&batch.texts), packed(&samples), packed(&kinds))
}

/// Finds bounded observables in log bytes and looks them up in a set.
#[pymodule]
mod _kernel {
    #[pymodule_export]
    use super::{Engine, Scanner, Shapes, TimeReader, paths};

    /// How the extension was built: a benchmark on "debug" means nothing.
    #[pymodule_export]
    const PROFILE: &str = if cfg!(debug_assertions) { "debug" } else { "release" };

    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}
