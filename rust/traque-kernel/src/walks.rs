//! Expressions in which each byte alone tells what it belongs to, as steps of one walk through the text.
//!
//! [`crate::programs`] walks.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::roles::Role;
use crate::runs::Bytes;

/// What comes next in a text.
#[derive(Debug, PartialEq)]
pub enum Step {
    /// These bytes.
    Text(Box<[u8]>),
    /// Bytes of a class, so many at least and at most.
    Run { of: Box<Bytes>, least: usize, most: usize },
    /// Something several times, or not at all.
    Again { way: Way, least: u32, most: u32 },
    /// One of these.
    One(Vec<Way>),
    /// A part of the record.
    Part(Role, Vec<Step>),
}

/// Steps that are taken when the next byte is one with which they may begin.
#[derive(Debug, PartialEq)]
pub struct Way {
    /// The steps.
    pub steps: Vec<Step>,
    /// With which bytes they may begin.
    pub first: Box<Bytes>,
    /// Whether they may be none.
    pub may_be_empty: bool,
}

/// The steps of an expression of which one pass is known to suffice, and of whose groups `role` says what they are;
/// None for one that has more than steps can say.
pub fn steps(expression: &Hir, role: fn(&str) -> Option<Role>) -> Option<Vec<Step>> {
    let one = |step| Some(vec![step]);
    match expression.kind() {
        HirKind::Empty => Some(Vec::new()),
        HirKind::Look(_) => None,
        HirKind::Literal(literal) => one(Step::Text(literal.0.clone())),
        HirKind::Class(class) => one(Step::Run { of: bytes_of(class)?, least: 1, most: 1 }),
        HirKind::Concat(all) => {
            let each: Option<Vec<_>> = all.iter().map(|part| steps(part, role)).collect();
            Some(each?.into_iter().flatten().collect())
        }
        HirKind::Alternation(all) => {
            let ways: Option<Vec<_>> = all.iter().map(|way| Some(Way::new(steps(way, role)?))).collect();
            one(Step::One(ways?))
        }
        HirKind::Capture(group) => one(Step::Part(role(group.name.as_deref()?)?, steps(&group.sub, |_| None)?)),
        HirKind::Repetition(again) => {
            let (least, most) = (again.min, again.max.unwrap_or(u32::MAX));
            if let HirKind::Class(class) = again.sub.kind() {
                return one(Step::Run { of: bytes_of(class)?, least: least as usize, most: most as usize });
            }
            // Of a group that stands several times only the last would count.
            let way = if most == 1 { steps(&again.sub, role) } else { steps(&again.sub, |_| None) };
            one(Step::Again { way: Way::new(way?), least, most })
        }
    }
}

fn bytes_of(class: &Class) -> Option<Box<Bytes>> {
    let mut bytes = Box::new([false; 256]);
    let ranges = match class {
        Class::Bytes(class) => class.clone(),
        Class::Unicode(class) => class.to_byte_class()?,
    };
    for range in ranges.iter() {
        bytes[usize::from(range.start())..=usize::from(range.end())].fill(true);
    }
    Some(bytes)
}

impl Way {
    fn new(steps: Vec<Step>) -> Self {
        let mut first = Box::new([false; 256]);
        let may_be_empty = begin(&steps, &mut first);
        Self { steps, first, may_be_empty }
    }
}

/// Add to `first` the bytes with which these steps may begin; whether they may be none.
fn begin(steps: &[Step], first: &mut Bytes) -> bool {
    let add = |first: &mut Bytes, bytes: &Bytes| first.iter_mut().zip(bytes).for_each(|(first, &byte)| *first |= byte);
    for step in steps {
        let may_be_empty = match step {
            Step::Text(text) => {
                text.first().into_iter().for_each(|&byte| first[usize::from(byte)] = true);
                text.is_empty()
            }
            Step::Run { of, least, .. } => {
                add(first, of);
                *least == 0
            }
            Step::Again { way, least, .. } => {
                add(first, &way.first);
                *least == 0 || way.may_be_empty
            }
            Step::One(ways) => {
                for way in ways {
                    add(first, &way.first);
                }
                ways.iter().any(|way| way.may_be_empty)
            }
            Step::Part(_, steps) => begin(steps, first),
        };
        if !may_be_empty {
            return false;
        }
    }
    true
}
