//! The shapes of a format's records: which parts they have, and what each is to a judgement.
//!
//! A shape is an expression that matches whole records and whose named groups are the parts, or a list of
//! the named values ([`crate::members`]) that are. `traque.logs.Shape` holds the contract.

use std::collections::HashMap;
use std::fmt;

use regex_automata::dfa::onepass;
use regex_automata::hybrid::dfa;
use regex_automata::nfa::thompson::{self, backtrack};
use regex_automata::util::captures::GroupInfo;
use regex_automata::util::primitives::NonMaxUsize;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};

use crate::fits::{Fit, Fits};
use crate::members::{Members, Syntax};
use crate::roles::Role;
use crate::timestamps::{Stamp, TimeRule, read};

/// Bytes that a compiled shape may take.
const SHAPE_SIZE: usize = 4 << 20;

/// Why a shape cannot be used.
#[derive(Debug)]
pub struct BadShape(String);

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

    fn fits(&self, fit: &Fit, members: &Members, text: &[u8]) -> bool {
        self.given.iter().zip(&fit.given).all(|((_, wanted), (place, others))| {
            let found = place.map(|place| members.value(place, text));
            wanted.iter().zip(others).any(|(given, other)| match given {
                Given::Stated => found.is_some_and(|text| !matches!(text, b"" | b"-")),
                Given::Absent => found.is_none(),
                Given::Text(text) => found == Some(text),
                Given::Same(_) => found.is_some() && found == other.map(|other| members.value(other, text)),
            })
        })
    }

    /// What the members of records with these paths are to this shape.
    pub(crate) fn fit(&self, members: &Members) -> Fit {
        let other = |given: &Given| match given {
            Given::Same(path) => members.place(path),
            _ => None,
        };
        Fit {
            given: self
                .given
                .iter()
                .map(|(path, all)| (members.place(path), all.iter().map(other).collect()))
                .collect(),
            roles: (0..).zip(members.iter()).filter_map(|(place, (path, _))| Some((place, self.role(path)?))).collect(),
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

    /// Add the parts of a record; answered is its time.
    fn divide(
        &self,
        fit: &Fit,
        members: &Members,
        text: &[u8],
        times: &[TimeRule],
        parts: &mut Vec<Part>,
    ) -> Option<Stamp> {
        let mut stamp = None;
        for &(place, role) in &fit.roles {
            let member = members.at(place);
            let (start, end) = (member.start, member.end);
            match role {
                // Of two values of one name readers take the first or the last.
                Role::Sum(_) | Role::Value(_) if parts.iter().any(|part| part.role == role) => return None,
                Role::Time if self.json => {
                    if stamp.is_some() || !may_be_time(&text[start..end]) {
                        return None;
                    }
                    stamp = Some(times.iter().find_map(|rule| rule.read_at(&text[member.key..]))?);
                }
                _ if !member.plain => continue,
                _ => {}
            }
            parts.push(Part { start, end, role });
        }
        if self.json { stamp } else { read(text, times) }
    }
}

/// A reader of JSON makes a number with decimals a double: what that does not hold is rounded, and here cut.
fn may_be_time(text: &[u8]) -> bool {
    let Some(dot) = text.iter().position(|byte| *byte == b'.') else { return true };
    let number = text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    !number || (dot == 10 && text[0] < b'4' && text.len() <= dot + 7)
}

/// One compiled expression, and what each of its groups (from 1) is.
struct Pattern {
    matcher: Matcher,
    roles: Vec<Role>,
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

impl Pattern {
    fn new(pattern: &str) -> Result<Self, BadShape> {
        let bad = |error: &dyn fmt::Display| BadShape(format!("{error}: {pattern}"));
        let matcher = Matcher::new(pattern).map_err(|error| bad(&error))?;
        let mut roles = Vec::new();
        for name in matcher.info().pattern_names(regex_automata::PatternID::ZERO).skip(1) {
            let name = name.unwrap_or_default().trim_end_matches(|c: char| c.is_ascii_digit());
            roles.push(Role::named(name).ok_or_else(|| bad(&"no role of a group"))?);
        }
        Ok(Self { matcher, roles })
    }
}

/// The shapes of a format's records, and where their time stands. Immutable, shared between threads.
pub struct Shapes {
    patterns: Vec<Pattern>,
    /// Finds in one reading which pattern a record has, however many there are.
    choice: Option<dfa::DFA>,
    named: Vec<Named>,
    times: Vec<TimeRule>,
}

/// What is needed to divide records, kept from one to the next for its memory.
pub struct Divider {
    choice: Option<dfa::Cache>,
    caches: Vec<Cache>,
    /// Whether the record before had the first pattern.
    usual: bool,
    slots: Vec<Option<NonMaxUsize>>,
    members: Members,
    fits: Fits,
    /// The parts of the record that was divided last, in its order.
    pub parts: Vec<Part>,
}

impl Shapes {
    /// Compile `patterns`; of several shapes that a record has, the first counts, patterns before `named` ones.
    ///
    /// # Errors
    /// An expression that is malformed, or a group without a role.
    pub fn new(patterns: &[String], named: Vec<Named>, times: Vec<TimeRule>) -> Result<Self, BadShape> {
        let compiled = patterns.iter().map(|pattern| Pattern::new(pattern)).collect::<Result<_, _>>()?;
        let choice = if patterns.is_empty() {
            None
        } else {
            let all: Vec<String> = patterns.iter().map(|pattern| whole(pattern)).collect();
            let nfa = thompson::Config::new().utf8(false).which_captures(thompson::WhichCaptures::None);
            let choice = dfa::DFA::builder().syntax(bytes()).thompson(nfa).build_many(&all);
            Some(choice.map_err(|error| BadShape(error.to_string()))?)
        };
        Ok(Self { patterns: compiled, choice, named, times })
    }

    /// What [`Shapes::divide`] needs.
    #[must_use]
    pub fn divider(&self) -> Divider {
        Divider {
            choice: self.choice.as_ref().map(dfa::DFA::create_cache),
            caches: self.patterns.iter().map(|pattern| pattern.matcher.create_cache()).collect(),
            usual: false,
            slots: Vec::new(),
            members: Members::default(),
            fits: Fits::new(),
            parts: Vec::new(),
        }
    }

    /// Put the parts of a record in `divider`; answered are its shape's number and its time, None if it has no
    /// shape or no time.
    pub fn divide(&self, text: &[u8], divider: &mut Divider) -> Option<(usize, Stamp)> {
        divider.parts.clear();
        if let Some(shape) = self.pattern_of(text, divider) {
            return Some((shape, read(text, &self.times)?));
        }
        let mut known = None;
        for (index, named) in self.named.iter().enumerate() {
            let syntax = named.syntax();
            if known != Some(syntax) {
                if !divider.members.read(syntax, text) {
                    continue;
                }
                known = Some(syntax);
            }
            let Divider { members, fits, parts, .. } = divider;
            let fit = fits.of(members, index, named);
            if named.fits(fit, members, text) {
                parts.clear();
                let stamp = named.divide(fit, members, text, &self.times, parts)?;
                return Some((self.patterns.len() + index, stamp));
            }
        }
        None
    }

    /// The first pattern that `text` has; its groups are put in `divider`.
    fn pattern_of(&self, text: &[u8], divider: &mut Divider) -> Option<usize> {
        // Before the first there is none: where it is the usual one, no other has to be ruled out.
        let index = if divider.usual && self.matches(0, text, divider) {
            0
        } else {
            let (Some(choice), Some(cache)) = (&self.choice, &mut divider.choice) else { return None };
            let chosen = choice.try_search_fwd(cache, &Input::new(text).anchored(Anchored::Yes)).ok()?;
            let index = chosen.map(|chosen| chosen.pattern().as_usize());
            divider.usual = index == Some(0);
            index.filter(|&index| self.matches(index, text, divider))?
        };
        let roles = &self.patterns[index].roles;
        for (group, role) in roles.iter().enumerate() {
            if let (Some(start), Some(end)) = (divider.slots[2 * group + 2], divider.slots[2 * group + 3]) {
                divider.parts.push(Part { start: start.get(), end: end.get(), role: *role });
            }
        }
        Some(index)
    }

    /// Whether `text` has that pattern; its groups are put in the slots.
    fn matches(&self, index: usize, text: &[u8], divider: &mut Divider) -> bool {
        let Pattern { matcher, roles } = &self.patterns[index];
        divider.slots.clear();
        divider.slots.resize(2 * (roles.len() + 1), None);
        matcher.matches(&mut divider.caches[index], text, &mut divider.slots)
    }
}
