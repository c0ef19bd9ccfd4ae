//! Hot indicators: records that differ only where their format says that it changes nothing are counted.
//!
//! A log format declares *shapes*: expressions that match whole records, and whose named groups are the
//! parts that may differ without any other judgement (`traque.logs.Shape` holds the contract). Two records
//! of one shape are alike when all bytes outside the groups, the groups that are present and the matches
//! are the same. The first record of each kind goes to Python, which says whether to trust the kind; from
//! then on its records are only counted, with the times and sums that they differ in.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use memchr::memmem::Finder;
use regex_automata::dfa::onepass;
use regex_automata::hybrid::dfa;
use regex_automata::nfa::thompson::{self, backtrack};
use regex_automata::util::captures::GroupInfo;
use regex_automata::util::primitives::NonMaxUsize;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};

use crate::batch::{Batch, Record};
use crate::found::{Hit, Relation};
use crate::timestamps::{SECOND, Stamp, TimeRule, read};

/// Kinds of records that are told apart in one stream; records of further kinds are not grouped.
pub const KINDS: usize = 1 << 16;

/// Bytes of a record that may be grouped.
const LONGEST: usize = 4096;

/// Bytes that a compiled shape may take.
const SHAPE_SIZE: usize = 4 << 20;

/// The length of the spans for which the caller is asked what a time means, in microseconds.
pub const HOUR: i64 = 3600 * SECOND;

/// The number of a record that belongs to no kind.
pub const ALONE: u32 = u32::MAX;

/// What is summed over the records of a kind, by the names of their groups.
pub const SUMS: [&str; 2] = ["source_bytes", "destination_bytes"];

/// Why a shape cannot be used.
#[derive(Debug)]
pub struct BadShape(String);

impl fmt::Display for BadShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadShape {}

/// One compiled expression, and what each of its groups (from 1) is summed as, if it is.
struct Shape {
    matcher: Matcher,
    sums: Vec<Option<usize>>,
}

/// How an expression is matched: in one pass where each byte decides alone where it belongs, else by trying.
enum Matcher {
    OnePass(Box<onepass::DFA>),
    Backtrack(Box<backtrack::BoundedBacktracker>),
}

/// What a matcher needs to run.
enum Cache {
    OnePass(onepass::Cache),
    Backtrack(backtrack::Cache),
}

/// The expression for a whole record.
fn whole(pattern: &str) -> String {
    format!(r"\A(?:{pattern})\z")
}

/// Expressions are over bytes.
fn bytes() -> syntax::Config {
    syntax::Config::new().unicode(false).utf8(false)
}

impl Matcher {
    fn new(pattern: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let (pattern, syntax) = (whole(pattern), bytes());
        let nfa = thompson::Config::new().utf8(false);
        let one_pass = onepass::DFA::builder()
            .configure(onepass::DFA::config().size_limit(Some(SHAPE_SIZE)))
            .syntax(syntax)
            .thompson(nfa.clone())
            .build(&pattern);
        if let Ok(dfa) = one_pass {
            return Ok(Self::OnePass(Box::new(dfa)));
        }
        let engine = backtrack::BoundedBacktracker::builder().syntax(syntax).thompson(nfa).build(&pattern)?;
        Ok(Self::Backtrack(Box::new(engine)))
    }

    fn info(&self) -> &GroupInfo {
        match self {
            Self::OnePass(dfa) => dfa.get_nfa().group_info(),
            Self::Backtrack(engine) => engine.get_nfa().group_info(),
        }
    }

    fn create_cache(&self) -> Cache {
        match self {
            Self::OnePass(dfa) => Cache::OnePass(dfa.create_cache()),
            Self::Backtrack(engine) => Cache::Backtrack(engine.create_cache()),
        }
    }

    /// Whether all of `text` matches; a text too long to try does not.
    fn matches(&self, cache: &mut Cache, text: &[u8], slots: &mut [Option<NonMaxUsize>]) -> bool {
        let input = Input::new(text).anchored(Anchored::Yes);
        let found = match (self, cache) {
            (Self::OnePass(dfa), Cache::OnePass(cache)) => dfa.try_search_slots(cache, &input, slots),
            (Self::Backtrack(engine), Cache::Backtrack(cache)) => engine.try_search_slots(cache, &input, slots),
            _ => return false,
        };
        matches!(found, Ok(Some(_)))
    }
}

