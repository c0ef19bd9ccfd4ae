//! One stream: chunks cut anywhere go in, matched records with exact places come out.
//!
//! Whole records inside a chunk are scanned where they lie; only the record that a chunk leaves
//! unfinished is carried over. A record too long to carry is scanned in windows that overlap by
//! [`CONTEXT`] on each side, so that every finder sees what it needs, and memory stays flat.

use std::sync::Arc;

use memchr::{memchr, memrchr};

use crate::batch::{Batch, Piece, TEXT_CAP};
use crate::classes::Masks;
use crate::engine::Engine;
use crate::found::Hit;
use crate::long_line::LongLine;
use crate::samples::{SHOWN, Sampler};
use crate::timestamps::TimeRule;

/// Bytes that a window of a long record owns; also the most that is scanned at once.
pub const WINDOW: usize = 1 << 20;

/// Bytes around a place in a record that a finder may need to see.
pub const CONTEXT: usize = 1 << 16;

/// Scans one stream.
pub struct Scanner {
    engine: Arc<Engine>,
    /// Bytes fed so far.
    bytes: u64,
    /// Records ended so far.
    records: u64,
    /// The unfinished record, or the end of it that a long one still needs.
    carry: Vec<u8>,
    long: Option<LongLine>,
    sampler: Sampler,
    masks: Box<Masks>,
    hits: Vec<Hit>,
}

impl Scanner {
    /// A scanner at the beginning of a stream; `times` are tried in order on each record that is timed.
    #[must_use]
    pub fn new(engine: Arc<Engine>, times: Vec<TimeRule>) -> Self {
        Self {
            engine,
            bytes: 0,
            records: 0,
            carry: Vec::new(),
            long: None,
            sampler: Sampler::new(times),
            masks: Box::default(),
            hits: Vec::new(),
        }
    }

    /// Records ended so far.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Scan the next bytes.
    pub fn feed(&mut self, chunk: &[u8], out: &mut Batch) {
        for part in chunk.chunks(WINDOW) {
            self.part(part, out);
        }
    }

    /// The stream has ended.
    pub fn finish(&mut self, out: &mut Batch) {
        if !self.carry.is_empty() {
            self.end_carried(false, out);
        }
        self.sampler.finish(&mut out.samples);
    }

    fn part(&mut self, part: &[u8], out: &mut Batch) {
        let mut rest = part;
        if !self.carry.is_empty() {
            let Some(end) = memchr(b'\n', part) else {
                return self.carry_over(part, out);
            };
            self.carry_over(&part[..end], out);
            self.end_carried(true, out);
            rest = &part[end + 1..];
        }
        let whole = memrchr(b'\n', rest).map_or(0, |end| end + 1);
        let base = self.bytes;
        self.bytes += whole as u64;
        self.whole_records(&rest[..whole], base, out);
        self.carry_over(&rest[whole..], out);
    }

    /// Keep more of a record that has not ended.
    fn carry_over(&mut self, bytes: &[u8], out: &mut Batch) {
        self.carry.extend_from_slice(bytes);
        self.bytes += bytes.len() as u64;
        if self.carry.len() >= WINDOW + CONTEXT {
            let offset = self.bytes - self.carry.len() as u64;
            let long = self.long.get_or_insert_with(|| {
                self.sampler.records(&self.carry[..SHOWN], offset, |_| self.records, &mut out.samples);
                LongLine::new(offset)
            });
            long.windows(&mut self.carry, &self.engine, &mut self.masks, &mut self.hits);
        }
    }

    /// The record that is carried ends, by a line feed or with the stream.
    fn end_carried(&mut self, by_line_feed: bool, out: &mut Batch) {
        let mut carry = std::mem::take(&mut self.carry);
        let offset = self.bytes - carry.len() as u64;
        if by_line_feed {
            self.bytes += 1;
        }
        if let Some(long) = self.long.take() {
            self.records += 1;
            let text = without_line_end(&carry);
            long.end(text, self.records, &self.engine, &mut self.masks, &mut self.hits, out);
        } else {
            carry.push(b'\n');
            self.whole_records(&carry, offset, out);
        }
        carry.clear();
        self.carry = carry;
    }

    /// Scan `text`: whole records, each with its line feed; it begins at `base` of the stream.
    fn whole_records(&mut self, text: &[u8], base: u64, out: &mut Batch) {
        self.engine.find(text, 0..text.len(), &mut self.masks, &mut self.hits);
        let lines = self.masks.lines();
        let before = |at: usize| self.records + lines.before(text, at);
        self.sampler.records(text, base, before, &mut out.samples);
        let mut hits = self.hits.as_slice();
        while let Some(first) = hits.first() {
            let at = first.start as usize;
            let start = memrchr(b'\n', &text[..at]).map_or(0, |end| end + 1);
            let end = memchr(b'\n', &text[at..]).map_or(text.len(), |length| at + length);
            let (here, later) = hits.split_at(hits.partition_point(|hit| hit.start < end as u64));
            let here: Vec<Hit> = here
                .iter()
                .map(|hit| Hit { start: hit.start - start as u64, end: hit.end - start as u64, ..*hit })
                .collect();
            let record = without_line_end(&text[start..end]);
            let piece = Piece {
                text: record,
                text_at: 0,
                offset: base + start as u64,
                length: record.len() as u64,
                line: before(start) + 1,
            };
            out.push(&piece, &here, TEXT_CAP);
            hits = later;
        }
        self.records += lines.total();
    }
}

/// `record` without the carriage return before its line feed.
fn without_line_end(record: &[u8]) -> &[u8] {
    record.strip_suffix(b"\r").unwrap_or(record)
}
