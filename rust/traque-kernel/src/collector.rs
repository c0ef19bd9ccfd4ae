//! Collects what stands in the records of one stream, added up by value and day: the ledger's rows.

use std::ops::Range;
use std::sync::Arc;

use memchr::{memchr, memrchr};

use crate::classes::Masks;
use crate::engine::Finders;
use crate::everything::Everything;
use crate::held_urls::read_urls;
use crate::inside::Inside;
use crate::moments::{Clock, Moments};
use crate::numbers::Numbers;
use crate::readings::{Kind, Readings};
use crate::roles::Networks;
use crate::rows::Collected;
use crate::samples::{SHOWN, Sample, Sampler};
use crate::shapes::Shapes;
use crate::sights::{Lazy, Sights, Time, time};
use crate::simd::Path;
use crate::stream::{Records, Stream};
use crate::texts::Texts;
use crate::timestamps::TimeRule;
use crate::told::{Fresh, Shaped, Told};

/// Bytes of records that are gone through at once, about.
const BLOCK: usize = 128 << 10;

/// Collects the rows of one stream.
pub struct Collector {
    stream: Stream,
    gatherer: Gatherer,
}

/// Reads records and counts what stands in them.
struct Gatherer {
    inside: Arc<Inside>,
    finders: Finders<Readings>,
    sampler: Sampler,
    moments: Moments,
    masks: Box<Masks>,
    readings: Readings,
    /// Where the records of the text end that is looked at.
    ends: Vec<u32>,
    /// Their times, as far as they were asked for.
    times: Vec<Lazy<Time>>,
    /// What they say of the values in them, where their format has shapes.
    told: Option<Told>,
    shaped: Vec<Lazy<Shaped>>,
    /// How many holes there are up to the end of each, where that is asked for.
    holes: Vec<u32>,
    /// Of a record that is too long to be held: its number and its time.
    long: (u64, Option<Time>),
    v4: Numbers<u32>,
    v6: Numbers<u128>,
    written: [Texts; Kind::WRITTEN.len()],
}

impl Collector {
    /// At the beginning of a stream. `times` are tried in order on each record; what is `inside` is held by pseudonyms,
    /// or not at all.
    #[must_use]
    pub fn new(path: Path, times: Vec<TimeRule>, inside: Inside) -> Self {
        let inside = Arc::new(inside);
        let gatherer = Gatherer {
            finders: Everything::finders(&inside, path),
            inside,
            sampler: Sampler::new(times.clone()),
            moments: Moments::new(times),
            masks: Box::default(),
            readings: Readings::default(),
            ends: Vec::new(),
            times: Vec::new(),
            told: None,
            shaped: Vec::new(),
            holes: Vec::new(),
            long: (0, None),
            v4: Numbers::default(),
            v6: Numbers::default(),
            written: std::array::from_fn(|_| Texts::new()),
        };
        Self { stream: Stream::default(), gatherer }
    }

    /// From now on facts are told, by the shapes of the format's records; `inside` are the networks inside the
    /// organisation.
    pub fn tell(&mut self, shapes: Arc<Shapes>, inside: Networks) {
        self.gatherer.told = Some(Told::new(shapes, inside));
    }

    /// The facts that are new since the last call, in the order of their numbers, which begin with 1.
    pub fn fresh(&mut self) -> Vec<Fresh> {
        self.gatherer.told.as_mut().map(Told::fresh).unwrap_or_default()
    }

    /// Records ended so far.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.stream.records()
    }

    /// Rows held, of which some may be alike.
    #[must_use]
    pub fn rows(&self) -> usize {
        Kind::ALL.into_iter().map(|kind| self.rows_of(kind)).sum()
    }

    /// Rows held of one kind.
    #[must_use]
    pub fn rows_of(&self, kind: Kind) -> usize {
        let Gatherer { v4, v6, written, .. } = &self.gatherer;
        match kind {
            Kind::Ipv4 => v4.len(),
            Kind::Ipv6 => v6.len(),
            _ => written[kind as usize - Kind::DomainName as usize].len(),
        }
    }

    /// Make one row of those that are alike: there are no more of them then than there must be.
    pub fn add_up(&mut self) {
        self.gatherer.v4.add_up();
        self.gatherer.v6.add_up();
    }

    /// Bytes of memory that they take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let Gatherer { v4, v6, written, .. } = &self.gatherer;
        v4.bytes() + v6.bytes() + written.iter().map(Texts::bytes).sum::<usize>()
    }

    /// Read the next bytes; times of sampled records are added to `out`.
    pub fn feed(&mut self, chunk: &[u8], clock: &mut dyn Clock, out: &mut Vec<Sample>) {
        self.stream.feed(chunk, &mut Pass { gatherer: &mut self.gatherer, clock }, out);
    }

    /// The stream has ended.
    pub fn finish(&mut self, clock: &mut dyn Clock, out: &mut Vec<Sample>) {
        self.stream.finish(&mut Pass { gatherer: &mut self.gatherer, clock }, out);
        self.gatherer.sampler.finish(out);
    }

    /// Hand over the rows of one kind, in order of value, day and fact, where `fact` renumbers facts; they are
    /// forgotten here.
    ///
    /// # Errors
    /// The first that `each` answers.
    pub fn drain<E>(
        &mut self,
        kind: Kind,
        fact: impl Fn(u32) -> u32,
        each: impl FnMut(Collected<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let Gatherer { inside, v4, v6, written, .. } = &mut self.gatherer;
        match kind {
            Kind::Ipv4 => {
                if inside.has_pseudonyms() {
                    v4.rename(|address| inside.v4(address));
                }
                v4.drain(fact, u32::to_be_bytes, each)
            }
            Kind::Ipv6 => {
                if inside.has_pseudonyms() {
                    v6.rename(|address| inside.v6(address));
                }
                v6.drain(fact, u128::to_be_bytes, each)
            }
            _ => {
                let texts = &mut written[kind as usize - Kind::DomainName as usize];
                if kind == Kind::EmailAddr && inside.has_pseudonyms() {
                    texts.rename(|address| inside.mail(address));
                }
                texts.drain(kind == Kind::DomainName, fact, each)
            }
        }
    }
}

