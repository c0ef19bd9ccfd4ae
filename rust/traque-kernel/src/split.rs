//! One large file, scanned by several threads: what comes out is what one scanner of the whole file brings.
//!
//! Each part of the file is the records that begin in [`PART`] bytes of it. Parts are taken up in order by whoever has
//! nothing to do, and told in order; their records are numbered, and the times of those between two parts are looked
//! at, when they are told.

use std::collections::BTreeMap;
use std::io::Error;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{JoinHandle, Result as Run, spawn};

use memchr::memchr;

use crate::batch::Batch;
use crate::engine::Engine;
use crate::files::{File, Pieces};
use crate::lookout::{Lookout, Told};
use crate::samples::Sampler;
use crate::scanner::{AT_ONCE, ENOUGH, Scanner};
use crate::timestamps::TimeRule;

/// Bytes in which the records of a part begin: some of the sampler's blocks, and of the lookout's.
const PART: u64 = 1 << 20;

/// Parts that are being scanned or wait to be told.
const ON_HAND: u64 = 64;

/// Scans one file; closed when it is dropped.
pub struct Split {
    shared: Arc<Shared>,
    helpers: Vec<JoinHandle<()>>,
    sampler: Sampler,
    bytes: u64,
    records: u64,
    buffer: Vec<u8>,
    is_cut: bool,
    failed: Option<Error>,
}

struct Shared {
    engine: Arc<Engine>,
    times: Vec<TimeRule>,
    file: Arc<File>,
    lookout: Option<Lookout>,
    parts: u64,
    work: Mutex<Work>,
    changed: Condvar,
}

#[derive(Default)]
struct Work {
    /// The parts that were taken up, and of these the ones that were told: those that are scanned wait here.
    taken: u64,
    told: u64,
    scanned: BTreeMap<u64, Run<Part>>,
    closed: bool,
}

/// What became of a part.
struct Part {
    batch: Batch,
    records: u64,
    sampler: Sampler,
    told: Vec<Told>,
    /// Where the file ends, if that is too early, and why.
    cut: Option<(u64, Option<Error>)>,
}

impl Split {
    /// Of this file; `times` are tried in order on each record that is timed.
    #[must_use]
    pub fn new(engine: Arc<Engine>, times: Vec<TimeRule>, file: Arc<File>, lookout: Option<&Lookout>) -> Self {
        let shared = Shared {
            engine,
            times: times.clone(),
            parts: file.size().div_ceil(PART),
            file,
            lookout: lookout.map(|lookout| lookout.at(0)),
            work: Mutex::default(),
            changed: Condvar::new(),
        };
        Self {
            shared: Arc::new(shared),
            helpers: Vec::new(),
            sampler: Sampler::new(times),
            bytes: 0,
            records: 0,
            buffer: Vec::new(),
            is_cut: false,
            failed: None,
        }
    }

    /// Bytes told so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Records told so far.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Let one more thread scan parts, from now on and ahead.
    pub fn help(&mut self) {
        let shared = Arc::clone(&self.shared);
        self.helpers.push(spawn(move || {
            let mut buffer = Vec::new();
            while let Some(number) = shared.wait_for_work() {
                shared.scan(number, &mut buffer);
            }
        }));
    }

    /// Tell of the next parts; false behind the last. `lookout` takes over what was found by those like it.
    ///
    /// # Errors
    /// What the system says of the bytes behind those that were told.
    ///
    /// # Panics
    /// If the scan of a part did.
    pub fn next(&mut self, mut lookout: Option<&mut Lookout>, out: &mut Batch) -> Result<bool, Error> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let begun = self.bytes;
        while !self.is_cut && self.bytes < begun + AT_ONCE && out.records.len() < ENOUGH {
            let Some((number, part)) = self.shared.next(&mut self.buffer) else { break };
            let part = part.unwrap_or_else(|panic| resume_unwind(panic));
            self.sampler.join(part.sampler, &part.batch.samples, self.records, &mut out.samples);
            out.append(part.batch.in_file(self.records));
            if let Some(lookout) = &mut lookout {
                lookout.add(part.told);
            }
            self.records += part.records;
            self.bytes = self.shared.file.size().min((number + 1) * PART);
            if let Some((cut, error)) = part.cut {
                (self.bytes, self.is_cut, self.failed) = (cut.max(number * PART), true, error);
            }
        }
        Ok(self.bytes > begun || self.failed.is_some())
    }

    /// There is no more to be told but the time of the last record.
    pub fn finish(&mut self, out: &mut Batch) {
        self.sampler.finish(&mut out.samples);
    }

    /// End the threads that help.
    pub fn close(&mut self) {
        self.shared.work().closed = true;
        self.shared.changed.notify_all();
        for helper in self.helpers.drain(..) {
            let _ = helper.join();
        }
    }
}

