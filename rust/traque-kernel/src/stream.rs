//! A stream of bytes, cut anywhere, as whole records and as windows of those that are too long to hold.
//!
//! Whole records inside a chunk are shown where they lie; only the record that a chunk leaves unfinished is
//! carried over. A record too long to carry is shown in windows that overlap by [`CONTEXT`] on each side, so
//! that every finder sees what it needs, and memory stays flat.

use std::ops::Range;

use memchr::{memchr, memrchr};

/// Bytes that a window of a long record owns; also the most that is shown at once.
pub const WINDOW: usize = 1 << 20;

/// Bytes around a place in a record that a finder may need to see.
pub const CONTEXT: usize = 1 << 16;

/// Is shown the records of a stream.
pub trait Records {
    /// What it makes of them.
    type Out;

    /// Whole records, each with its line feed; `base` is where they begin in the stream, `before` are the records
    /// before them. Answers how many there are.
    fn whole(&mut self, text: &[u8], base: u64, before: u64, out: &mut Self::Out) -> u64;

    /// A record begins that is too long to be held: `head` is its beginning.
    fn long_begins(&mut self, head: &[u8], base: u64, before: u64, out: &mut Self::Out);

    /// The next window of it owns `own` of `text`, which begins `at` bytes behind the record's beginning.
    fn window(&mut self, text: &[u8], own: Range<usize>, at: u64, out: &mut Self::Out);

    /// It has ended: record number `line` has `length` bytes, without its line end.
    fn long_ends(&mut self, line: u64, length: u64, out: &mut Self::Out);
}

/// Cuts one stream.
#[derive(Default)]
pub struct Stream {
    /// Where the next bytes stand in the stream.
    bytes: u64,
    /// Records ended so far.
    records: u64,
    /// The unfinished record, or the end of it that a long one still needs.
    carry: Vec<u8>,
    long: Option<Long>,
}

/// Where a long record is, counted from its beginning.
#[derive(Default)]
struct Long {
    /// Where the bytes that are carried begin.
    carry_at: u64,
    /// Where the next window begins.
    next: u64,
}

impl Stream {
    /// At a record in the midst of a stream.
    pub fn at(offset: u64) -> Self {
        Self { bytes: offset, ..Self::default() }
    }

    /// Records ended so far.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// The next bytes.
    pub fn feed<R: Records>(&mut self, chunk: &[u8], to: &mut R, out: &mut R::Out) {
        for part in chunk.chunks(WINDOW) {
            self.part(part, to, out);
        }
    }

    /// There are no more.
    pub fn finish<R: Records>(&mut self, to: &mut R, out: &mut R::Out) {
        if !self.carry.is_empty() {
            self.end_carried(false, to, out);
        }
    }

    fn part<R: Records>(&mut self, part: &[u8], to: &mut R, out: &mut R::Out) {
        let mut rest = part;
        if !self.carry.is_empty() {
            let Some(end) = memchr(b'\n', part) else {
                return self.carry_over(part, to, out);
            };
            self.carry_over(&part[..end], to, out);
            self.end_carried(true, to, out);
            rest = &part[end + 1..];
        }
        let whole = memrchr(b'\n', rest).map_or(0, |end| end + 1);
        let base = self.bytes;
        self.bytes += whole as u64;
        self.records += to.whole(&rest[..whole], base, self.records, out);
        self.carry_over(&rest[whole..], to, out);
    }

    /// Keep more of a record that has not ended.
    fn carry_over<R: Records>(&mut self, bytes: &[u8], to: &mut R, out: &mut R::Out) {
        self.carry.extend_from_slice(bytes);
        self.bytes += bytes.len() as u64;
        if self.carry.len() >= WINDOW + CONTEXT {
            let long = self.long.get_or_insert_with(|| {
                to.long_begins(&self.carry, self.bytes - self.carry.len() as u64, self.records, out);
                Long::default()
            });
            long.windows(&mut self.carry, to, out);
        }
    }

    /// The record that is carried ends, by a line feed or with the stream.
    fn end_carried<R: Records>(&mut self, by_line_feed: bool, to: &mut R, out: &mut R::Out) {
        let mut carry = std::mem::take(&mut self.carry);
        let offset = self.bytes - carry.len() as u64;
        if by_line_feed {
            self.bytes += 1;
        }
        if let Some(long) = self.long.take() {
            self.records += 1;
            let rest = without_line_end(&carry);
            let own = (long.next - long.carry_at) as usize;
            to.window(rest, own..rest.len(), long.carry_at, out);
            to.long_ends(self.records, long.carry_at + rest.len() as u64, out);
        } else {
            carry.push(b'\n');
            self.records += to.whole(&carry, offset, self.records, out);
        }
        carry.clear();
        self.carry = carry;
    }
}

impl Long {
    /// Show the windows that `carry` holds whole, and drop from it what no later window needs.
    fn windows<R: Records>(&mut self, carry: &mut Vec<u8>, to: &mut R, out: &mut R::Out) {
        let mut done = 0;
        loop {
            let own = (self.next - self.carry_at) as usize;
            let shown = own + WINDOW + CONTEXT;
            if carry.len() - done < shown {
                break;
            }
            to.window(&carry[done..done + shown], own..own + WINDOW, self.carry_at, out);
            self.next += WINDOW as u64;
            let drop = own + WINDOW - CONTEXT;
            done += drop;
            self.carry_at += drop as u64;
        }
        carry.drain(..done);
    }
}

/// `record` without the carriage return before its line feed.
pub fn without_line_end(record: &[u8]) -> &[u8] {
    record.strip_suffix(b"\r").unwrap_or(record)
}
