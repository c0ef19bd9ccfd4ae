//! What records say of the values in them: numbers for what a judgement of their kind is to tell once.
//!
//! A record's *kind* is that of [`crate::facts`], but that addresses and names that stand outside its parts are parts
//! too: all records of a kind say the same of what stands in the same of their parts. The first record of each kind
//! and place goes to Python.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;
use std::sync::Arc;

use crate::facts::LONGEST;
use crate::holes::Hole;
use crate::readings::{Kind, Reading};
use crate::roles::{Networks, Role, SUMS, number_of};
use crate::set::Seed;
use crate::shapes::{Divider, Shapes};
use crate::timestamps::Stamp;

/// Kinds of records that are told apart in one stream, and places of values in them; further ones say nothing.
const KINDS: usize = 1 << 14;
const PLACES: usize = 1 << 16;

/// Parts of a record that are told apart.
const PARTS: usize = 63;

/// Where a value stands in the records of a kind.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place {
    /// The parts that are the value.
    whole: u64,
    /// The parts that hold it and more; the bit behind all parts: what is the same in all records of the kind.
    inside: u64,
    /// Where in that it begins and ends: there may be others.
    fixed: u64,
}

impl Place {
    /// Both.
    pub fn join(&mut self, other: Self) {
        self.whole |= other.whole;
        self.inside |= other.inside;
        self.fixed = self.fixed.wrapping_add(other.fixed);
    }

    fn hash(self, seed: Seed) -> u64 {
        seed.wide(u128::from(self.whole) << 64 | u128::from(self.inside)) ^ self.fixed
    }
}

/// A part of a record, in which the records of a kind differ.
#[derive(Clone, Copy, Debug)]
struct Cut {
    start: u32,
    end: u32,
}

/// Cuts parts out of a record, in their order.
struct Cuts<'r> {
    record: &'r [u8],
    base: usize,
    seed: Seed,
    all: &'r mut Vec<Cut>,
    /// Where the last one ends.
    at: usize,
    /// The hash of what is left before it, and of what the parts are.
    hash: u64,
}

impl Cuts<'_> {
    #[inline]
    fn add(&mut self, part: Range<usize>, (role, class): (u32, u32)) {
        self.left(&self.record[self.at..part.start], role, class);
        self.at = part.end;
        let (start, end) = ((self.base + part.start) as u32, (self.base + part.end) as u32);
        self.all.push(Cut { start, end });
    }

    #[inline]
    fn left(&mut self, between: &[u8], role: u32, class: u32) {
        let part = u64::from(role) << 32 | u64::from(class);
        self.hash = self.seed.number(self.hash ^ self.seed.long(between) ^ part);
    }

    /// The hash of all of the record.
    fn hash(mut self) -> u64 {
        self.left(&self.record[self.at..], u32::MAX, 0);
        self.hash
    }
}

/// A record as far as its shape tells.
#[derive(Clone, Debug)]
pub struct Shaped {
    kind: u32,
    base: u32,
    parts: Range<usize>,
    /// The numbers of its [`SUMS`].
    pub sums: [Option<u64>; SUMS.len()],
}

/// A value and a record, the first of its kind in which a value stands so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fresh {
    /// The kind of the value.
    pub kind: Kind,
    /// The value as it is written in a row.
    pub value: Vec<u8>,
    /// The record, without its line end.
    pub record: Vec<u8>,
}

/// Numbers what the records of one stream say.
pub struct Told {
    shapes: Arc<Shapes>,
    inside: Networks,
    divider: Divider,
    seed: Seed,
    kinds: HashMap<u64, u32, Seed>,
    /// Where the parts of the text's records lie.
    parts: Vec<Cut>,
    /// By hashes of a kind, the kind of a value, and its place.
    places: HashMap<u64, u32, Seed>,
    fresh: Vec<Fresh>,
}

impl Told {
    /// By the shapes of a format's records, and the networks inside the organisation.
    #[must_use]
    pub fn new(shapes: Arc<Shapes>, inside: Networks) -> Self {
        let seed = Seed::random();
        Self {
            divider: shapes.divider(),
            shapes,
            inside,
            seed,
            kinds: HashMap::with_hasher(seed),
            parts: Vec::new(),
            places: HashMap::with_hasher(seed),
            fresh: Vec::new(),
        }
    }

