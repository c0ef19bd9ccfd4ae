//! Collects what stands in the records of one stream, added up by value and day: the ledger's rows.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;
use std::sync::Arc;

use memchr::{memchr, memchr_iter, memrchr};

use crate::classes::Masks;
use crate::engine::Finders;
use crate::known::Span;
use crate::moments::{Clock, Moments};
use crate::readings::{Everything, Hole, Host, Kind, Reading, Readings};
use crate::roles::Networks;
use crate::rows::{Number, Row, Rows, Sight, Tally, UNDATED, WrittenRows};
use crate::samples::{SHOWN, Sample, Sampler};
use crate::shapes::Shapes;
use crate::simd::{Path, fetch};
use crate::stream::{Records, Stream, without_line_end};
use crate::timestamps::{Stamp, TimeRule};
use crate::told::{Fresh, Place, Shaped, Told};
use crate::urls::Site;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// Lengths of a URL that are held for one host: the shortest, and the longest.
const LENGTHS: usize = 8;

/// Bytes of the URLs that are held of a record, for each of its bytes, and besides.
const URLS_EACH: usize = 16;
const URLS_BESIDES: usize = 4096;

/// Bytes of the longest URL that is held.
const URL_MOST: usize = 4096;

/// Bytes of records that are gone through at once, about.
const BLOCK: usize = 128 << 10;

/// Rows of which the memory is asked for before they are handed over.
const AHEAD: usize = 16;

/// A row as it is handed over.
#[derive(Clone, Copy, Debug)]
pub struct Collected<'v> {
    /// The value: the bytes of an address or a hash, a name from its last label to its first, a URL without its
    /// scheme and then a space and the scheme, a mail address.
    pub value: &'v [u8],
    /// The day since 1970; None without a time.
    pub day: Option<i32>,
    /// What its records say of it, by a number.
    pub fact: u32,
    /// What was counted.
    pub tally: Tally,
}

/// Collects the rows of one stream.
pub struct Collector {
    stream: Stream,
    gatherer: Gatherer,
}

/// Reads records and counts what stands in them.
struct Gatherer {
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
    v4: Rows<u32>,
    v6: Rows<u128>,
    written: [WrittenRows; Kind::WRITTEN.len()],
}

/// A time as a record writes it, and the moment that it names.
#[derive(Clone, Copy)]
struct Time {
    stamp: Stamp,
    moment: Option<i64>,
}

/// What is worked out when it is asked for the first time.
#[derive(Clone, Copy)]
enum Lazy<T> {
    Unasked,
    Known(Option<T>),
}