/// Some bytes on their way.
struct Pass<'p> {
    gatherer: &'p mut Gatherer,
    clock: &'p mut dyn Clock,
}

impl Records for Pass<'_> {
    type Out = Vec<Sample>;

    fn whole(&mut self, text: &[u8], base: u64, before: u64, out: &mut Vec<Sample>) -> u64 {
        let (mut at, mut records) = (0, 0);
        while at < text.len() {
            let end = at + block(&text[at..]);
            records += self.block(&text[at..end], base + at as u64, before + records, out);
            at = end;
        }
        records
    }

    fn long_begins(&mut self, head: &[u8], base: u64, before: u64, out: &mut Vec<Sample>) {
        self.gatherer.sampler.records(&head[..SHOWN], base, |_| before, out);
        self.gatherer.long = (before, time(&mut self.gatherer.moments, &head[..SHOWN], self.clock));
    }

    fn window(&mut self, text: &[u8], own: Range<usize>, _: u64, _: &mut Vec<Sample>) {
        let gatherer = &mut *self.gatherer;
        gatherer.find(text);
        gatherer.readings.retain(&own);
        let (record, time) = gatherer.long;
        gatherer.ends.clear();
        gatherer.ends.push(text.len() as u32);
        gatherer.times.clear();
        gatherer.times.push(Lazy::Known(time));
        let told = gatherer.told.take();
        gatherer.count(text, record, self.clock);
        gatherer.told = told;
    }

    fn long_ends(&mut self, _: u64, _: u64, _: &mut Vec<Sample>) {}
}

impl Pass<'_> {
    /// Some whole records; answered is how many.
    fn block(&mut self, text: &[u8], base: u64, before: u64, out: &mut Vec<Sample>) -> u64 {
        let gatherer = &mut *self.gatherer;
        gatherer.find(text);
        let lines = gatherer.masks.lines();
        gatherer.sampler.records(text, base, |at| before + lines.before(text, at), out);
        read_urls(text, &gatherer.ends, &mut gatherer.readings);
        gatherer.count(text, before, self.clock);
        gatherer.ends.len() as u64
    }
}

/// How many bytes of whole records are gone through at once: few enough to stay near the processor meanwhile.
fn block(text: &[u8]) -> usize {
    let Some((begin, rest)) = text.split_at_checked(BLOCK) else { return text.len() };
    let end = memrchr(b'\n', begin).or_else(|| memchr(b'\n', rest).map(|end| BLOCK + end));
    end.map_or(text.len(), |end| end + 1)
}

impl Gatherer {
    /// Find what stands in a text, and where its records end.
    fn find(&mut self, text: &[u8]) {
        let Self { readings, ends, times, .. } = self;
        readings.clear();
        self.finders.scan(text, &mut self.masks, readings);
        readings.withhold();
        std::mem::swap(ends, &mut readings.ends);
        times.clear();
        times.resize(ends.len(), Lazy::Unasked);
    }

    /// Count all readings; `before` are the records before those of the text.
    fn count(&mut self, text: &[u8], before: u64, clock: &mut dyn Clock) {
        let Self { readings, ends, times, moments, told, shaped, holes, v4, v6, written, .. } = self;
        readings.sort();
        holes.clear();
        shaped.clear();
        shaped.resize(if told.is_some() { ends.len() } else { 0 }, Lazy::Unasked);
        if let Some(told) = told {
            told.begin();
            let (all, mut count) = (readings.holes.all(), 0);
            holes.extend(ends.iter().map(|&end| {
                count += all[count..].iter().take_while(|hole| hole.start < end).count();
                count as u32
            }));
        }
        let arena = &readings.arena;
        let told = told.as_mut();
        let holes = (readings.holes.all(), &**holes);
        let mut sights = Sights { text, ends, times, moments, told, holes, shaped, clock, before };
        sights.each(Kind::Ipv4, &readings.v4, u32::to_be_bytes, |value, sight| v4.count(value, sight));
        sights.each(Kind::Ipv6, &readings.v6, u128::to_be_bytes, |value, sight| v6.count(value, sight));
        for ((kind, found), rows) in Kind::WRITTEN.into_iter().zip(&readings.written).zip(written) {
            sights.each(kind, found, |value| value.of(arena), |value, sight| rows.count(value, arena, sight));
            rows.settle(arena);
        }
    }
}
