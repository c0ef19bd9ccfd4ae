//! What goes wrong with a file, and in which.

use std::cell::Cell;
use std::error::Error;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::path::{Path, PathBuf};
use std::sync::Once;

use parquet::errors::ParquetError;

/// An error with the file that it is about; it stands inside an `io::Error` of the same kind.
#[derive(Debug)]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// What went wrong.
    pub error: io::Error,
}

impl fmt::Display for FileError {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}: {}", self.path.display(), self.error)
    }
}

impl Error for FileError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.error)
    }
}

/// The error, about that file.
pub fn about(path: &Path) -> impl Fn(io::Error) -> io::Error {
    |error| match error.downcast::<FileError>() {
        Ok(told) => io::Error::new(told.error.kind(), told),
        Err(error) => io::Error::new(error.kind(), FileError { path: path.to_owned(), error }),
    }
}

/// An error of the file system stays what it is; any other says that the file is damaged.
pub fn from_parquet(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) if error.raw_os_error().is_some() => *error,
            Ok(error) if error.kind() == io::ErrorKind::UnexpectedEof => damaged("it ends too early"),
            Ok(error) => damaged(&error.to_string()),
            Err(other) => damaged(&other.to_string()),
        },
        other => damaged(&other.to_string()),
    }
}

/// What stands in the file cannot be.
pub fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("this file of the ledger is damaged: {what}"))
}

/// What was asked for cannot be.
pub fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, what)
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Read a file that may be damaged: where the library that decodes it gives up, that is an error like any other,
/// without a word on standard error.
pub fn guarded<T>(path: &Path, read: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                before(panic);
            }
        }));
    });
    let before = QUIET.replace(true);
    let read = catch_unwind(AssertUnwindSafe(read));
    QUIET.set(before);
    read.unwrap_or_else(|_| Err(damaged("it cannot be decoded"))).map_err(about(path))
}
