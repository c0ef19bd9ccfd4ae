//! Rows of one source on their way into a file of a table: written and read fast, once, by the same traque.
//!
//! A draft is no part of the ledger. It begins with the number of the source. A row is flags, then numbers of fixed
//! lengths, the lowest byte first, as far as the flags say that they are there, then how many bytes of the value are
//! those of the row before, and the others with their number.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::batch::{DAY, SECOND};
use crate::errors::{about, damaged, invalid};
use crate::rows::{Place, Tally};

/// How the name of a draft ends.
pub const ENDING: &str = "draft";

/// Bytes that are written and read at once.
const BLOCK: usize = 1 << 18;

/// Bytes of a row without its value, at most.
const NUMBERS: usize = 1 + 2 * 4 + 5 * 8 + 1 + 4;

const DATED: u8 = 1;
/// Of the same day as the row before, and with the same fact.
const SAME: u8 = 2;
/// One record.
const ONE: u8 = 4;
/// The first and the last are the same.
const MOMENT: u8 = 8;
/// Both in whole seconds.
const SECONDS: u8 = 16;
const INWARD: u8 = 32;
const OUTWARD: u8 = 64;

/// The row before.
#[derive(Default)]
struct Last {
    place: Place,
    value: Vec<u8>,
}

/// Writes a draft, row by row. Without [`Draft::finish`] there is none.
pub struct Draft {
    path: PathBuf,
    file: File,
    bytes: Vec<u8>,
    last: Last,
    rows: u64,
    is_finished: bool,
}

impl Draft {
    /// Begin a draft of rows of that source; the name must end with [`ENDING`].
    ///
    /// # Errors
    /// Those of the file system.
    pub fn create(path: &Path, source: u32) -> io::Result<Self> {
        let file = File::create(path).map_err(about(path))?;
        let mut bytes = Vec::with_capacity(BLOCK + NUMBERS);
        bytes.extend(source.to_le_bytes());
        Ok(Self { path: path.to_owned(), file, bytes, last: Last::default(), rows: 0, is_finished: false })
    }

    /// The next row: not before the last.
    ///
    /// # Errors
    /// `InvalidInput` for times that do not lie in the row's day; those of the file system.
    pub fn push(&mut self, value: &[u8], day: Option<i32>, fact: u32, tally: Tally) -> io::Result<()> {
        let begin = i64::from(day.unwrap_or(0)).saturating_mul(DAY);
        let (first, span) = match day {
            Some(_) => (tally.first.saturating_sub(begin), tally.last.saturating_sub(tally.first)),
            None => (0, 0),
        };
        if !(0..DAY).contains(&first) || !(0..DAY - first).contains(&span) {
            return Err(invalid("the first and the last time of a row must lie in its day, in this order"));
        }
        let place = Place { day, fact, ..self.last.place };
        let is_same = place == self.last.place && self.rows > 0;
        let in_seconds = first % SECOND == 0 && span % SECOND == 0;
        let flag = |is: bool, flag: u8| if is { flag } else { 0 };
        let out = &mut self.bytes;
        out.push(
            flag(day.is_some(), DATED)
                | flag(is_same, SAME)
                | flag(tally.count == 1, ONE)
                | flag(span == 0, MOMENT)
                | flag(in_seconds, SECONDS)
                | flag(tally.inward.is_some(), INWARD)
                | flag(tally.outward.is_some(), OUTWARD),
        );
        if !is_same {
            out.extend(day.unwrap_or(0).to_le_bytes());
            out.extend(fact.to_le_bytes());
        }
        if tally.count != 1 {
            out.extend(tally.count.to_le_bytes());
        }
        if day.is_some() {
            for time in [first, span].into_iter().take(1 + usize::from(span != 0)) {
                if in_seconds {
                    out.extend(((time / SECOND) as i32).to_le_bytes());
                } else {
                    out.extend(time.to_le_bytes());
                }
            }
        }
        tally.inward.into_iter().chain(tally.outward).for_each(|bytes| out.extend(bytes.to_le_bytes()));
        let pairs = value.iter().zip(&self.last.value).take(u8::MAX.into());
        let shared = pairs.take_while(|(one, last)| one == last).count();
        let rest = &value[shared..];
        out.push(shared as u8);
        out.extend((rest.len() as u32).to_le_bytes());
        out.extend_from_slice(rest);
        // A row that is the one before is added to it when it is read.
        self.rows += u64::from(!is_same || self.last.value != value);
        self.last.place = place;
        self.last.value.truncate(shared);
        self.last.value.extend_from_slice(rest);
        if out.len() >= BLOCK { self.flush() } else { Ok(()) }
    }

