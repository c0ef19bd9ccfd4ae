//! When the records of a stream were written: the moment that each names, in UTC.

use std::collections::HashMap;

use crate::facts::HOUR;
use crate::samples::head_of;
use crate::timestamps::{self, Stamp, TimeRule};

/// Says what the stamps of a source mean.
pub trait Clock {
    /// Microseconds from the stamps of the hour that begins at `begin` to UTC; None where they are not the same for all.
    fn shift(&mut self, begin: Stamp) -> Option<i64>;

    /// The moment that a stamp names, in microseconds of UTC since 1970; None where it cannot be said.
    fn moment(&mut self, stamp: Stamp) -> Option<i64>;
}

/// Hours that are remembered.
const HOURS: usize = 4096;

/// Reads the moments of one source's records.
pub struct Moments {
    rules: Vec<TimeRule>,
    shifts: HashMap<(i64, bool, bool), Option<i64>>,
    /// The hour that was asked for last, and its shift.
    last: Option<((i64, bool, bool), Option<i64>)>,
}

impl Moments {
    /// By rules that are tried in order on each record.
    #[must_use]
    pub fn new(rules: Vec<TimeRule>) -> Self {
        Self { rules, shifts: HashMap::new(), last: None }
    }

    /// The time of the record that begins `text`, up to its line feed.
    pub fn read(&self, text: &[u8]) -> Option<Stamp> {
        if self.rules.is_empty() { None } else { timestamps::read(head_of(text), &self.rules) }
    }

    /// The moment that it names.
    pub fn moment(&mut self, stamp: Stamp, clock: &mut dyn Clock) -> Option<i64> {
        if stamp.zoned && stamp.dated {
            return Some(stamp.us);
        }
        let begin = stamp.us.div_euclid(HOUR) * HOUR;
        let hour = (begin, stamp.zoned, stamp.dated);
        let shift = match self.last {
            Some((last, shift)) if last == hour => shift,
            _ => {
                if self.shifts.len() >= HOURS {
                    self.shifts.clear();
                }
                *self.shifts.entry(hour).or_insert_with(|| clock.shift(Stamp { us: begin, ..stamp }))
            }
        };
        self.last = Some((hour, shift));
        shift.map_or_else(|| clock.moment(stamp), |shift| Some(stamp.us + shift))
    }
}
