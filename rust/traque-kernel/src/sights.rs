//! The records of a text, as readings are counted in them: their times and what they say, when it is asked for.

use crate::holes::Hole;
use crate::moments::{Clock, Moments};
use crate::readings::{Kind, Reading};
use crate::rows::{Sight, UNDATED};
use crate::stream::without_line_end;
use crate::texts::reverse;
use crate::timestamps::Stamp;
use crate::told::{Fresh, Place, Shaped, Told};

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// A time as a record writes it, and the moment and the day that it names.
#[derive(Clone, Copy)]
pub struct Time {
    pub stamp: Stamp,
    moment: i64,
    day: i32,
}

/// What is worked out when it is asked for the first time.
#[derive(Clone, Copy)]
pub enum Lazy<T> {
    Unasked,
    Known(Option<T>),
}

/// The time of the record that begins `text`.
pub fn time(moments: &mut Moments, text: &[u8], clock: &mut dyn Clock) -> Option<Time> {
    let stamp = moments.read(text)?;
    let moment = moments.moment(stamp, clock);
    let day = moment.map_or(UNDATED, |moment| moment.div_euclid(DAY) as i32);
    Some(Time { stamp, moment: moment.unwrap_or(0), day })
}

/// The records of a text as readings are counted in them.
pub struct Sights<'s> {
    pub text: &'s [u8],
    pub ends: &'s [u32],
    pub times: &'s mut [Lazy<Time>],
    pub moments: &'s mut Moments,
    pub told: Option<&'s mut Told>,
    /// The holes, and how many there are up to the end of each record.
    pub holes: (&'s [Reading<Hole>], &'s [u32]),
    pub shaped: &'s mut [Lazy<Shaped>],
    pub clock: &'s mut dyn Clock,
    pub before: u64,
}

/// Readings of one kind in one record of which more is told than that they are there.
const FEW: usize = 32;

impl<'s> Sights<'s> {
    /// Count the readings of one kind, which are in order.
    pub fn each<V: Copy, B: AsRef<[u8]>>(
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
        let (moment, day) = self.time(record).map_or((0, UNDATED), |time| (time.moment, time.day));
        Sight { record: self.before + record as u64, moment, day, fact: 0, sums: [None; 2] }
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
pub fn record_at(ends: &[u32], last: usize, at: u32) -> usize {
    let mut record = if last == usize::MAX { 0 } else { last };
    while ends[record] < at {
        record += 1;
    }
    record
}
