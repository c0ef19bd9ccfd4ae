//! The Python skin of `traque-kernel`: nothing but conversion. Scanning runs without the GIL.

// PyO3 hands over what it made of Python's objects.
#![allow(clippy::needless_pass_by_value)]

mod collector;
mod files;
mod ledger;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};
use pyo3::types::PyBytes;
use traque_kernel as kernel;

use crate::files::{File, Lookout, os_error};

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
        let path = path_named(path)?;
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

/// The path of that name, or the fastest.
fn path_named(name: Option<&str>) -> PyResult<kernel::Path> {
    let mut paths = kernel::Path::all().into_iter();
    paths
        .find(|known| name.is_none_or(|name| name == known.name()))
        .ok_or_else(|| PyValueError::new_err("this processor has no such path"))
}

/// A shape of named values: JSON or pairs; of each path its conditions; the roles of paths; the role of all others.
///
/// A condition is `("stated" | "absent", "")`, `("text", text)` or `("same", path)`; a role is a name of
/// `traque_kernel::Role`, empty for a value that must be the same.
type Named = (bool, Vec<(String, Vec<(String, String)>)>, Vec<(String, String)>, String);

fn named((json, given, roles, others): Named) -> PyResult<kernel::Named> {
    let role = |name: &str| match name {
        "" => Ok(None),
        name => kernel::Role::named(name)
            .map(Some)
            .ok_or_else(|| PyValueError::new_err(format!("no role of a value is named {name:?}"))),
    };
    let condition = |(condition, text): (String, String)| match condition.as_str() {
        "stated" => Ok(kernel::Given::Stated),
        "absent" => Ok(kernel::Given::Absent),
        "text" => Ok(kernel::Given::Text(text.into_bytes())),
        "same" => Ok(kernel::Given::Same(text.into_bytes())),
        _ => Err(PyValueError::new_err(format!("no condition is named {condition:?}"))),
    };
    let given = given.into_iter().map(|(path, conditions)| {
        Ok((path.into_bytes(), conditions.into_iter().map(condition).collect::<PyResult<_>>()?))
    });
    let roles = roles.into_iter().map(|(path, name)| Ok((path.into_bytes(), role(&name)?)));
    Ok(kernel::Named {
        json,
        given: given.collect::<PyResult<_>>()?,
        roles: roles.collect::<PyResult<_>>()?,
        others: role(&others)?,
    })
}

/// Addresses, each with the length of a prefix.
type Networks = Vec<(std::net::IpAddr, u8)>;

/// The shapes of a format's records; immutable, shared between threads.
#[pyclass(frozen, module = "traque._kernel")]
struct Shapes(Arc<kernel::Shapes>);

/// What a record shares with all of its kind, and its parts: begin, end, role.
type Signature<'py> = (Bound<'py, PyBytes>, Vec<(usize, usize, &'static str)>);

#[pymethods]
impl Shapes {
    /// Compile expressions, then shapes of named values, tried in order, and the rules by which the time is read.
    /// `ValueError` for a bad one.
    #[new]
    fn new(patterns: Vec<String>, named: Vec<Named>, times: Vec<Rule>) -> PyResult<Self> {
        let named = named.into_iter().map(self::named).collect::<PyResult<_>>()?;
        let shapes = kernel::Shapes::new(&patterns, named, rules(&times)?);
        shapes.map(|shapes| Self(Arc::new(shapes))).map_err(|error| PyValueError::new_err(error.to_string()))
    }
}

/// Tells the kinds of records in which nothing was found.
#[pyclass(module = "traque._kernel")]
struct Signer(kernel::Groups);

#[pymethods]
impl Signer {
    #[new]
    fn new(shapes: &Shapes, inside: Networks) -> Self {
        Self(kernel::Groups::new(Arc::clone(&shapes.0), kernel::Networks::new(&inside), &[]))
    }

    /// What `record` shares with all of its kind; None without a shape or a time.
    fn signature<'py>(&mut self, py: Python<'py>, record: &[u8]) -> Option<Signature<'py>> {
        let (signature, parts, _) = self.0.signature(record)?;
        let parts = parts.iter().map(|part| (part.start, part.end, part.role.name())).collect();
        Some((PyBytes::new(py, signature), parts))
    }
}

/// Records counted instead of handed over, from a number of matched ones on.
struct Grouping {
    groups: Option<kernel::Groups>,
    inside: kernel::Networks,
    marks: Vec<Vec<u8>>,
    /// Makes the shapes when they are needed.
    shapes: Py<PyAny>,
    /// Says what a time means.
    clock: Py<PyAny>,
    after: usize,
    matched: usize,
}

