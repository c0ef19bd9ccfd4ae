//! Walks as programs: a list of what to do, one thing after the other, without a way back.

use crate::roles::Role;
use crate::runs::{Bytes, Class, few, range, run};
use crate::shapes::Part;
use crate::walks::{Step, Way};

/// A walk through a text.
#[derive(Default)]
pub struct Program {
    all: Vec<Do>,
}

/// What is done at a place of a text.
enum Do {
    /// Take some bytes that are each within a range.
    Take(Ranges),
    /// The same, of which there may be none, then bytes of a class, so many at least and at most, which may be a part.
    Run { before: Ranges, of: Class, least: usize, most: usize, part: Option<Role> },
    /// Go on where the next byte says, or [`NOWHERE`]; the last one is for the end of the text.
    Choose(Box<[u32; 257]>),
    /// Go on there.
    Go(usize),
    /// A part begins.
    Begin,
    /// It ends.
    End(Role),
}

/// Where a walk ends in vain.
const NOWHERE: u32 = u32::MAX;

impl Program {
    /// The walk of these steps.
    pub fn new(steps: &[Step]) -> Self {
        let mut builder = Builder::default();
        builder.steps(steps);
        builder.settle();
        builder.program
    }

    /// Walk from `at` on; answered is where the walk ends, and the parts on the way are added to `parts`.
    pub fn walk(&self, text: &[u8], mut at: usize, parts: &mut Vec<Part>) -> Option<usize> {
        let (mut place, mut start) = (0, at);
        while let Some(next) = self.all.get(place) {
            place += 1;
            match next {
                Do::Take(ranges) => at = ranges.end(text, at)?,
                Do::Run { before, of, least, most, part } => {
                    at = before.end(text, at)?;
                    let length = run(&text[at..], of, *most);
                    if length < *least {
                        return None;
                    }
                    if let Some(role) = *part {
                        parts.push(Part { start: at, end: at + length, role });
                    }
                    at += length;
                }
                Do::Choose(places) => match places[text.get(at).map_or(256, |&byte| usize::from(byte))] {
                    NOWHERE => return None,
                    chosen => place = chosen as usize,
                },
                Do::Go(there) => place = *there,
                Do::Begin => start = at,
                Do::End(role) => parts.push(Part { start, end: at, role: *role }),
            }
        }
        Some(at)
    }
}

/// Up to eight bytes that are each within a range, of ASCII or of the other bytes.
struct Ranges {
    /// The first bits of those that are no ASCII.
    others: u64,
    /// What brings the first of each range up to 0x80, and what brings the byte behind its last one there.
    first: u64,
    behind: u64,
    /// The first bits of those that count.
    counted: u64,
    count: usize,
}

impl Ranges {
    fn new(all: &[(u8, u8)]) -> Self {
        let mut ranges = Self { others: 0, first: 0, behind: 0, counted: 0, count: all.len() };
        for (index, (first, last)) in all.iter().enumerate() {
            let put = |byte: u8| u64::from(byte) << (8 * index);
            ranges.others |= put(first & 0x80);
            ranges.first |= put(0x80 - (first & 0x7f));
            ranges.behind |= put(0x7f - (last & 0x7f));
            ranges.counted |= put(0x80);
        }
        ranges
    }

    #[inline]
    fn end(&self, text: &[u8], at: usize) -> Option<usize> {
        let rest = &text[at..];
        let word = match rest.first_chunk() {
            Some(eight) => u64::from_le_bytes(*eight),
            None if rest.len() < self.count => return None,
            None => few(rest),
        };
        // A byte that is above all ranges changes what is said of those after it, but does not count itself.
        let word = word ^ self.others;
        let within = word.wrapping_add(self.first) & !word.wrapping_add(self.behind) & !word;
        (within & self.counted == self.counted).then_some(at + self.count)
    }
}

