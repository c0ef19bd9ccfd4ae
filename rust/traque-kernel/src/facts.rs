//! Hot indicators: records that differ only where their format says that it changes nothing are counted.
//!
//! A log format declares the *shapes* of its records: which parts they have, and what each part is to a
//! judgement (`traque.logs.Shape` holds the contract). Two records of one shape are alike when all bytes
//! outside the parts, the parts that are present, the class of each part's text ([`Role::class`]) and the
//! matches are the same; a part in which a match stands is taken as it is. The first record of each kind
//! goes to Python, which says whether to trust the kind; its others are only counted, with the times, sums
//! and values that they differ in.

use std::collections::HashMap;
use std::mem::take;
use std::sync::Arc;

use memchr::memmem::Finder;

use crate::batch::{Batch, Record};
use crate::found::{Hit, Relation};
use crate::roles::{Networks, Role, SUMS, VALUES, number_of};
use crate::shapes::{Divider, Part, Shapes};
use crate::timestamps::{SECOND, Stamp};
use crate::values::Values;

/// Kinds of records that are told apart in one stream; records of further kinds are not grouped.
pub const KINDS: usize = 1 << 16;

/// Values that are counted in one stream; a record that brings a further one is not grouped.
const MOST_VALUES: usize = 200_000;

/// Bytes of a record that may be grouped.
pub const LONGEST: usize = 4096;

/// The length of the spans for which the caller is asked what a time means, in microseconds.
pub const HOUR: i64 = 3600 * SECOND;

/// The number of a record that belongs to no kind.
pub const ALONE: u32 = u32::MAX;

/// What the times of one hour mean: how far UTC is from the stamp, and whether they are outside the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hour {
    /// Microseconds to add to a stamp.
    pub shift: i64,
    /// Outside the window asked for.
    pub outside: bool,
}

/// Says what the hour that begins at a stamp means; None when it does not mean one thing.
pub type Clock<'c> = dyn FnMut(Stamp) -> Option<Hour> + 'c;

/// How many records were counted, and what they differ in.
#[derive(Clone, Debug, Default)]
pub struct Total {
    /// Records.
    pub count: u64,
    /// The earliest moment, in microseconds of UTC since 1970.
    pub first: i64,
    /// The latest.
    pub last: i64,
    /// By [`SUMS`]; None where the records' shape has no such group, or none of it.
    pub sums: [Option<u128>; SUMS.len()],
}

impl Total {
    fn add(&mut self, moment: i64, sums: [Option<u64>; SUMS.len()]) {
        self.first = if self.count == 0 { moment } else { self.first.min(moment) };
        self.last = if self.count == 0 { moment } else { self.last.max(moment) };
        self.count += 1;
        for (sum, more) in self.sums.iter_mut().zip(sums) {
            if let Some(more) = more {
                *sum = Some(sum.unwrap_or(0) + u128::from(more));
            }
        }
    }
}

/// A record kept word for word, with its moment.
#[derive(Clone, Debug)]
struct Kept {
    moment: i64,
    record: Record,
    hits: Vec<Hit>,
    text: Vec<u8>,
}

impl Kept {
    fn set(&mut self, moment: i64, record: &Record, hits: &[Hit], text: &[u8]) {
        self.moment = moment;
        self.record.clone_from(record);
        self.hits.clear();
        self.hits.extend_from_slice(hits);
        self.text.clear();
        self.text.extend_from_slice(text);
    }
}

/// Records of one kind.
#[derive(Default)]
struct Kind {
    /// The place of the record that was judged for it; what comes after it is counted.
    judged_at: Option<u64>,
    inside: Total,
    outside: Total,
    values: [Option<Box<Values>>; VALUES.len()],
    kept: Option<(Kept, Kept)>,
}

impl Kind {
    fn grows_by(&self, value: usize, text: &[u8]) -> bool {
        self.values[value].as_ref().is_none_or(|values| values.grows_by(text))
    }

    /// The earliest record stays, the first of equals; the latest too, the last of equals.
    fn keep(&mut self, moment: i64, record: &Record, hits: &[Hit], text: &[u8]) {
        if let Some((first, last)) = &mut self.kept {
            if moment < first.moment {
                first.set(moment, record, hits, text);
            }
            if moment >= last.moment {
                last.set(moment, record, hits, text);
            }
        } else {
            let kept = Kept { moment, record: record.clone(), hits: hits.to_vec(), text: text.to_vec() };
            self.kept = Some((kept.clone(), kept));
        }
    }
}

/// A trusted kind with what was counted of it.
pub struct Counted<'g> {
    /// Its number.
    pub kind: u32,
    /// Records inside the window asked for.
    pub inside: Total,
    /// Records outside.
    pub outside: Total,
    /// By [`VALUES`]; None where the records have no such part.
    pub values: [Option<&'g Values>; VALUES.len()],
}

