//! Parquet's errors as those of files.

use std::io;

use parquet::errors::ParquetError;

/// An error of the file system stays what it is; any other is `InvalidData`.
pub fn from_parquet(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::new(io::ErrorKind::InvalidData, other.to_string()),
        },
        other => io::Error::new(io::ErrorKind::InvalidData, other.to_string()),
    }
}
