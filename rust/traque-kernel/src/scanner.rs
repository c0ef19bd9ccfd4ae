//! One stream: chunks cut anywhere go in, matched records with exact places come out.

use std::io::Result;
use std::ops::Range;
use std::sync::Arc;

use memchr::{memchr, memrchr};

use crate::batch::{Batch, Piece, TEXT_CAP};
use crate::classes::Masks;
use crate::engine::Engine;
use crate::files::{File, Pieces};
use crate::found::Hit;
use crate::long_line::LongLine;
use crate::lookout::Lookout;
use crate::samples::{SHOWN, Sampler};
use crate::stream::{Records, Stream, without_line_end};
use crate::timestamps::TimeRule;

/// Scans one stream.
pub struct Scanner {
    stream: Stream,
    matcher: Matcher,
    buffer: Vec<u8>,
}

/// Bytes of a file, and records, after which there is enough to be told.
pub const AT_ONCE: u64 = 1 << 24;
pub const ENOUGH: usize = 1 << 10;

/// Finds what stands in records.
struct Matcher {
    engine: Arc<Engine>,
    long: Option<LongLine>,
    sampler: Sampler,
    masks: Box<Masks>,
    hits: Vec<Hit>,
}

impl Scanner {
    /// A scanner at the beginning of a stream; `times` are tried in order on each record that is timed.
    #[must_use]
    pub fn new(engine: Arc<Engine>, times: Vec<TimeRule>) -> Self {
        Self::at(0, engine, times)
    }

    /// A scanner that begins with a record in the midst of a stream; it counts records from there.
    #[must_use]
    pub fn at(offset: u64, engine: Arc<Engine>, times: Vec<TimeRule>) -> Self {
        let sampler = Sampler::new(times);
        let matcher = Matcher { engine, long: None, sampler, masks: Box::default(), hits: Vec::new() };
        Self { stream: Stream::at(offset), matcher, buffer: Vec::new() }
    }

    /// The part of a stream has ended that was scanned. Answered are its records, and what is left to be timed.
    pub fn finish_part(mut self, out: &mut Batch) -> (u64, Sampler) {
        self.stream.finish(&mut self.matcher, out);
        (self.records(), self.matcher.sampler)
    }

    /// Records ended so far.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.stream.records()
    }

    /// Scan the next bytes.
    pub fn feed(&mut self, chunk: &[u8], out: &mut Batch) {
        self.stream.feed(chunk, &mut self.matcher, out);
    }

    /// Read and scan the bytes of a file from one place up to another, until there is enough to be told. Answers
    /// where it stopped: a file that has fewer bytes, or gives no more, ends there. `lookout` is fed with them too.
    ///
    /// # Errors
    /// What the system says, if it gave no byte.
    pub fn read(
        &mut self,
        file: &File,
        within: Range<u64>,
        mut lookout: Option<&mut Lookout>,
        out: &mut Batch,
    ) -> Result<u64> {
        let Self { stream, matcher, buffer } = self;
        let mut pieces = Pieces::new(file, buffer, within.start, within.end.min(within.start + AT_ONCE));
        while let Some(piece) = pieces.next() {
            stream.feed(piece, matcher, out);
            if let Some(lookout) = &mut lookout {
                lookout.feed(piece);
            }
            if out.records.len() >= ENOUGH || lookout.as_ref().is_some_and(|lookout| lookout.waiting() >= ENOUGH) {
                break;
            }
        }
        match (pieces.reached(), pieces.cut()) {
            (reached, Some((_, Some(error)))) if reached == within.start => Err(error),
            (reached, _) => Ok(reached),
        }
    }

    /// The stream has ended.
    pub fn finish(&mut self, out: &mut Batch) {
        self.stream.finish(&mut self.matcher, out);
        self.matcher.sampler.finish(&mut out.samples);
    }
}

impl Records for Matcher {
    type Out = Batch;

    fn whole(&mut self, text: &[u8], base: u64, before: u64, out: &mut Batch) -> u64 {
        self.engine.find(text, 0..text.len(), &mut self.masks, &mut self.hits);
        let lines = self.masks.lines();
        let before = |at: usize| before + lines.before(text, at);
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
        lines.total()
    }

    fn long_begins(&mut self, head: &[u8], base: u64, before: u64, out: &mut Batch) {
        self.sampler.records(&head[..SHOWN], base, |_| before, &mut out.samples);
        self.long = Some(LongLine::new(base));
    }

    fn window(&mut self, text: &[u8], own: Range<usize>, at: u64, _: &mut Batch) {
        self.engine.find(text, own, &mut self.masks, &mut self.hits);
        if let Some(long) = &mut self.long {
            long.window(text, at, &mut self.hits);
        }
    }

    fn long_ends(&mut self, line: u64, length: u64, out: &mut Batch) {
        if let Some(long) = self.long.take() {
            long.end(line, length, out);
        }
    }
}