impl Collector {
    /// At the beginning of a stream. `times` are tried in order on each record; addresses in `left_out` are not held.
    #[must_use]
    pub fn new(path: Path, times: Vec<TimeRule>, left_out: Networks) -> Self {
        let gatherer = Gatherer {
            finders: Everything::finders(left_out, path),
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
            v4: Rows::new(),
            v6: Rows::new(),
            written: std::array::from_fn(|_| WrittenRows::new()),
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

    /// Rows held.
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

    /// Bytes of memory that they take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let Gatherer { v4, v6, written, .. } = &self.gatherer;
        v4.bytes() + v6.bytes() + written.iter().map(WrittenRows::bytes).sum::<usize>()
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
        mut each: impl FnMut(Collected<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let Gatherer { v4, v6, written, .. } = &mut self.gatherer;
        match kind {
            Kind::Ipv4 => numbers(&v4.take(), &fact, u32::to_be_bytes, each),
            Kind::Ipv6 => numbers(&v6.take(), &fact, u128::to_be_bytes, each),
            _ => {
                let (rows, mut arena) = written[kind as usize - Kind::DomainName as usize].take();
                if kind == Kind::DomainName {
                    rows.iter().for_each(|row| reverse(row.value.of_mut(&mut arena)));
                }
                // Most comparisons end within so many bytes.
                let mut order: Vec<(u128, u32)> =
                    (0..).zip(&rows).map(|(place, row)| (beginning(row.value.of(&arena)), place)).collect();
                let key = |place: u32| {
                    let row = &rows[place as usize];
                    (row.value.of(&arena), row.day, fact(row.fact))
                };
                order.sort_unstable_by(|one, other| one.0.cmp(&other.0).then_with(|| key(one.1).cmp(&key(other.1))));
                let soon = |at: usize| order.get(at).map(|&(_, place)| &rows[place as usize]);
                order.iter().enumerate().try_for_each(|(at, &(_, place))| {
                    if let Some(row) = soon(at + 2 * AHEAD) {
                        fetch(row);
                    }
                    if let Some(byte) = soon(at + AHEAD).and_then(|row| row.value.of(&arena).first()) {
                        fetch(byte);
                    }
                    let row = &rows[place as usize];
                    each(collected(row, row.value.of(&arena)))
                })
            }
        }
    }
}

fn numbers<V: Number + Ord, const SIZE: usize, E>(
    rows: &[Row<V>],
    fact: impl Fn(u32) -> u32,
    bytes: impl Fn(V) -> [u8; SIZE],
    mut each: impl FnMut(Collected<'_>) -> Result<(), E>,
) -> Result<(), E> {
    // Keys are moved instead of rows, which are larger.
    let key = |(place, row): (u32, &Row<V>)| (row.value, row.day, fact(row.fact), place);
    let mut order: Vec<_> = (0..).zip(rows).map(key).collect();
    order.sort_unstable();
    order.iter().enumerate().try_for_each(|(at, &(value, .., place))| {
        if let Some(&(.., soon)) = order.get(at + AHEAD) {
            fetch(&rows[soon as usize]);
        }
        each(collected(&rows[place as usize], &bytes(value)))
    })
}

/// Undated rows come first, as in a table.
fn collected<'v, V>(row: &Row<V>, value: &'v [u8]) -> Collected<'v> {
    Collected { value, day: (row.day != UNDATED).then_some(row.day), fact: row.fact, tally: row.tally }
}

/// The beginning of a value as a number in the order of the values.
fn beginning(value: &[u8]) -> u128 {
    let mut begin = [0; 16];
    let length = value.len().min(begin.len());
    begin[..length].copy_from_slice(&value[..length]);
    u128::from_be_bytes(begin)
}

/// Bring the labels of a name in the order from the last to the first.
fn reverse(name: &mut [u8]) {
    name.reverse();
    name.split_mut(|&byte| byte == b'.').for_each(<[u8]>::reverse);
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
        gatherer.divide(text);
        gatherer.read_urls(text);
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

/// The time of the record that begins `text`.
fn time(moments: &mut Moments, text: &[u8], clock: &mut dyn Clock) -> Option<Time> {
    let stamp = moments.read(text)?;
    Some(Time { stamp, moment: moments.moment(stamp, clock) })
}

impl Gatherer {
    fn find(&mut self, text: &[u8]) {
        self.readings.clear();
        self.finders.scan(text, &mut self.masks, &mut self.readings);
    }

    /// Where the records of a text end.
    fn divide(&mut self, text: &[u8]) {
        self.ends.clear();
        self.ends.extend(memchr_iter(b'\n', text).map(|end| end as u32));
        self.times.clear();
        self.times.resize(self.ends.len(), Lazy::Unasked);
    }

    /// Read the URLs at the hosts that were found: of each host some lengths, of a record not without limit.
    fn read_urls(&mut self, text: &[u8]) {
        let Self { readings, ends, .. } = self;
        let mut hosts = std::mem::take(&mut readings.hosts);
        hosts.sort_unstable_by_key(|host| (host.start, host.end));
        hosts.dedup_by_key(|host| (host.start, host.end));
        let (mut record, mut left) = (usize::MAX, 0);
        for host in &hosts {
            let here = record_at(ends, record, host.start);
            if here != record {
                record = here;
                let begin = if here == 0 { 0 } else { ends[here - 1] as usize + 1 };
                let length = without_line_end(&text[begin..ends[here] as usize]).len();
                left = URLS_BESIDES + URLS_EACH * length;
            }
            left = left.saturating_sub(urls_at(text, host, left, readings));
        }
        hosts.clear();
        readings.hosts = hosts;
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
            let mut count = 0;
            holes.extend(ends.iter().map(|&end| {
                count += readings.holes[count..].iter().take_while(|hole| hole.start < end).count();
                count as u32
            }));
        }
        let arena = &readings.arena;
        let told = told.as_mut();
        let holes = (&*readings.holes, &**holes);
        let mut sights = Sights { text, ends, times, moments, told, holes, shaped, clock, before };
        sights.each(Kind::Ipv4, &readings.v4, u32::to_be_bytes, |value, sight| v4.count(value, sight));
        sights.each(Kind::Ipv6, &readings.v6, u128::to_be_bytes, |value, sight| v6.count(value, sight));
        v4.settle();
        v6.settle();
        for ((kind, found), rows) in Kind::WRITTEN.into_iter().zip(&readings.written).zip(written) {
            sights.each(kind, found, |value| value.of(arena), |value, sight| rows.count(value, arena, sight));
            rows.settle(arena);
        }
    }
}

/// The records of a text as readings are counted in them.
struct Sights<'s> {
    text: &'s [u8],
    ends: &'s [u32],
    times: &'s mut [Lazy<Time>],
    moments: &'s mut Moments,
    told: Option<&'s mut Told>,
    /// The holes, and how many there are up to the end of each record.
    holes: (&'s [Reading<Hole>], &'s [u32]),
    shaped: &'s mut [Lazy<Shaped>],
    clock: &'s mut dyn Clock,
    before: u64,
}