impl Shape {
    fn new(pattern: &str) -> Result<Self, BadShape> {
        let bad = |error: &dyn fmt::Display| BadShape(format!("{error}: {pattern}"));
        let matcher = Matcher::new(pattern).map_err(|error| bad(&error))?;
        let mut sums = Vec::new();
        for name in matcher.info().pattern_names(regex_automata::PatternID::ZERO).skip(1) {
            let role = name.unwrap_or_default().trim_end_matches(|c: char| c.is_ascii_digit());
            sums.push(match role {
                "time" | "free" => None,
                _ => Some(SUMS.iter().position(|sum| *sum == role).ok_or_else(|| bad(&"no role of a group"))?),
            });
        }
        Ok(Self { matcher, sums })
    }
}

/// The shapes of a format's records, and where their time stands. Immutable, shared between threads.
pub struct Shapes {
    each: Vec<Shape>,
    /// Finds in one reading which shape a record has, however many there are.
    choice: dfa::DFA,
    times: Vec<TimeRule>,
}

impl Shapes {
    /// Compile `patterns`; of several that a record matches, the first counts.
    ///
    /// # Errors
    /// An expression that is malformed, or a group without a role.
    pub fn new(patterns: &[String], times: Vec<TimeRule>) -> Result<Self, BadShape> {
        let shapes = patterns.iter().map(|pattern| Shape::new(pattern)).collect::<Result<_, _>>()?;
        let all: Vec<String> = patterns.iter().map(|pattern| whole(pattern)).collect();
        let nfa = thompson::Config::new().utf8(false).which_captures(thompson::WhichCaptures::None);
        let choice = dfa::DFA::builder().syntax(bytes()).thompson(nfa).build_many(&all);
        let choice = choice.map_err(|error| BadShape(error.to_string()))?;
        Ok(Self { each: shapes, choice, times })
    }
}

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
    trusted: bool,
    inside: Total,
    outside: Total,
    kept: Option<(Kept, Kept)>,
}

impl Kind {
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
pub struct Counted {
    /// Its number.
    pub kind: u32,
    /// Records inside the window asked for.
    pub inside: Total,
    /// Records outside.
    pub outside: Total,
}

/// Counts the records of one stream by kind.
pub struct Groups {
    shapes: Arc<Shapes>,
    marks: Vec<Finder<'static>>,
    caches: Vec<Cache>,
    choice: dfa::Cache,
    slots: Vec<Option<NonMaxUsize>>,
    signature: Vec<u8>,
    numbers: HashMap<Box<[u8]>, u32>,
    kinds: Vec<Kind>,
    hours: HashMap<(i64, bool, bool), Option<Hour>>,
}

impl Groups {
    /// Nothing counted yet. A record that holds one of `marks` is never grouped.
    #[must_use]
    pub fn new(shapes: Arc<Shapes>, marks: &[Vec<u8>]) -> Self {
        let caches = shapes.each.iter().map(|shape| shape.matcher.create_cache()).collect();
        Self {
            choice: shapes.choice.create_cache(),
            shapes,
            marks: marks.iter().map(|mark| Finder::new(mark).into_owned()).collect(),
            caches,
            slots: Vec::new(),
            signature: Vec::new(),
            numbers: HashMap::new(),
            kinds: Vec::new(),
            hours: HashMap::new(),
        }
    }

    /// Count the records of `batch` whose kind is trusted; the others stay, each with its kind or [`ALONE`].
    pub fn take(&mut self, batch: Batch, clock: &mut Clock<'_>) -> (Batch, Vec<u32>) {
        let mut left = Batch { samples: batch.samples, ..Batch::default() };
        let mut kinds = Vec::new();
        let (mut text_at, mut hits_at) = (0, 0);
        for record in &batch.records {
            let text = &batch.texts[text_at..record.text_end];
            let hits = &batch.hits[hits_at..record.hits_end];
            (text_at, hits_at) = (record.text_end, record.hits_end);
            let kind = self.one(record, hits, text, clock);
            if let Some(kind) = kind {
                left.texts.extend_from_slice(text);
                left.hits.extend_from_slice(hits);
                left.records.push(Record { text_end: left.texts.len(), hits_end: left.hits.len(), ..record.clone() });
                kinds.push(kind);
            }
        }
        (left, kinds)
    }

    /// From now on the records of this kind are counted.
    pub fn trust(&mut self, kind: u32) {
        if let Some(kind) = self.kinds.get_mut(kind as usize) {
            kind.trusted = true;
        }
    }