impl Drop for Split {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, work: MutexGuard<'a, Work>) -> MutexGuard<'a, Work> {
        self.changed.wait(work).unwrap_or_else(PoisonError::into_inner)
    }

    /// The next part in order, scanned here unless a helper does; None behind the last.
    fn next(&self, buffer: &mut Vec<u8>) -> Option<(u64, Run<Part>)> {
        let mut work = self.work();
        loop {
            let number = work.told;
            if let Some(part) = work.scanned.remove(&number) {
                work.told += 1;
                self.changed.notify_all();
                return Some((number, part));
            }
            if number == self.parts {
                return None;
            }
            if let Some(number) = self.take(&mut work) {
                drop(work);
                self.scan(number, buffer);
                work = self.work();
            } else {
                work = self.wait(work);
            }
        }
    }

    /// A part to be scanned ahead; None when there are no more.
    fn wait_for_work(&self) -> Option<u64> {
        let mut work = self.work();
        loop {
            if work.closed || work.taken == self.parts {
                return None;
            }
            if let Some(number) = self.take(&mut work) {
                return Some(number);
            }
            work = self.wait(work);
        }
    }

    /// The next part that nobody has taken; None when too many are on hand.
    fn take(&self, work: &mut Work) -> Option<u64> {
        let number = work.taken;
        let is_free = number < self.parts && number < work.told + ON_HAND;
        work.taken += u64::from(is_free);
        is_free.then_some(number)
    }

    fn scan(&self, number: u64, buffer: &mut Vec<u8>) {
        let part = catch_unwind(AssertUnwindSafe(|| self.part(number, buffer)));
        self.work().scanned.insert(number, part);
        self.changed.notify_all();
    }

    /// Scan the records that begin in a part.
    fn part(&self, number: u64, buffer: &mut Vec<u8>) -> Part {
        let (begin, end) = (number * PART, (number + 1) * PART);
        let mut batch = Batch::default();
        let mut scanning = if begin == 0 { Some(self.scanning(0)) } else { None };
        let mut at = begin.saturating_sub(1);
        let mut pieces = Pieces::new(&self.file, buffer, at, self.file.size());
        while let Some(piece) = pieces.next() {
            let after = at + piece.len() as u64;
            let mut text = piece;
            if scanning.is_none()
                && let Some(feed) = memchr(b'\n', piece)
                && at + (feed as u64) < end - 1
            {
                text = &piece[feed + 1..];
                at += feed as u64 + 1;
                scanning = Some(self.scanning(at));
            }
            let last = (end - 1).saturating_sub(at) as usize;
            let stop = text.get(last..).and_then(|rest| memchr(b'\n', rest)).map(|feed| last + feed + 1);
            if let Some((scanner, lookout)) = &mut scanning {
                let text = &text[..stop.unwrap_or(text.len())];
                scanner.feed(text, &mut batch);
                if let Some(lookout) = lookout {
                    lookout.feed(text);
                }
            }
            if stop.is_some() || scanning.is_none() && after >= end {
                break;
            }
            at = after;
        }
        let cut = pieces.cut();
        let Some((scanner, lookout)) = scanning else {
            return Part { batch, records: 0, sampler: Sampler::new(Vec::new()), told: Vec::new(), cut };
        };
        let (records, sampler) = scanner.finish_part(&mut batch);
        let told = lookout.map_or_else(Vec::new, |mut lookout| {
            lookout.finish();
            lookout.take()
        });
        Part { batch, records, sampler, told, cut }
    }

    fn scanning(&self, offset: u64) -> (Scanner, Option<Lookout>) {
        let scanner = Scanner::at(offset, Arc::clone(&self.engine), self.times.clone());
        (scanner, self.lookout.as_ref().map(|lookout| lookout.at(offset)))
    }
}
