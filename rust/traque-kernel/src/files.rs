//! Regular files, read at any place by several threads at once.

use std::fs::{File as Opened, OpenOptions};
use std::io::{Error, ErrorKind, Result};
use std::path::Path;

/// Bytes that are read at once: they are still in the second-level cache when they are scanned.
const PIECE: u64 = 1 << 18;

/// A piece ends so much behind a multiple of [`PIECE`], and so of the sampler's blocks: the sampler keeps what comes
/// after its last sample.
const BEHIND: u64 = 1 << 12;

/// An open regular file.
pub struct File {
    file: Opened,
    size: u64,
}

impl File {
    /// Open the file to be read, without waiting: a pipe may have taken its place. `flags` are the system's for that.
    ///
    /// # Errors
    /// What the system says, or that it is no regular file.
    pub fn open(path: &Path, flags: i32) -> Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags);
        #[cfg(not(unix))]
        let _ = flags;
        let file = options.open(path)?;
        let about = file.metadata()?;
        if !about.is_file() {
            return Err(Error::other("it is no longer a regular file"));
        }
        Ok(Self { file, size: about.len() })
    }

    /// Bytes that it had when it was opened.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Fill `buffer` with the bytes from `offset` on. Answers how many there were: fewer only where the file ends.
    ///
    /// # Errors
    /// What the system says, unless bytes before that place could be read.
    pub fn read(&self, buffer: &mut [u8], offset: u64) -> Result<usize> {
        let mut done = 0;
        while done < buffer.len() {
            match self.read_some(&mut buffer[done..], offset + done as u64) {
                Ok(0) => break,
                Ok(more) => done += more,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) if done > 0 => break,
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    #[cfg(unix)]
    fn read_some(&self, buffer: &mut [u8], offset: u64) -> Result<usize> {
        std::os::unix::fs::FileExt::read_at(&self.file, buffer, offset)
    }

    #[cfg(windows)]
    fn read_some(&self, buffer: &mut [u8], offset: u64) -> Result<usize> {
        std::os::windows::fs::FileExt::seek_read(&self.file, buffer, offset)
    }
}

/// The bytes of a file from one place up to another, piece by piece in one buffer.
pub struct Pieces<'a> {
    file: &'a File,
    buffer: &'a mut Vec<u8>,
    at: u64,
    end: u64,
    error: Option<Error>,
    is_cut: bool,
}

impl<'a> Pieces<'a> {
    pub fn new(file: &'a File, buffer: &'a mut Vec<u8>, begin: u64, end: u64) -> Self {
        Self { file, buffer, at: begin, end: end.min(file.size), error: None, is_cut: false }
    }

    /// The next piece; None behind the last, and where the file ends before that or gives no more.
    pub fn next(&mut self) -> Option<&[u8]> {
        let end = self.end.min((self.at / PIECE + 1) * PIECE + BEHIND);
        let wanted = end.saturating_sub(self.at) as usize;
        if self.buffer.len() < wanted {
            self.buffer.resize(wanted, 0);
        }
        let piece = &mut self.buffer[..wanted];
        let size = self.file.read(piece, self.at).unwrap_or_else(|error| {
            self.error = Some(error);
            0
        });
        self.at += size as u64;
        self.is_cut = size == 0 && wanted > 0;
        (size > 0).then(|| &self.buffer[..size])
    }

    /// Where the pieces so far end.
    pub fn reached(&self) -> u64 {
        self.at
    }

    /// Where they end because the file ended too early, or gave no more; and why it did not.
    pub fn cut(self) -> Option<(u64, Option<Error>)> {
        self.is_cut.then_some((self.at, self.error))
    }
}