/// Readings of one kind in one record of which more is told than that they are there.
const FEW: usize = 32;

impl<'s> Sights<'s> {
    /// Count the readings of one kind, which are in order.
    fn each<V: Copy, B: AsRef<[u8]>>(
        &mut self,
        kind: Kind,
        readings: &[Reading<V>],
        bytes: impl Fn(V) -> B,
        mut count: impl FnMut(V, &Sight),
    ) {
        let mut record = usize::MAX;
        let mut rest = readings;
        while let Some(first) = rest.first() {
            record = record_at(self.ends, record, first.start);
            let end = self.ends[record];
            let here = rest.iter().position(|reading| reading.start > end).unwrap_or(rest.len());
            let (these, later) = rest.split_at(here);
            rest = later;
            let sight = self.sight(record);
            if self.told.is_none() || these.len() > FEW || !has_facts(kind) || !self.shape(record) {
                for reading in these {
                    count(reading.value, &sight);
                }
            } else {
                self.tell(kind, record, these, &sight, &bytes, &mut count);
            }
        }
    }

    /// Count the readings in a record that has a shape.
    fn tell<V: Copy, B: AsRef<[u8]>>(
        &mut self,
        kind: Kind,
        record: usize,
        readings: &[Reading<V>],
        sight: &Sight,
        bytes: &impl Fn(V) -> B,
        count: &mut impl FnMut(V, &Sight),
    ) {
        let text = self.record(record);
        let (Some(told), Lazy::Known(Some(shaped))) = (self.told.as_deref_mut(), &self.shaped[record]) else { return };
        for (index, reading) in readings.iter().enumerate() {
            let value = bytes(reading.value);
            let value = value.as_ref();
            let same = |other: &&Reading<V>| bytes(other.value).as_ref() == value;
            if readings[..index].iter().any(|other| same(&other)) {
                continue;
            }
            let mut place = Place::default();
            for one in readings[index..].iter().filter(same) {
                place.join(told.place(shaped, one.start, one.end));
            }
            let fresh = || Fresh { kind, value: stored(kind, value), record: text.to_vec() };
            let fact = told.fact(shaped, kind, place, fresh);
            count(reading.value, &Sight { fact, sums: shaped.sums, ..*sight });
        }
    }