    /// Every kind of which records were counted, and a batch with the earliest and the latest of each.
    #[must_use]
    pub fn counted(&self) -> (Vec<Counted>, Batch) {
        let (mut counted, mut batch) = (Vec::new(), Batch::default());
        for (number, kind) in self.kinds.iter().enumerate() {
            let Some((first, last)) = &kind.kept else { continue };
            counted.push(Counted { kind: number as u32, inside: kind.inside.clone(), outside: kind.outside.clone() });
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
        let Some((shape, stamp)) = self.sign(text, hits, record.offset) else { return Some(ALONE) };
        let Some(&number) = self.numbers.get(self.signature.as_slice()) else {
            return Some(self.new_kind());
        };
        let kind = &mut self.kinds[number as usize];
        if !kind.trusted {
            return Some(number);
        }
        let begin = stamp.us.div_euclid(HOUR) * HOUR;
        let hour =
            *self.hours.entry((begin, stamp.zoned, stamp.dated)).or_insert_with(|| clock(Stamp { us: begin, ..stamp }));
        let Some(hour) = hour else { return Some(ALONE) };
        let moment = stamp.us + hour.shift;
        let mut sums = [None; SUMS.len()];
        for (group, sum) in self.shapes.each[shape].sums.iter().enumerate() {
            if let (Some(sum), Some((start, end))) = (sum, span(&self.slots, group + 1)) {
                sums[*sum] = Some(number_of(&text[start..end]));
            }
        }
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

    /// Put in `self.signature` what all records of a kind share; answer the shape and the record's time.
    fn sign(&mut self, text: &[u8], hits: &[Hit], offset: u64) -> Option<(usize, Stamp)> {
        // Whether a URL stands in several fields is asked of each record.
        if text.len() > LONGEST || hits.iter().any(|hit| hit.relation == Relation::Host) {
            return None;
        }
        let (shape, groups) = self.shape_of(text)?;
        let stamp = read(text, &self.shapes.times)?;
        let signature = &mut self.signature;
        signature.clear();
        let (mut at, mut cut, mut next) = (0, 0, 0);
        let mut places = Vec::with_capacity(hits.len() * 4 + groups * 2 + 3);
        for group in 1..=groups {
            let Some((start, end)) = span(&self.slots, group) else { continue };
            next += place_hits(&hits[next..], offset, start, cut, &mut places)?;
            signature.extend_from_slice(&text[at..start]);
            places.extend([signature.len() as u32, group as u32]);
            cut += end - start;
            at = end;
            // A match that begins in a part that is left out makes the record one of its own.
            if hits.get(next).is_some_and(|hit| hit.start - offset < end as u64) {
                return None;
            }
        }
        place_hits(&hits[next..], offset, text.len(), cut, &mut places)?;
        signature.extend_from_slice(&text[at..]);
        // The numbers stand behind the text, their count last: no two kinds are written alike.
        let flags = u32::from(stamp.zoned) | u32::from(stamp.dated) << 1;
        places.extend([shape as u32, flags, places.len() as u32]);
        signature.extend(places.iter().flat_map(|number| number.to_le_bytes()));
        Some((shape, stamp))
    }

    /// The first shape that `text` has, and how many groups it has; their places are in `self.slots`.
    fn shape_of(&mut self, text: &[u8]) -> Option<(usize, usize)> {
        let input = Input::new(text).anchored(Anchored::Yes);
        let chosen = self.shapes.choice.try_search_fwd(&mut self.choice, &input).ok()??;
        let index = chosen.pattern().as_usize();
        let shape = &self.shapes.each[index];
        let groups = shape.sums.len();
        self.slots.clear();
        self.slots.resize(2 * (groups + 1), None);
        shape.matcher.matches(&mut self.caches[index], text, &mut self.slots).then_some((index, groups))
    }
}

/// Add the hits that begin before `before` to `places`, less the `cut` bytes left out before them; None if
/// one reaches into what follows.
fn place_hits(hits: &[Hit], offset: u64, before: usize, cut: usize, places: &mut Vec<u32>) -> Option<usize> {
    let count = hits.iter().take_while(|hit| hit.start - offset < before as u64).count();
    for hit in &hits[..count] {
        let (start, end) = ((hit.start - offset) as usize, (hit.end - offset) as usize);
        if end > before {
            return None;
        }
        places.extend([(start - cut) as u32, (end - cut) as u32, hit.indicator, hit.relation as u32]);
    }
    Some(count)
}

fn span(slots: &[Option<NonMaxUsize>], group: usize) -> Option<(usize, usize)> {
    Some((slots[2 * group]?.get(), slots[2 * group + 1]?.get()))
}

/// The number that digits write; shapes admit at most 18.
fn number_of(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |sum, digit| sum.wrapping_mul(10).wrapping_add(u64::from(digit.wrapping_sub(b'0'))))
}
