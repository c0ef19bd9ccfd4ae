//! The time of a record, as `traque.timestamps.read` specifies it.

mod layouts;
mod pieces;

use memchr::memmem::{self, Finder};

pub use self::pieces::SECOND;
use self::pieces::{byte, digits};

/// Bytes that may stand between an anchor (or the beginning) and the time.
const SKIPPED: &[u8] = b" \t:=\"'[(*";

/// A time as a record writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Microseconds since 1970-01-01: of UTC when `zoned`, else of the wall clock of an unstated zone.
    pub us: i64,
    /// Whether the record states its zone.
    pub zoned: bool,
    /// Whether it states its year; without one, `us` is as if the year were 2000.
    pub dated: bool,
}

/// Reads the time at a place of a text.
type Layout = fn(&[u8], usize) -> Option<Stamp>;

/// Where in a record a rule reads.
#[derive(Clone, Debug)]
enum Place {
    Beginning,
    After(Box<Finder<'static>>),
    Column(usize, Vec<u8>),
}

/// Where the time of a record stands, and how it is written.
#[derive(Clone, Debug)]
pub struct TimeRule {
    layout: Layout,
    place: Place,
}

impl TimeRule {
    /// A rule by the fields of `traque.model.TimeRule`; None for a layout that is not one.
    #[must_use]
    pub fn new(layout: &str, anchor: &[u8], column: i64, separator: &[u8]) -> Option<Self> {
        let place = if !anchor.is_empty() {
            Place::After(Box::new(Finder::new(anchor).into_owned()))
        } else if let Ok(column) = usize::try_from(column) {
            Place::Column(column, separator.to_vec())
        } else {
            Place::Beginning
        };
        Some(Self { layout: layouts::by_name(layout)?, place })
    }

    /// The time that stands right after this rule's anchor, with which `text` must begin.
    #[must_use]
    pub fn read_at(&self, text: &[u8]) -> Option<Stamp> {
        match &self.place {
            Place::After(anchor) if text.starts_with(anchor.needle()) => self.read(text),
            _ => None,
        }
    }

    fn read(&self, record: &[u8]) -> Option<Stamp> {
        let (text, mut at) = match &self.place {
            Place::Beginning => (record, after_priority(record)),
            Place::After(anchor) => (record, anchor.find(record)? + anchor.needle().len()),
            Place::Column(column, separator) => (nth_column(record, *column, separator)?, 0),
        };
        while SKIPPED.contains(&byte(text, at)) {
            at += 1;
        }
        (self.layout)(text, at)
    }
}

/// The time of `record` by the first of `rules` that reads one.
#[must_use]
pub fn read(record: &[u8], rules: &[TimeRule]) -> Option<Stamp> {
    rules.iter().find_map(|rule| rule.read(record))
}

fn nth_column<'r>(record: &'r [u8], column: usize, separator: &[u8]) -> Option<&'r [u8]> {
    if separator.is_empty() {
        return (column == 0).then_some(record);
    }
    let mut rest = record;
    for _ in 0..column {
        rest = &rest[memmem::find(rest, separator)? + separator.len()..];
    }
    Some(&rest[..memmem::find(rest, separator).unwrap_or(rest.len())])
}

/// After an optional byte order mark, `<PRI>` and RFC 5424 version.
fn after_priority(record: &[u8]) -> usize {
    let begin = if record.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let priority = digits(record, begin + 1);
    let end = begin + 1 + priority;
    if byte(record, begin) != b'<' || !(1..=3).contains(&priority) || byte(record, end) != b'>' {
        return begin;
    }
    let version = digits(record, end + 1);
    let spaced = (1..=2).contains(&version) && byte(record, end + 1 + version) == b' ';
    if spaced { end + version + 2 } else { end + 1 }
}