/// Counts the records of one stream by kind.
pub struct Groups {
    shapes: Arc<Shapes>,
    inside: Networks,
    marks: Vec<Finder<'static>>,
    divider: Divider,
    signature: Vec<u8>,
    places: Vec<u32>,
    numbers: HashMap<Box<[u8]>, u32>,
    kinds: Vec<Kind>,
    hours: HashMap<(i64, bool, bool), Option<Hour>>,
    values: usize,
    handed: (Batch, Vec<u32>),
}

impl Groups {
    /// Nothing counted yet. A record that holds one of `marks` is never grouped.
    #[must_use]
    pub fn new(shapes: Arc<Shapes>, inside: Networks, marks: &[Vec<u8>]) -> Self {
        Self {
            divider: shapes.divider(),
            shapes,
            inside,
            marks: marks.iter().map(|mark| Finder::new(mark).into_owned()).collect(),
            signature: Vec::new(),
            places: Vec::new(),
            numbers: HashMap::new(),
            kinds: Vec::new(),
            hours: HashMap::new(),
            values: 0,
            handed: (Batch::default(), Vec::new()),
        }
    }

    /// Count the records of `batch` whose kind is trusted; the others stay, each with its kind or [`ALONE`].
    ///
    /// What stays is kept here until [`Groups::settle`], for its records may be of a kind that is trusted by then.
    pub fn take(&mut self, mut batch: Batch, clock: &mut Clock<'_>) -> &(Batch, Vec<u32>) {
        let samples = take(&mut batch.samples);
        self.handed = self.left(&batch, clock, |_, _, _| true);
        self.handed.0.samples = samples;
        &self.handed
    }

    /// Count those records handed over last that came after the one by which their kind was trusted; answered
    /// are those among them that cannot be counted.
    pub fn settle(&mut self, clock: &mut Clock<'_>) -> (Batch, Vec<u32>) {
        let (batch, handed) = take(&mut self.handed);
        if handed.iter().all(|kind| *kind == ALONE) {
            return Default::default();
        }
        self.left(&batch, clock, |kinds, index, offset| {
            let kind = kinds.get(handed[index] as usize);
            kind.and_then(|kind| kind.judged_at).is_some_and(|at| at < offset)
        })
    }

    /// Those of `batch` that `wanted` admits (by the kinds, the record's index and its place) and are not counted.
    fn left(
        &mut self,
        batch: &Batch,
        clock: &mut Clock<'_>,
        wanted: impl Fn(&[Kind], usize, u64) -> bool,
    ) -> (Batch, Vec<u32>) {
        let (mut left, mut kinds) = (Batch::default(), Vec::new());
        let (mut text_at, mut hits_at) = (0, 0);
        for (index, record) in batch.records.iter().enumerate() {
            let text = &batch.texts[text_at..record.text_end];
            let hits = &batch.hits[hits_at..record.hits_end];
            (text_at, hits_at) = (record.text_end, record.hits_end);
            if !wanted(&self.kinds, index, record.offset) {
                continue;
            }
            if let Some(kind) = self.one(record, hits, text, clock) {
                left.texts.extend_from_slice(text);
                left.hits.extend_from_slice(hits);
                left.records.push(Record { text_end: left.texts.len(), hits_end: left.hits.len(), ..record.clone() });
                kinds.push(kind);
            }
        }
        (left, kinds)
    }

    /// From now on the records of this kind that come after that place are counted.
    pub fn trust(&mut self, kind: u32, judged_at: u64) {
        if let Some(kind) = self.kinds.get_mut(kind as usize) {
            kind.judged_at = Some(judged_at);
        }
    }

    /// Every kind of which records were counted, and a batch with the earliest and the latest of each.
    #[must_use]
    pub fn counted(&self) -> (Vec<Counted<'_>>, Batch) {
        let (mut counted, mut batch) = (Vec::new(), Batch::default());
        for (number, kind) in self.kinds.iter().enumerate() {
            let Some((first, last)) = &kind.kept else { continue };
            counted.push(Counted {
                kind: number as u32,
                inside: kind.inside.clone(),
                outside: kind.outside.clone(),
                values: kind.values.each_ref().map(|values| values.as_deref()),
            });
            for kept in [first, last] {
                batch.texts.extend_from_slice(&kept.text);
                batch.hits.extend_from_slice(&kept.hits);
                batch.records.push(Record {
                    text_end: batch.texts.len(),
                    hits_end: batch.hits.len(),
                    ..kept.record.clone()
                });
            }
        }
        (counted, batch)
    }

