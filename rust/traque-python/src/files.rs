//! The Python skin of files, and of the words that are looked for in them.

use std::io::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use pyo3::exceptions::{PyOSError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;
use traque_kernel as kernel;

use crate::{Columns, Engine, Rule, columns, rules};

/// An open regular file; used by several threads at once.
#[pyclass(frozen, module = "traque._kernel")]
pub struct File(pub Arc<kernel::File>);

#[pymethods]
impl File {
    /// `OSError` where it cannot be opened, or is no regular file. `flags` are those of `os.open`.
    #[new]
    fn new(path: PathBuf, flags: i32) -> PyResult<Self> {
        kernel::File::open(&path, flags).map(|file| Self(Arc::new(file))).map_err(os_error)
    }

    /// Bytes that it had when it was opened.
    #[getter]
    fn size(&self) -> u64 {
        self.0.size()
    }
}

/// Scans one large file, by several threads.
#[pyclass(module = "traque._kernel")]
pub struct Split(kernel::Split);

#[pymethods]
impl Split {
    /// `times` are tried in order on each record that is timed. `ValueError` for a layout that is not one.
    #[new]
    fn new(engine: &Engine, times: Vec<Rule>, file: &File, lookout: Option<PyRef<'_, Lookout>>) -> PyResult<Self> {
        let lookout = lookout.as_ref().map(|lookout| &lookout.0);
        Ok(Self(kernel::Split::new(Arc::clone(&engine.0), rules(&times)?, Arc::clone(&file.0), lookout)))
    }

    /// Bytes told so far.
    #[getter]
    fn bytes(&self) -> u64 {
        self.0.bytes()
    }

    /// Records told so far.
    #[getter]
    fn records(&self) -> u64 {
        self.0.records()
    }

    /// Let one more thread scan ahead.
    fn help(&mut self) {
        self.0.help();
    }

    /// Tell of the next parts; None behind the last. `lookout` takes over what was looked for. `OSError` where the
    /// system gives no more.
    fn next<'py>(
        &mut self,
        py: Python<'py>,
        mut lookout: Option<PyRefMut<'py, Lookout>>,
    ) -> PyResult<Option<Columns<'py>>> {
        let lookout = lookout.as_mut().map(|lookout| &mut lookout.0);
        let mut batch = kernel::Batch::default();
        let told = py.detach(|| catch_unwind(AssertUnwindSafe(|| self.0.next(lookout, &mut batch))));
        let more = told.map_err(|_| PyRuntimeError::new_err("the kernel failed on these bytes"))?.map_err(os_error)?;
        Ok(more.then(|| columns(py, &batch, &[])))
    }

    /// There is no more to be told but the time of the last record.
    fn finish<'py>(&mut self, py: Python<'py>) -> Columns<'py> {
        let mut batch = kernel::Batch::default();
        self.0.finish(&mut batch);
        columns(py, &batch, &[])
    }

    /// End the threads.
    fn close(&mut self, py: Python<'_>) {
        py.detach(|| self.0.close());
    }
}

/// An error of the system, with its number.
pub fn os_error(error: Error) -> PyErr {
    let Some(number) = error.raw_os_error() else { return PyOSError::new_err(error.to_string()) };
    let words = error.to_string();
    PyOSError::new_err((number, words.split(" (os error").next().unwrap_or_default().to_owned()))
}

/// A few fixed words; immutable, shared between threads.
#[pyclass(frozen, module = "traque._kernel")]
pub struct Words {
    words: Arc<kernel::Words>,
    count: usize,
}

#[pymethods]
impl Words {
    /// `ValueError` for an empty word.
    #[new]
    fn new(words: Vec<Vec<u8>>) -> PyResult<Self> {
        let count = words.len();
        let words = kernel::Words::new(&words).ok_or_else(|| PyValueError::new_err("a word is empty"))?;
        Ok(Self { words: Arc::new(words), count })
    }
}

/// A word, where it stands in the stream, and the record.
type Told<'py> = (usize, u64, Bound<'py, PyBytes>);

/// Hands over the records of a stream that hold a word.
#[pyclass(module = "traque._kernel")]
pub struct Lookout(pub kernel::Lookout);

#[pymethods]
impl Lookout {
    /// Of rare words, and of those that stand in every record, which are numbered behind them.
    #[new]
    fn new(words: Option<&Words>, everywhere: Vec<Vec<u8>>) -> Self {
        let count = words.map_or(0, |words| words.count);
        Self(kernel::Lookout::new(words.map(|words| Arc::clone(&words.words)), count, &everywhere))
    }

    /// The next bytes of the stream.
    fn feed(&mut self, py: Python<'_>, text: PyBackedBytes) {
        py.detach(|| self.0.feed(&text));
    }

    /// The stream has ended.
    fn finish(&mut self) {
        self.0.finish();
    }

    /// What was found since.
    fn take<'py>(&mut self, py: Python<'py>) -> Vec<Told<'py>> {
        let told = self.0.take().into_iter();
        told.map(|told| (told.word, told.offset, PyBytes::new(py, &told.record))).collect()
    }
}
