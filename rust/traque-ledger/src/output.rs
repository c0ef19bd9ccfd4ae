//! A file that knows the digest of what was written to it.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// The file is removed again unless it was finished.
pub struct Output {
    file: BufWriter<File>,
    path: Option<PathBuf>,
    digest: Sha256,
    size: u64,
}

impl Output {
    pub fn create(path: &Path) -> io::Result<Self> {
        let file = File::create(path)?;
        // a device that was named is not ours to remove
        let path = file.metadata()?.is_file().then(|| path.to_owned());
        Ok(Self { file: BufWriter::with_capacity(1 << 20, file), path, digest: Sha256::new(), size: 0 })
    }

    /// How many bytes were written, and their SHA-256 in hexadecimal.
    pub fn finish(&mut self) -> io::Result<(u64, String)> {
        self.file.flush()?;
        self.path = None;
        let mut digest = String::new();
        for byte in std::mem::take(&mut self.digest).finalize() {
            let _ = write!(digest, "{byte:02x}"); // a string takes all
        }
        Ok((self.size, digest))
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.digest.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let Some(path) = self.path.take() {
            // What is left of it is swept by its store; the error that brought us here is the one to report.
            let _ = std::fs::remove_file(path);
        }
    }
}
