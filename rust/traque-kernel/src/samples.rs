//! The times of some records: what coverage is measured on. The rules are those of the oracle's `_sampling.py`.
//!
//! In each block of [`EVERY`] bytes a record is timed. Where two of these are further apart than
//! [`NEAR`], or cannot be compared, all between are timed, and both sides of each silence are told.
//! To be able to do that, what a text leaves since the last sample is kept: little more than a block.

use memchr::memchr;

use crate::timestamps::{self, SECOND, Stamp, TimeRule};

/// A record is timed in each block of so many bytes.
const EVERY: u64 = 64 * 1024;

/// Records of a block, and of the stream's end, that are tried for a time.
const TRIES: usize = 64;

/// Microseconds between two times above which they are not close.
const NEAR: u64 = 3600 * SECOND as u64;

/// Bytes at the beginning of a record in which its time is looked for.
const HEAD: usize = 4096;

/// Bytes at the beginning of a record that have to be seen for that: its line end may come next.
pub const SHOWN: usize = HEAD + 2;

/// A record that was timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Its first byte in the stream.
    pub offset: u64,
    /// Its number, from 1.
    pub line: u64,
    /// Its time, if that could be read.
    pub stamp: Option<Stamp>,
    /// Whether no silence lies between the sample before and this one.
    pub joined: bool,
}

/// Times the records of one stream.
pub struct Sampler {
    rules: Vec<TimeRule>,
    last: Option<Sample>,
    /// The first block that has no sample yet.
    block: u64,
    /// Records of it whose time could not be read, and the last of these.
    tried: usize,
    missed: Option<Sample>,
    /// The records before the first sample.
    lead: Vec<Stretch<Vec<u8>>>,
    /// The records from the last sample on, but for those of the text that is being looked at.
    since: Vec<Stretch<Vec<u8>>>,
}

/// Consecutive records, each but the last with its line feed.
struct Stretch<T> {
    /// Where it begins in the stream.
    offset: u64,
    /// Records before it.
    before: u64,
    text: T,
}

impl<T: AsRef<[u8]>> Stretch<T> {
    /// Place, number and bytes of each record.
    fn records(&self) -> impl Iterator<Item = (u64, u64, &[u8])> {
        let (mut offset, mut line) = (self.offset, self.before);
        self.text.as_ref().split_inclusive(|&byte| byte == b'\n').map(move |record| {
            let place = offset;
            offset += record.len() as u64;
            line += 1;
            (place, line, record)
        })
    }
}

impl Stretch<&[u8]> {
    /// The records before that place, to be kept.
    fn until(&self, offset: u64) -> Stretch<Vec<u8>> {
        let size = offset.saturating_sub(self.offset) as usize;
        Stretch { offset: self.offset, before: self.before, text: self.text[..size.min(self.text.len())].to_vec() }
    }
}

impl Sampler {
    /// A sampler at the beginning of a stream; without rules it does nothing.
    pub fn new(rules: Vec<TimeRule>) -> Self {
        Self { rules, last: None, block: 0, tried: 0, missed: None, lead: Vec::new(), since: Vec::new() }
    }

    /// Whole records (or the head of a long one), which begin at `offset`; `before` counts the records before a place.
    pub fn records(&mut self, text: &[u8], offset: u64, before: impl Fn(usize) -> u64, out: &mut Vec<Sample>) {
        if self.rules.is_empty() {
            return;
        }
        let mut at = 0;
        let mut lines = before(0);
        // Where what is since the last sample, and not kept yet, begins.
        let mut recent = Stretch { offset, before: lines, text };
        while at < text.len() {
            if self.tried == 0 {
                let Some(skipped) = self.next_start(&text[at..], offset + at as u64) else { break };
                if skipped > 0 {
                    at += skipped;
                    lines = before(at);
                }
            }
            let end = memchr(b'\n', &text[at..]).map_or(text.len(), |length| at + length + 1);
            let record = Stretch { offset: offset + at as u64, before: lines, text: &text[at..end] };
            if self.try_record(&recent, &record, out) {
                recent = Stretch { text: &text[at..], ..record };
            }
            lines += 1;
            at = end;
        }
        self.keep(&recent);
    }

    /// The stream has ended: its last record with a time is timed too.
    pub fn finish(&mut self, out: &mut Vec<Sample>) {
        let last = self.last.map(|last| last.offset);
        let records: Vec<_> = self.since.iter().flat_map(Stretch::records).collect();
        let found =
            records.iter().rev().take(TRIES).take_while(|record| last.is_none_or(|last| record.0 > last)).find_map(
                |&(offset, line, record)| {
                    self.read(record).map(|stamp| Sample { offset, line, stamp: Some(stamp), joined: false })
                },
            );
        if let Some(sample) = found {
            self.take(sample, None, out);
        }
    }