#[derive(Default)]
struct Builder {
    program: Program,
    /// Ranges that come next.
    ranges: Vec<(u8, u8)>,
}

impl Builder {
    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            match step {
                Step::Text(text) => self.ranges.extend(text.iter().map(|&byte| (byte, byte))),
                Step::Run { of, least, most } => {
                    match range(of, true).filter(|(first, last)| first & 0x80 == last & 0x80) {
                        Some(range) if least == most && *most <= 8 => self.ranges.extend(vec![range; *most]),
                        _ => self.run(of, *least, *most, None),
                    }
                }
                Step::Again { way, least, most } => self.again(way, *least, *most),
                Step::One(ways) => self.one(ways),
                Step::Part(role, steps) => {
                    if let [Step::Run { of, least, most }] = steps.as_slice() {
                        self.run(of, *least, *most, Some(*role));
                    } else {
                        self.put(Do::Begin);
                        self.steps(steps);
                        self.put(Do::End(*role));
                    }
                }
            }
        }
    }

    /// Put down what comes next; answered is the place behind it.
    fn settle(&mut self) -> usize {
        let ranges = std::mem::take(&mut self.ranges);
        self.program.all.extend(ranges.chunks(8).map(|some| Do::Take(Ranges::new(some))));
        self.program.all.len()
    }

    /// Answered is the place of what is put down.
    fn put(&mut self, next: Do) -> usize {
        let place = self.settle();
        self.program.all.push(next);
        place
    }

    fn run(&mut self, of: &Bytes, least: usize, most: usize, part: Option<Role>) {
        let before = Ranges::new(&self.ranges.split_off(self.ranges.len() / 8 * 8));
        self.put(Do::Run { before, of: Class::new(*of), least, most, part });
    }

    /// To be told later where to go.
    fn choose(&mut self) -> usize {
        self.put(Do::Choose(Box::new([NOWHERE; 257])))
    }

    /// With bytes of a class, for which nothing is said so far, a choice falls on a place.
    fn begin(&mut self, choice: usize, of: &Bytes, place: usize) {
        if let Do::Choose(places) = &mut self.program.all[choice] {
            let of = of.iter().chain([&false]);
            places
                .iter_mut()
                .zip(of)
                .filter(|(known, of)| **of && **known == NOWHERE)
                .for_each(|(known, _)| *known = place as u32);
        }
    }

    /// With all else it falls on that one.
    fn otherwise(&mut self, choice: usize, place: usize) {
        if let Do::Choose(places) = &mut self.program.all[choice] {
            places.iter_mut().filter(|known| **known == NOWHERE).for_each(|known| *known = place as u32);
        }
    }

    fn again(&mut self, way: &Way, least: u32, most: u32) {
        let mut left = Vec::new();
        let times = if most == u32::MAX { least.max(1) } else { most };
        for time in 0..times {
            let choice = self.choose();
            self.begin(choice, &way.first, choice + 1);
            if time >= least || way.may_be_empty {
                left.push(choice);
            }
            self.steps(&way.steps);
            if most == u32::MAX && time + 1 == times {
                let again = self.choose();
                self.begin(again, &way.first, choice + 1);
                left.push(again);
            }
        }
        let end = self.settle();
        for choice in left {
            self.otherwise(choice, end);
        }
    }

    fn one(&mut self, ways: &[Way]) {
        let choice = self.choose();
        let mut empty = None;
        let mut left = Vec::new();
        for (index, way) in ways.iter().enumerate() {
            let place = self.settle();
            self.begin(choice, &way.first, place);
            if way.may_be_empty {
                empty.get_or_insert(place);
            }
            self.steps(&way.steps);
            if index + 1 < ways.len() {
                left.push(self.put(Do::Go(0)));
            }
        }
        if let Some(place) = empty {
            self.otherwise(choice, place);
        }
        let end = self.settle();
        for go in left {
            self.program.all[go] = Do::Go(end);
        }
    }
}