    /// Another text comes.
    pub fn begin(&mut self) {
        self.parts.clear();
    }

    /// What is new since the last call, in the order of the numbers.
    pub fn fresh(&mut self) -> Vec<Fresh> {
        std::mem::take(&mut self.fresh)
    }

    /// The kind and the parts of a record, which begins at `base` of the text, whose time is read as `stamp`, and
    /// where `holes` stand in it; None for one without a shape.
    pub fn shaped(
        &mut self,
        record: &[u8],
        base: usize,
        stamp: Option<Stamp>,
        holes: &[Reading<Hole>],
    ) -> Option<Shaped> {
        if record.len() > LONGEST {
            return None;
        }
        let (shape, stamp) = self.shapes.divide_at(record, &mut self.divider, || stamp)?;
        let Self { divider, inside, seed, parts: all, .. } = self;
        let first = all.len();
        let hash = u64::from(shape as u32) << 2 | u64::from(stamp.zoned) << 1 | u64::from(stamp.dated);
        // What is between the parts, in its order, and what the parts are, tell the kind.
        let mut cuts = Cuts { record, base, seed: *seed, all, at: 0, hash };
        let mut holes =
            holes.iter().map(|hole| (hole.start as usize - base..hole.end as usize - base, hole.value)).peekable();
        let mut sums = [None; SUMS.len()];
        for part in &divider.parts {
            let text = &record[part.start..part.end];
            let Some(class) = part.role.class(text, inside) else { continue };
            if let Role::Sum(sum) = part.role {
                sums[sum] = Some(number_of(text));
            }
            while let Some((hole, value)) = holes.next_if(|(hole, _)| hole.start < part.end) {
                if cuts.at <= hole.start && hole.end <= part.start {
                    cuts.add(hole, value.class(inside));
                }
            }
            cuts.add(part.start..part.end, (part.role.number(), class));
        }
        for (hole, value) in holes {
            if cuts.at <= hole.start {
                cuts.add(hole, value.class(inside));
            }
        }
        let hash = cuts.hash();
        if all.len() - first > PARTS {
            all.truncate(first);
            return None;
        }
        let number = self.kinds.len() as u32;
        let kind = match self.kinds.entry(hash) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(_) if number as usize >= KINDS => return None,
            Entry::Vacant(new) => *new.insert(number),
        };
        Some(Shaped { kind, base: base as u32, parts: first..all.len(), sums })
    }

    /// Where in a record something stands, from `start` to `end` of the text.
    #[must_use]
    pub fn place(&self, shaped: &Shaped, start: u32, end: u32) -> Place {
        let mut place = Place::default();
        // Both ends as they would be without the parts.
        let (mut from, mut to) = (start, end);
        let (mut at, mut is_fixed) = (start, false);
        for (number, &Cut { start: first, end: last }) in self.parts[shaped.parts.clone()].iter().enumerate() {
            if first >= end {
                break;
            }
            from -= last.min(start).saturating_sub(first);
            to -= last.min(end) - first;
            if start < last {
                if (first, last) == (start, end) {
                    place.whole |= 1 << number;
                } else {
                    place.inside |= 1 << number;
                }
                is_fixed |= first > at;
                at = last;
            }
        }
        // Whatever lies between parts is the same in all records of the kind.
        if is_fixed || at < end {
            place.inside |= 1 << PARTS;
            place.fixed = self.seed.number(u64::from(from - shaped.base) << 32 | u64::from(to - shaped.base));
        }
        place
    }

    /// The number of what records of this kind say of values of `kind` at that place; 0 for nothing.
    pub fn fact(&mut self, shaped: &Shaped, kind: Kind, place: Place, fresh: impl FnOnce() -> Fresh) -> u32 {
        let next = self.places.len() + 1;
        let of = self.seed.number(u64::from(shaped.kind) << 8 | kind as u64);
        match self.places.entry(self.seed.number(of ^ place.hash(self.seed))) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(_) if next > PLACES => 0,
            Entry::Vacant(new) => {
                self.fresh.push(fresh());
                *new.insert(next as u32)
            }
        }
    }
}
