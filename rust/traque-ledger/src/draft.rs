//! Rows on their way into a file of a table: written and read fast, once, by the same traque.
//!
//! A draft is no part of the ledger. A row stands in it as what it does not share with the row before: flags, then
//! numbers as [`put`] writes them, then the end of the value.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::batch::{DAY, Place, SECOND};
use crate::errors::{about, damaged, invalid};
use crate::rows::Tally;

/// How the name of a draft ends.
pub const ENDING: &str = "draft";

/// Bytes that are written and read at once.
const BLOCK: usize = 1 << 18;

/// Bytes of a row without its value, at most.
const NUMBERS: usize = 1 + 9 * 10;

const DATED: u8 = 1;
/// Of the same source and day as the row before, and with the same fact.
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
    /// Begin a draft; the name must end with [`ENDING`].
    ///
    /// # Errors
    /// Those of the file system.
    pub fn create(path: &Path) -> io::Result<Self> {
        let file = File::create(path).map_err(about(path))?;
        Ok(Self {
            path: path.to_owned(),
            file,
            bytes: Vec::with_capacity(BLOCK + NUMBERS),
            last: Last::default(),
            rows: 0,
            is_finished: false,
        })
    }

    /// The next row: not before the last.
    ///
    /// # Errors
    /// `InvalidInput` for times that do not lie in the row's day; those of the file system.
    pub fn push(&mut self, value: &[u8], source: u32, day: Option<i32>, fact: u32, tally: Tally) -> io::Result<()> {
        let begin = i64::from(day.unwrap_or(0)).saturating_mul(DAY);
        let (first, span) = match day {
            Some(_) => (tally.first.saturating_sub(begin), tally.last.saturating_sub(tally.first)),
            None => (0, 0),
        };
        if !(0..DAY).contains(&first) || !(0..DAY - first).contains(&span) {
            return Err(invalid("the first and the last time of a row must lie in its day, in this order"));
        }
        let place = Place { source, day, fact };
        let is_same = place == self.last.place && self.rows > 0;
        let in_seconds = first % SECOND == 0 && span % SECOND == 0;
        let flag = |is: bool, flag: u8| if is { flag } else { 0 };
        let unit = if in_seconds { SECOND } else { 1 };
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
            put(u64::from(source), out);
            put(u64::from(day.unwrap_or(0).cast_unsigned()), out);
            put(u64::from(fact), out);
        }
        if tally.count != 1 {
            put(tally.count, out);
        }
        if day.is_some() {
            put((first / unit).cast_unsigned(), out);
            if span != 0 {
                put((span / unit).cast_unsigned(), out);
            }
        }
        tally.inward.into_iter().chain(tally.outward).for_each(|bytes| put(bytes, out));
        let shared = value.iter().zip(&self.last.value).take_while(|(one, last)| one == last).count();
        put(shared as u64, out);
        put((value.len() - shared) as u64, out);
        out.extend_from_slice(&value[shared..]);
        // A row that is the one before is added to it when it is read.
        self.rows += u64::from(!is_same || self.last.value != value);
        self.last.place = place;
        self.last.value.truncate(shared);
        self.last.value.extend_from_slice(&value[shared..]);
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
        let file = File::open(path)?;
        Ok(Self { path: path.to_owned(), file, bytes: Vec::new(), at: 0, last: Place::default() })
    }

    /// The next row, whose value takes the place of what is in `value`, which is that of the row before.
    pub fn next(&mut self, value: &mut Vec<u8>) -> io::Result<Option<(Place, Tally)>> {
        self.fill(NUMBERS)?;
        if self.at == self.bytes.len() {
            return Ok(None);
        }
        self.row(value).map(Some)
    }

    fn row(&mut self, value: &mut Vec<u8>) -> io::Result<(Place, Tally)> {
        let flags = self.bytes[self.at];
        self.at += 1;
        let has = |flag| flags & flag != 0;
        if !has(SAME) {
            let (source, day, fact) = (self.number()? as u32, self.number()? as u32, self.number()? as u32);
            self.last = Place { source, day: has(DATED).then_some(day.cast_signed()), fact };
        }
        let count = if has(ONE) { 1 } else { self.number()? };
        let (mut first, mut last) = (0, 0);
        if let Some(day) = self.last.day {
            let unit = if has(SECONDS) { SECOND } else { 1 };
            let begin = i64::from(day).saturating_mul(DAY);
            first = begin.saturating_add(self.number()?.cast_signed().saturating_mul(unit));
            let span = if has(MOMENT) { 0 } else { self.number()?.cast_signed().saturating_mul(unit) };
            last = first.saturating_add(span);
        }
        let inward = if has(INWARD) { Some(self.number()?) } else { None };
        let outward = if has(OUTWARD) { Some(self.number()?) } else { None };
        let (shared, length) = (self.number()? as usize, self.number()? as usize);
        self.fill(length)?;
        let rest = self.bytes[self.at..].get(..length).ok_or_else(cut)?;
        value.truncate(shared);
        value.extend_from_slice(rest);
        self.at += length;
        Ok((self.last, Tally { count, first, last, inward, outward }))
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

    fn number(&mut self) -> io::Result<u64> {
        let mut number = 0;
        for (place, &byte) in self.bytes[self.at..].iter().take(10).enumerate() {
            number |= u64::from(byte & 0x7f) << (7 * place);
            if byte < 0x80 {
                self.at += place + 1;
                return Ok(number);
            }
        }
        Err(cut())
    }
}

/// A number: seven bits a byte, the lowest first, the highest bit of a byte for more to come.
fn put(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn cut() -> io::Error {
    damaged("it ends too early")
}