    /// The end; answered is how many rows there are.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn finish(mut self) -> io::Result<u64> {
        self.flush()?;
        self.is_finished = true;
        Ok(self.rows)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.write_all(&self.bytes).map_err(about(&self.path))?;
        self.bytes.clear();
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.is_finished {
            let _ = std::fs::remove_file(&self.path); // the error that brought us here is the one to report
        }
    }
}

/// Reads a draft, row by row.
pub struct Drafted {
    pub path: PathBuf,
    file: File,
    /// What was read and is not used yet begins at `at`.
    bytes: Vec<u8>,
    at: usize,
    last: Place,
}

impl Drafted {
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let mut source = [0; 4];
        file.read_exact(&mut source)?;
        let last = Place { source: u32::from_le_bytes(source), ..Place::default() };
        Ok(Self { path: path.to_owned(), file, bytes: Vec::new(), at: 0, last })
    }

    /// The next row, whose value takes the place of what is in `value`, which is that of the row before.
    pub fn next(&mut self, value: &mut Vec<u8>) -> io::Result<Option<(Place, Tally)>> {
        self.fill(NUMBERS)?;
        if self.at == self.bytes.len() {
            return Ok(None);
        }
        let mut numbers = Numbers(&self.bytes[self.at..]);
        let [flags] = numbers.next()?;
        let has = |flag| flags & flag != 0;
        if !has(SAME) {
            let day = i32::from_le_bytes(numbers.next()?);
            self.last.day = has(DATED).then_some(day);
            self.last.fact = u32::from_le_bytes(numbers.next()?);
        }
        let count = if has(ONE) { 1 } else { numbers.number()? };
        let (mut first, mut last) = (0, 0);
        if let Some(day) = self.last.day {
            first = i64::from(day).saturating_mul(DAY).saturating_add(numbers.time(has(SECONDS))?);
            last = if has(MOMENT) { first } else { first.saturating_add(numbers.time(has(SECONDS))?) };
        }
        let inward = if has(INWARD) { Some(numbers.number()?) } else { None };
        let outward = if has(OUTWARD) { Some(numbers.number()?) } else { None };
        let [shared] = numbers.next()?;
        let length = u32::from_le_bytes(numbers.next()?) as usize;
        self.at = self.bytes.len() - numbers.0.len();
        self.fill(length)?;
        value.truncate(shared.into());
        value.extend_from_slice(self.bytes[self.at..].get(..length).ok_or_else(cut)?);
        self.at += length;
        Ok(Some((self.last, Tally { count, first, last, inward, outward })))
    }

    /// Have so many bytes on hand, if the file has them.
    fn fill(&mut self, wanted: usize) -> io::Result<()> {
        if self.bytes.len() - self.at < wanted {
            self.bytes.drain(..self.at);
            self.at = 0;
            let more = (BLOCK + wanted) as u64;
            (&self.file).take(more).read_to_end(&mut self.bytes)?;
        }
        Ok(())
    }
}

/// Numbers that are read one after the other.
struct Numbers<'b>(&'b [u8]);

impl Numbers<'_> {
    #[inline]
    fn next<const SIZE: usize>(&mut self) -> io::Result<[u8; SIZE]> {
        let (next, rest) = self.0.split_first_chunk().ok_or_else(cut)?;
        self.0 = rest;
        Ok(*next)
    }

    fn number(&mut self) -> io::Result<u64> {
        self.next().map(u64::from_le_bytes)
    }

    /// Microseconds.
    fn time(&mut self, in_seconds: bool) -> io::Result<i64> {
        if in_seconds {
            self.next().map(|seconds| i64::from(i32::from_le_bytes(seconds)) * SECOND)
        } else {
            self.next().map(i64::from_le_bytes)
        }
    }
}

fn cut() -> io::Error {
    damaged("it ends too early")
}
