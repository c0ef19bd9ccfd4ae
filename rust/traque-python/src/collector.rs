//! The Python skin of the kernel's collector of rows.

use std::fs::create_dir_all;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;
use traque_kernel as kernel;
use traque_ledger::{DRAFT, Draft, Table, Tally};

use crate::ledger::{run, table};
use crate::{Networks, Rule, Shapes, packed_samples, path_named, rules};

/// A row: value, day, fact, count, first, last, sums.
type Row<'py> = (Bound<'py, PyBytes>, Option<i32>, u32, u64, i64, i64, [Option<u64>; 2]);

/// A fact that is new: the kind of the value, the value, and the first record that tells it.
type Fresh<'py> = (&'static str, Bound<'py, PyBytes>, Bound<'py, PyBytes>);

/// Time samples, and new facts.
type Read<'py> = (Bound<'py, PyBytes>, Vec<Fresh<'py>>);

/// Bytes of a sum: which of the two that are summed, or where it is none of the record's parts, those of each record.
type Bytes = Option<(usize, u64)>;

/// Collects the rows of one stream.
#[pyclass(module = "traque._kernel")]
pub struct Collector {
    inner: kernel::Collector,
    /// Says what a time means.
    shift: Py<PyAny>,
    moment: Py<PyAny>,
}

/// Asks Python what a time means; an error of its is kept.
struct Asked<'a> {
    shift: &'a Py<PyAny>,
    moment: &'a Py<PyAny>,
    failure: Option<PyErr>,
}

impl Asked<'_> {
    fn ask(&mut self, what: &Py<PyAny>, stamp: kernel::Stamp) -> Option<i64> {
        let answer = Python::attach(|py| what.call1(py, (stamp.us, stamp.zoned, stamp.dated))?.extract(py));
        answer.unwrap_or_else(|error| {
            self.failure = Some(error);
            None
        })
    }
}

impl kernel::SourceClock for Asked<'_> {
    fn shift(&mut self, begin: kernel::Stamp) -> Option<i64> {
        self.ask(self.shift, begin)
    }

    fn moment(&mut self, stamp: kernel::Stamp) -> Option<i64> {
        self.ask(self.moment, stamp)
    }
}

#[pymethods]
impl Collector {
    /// At the beginning of a stream. `times` are tried in order on each record; addresses in `networks` and mail addresses
    /// of `domains` are held by pseudonyms that are made with `secret`, without one not at all.
    /// `shift` is asked about each hour in which a record lies, `(begin, zoned, dated)`, for the microseconds to
    /// UTC, and where it answers None `moment` about each stamp, for the moment. `ValueError` for a layout that is
    /// not one.
    #[new]
    #[pyo3(signature = (times, networks, domains, secret, shift, moment, path=None))]
    fn new(
        times: Vec<Rule>,
        networks: Networks,
        domains: Vec<Vec<u8>>,
        secret: Option<[u8; 32]>,
        shift: Py<PyAny>,
        moment: Py<PyAny>,
        path: Option<&str>,
    ) -> PyResult<Self> {
        let secret = secret.as_ref().map(kernel::Secret::new);
        let inside = kernel::Inside { networks: kernel::Networks::new(&networks), domains, secret };
        let collector = kernel::Collector::new(path_named(path)?, rules(&times)?, inside);
        Ok(Self { inner: collector, shift, moment })
    }

    /// Records ended so far.
    #[getter]
    fn records(&self) -> u64 {
        self.inner.records()
    }

    /// Rows held, of which some may be alike until they are added up.
    #[getter]
    fn size(&self) -> usize {
        self.inner.rows()
    }

    /// Bytes of memory that they take.
    #[getter]
    fn memory(&self) -> usize {
        self.inner.bytes()
    }

    /// Make one row of those that are alike.
    fn add_up(&mut self, py: Python<'_>) {
        let inner = &mut self.inner;
        py.detach(|| inner.add_up());
    }

    /// From now on facts are told, by the shapes of the format's records; `inside` are the networks inside the
    /// organisation.
    fn tell(&mut self, shapes: &Shapes, inside: Networks) {
        self.inner.tell(Arc::clone(&shapes.0), kernel::Networks::new(&inside));
    }