    /// Go on where `part` ended, which began here, with a record that begins in a block of its own: `samples` are the
    /// part's, and `before` are the records before it.
    pub fn join(&mut self, mut part: Self, samples: &[Sample], before: u64, out: &mut Vec<Sample>) {
        let moved = |sample: Sample| Sample { line: sample.line + before, ..sample };
        for stretch in part.lead.iter_mut().chain(&mut part.since) {
            stretch.before += before;
        }
        if part.last.is_none() && part.since.is_empty() {
            return;
        }
        if let Some(missed) = self.missed.take() {
            self.take(missed, None, out);
        }
        if let Some((first, others)) = samples.split_first() {
            self.since.append(&mut part.lead);
            self.take(moved(*first), None, out);
            out.extend(others.iter().copied().map(moved));
            (self.last, self.since) = (part.last.map(moved), part.since);
        } else {
            self.since.append(&mut part.since);
        }
        (self.block, self.tried, self.missed) = (part.block, part.tried, part.missed.map(moved));
    }

    /// Time a record of a block that has no sample yet; `passed` are the records that are not kept, up to it and on.
    /// Whether there is a new sample: it, or the record before it.
    fn try_record(&mut self, passed: &Stretch<&[u8]>, record: &Stretch<&[u8]>, out: &mut Vec<Sample>) -> bool {
        let mut passed = Some(passed);
        let block = record.offset / EVERY;
        if block > self.block {
            if let Some(missed) = self.missed.take() {
                self.take(missed, passed.take(), out);
            }
            (self.block, self.tried) = (block, 0);
        }
        let stamp = self.read(record.text);
        let sample = Sample { offset: record.offset, line: record.before + 1, stamp, joined: false };
        self.tried += usize::from(stamp.is_none());
        if stamp.is_none() && self.tried < TRIES {
            self.missed = Some(sample);
        } else {
            self.take(sample, passed.take(), out);
            (self.block, self.tried, self.missed) = (self.block + 1, 0, None);
        }
        passed.is_none()
    }

    /// Where the first record begins that begins in a block without a sample.
    fn next_start(&self, text: &[u8], offset: u64) -> Option<usize> {
        let boundary = (self.block * EVERY).saturating_sub(offset) as usize;
        let start = match boundary.checked_sub(1) {
            Some(before) => boundary + memchr(b'\n', text.get(before..)?)?,
            None => 0,
        };
        (start < text.len()).then_some(start)
    }

    fn keep(&mut self, passed: &Stretch<&[u8]>) {
        if passed.text.is_empty() {
            return;
        }
        match self.since.last_mut() {
            Some(kept) if kept.offset + kept.text.len() as u64 == passed.offset => {
                kept.text.extend_from_slice(passed.text);
            }
            _ => self.since.push(Stretch { offset: passed.offset, before: passed.before, text: passed.text.to_vec() }),
        }
    }

    /// Add a sample, and before it the silences between it and the last one; `passed` comes after what is kept.
    fn take(&mut self, sample: Sample, passed: Option<&Stretch<&[u8]>>, out: &mut Vec<Sample>) {
        let since = std::mem::take(&mut self.since);
        let Some(last) = self.last.replace(sample) else {
            self.lead = since;
            self.lead.extend(passed.map(|passed| passed.until(sample.offset)));
            return out.push(sample);
        };
        let joined = close(last.stamp, sample.stamp);
        if joined || last.stamp.is_none() && sample.stamp.is_none() {
            return out.push(Sample { joined, ..sample });
        }
        let between = since
            .iter()
            .flat_map(Stretch::records)
            .chain(passed.into_iter().flat_map(Stretch::records))
            .skip_while(|&(offset, ..)| offset <= last.offset)
            .take_while(|&(offset, ..)| offset < sample.offset)
            .map(|(offset, line, record)| Sample { offset, line, stamp: self.read(record), joined: false });
        let mut timed = std::iter::once(last).chain(between).chain([sample]).filter(|sample| sample.stamp.is_some());
        let Some(mut one) = timed.next() else { return };
        if last.stamp.is_none() {
            out.push(one);
        }
        let mut told = one.offset;
        for other in timed {
            if !close(one.stamp, other.stamp) {
                if one.offset > told {
                    out.push(Sample { joined: true, ..one });
                }
                out.push(other);
                told = other.offset;
            }
            one = other;
        }
        if one.offset > told {
            out.push(Sample { joined: true, ..one });
        }
        if sample.stamp.is_none() {
            out.push(sample);
        }
    }

    /// The time of the record that begins `text`.
    fn read(&self, text: &[u8]) -> Option<Stamp> {
        timestamps::read(head_of(text), &self.rules)
    }
}

/// What is read for its time of the record that begins `text`.
pub fn head_of(text: &[u8]) -> &[u8] {
    let shown = &text[..text.len().min(SHOWN)];
    let record = memchr(b'\n', shown).map_or(shown, |end| shown[..end].strip_suffix(b"\r").unwrap_or(&shown[..end]));
    &record[..record.len().min(HEAD)]
}

/// Whether two times are written alike and not far apart.
fn close(one: Option<Stamp>, other: Option<Stamp>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return false };
    (one.zoned, one.dated) == (other.zoned, other.dated) && one.us.abs_diff(other.us) <= NEAR
}