    /// A record without its line end.
    fn record(&self, record: usize) -> &'s [u8] {
        let text = self.text;
        without_line_end(&text[self.begin(record)..self.ends[record] as usize])
    }

    fn begin(&self, record: usize) -> usize {
        if record == 0 { 0 } else { self.ends[record - 1] as usize + 1 }
    }

    /// Whether a record has a shape.
    fn shape(&mut self, record: usize) -> bool {
        if matches!(self.shaped[record], Lazy::Unasked) {
            let (begin, text, stamp) = (self.begin(record), self.record(record), self.time(record).map(|it| it.stamp));
            let (holes, ends) = self.holes;
            let first = if record == 0 { 0 } else { ends[record - 1] };
            let holes = &holes[first as usize..ends[record] as usize];
            self.shaped[record] =
                Lazy::Known(self.told.as_mut().and_then(|told| told.shaped(text, begin, stamp, holes)));
        }
        matches!(self.shaped[record], Lazy::Known(Some(_)))
    }

    fn sight(&mut self, record: usize) -> Sight {
        let moment = self.time(record).and_then(|time| time.moment);
        let day = moment.map_or(UNDATED, |moment| moment.div_euclid(DAY) as i32);
        Sight { record: self.before + record as u64, moment: moment.unwrap_or(0), day, fact: 0, sums: [None; 2] }
    }

    fn time(&mut self, record: usize) -> Option<Time> {
        if let Lazy::Known(time) = self.times[record] {
            return time;
        }
        let time = time(self.moments, &self.text[self.begin(record)..], self.clock);
        self.times[record] = Lazy::Known(time);
        time
    }
}

/// Whether facts are told of values of a kind: a hash is no peer.
fn has_facts(kind: Kind) -> bool {
    !matches!(kind, Kind::Md5 | Kind::Sha1 | Kind::Sha256 | Kind::Sha512)
}

/// A value as it is written in a row.
fn stored(kind: Kind, value: &[u8]) -> Vec<u8> {
    let mut value = value.to_vec();
    if kind == Kind::DomainName {
        reverse(&mut value);
    }
    value
}

/// The record in which `at` lies, not before that of the last place (`usize::MAX` for none).
#[inline]
fn record_at(ends: &[u32], last: usize, at: u32) -> usize {
    let mut record = if last == usize::MAX { 0 } else { last };
    while ends[record] < at {
        record += 1;
    }
    record
}

/// Read the URLs at a host, unless they are more than `most` bytes; answered are their bytes, or `most` for too many.
fn urls_at(text: &[u8], host: &Reading<Host>, most: usize, out: &mut Readings) -> usize {
    let (start, end) = (host.start as usize, host.end as usize);
    let value = match host.value {
        Host::V4(address) => Ipv4Addr::from(address).to_string().into_bytes(),
        Host::V6(address) => format!("[{}]", Ipv6Addr::from(address)).into_bytes(),
        Host::Name(name) => name.of(&out.arena).to_vec(),
    };
    let site = Site::read(text, start, end);
    let mut found: Vec<(Span, Vec<u8>)> = Vec::new();
    let mut bytes = 0;
    let mut add = |start: usize, stop: usize, url: Vec<u8>, scheme: Option<&[u8]>| {
        if url.len() + scheme.map_or(0, |scheme| scheme.len() + 3) <= URL_MOST {
            let url = scheme.map_or(url.clone(), |scheme| [&url, scheme].join(&b' '));
            bytes += url.len();
            found.push(((start, stop), url));
        }
    };
    for (stop, rest) in site.rests(LENGTHS) {
        let bare = rest.behind(&value, None);
        let mut is_new = bare != value;
        for (start, scheme) in &site.schemes {
            let mut url = Vec::new();
            rest.append(&value, Some(scheme), &mut url);
            is_new &= url != bare;
            add(*start, stop, url, Some(scheme));
        }
        if is_new {
            add(start, stop, bare, None);
        }
    }
    if bytes > most {
        return most;
    }
    for (span, url) in &found {
        out.push(Kind::Url, *span, url);
    }
    bytes
}