    /// Count one record (None), or say of which kind it is.
    fn one(&mut self, record: &Record, hits: &[Hit], text: &[u8], clock: &mut Clock<'_>) -> Option<u32> {
        if record.length != text.len() as u64 || self.marks.iter().any(|mark| mark.find(text).is_some()) {
            return Some(ALONE);
        }
        let Some(stamp) = self.sign(text, hits, record.offset) else { return Some(ALONE) };
        let Some(&number) = self.numbers.get(self.signature.as_slice()) else {
            return Some(self.new_kind());
        };
        let kind = &mut self.kinds[number as usize];
        if kind.judged_at.is_none_or(|at| record.offset <= at) {
            return Some(number);
        }
        let begin = stamp.us.div_euclid(HOUR) * HOUR;
        let hour =
            *self.hours.entry((begin, stamp.zoned, stamp.dated)).or_insert_with(|| clock(Stamp { us: begin, ..stamp }));
        let Some(hour) = hour else { return Some(ALONE) };
        let parts = &self.divider.parts;
        let values = || parts.iter().filter_map(|part| Some((part.value()?, &text[part.start..part.end])));
        if self.values >= MOST_VALUES && values().any(|(value, text)| kind.grows_by(value, text)) {
            return Some(ALONE);
        }
        for (value, text) in values() {
            let values = kind.values[value].get_or_insert_default();
            let before = values.len();
            values.add(text);
            self.values += values.len() - before;
        }
        let mut sums = [None; SUMS.len()];
        for part in parts {
            if let Role::Sum(sum) = part.role {
                sums[sum] = Some(number_of(&text[part.start..part.end]));
            }
        }
        let moment = stamp.us + hour.shift;
        if hour.outside { &mut kind.outside } else { &mut kind.inside }.add(moment, sums);
        kind.keep(moment, record, hits, text);
        None
    }

    fn new_kind(&mut self) -> u32 {
        if self.kinds.len() >= KINDS {
            return ALONE;
        }
        let number = self.kinds.len() as u32;
        self.numbers.insert(self.signature.as_slice().into(), number);
        self.kinds.push(Kind::default());
        number
    }

    /// Put in `self.signature` what all records of a kind share; answer the record's time. Only those parts stay
    /// in the divider that the signature leaves out.
    fn sign(&mut self, text: &[u8], hits: &[Hit], offset: u64) -> Option<Stamp> {
        if text.len() > LONGEST {
            return None;
        }
        let (shape, stamp) = self.shapes.divide(text, &mut self.divider)?;
        let Self { signature, places, inside, .. } = self;
        let parts = &mut self.divider.parts;
        signature.clear();
        places.clear();
        let (mut at, mut left_out) = (0, 0);
        let mut whole = true;
        // Only a host was found of a URL: the rest of it stands in other parts, and must be the same.
        let host = hits.iter().any(|hit| hit.relation == Relation::Host);
        parts.retain(|part| {
            let (start, end) = (part.start as u64 + offset, part.end as u64 + offset);
            let found = hits.iter().any(|hit| hit.start < end && hit.end > start);
            let matched = found || (host && part.role.is_of_url());
            if found && matches!(part.role, Role::Time | Role::Sum(_)) {
                whole = false;
            }
            let class = if matched { None } else { part.role.class(&text[part.start..part.end], inside) };
            let Some(class) = class else { return false };
            signature.extend_from_slice(&text[at..part.start]);
            places.extend([signature.len() as u32, part.role.number(), class]);
            at = part.end;
            true
        });
        if !whole {
            return None;
        }
        signature.extend_from_slice(&text[at..]);
        let mut left = parts.iter().peekable();
        for hit in hits {
            let (start, end) = ((hit.start - offset) as usize, (hit.end - offset) as usize);
            while let Some(part) = left.next_if(|part| part.end <= start) {
                left_out += part.end - part.start;
            }
            places.extend([(start - left_out) as u32, (end - left_out) as u32, hit.indicator, hit.relation as u32]);
        }
        // The numbers stand behind the text, their count last: no two kinds are written alike.
        let flags = u32::from(stamp.zoned) | u32::from(stamp.dated) << 1;
        places.extend([shape as u32, flags, parts.len() as u32, places.len() as u32]);
        signature.extend(places.iter().flat_map(|number| number.to_le_bytes()));
        Some(stamp)
    }

    /// What all records of this record's kind share, and its parts, as if nothing were found in it: for tests.
    pub fn signature(&mut self, text: &[u8]) -> Option<(&[u8], &[Part], Stamp)> {
        let stamp = self.sign(text, &[], 0)?;
        Some((&self.signature, &self.divider.parts, stamp))
    }
}