impl Grouping {
    /// The groups, if so many records have matched, `more` of them now.
    fn groups(&mut self, more: usize) -> PyResult<Option<&mut kernel::Groups>> {
        self.matched = self.matched.saturating_add(more);
        if self.groups.is_none() && self.matched >= self.after {
            let shapes = Python::attach(|py| {
                let made = self.shapes.call0(py)?;
                let shapes = made.bind(py).cast::<Shapes>()?.get();
                PyResult::Ok(Arc::clone(&shapes.0))
            })?;
            self.groups = Some(kernel::Groups::new(shapes, self.inside.clone(), &self.marks));
        }
        Ok(self.groups.as_mut())
    }
}

/// Asks Python what a time means; an error of its is kept.
fn asking<'a>(
    clock: &'a Py<PyAny>,
    failure: &'a mut Option<PyErr>,
) -> impl FnMut(kernel::Stamp) -> Option<kernel::Hour> + 'a {
    |begin| {
        let hour = Python::attach(|py| {
            clock.call1(py, (begin.us, begin.zoned, begin.dated))?.extract::<Option<(i64, bool)>>(py)
        });
        let hour = hour.unwrap_or_else(|error| {
            *failure = Some(error);
            None
        });
        hour.map(|(shift, outside)| kernel::Hour { shift, outside })
    }
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

    /// Count the records of trusted kinds, from the batch on by which `after` records have matched: then `shapes`
    /// is asked for the shapes. `inside` are the networks inside the organisation. `clock` is asked about each
    /// hour in which a record lies: `(begin, zoned, dated)`, for `(shift, outside)` or None.
    fn group(&mut self, shapes: Py<PyAny>, inside: Networks, marks: Vec<Vec<u8>>, clock: Py<PyAny>, after: usize) {
        let inside = kernel::Networks::new(&inside);
        self.grouping = Some(Grouping { groups: None, inside, marks, shapes, clock, after, matched: 0 });
    }

    /// From now on the records of this kind that come after that place are counted.
    fn trust(&mut self, kind: u32, judged_at: u64) {
        if let Some(groups) = self.grouping.as_mut().and_then(|grouping| grouping.groups.as_mut()) {
            groups.trust(kind, judged_at);
        }
    }

    /// Count those records handed over last whose kind was trusted by one before them; answered are those among
    /// them that cannot be counted.
    fn settle<'py>(&mut self, py: Python<'py>) -> PyResult<Columns<'py>> {
        self.run(py, |_, grouping| {
            let Some(Grouping { groups: Some(groups), clock, .. }) = grouping else { return Ok(Default::default()) };
            let mut failure = None;
            let left = groups.settle(&mut asking(clock, &mut failure));
            failure.map_or(Ok(left), Err)
        })
    }

    /// What was counted, by kind, and the earliest and the latest record of each.
    fn counted<'py>(&self, py: Python<'py>) -> (Vec<Counted>, Columns<'py>) {
        let Some(groups) = self.grouping.as_ref().and_then(|grouping| grouping.groups.as_ref()) else {
            return (Vec::new(), columns(py, &kernel::Batch::default(), &[]));
        };
        let (counted, batch) = groups.counted();
        let totals = |total: &kernel::Total| (total.count, total.first, total.last, total.sums);
        let text = |(text, count): (&[u8], u64)| (String::from_utf8_lossy(text).into_owned(), count);
        let counted = counted.iter().map(|kind| {
            let values = kernel::VALUES.iter().zip(kind.values);
            let values = values.filter_map(|(name, values)| Some((*name, values?.iter().map(text).collect())));
            (kind.kind, totals(&kind.inside), totals(&kind.outside), values.collect())
        });
        (counted.collect(), columns(py, &batch, &[]))
    }

    /// Scan the next bytes, which may come in several pieces.
    #[pyo3(signature = (*chunks))]
    fn feed<'py>(&mut self, py: Python<'py>, chunks: Vec<PyBackedBytes>) -> PyResult<Columns<'py>> {
        self.scan(py, |scanner, batch| {
            for chunk in &chunks {
                scanner.feed(chunk, batch);
            }
        })
    }

    /// Read and scan the bytes of a file from one place up to another, as many as bring enough to be told; `lookout`
    /// is fed with them too. Answered is also where it stopped: where it began, if the file has no more. `OSError`
    /// where the system gives none.
    fn read<'py>(
        &mut self,
        py: Python<'py>,
        file: &File,
        begin: u64,
        end: u64,
        mut lookout: Option<PyRefMut<'py, Lookout>>,
    ) -> PyResult<(Columns<'py>, u64)> {
        let lookout = lookout.as_mut().map(|lookout| &mut lookout.0);
        let mut reached = Ok(begin);
        let columns = self.scan(py, |scanner, batch| reached = scanner.read(&file.0, begin..end, lookout, batch))?;
        Ok((columns, reached.map_err(os_error)?))
    }

    /// The stream has ended.
    fn finish<'py>(&mut self, py: Python<'py>) -> PyResult<Columns<'py>> {
        self.scan(py, kernel::Scanner::finish)
    }
}