    /// Read the next bytes, which may come in several pieces; answered are time samples, and the facts that are
    /// new, in the order of their numbers, which begin with 1.
    #[pyo3(signature = (*chunks))]
    fn feed<'py>(&mut self, py: Python<'py>, chunks: Vec<PyBackedBytes>) -> PyResult<Read<'py>> {
        self.run(py, |collector, asked, samples| {
            for chunk in &chunks {
                collector.feed(chunk, asked, samples);
            }
        })
    }

    /// The stream has ended.
    fn finish<'py>(&mut self, py: Python<'py>) -> PyResult<Read<'py>> {
        self.run(py, |collector, asked, samples| collector.finish(asked, samples))
    }

    /// The rows of a kind, in order; they are forgotten here.
    fn take<'py>(&mut self, py: Python<'py>, kind: &str) -> PyResult<Vec<Row<'py>>> {
        let table = table(kind)?;
        let mut rows = Vec::new();
        self.inner.drain(
            kernel::Kind::ALL[table as usize],
            |fact| fact,
            |row| {
                let kernel::Tally { count, first, last, .. } = row.tally;
                rows.push((PyBytes::new(py, row.value), row.day, row.fact, count, first, last, row.tally.sums()));
                PyResult::Ok(())
            },
        )?;
        Ok(rows)
    }

    /// Write the rows of each kind that has some as a draft `kind=NAME/STEM.draft` below `folder`, for `merge_rows`;
    /// they are forgotten here, also if that fails. `source` is their source; `facts` says of each fact, from 0 on,
    /// its number, and what the bytes from and to the value are. Answered are kind, file name and number of rows.
    fn write(
        &mut self,
        py: Python<'_>,
        folder: PathBuf,
        stem: &str,
        source: u32,
        facts: Vec<(u32, Bytes, Bytes)>,
    ) -> PyResult<Vec<(&'static str, String, u64)>> {
        let inner = &mut self.inner;
        run(py, || {
            let known = |fact: u32| facts.get(fact as usize).copied().unwrap_or_default();
            let mut files = Vec::new();
            for (table, kind) in Table::ALL.into_iter().zip(kernel::Kind::ALL) {
                if inner.rows_of(kind) == 0 {
                    continue;
                }
                let name = format!("kind={}/{stem}.{DRAFT}", table.name());
                let path = folder.join(&name);
                create_dir_all(path.parent().unwrap_or(&folder))?;
                let mut draft = Draft::create(&path, source)?;
                inner.drain(
                    kind,
                    |fact| known(fact).0,
                    |row| {
                        let (fact, from, to) = known(row.fact);
                        let kernel::Tally { count, first, last, .. } = row.tally;
                        let sums = row.tally.sums();
                        let sum = |bytes: Bytes| {
                            let (which, each) = bytes?;
                            sums.get(which).copied().flatten().or_else(|| Some(each.saturating_mul(count)))
                        };
                        let (inward, outward) = (sum(from), sum(to));
                        draft.push(row.value, row.day, fact, Tally { count, first, last, inward, outward })
                    },
                )?;
                files.push((table.name(), name, draft.finish()?));
            }
            Ok(files)
        })
    }
}

impl Collector {
    /// Run `work` without the GIL. A fault of the kernel is a `RuntimeError`: it ends one source.
    fn run<'py>(
        &mut self,
        py: Python<'py>,
        work: impl FnOnce(&mut kernel::Collector, &mut Asked<'_>, &mut Vec<kernel::Sample>) + Send,
    ) -> PyResult<Read<'py>> {
        let Self { inner, shift, moment } = self;
        let mut asked = Asked { shift, moment, failure: None };
        let mut samples = Vec::new();
        let done = py.detach(|| catch_unwind(AssertUnwindSafe(|| work(inner, &mut asked, &mut samples))));
        if done.is_err() {
            return Err(PyRuntimeError::new_err(
                "the kernel failed on these bytes; the collector must not be used again",
            ));
        }
        if let Some(failure) = asked.failure {
            return Err(failure);
        }
        let fresh = inner.fresh().into_iter().map(|fresh| {
            (Table::ALL[fresh.kind as usize].name(), PyBytes::new(py, &fresh.value), PyBytes::new(py, &fresh.record))
        });
        Ok((PyBytes::new(py, &packed_samples(&samples)), fresh.collect()))
    }
}
