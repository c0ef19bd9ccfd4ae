//! The shapes of a format's records: which parts they have, and what each is to a judgement.
//!
//! A shape is an expression that matches whole records and whose named groups are the parts, or a list of
//! the named values ([`crate::members`]) that are. `traque.logs.Shape` holds the contract.

use std::collections::HashMap;
use std::fmt;

use crate::fits::Fit;
use crate::forms::Forms;
use crate::members::{Member, Members, Paths, Syntax};
use crate::patterns::{Caches, Patterns};
use crate::roles::Role;
use crate::timestamps::{Stamp, TimeRule, read};

/// Why a shape cannot be used.
#[derive(Debug)]
pub struct BadShape(pub(crate) String);

impl fmt::Display for BadShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadShape {}

/// A part of a record: its bytes, and what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// First byte.
    pub start: usize,
    /// One past its last.
    pub end: usize,
    /// What it is.
    pub role: Role,
}

impl Part {
    /// Which value of [`crate::roles::VALUES`] it is.
    #[must_use]
    pub fn value(&self) -> Option<usize> {
        match self.role {
            Role::Value(value) => Some(value),
            _ => None,
        }
    }
}

/// What a shape of named values asks of one of them.
#[derive(Clone, Debug)]
pub enum Given {
    /// It is there, and neither empty nor `-`.
    Stated,
    /// It is not there.
    Absent,
    /// It is this text.
    Text(Vec<u8>),
    /// It is the same as the value of that path.
    Same(Vec<u8>),
}

/// A shape of records that are made of named values.
#[derive(Clone, Debug)]
pub struct Named {
    /// How they are named.
    pub json: bool,
    /// Of each of these paths one of its conditions holds.
    pub given: Vec<(Vec<u8>, Vec<Given>)>,
    /// What the value of a path is; None for one that must be the same in all records of a kind. A path that
    /// ends with a dot is that of all below it.
    pub roles: HashMap<Vec<u8>, Option<Role>>,
    /// What the values of all other paths are.
    pub others: Option<Role>,
}

impl Named {
    fn syntax(&self) -> Syntax {
        if self.json { Syntax::Json } else { Syntax::Pairs }
    }

    fn fits(&self, fit: &Fit, members: &[Member], text: &[u8]) -> bool {
        self.given.iter().zip(&fit.given).all(|((_, wanted), (place, others))| {
            let found = place.map(|place| members[place].of(text));
            wanted.iter().zip(others).any(|(given, other)| match given {
                Given::Stated => found.is_some_and(|text| !matches!(text, b"" | b"-")),
                Given::Absent => found.is_none(),
                Given::Text(text) => found == Some(text),
                Given::Same(_) => found.is_some() && found == other.map(|other| members[other].of(text)),
            })
        })
    }

    /// What members with these paths are to this shape.
    pub(crate) fn fit(&self, paths: &Paths) -> Fit {
        let other = |given: &Given| match given {
            Given::Same(path) => paths.place(path),
            _ => None,
        };
        Fit {
            given: self.given.iter().map(|(path, all)| (paths.place(path), all.iter().map(other).collect())).collect(),
            roles: (0..).zip(paths.iter()).filter_map(|(place, path)| Some((place, self.role(path)?))).collect(),
        }
    }

    fn role(&self, path: &[u8]) -> Option<Role> {
        if let Some(role) = self.roles.get(path) {
            return *role;
        }
        let mut above = path;
        while let Some(dot) = above.iter().rposition(|byte| *byte == b'.') {
            if let Some(role) = self.roles.get(&path[..=dot]) {
                return *role;
            }
            above = &path[..dot];
        }
        self.others
    }

    /// Add the parts of a record; answered is its time: the one that is a part, or else `whole`, that of the record.
    fn divide(
        &self,
        fit: &Fit,
        members: &[Member],
        text: &[u8],
        times: &[TimeRule],
        parts: &mut Vec<Part>,
        whole: impl FnOnce() -> Option<Stamp>,
    ) -> Option<Stamp> {
        let (mut stamp, mut added) = (None, 0);
        for &(place, role) in &fit.roles {
            let member = &members[place];
            let (start, end) = (member.start, member.end);
            match role {
                // Of two values of one name readers take the first or the last.
                Role::Sum(_) | Role::Value(_) if added & (1 << role.number()) != 0 => return None,
                Role::Time if self.json => {
                    if stamp.is_some() || !may_be_time(&text[start..end]) {
                        return None;
                    }
                    stamp = Some(times.iter().find_map(|rule| rule.read_at(&text[member.key..]))?);
                }
                _ if !member.plain => continue,
                _ => {}
            }
            added |= 1 << role.number();
            parts.push(Part { start, end, role });
        }
        if self.json { stamp } else { whole() }
    }
}

/// A reader of JSON makes a number with decimals a double: what that does not hold is rounded, and here cut.
fn may_be_time(text: &[u8]) -> bool {
    let Some(dot) = text.iter().position(|byte| *byte == b'.') else { return true };
    let number = text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    !number || (dot == 10 && text[0] < b'4' && text.len() <= dot + 7)
}

/// The shapes of a format's records, and where their time stands. Immutable, shared between threads.
pub struct Shapes {
    patterns: Patterns,
    named: Vec<Named>,
    times: Vec<TimeRule>,
}

/// What is needed to divide records, kept from one to the next for its memory.
pub struct Divider {
    caches: Caches,
    members: Members,
    forms: Forms,
    /// The parts of the record that was divided last, in its order.
    pub parts: Vec<Part>,
}

impl Shapes {
    /// Compile `patterns`; of several shapes that a record has, the first counts, patterns before `named` ones.
    ///
    /// # Errors
    /// An expression that is malformed, or a group without a role.
    pub fn new(patterns: &[String], named: Vec<Named>, times: Vec<TimeRule>) -> Result<Self, BadShape> {
        Ok(Self { patterns: Patterns::new(patterns)?, named, times })
    }

    /// What [`Shapes::divide`] needs.
    #[must_use]
    pub fn divider(&self) -> Divider {
        Divider {
            caches: self.patterns.caches(),
            members: Members::default(),
            forms: Forms::default(),
            parts: Vec::new(),
        }
    }

    /// Put the parts of a record in `divider`; answered are its shape's number and its time, None if it has no
    /// shape or no time.
    pub fn divide(&self, text: &[u8], divider: &mut Divider) -> Option<(usize, Stamp)> {
        self.divide_at(text, divider, || read(text, &self.times))
    }

    /// The same of a record of which `stamp` is what its time is read as.
    pub fn divide_at(
        &self,
        text: &[u8],
        divider: &mut Divider,
        stamp: impl FnOnce() -> Option<Stamp>,
    ) -> Option<(usize, Stamp)> {
        let Divider { caches, members, forms, parts } = divider;
        parts.clear();
        if let Some(shape) = self.patterns.find(text, caches, parts) {
            return Some((shape, stamp()?));
        }
        // How the record was read last, and its form.
        let mut known = None;
        for (index, named) in self.named.iter().enumerate() {
            let syntax = named.syntax();
            let form = match known {
                Some((last, form)) if last == syntax => form,
                _ => forms.read(syntax, text, members),
            };
            known = Some((syntax, form));
            let Some(form) = form else { continue };
            let fit = forms.fits(form).of(index, named);
            let members = &members.each;
            if named.fits(fit, members, text) {
                parts.clear();
                let stamp = named.divide(fit, members, text, &self.times, parts, stamp)?;
                return Some((self.patterns.len() + index, stamp));
            }
        }
        None
    }
}