/// A batch, and the kinds of its records if they are told.
type Left = (kernel::Batch, Vec<u32>);

impl Scanner {
    fn scan<'py>(
        &mut self,
        py: Python<'py>,
        scan: impl FnOnce(&mut kernel::Scanner, &mut kernel::Batch) + Send,
    ) -> PyResult<Columns<'py>> {
        self.run(py, |scanner, grouping| {
            let mut batch = kernel::Batch::default();
            scan(scanner, &mut batch);
            let Some(grouping) = grouping else { return Ok((batch, Vec::new())) };
            if grouping.groups(batch.records.len())?.is_none() {
                return Ok((batch, Vec::new()));
            }
            let Grouping { groups: Some(groups), clock, .. } = grouping else { return Ok((batch, Vec::new())) };
            let mut failure = None;
            let left = groups.take(batch, &mut asking(clock, &mut failure)).clone();
            failure.map_or(Ok(left), Err)
        })
    }

    /// Run `work` without the GIL. A fault of the kernel is a `RuntimeError`: it ends one source and not the hunt.
    fn run<'py>(
        &mut self,
        py: Python<'py>,
        work: impl FnOnce(&mut kernel::Scanner, &mut Option<Grouping>) -> PyResult<Left> + Send,
    ) -> PyResult<Columns<'py>> {
        let Self { scanner, grouping } = self;
        let found = py.detach(|| catch_unwind(AssertUnwindSafe(|| work(scanner, grouping))));
        match found {
            Ok(left) => left.map(|(batch, kinds)| columns(py, &batch, &kinds)),
            Err(_) => {
                Err(PyRuntimeError::new_err("the kernel failed on these bytes; the scanner must not be used again"))
            }
        }
    }
}

/// Lines with a word: word, begin, end; and words that stand in too many of them.
type Sought = (Vec<(usize, usize, usize)>, Vec<usize>);

/// Finds the lines that hold one of a few words.
#[pyclass(module = "traque._kernel")]
struct Seeker(kernel::Seeker);

#[pymethods]
impl Seeker {
    /// Of words, each with the most lines in which it may stand; lines with an excluding word do not count.
    #[new]
    fn new(words: Vec<(Vec<u8>, usize)>, excluding: Vec<Vec<u8>>) -> Self {
        Self(kernel::Seeker::new(words, &excluding))
    }

    /// The lines of a text, and the words that are given up from now on.
    fn seek(&mut self, py: Python<'_>, text: PyBackedBytes) -> Sought {
        py.detach(|| self.0.seek(&text))
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

/// A value and how often it stood there.
type Value = (String, u64);

/// A kind, its totals inside and outside the window, and by role its values.
type Counted = (u32, Total, Total, Vec<(&'static str, Vec<Value>)>);

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
    let samples = packed_samples(&batch.samples);
    let kinds: Vec<u8> = kinds.iter().flat_map(|kind| kind.to_le_bytes()).collect();
    let packed = |bytes: &[u8]| PyBytes::new(py, bytes);
    (packed(&records), packed(&hits), packed(&batch.texts), packed(&samples), packed(&kinds))
}

fn packed_samples(samples: &[kernel::Sample]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(samples.len() * 32);
    for sample in samples {
        packed.extend_from_slice(&sample.offset.to_le_bytes());
        packed.extend_from_slice(&sample.line.to_le_bytes());
        let (us, flags) = sample.stamp.map_or((0, 0), |stamp| {
            (stamp.us, READ | if stamp.zoned { ZONED } else { 0 } | if stamp.dated { DATED } else { 0 })
        });
        packed.extend_from_slice(&us.to_le_bytes());
        let flags = if sample.joined { flags | JOINED } else { flags };
        packed.extend_from_slice(&flags.to_le_bytes());
    }
    packed
}

/// Finds bounded observables in log bytes and looks them up in a set.
#[pymodule]
mod _kernel {
    #[pymodule_export]
    use super::collector::Collector;
    #[pymodule_export]
    use super::files::{File, Lookout, Split, Words};
    #[pymodule_export]
    use super::{Engine, Scanner, Seeker, Shapes, Signer, TimeReader, paths};

    #[pymodule_export]
    use super::ledger::{find_rows, merge_rows, write_rows};

    /// How the extension was built: a benchmark on "debug" means nothing.
    #[pymodule_export]
    const PROFILE: &str = if cfg!(debug_assertions) { "debug" } else { "release" };

    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}
