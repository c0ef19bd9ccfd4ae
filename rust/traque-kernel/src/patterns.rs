//! Expressions for whole records, of which the first counts that a record has.
//!
//! Where one pass suffices to match an expression (each byte alone tells what it belongs to) it is walked, and what
//! several of them begin with is walked once. Others are tried by themselves.

use std::fmt;

use regex_automata::dfa::onepass;
use regex_automata::nfa::thompson::{self, backtrack};
use regex_automata::util::primitives::NonMaxUsize;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};

use crate::programs::Program;
use crate::roles::Role;
use crate::shapes::{BadShape, Part};
use crate::walks::{Step, steps};

/// Bytes that a compiled expression may take.
const SIZE: usize = 4 << 20;

/// Expressions in their order.
pub struct Patterns {
    branches: Vec<Branch>,
    tried: Vec<Tried>,
    count: usize,
}

/// What is kept from one record to the next for its memory.
pub type Caches = Vec<backtrack::Cache>;

/// Steps that some expressions have in common, and what comes behind them.
struct Branch {
    walk: Program,
    then: Then,
}

enum Then {
    /// Nothing more, in the expression with this number.
    Ends(usize),
    /// One of these.
    Goes(Vec<Branch>),
    /// All of the record is tried: by the expression with the first number, in the second place.
    Tries(usize, usize),
}

/// An expression that needs more than one pass, and what each of its groups (from 1) is.
struct Tried {
    engine: backtrack::BoundedBacktracker,
    roles: Vec<Role>,
}

/// Expressions are over bytes.
fn bytes() -> syntax::Config {
    syntax::Config::new().unicode(false).utf8(false)
}

/// What a group is, by its name and without the number behind it.
fn role(name: &str) -> Option<Role> {
    Role::named(name.trim_end_matches(|c: char| c.is_ascii_digit()))
}

impl Patterns {
    /// Compile them.
    ///
    /// # Errors
    /// An expression that is malformed, or a group without a role.
    pub fn new(patterns: &[String]) -> Result<Self, BadShape> {
        let mut all = Self { branches: Vec::new(), tried: Vec::new(), count: patterns.len() };
        let mut walked = Vec::new();
        for (index, pattern) in patterns.iter().enumerate() {
            let tried = Tried::new(pattern)?;
            if let Some(steps) = straight(pattern) {
                walked.push((index, steps));
                continue;
            }
            all.branches.extend(grown(std::mem::take(&mut walked)));
            all.branches.push(Branch { walk: Program::default(), then: Then::Tries(index, all.tried.len()) });
            all.tried.push(tried);
        }
        all.branches.extend(grown(walked));
        Ok(all)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// What [`Patterns::find`] needs.
    pub fn caches(&self) -> Caches {
        self.tried.iter().map(|tried| tried.engine.create_cache()).collect()
    }

    /// The number of the first expression that all of `text` matches; its groups are added to `parts`.
    pub fn find(&self, text: &[u8], caches: &mut Caches, parts: &mut Vec<Part>) -> Option<usize> {
        self.first(&self.branches, text, 0, caches, parts)
    }

    fn first(
        &self,
        branches: &[Branch],
        text: &[u8],
        at: usize,
        caches: &mut Caches,
        parts: &mut Vec<Part>,
    ) -> Option<usize> {
        let before = parts.len();
        branches.iter().find_map(|Branch { walk, then }| {
            parts.truncate(before);
            let end = walk.walk(text, at, parts)?;
            match then {
                Then::Ends(index) => (end == text.len()).then_some(*index),
                Then::Goes(branches) => self.first(branches, text, end, caches, parts),
                Then::Tries(index, place) => {
                    self.tried[*place].matches(text, &mut caches[*place], parts).then_some(*index)
                }
            }
        })
    }
}

/// The steps of an expression of which one pass suffices.
fn straight(pattern: &str) -> Option<Vec<Step>> {
    onepass::DFA::builder()
        .configure(onepass::DFA::config().size_limit(Some(SIZE)))
        .syntax(bytes())
        .thompson(thompson::Config::new().utf8(false))
        .build(&whole(pattern))
        .ok()?;
    steps(&syntax::parse_with(pattern, &bytes()).ok()?, role)
}

/// The expression for a whole record.
fn whole(pattern: &str) -> String {
    format!(r"\A(?:{pattern})\z")
}

/// Branches for expressions, in their order: neighbours that begin with the same step share a branch.
fn grown(all: Vec<(usize, Vec<Step>)>) -> Vec<Branch> {
    let mut branches: Vec<Branch> = Vec::new();
    let mut rest = all.into_iter().peekable();
    while let Some((index, mut steps)) = rest.next() {
        let mut more = Vec::new();
        while let Some(next) = rest.next_if(|(_, next)| !steps.is_empty() && next.first() == steps.first()) {
            more.push(next);
        }
        if more.is_empty() {
            branches.push(Branch { walk: Program::new(&steps), then: Then::Ends(index) });
            continue;
        }
        let same = |other: &[Step]| steps.iter().zip(other).take_while(|(one, other)| one == other).count();
        let shared = more.iter().map(|(_, other)| same(other)).min().unwrap_or(0);
        let mut tails = vec![(index, steps.split_off(shared))];
        tails.extend(more.into_iter().map(|(index, mut other)| (index, other.split_off(shared))));
        branches.push(Branch { walk: Program::new(&steps), then: Then::Goes(grown(tails)) });
    }
    branches
}

impl Tried {
    fn new(pattern: &str) -> Result<Self, BadShape> {
        let bad = |error: &dyn fmt::Display| BadShape(format!("{error}: {pattern}"));
        let engine = backtrack::BoundedBacktracker::builder()
            .syntax(bytes())
            .thompson(thompson::Config::new().utf8(false))
            .build(&whole(pattern))
            .map_err(|error| bad(&error))?;
        let mut roles = Vec::new();
        for name in engine.get_nfa().group_info().pattern_names(regex_automata::PatternID::ZERO).skip(1) {
            roles.push(role(name.unwrap_or_default()).ok_or_else(|| bad(&"no role of a group"))?);
        }
        Ok(Self { engine, roles })
    }

    /// Whether all of `text` matches; a text too long to try does not.
    fn matches(&self, text: &[u8], cache: &mut backtrack::Cache, parts: &mut Vec<Part>) -> bool {
        let mut slots: Vec<Option<NonMaxUsize>> = vec![None; 2 * (self.roles.len() + 1)];
        let input = Input::new(text).anchored(Anchored::Yes);
        if !matches!(self.engine.try_search_slots(cache, &input, &mut slots), Ok(Some(_))) {
            return false;
        }
        for (group, role) in self.roles.iter().enumerate() {
            if let (Some(start), Some(end)) = (slots[2 * group + 2], slots[2 * group + 3]) {
                parts.push(Part { start: start.get(), end: end.get(), role: *role });
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::changes::{Numbers, changed};

    /// The same expressions, walked and tried.
    fn both(patterns: &[&str]) -> [Patterns; 2] {
        let patterns: Vec<String> = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
        let walked = Patterns::new(&patterns).unwrap();
        assert!(walked.tried.is_empty(), "one pass suffices");
        let tried = Patterns {
            branches: (0..patterns.len())
                .map(|index| Branch { walk: Program::default(), then: Then::Tries(index, index) })
                .collect(),
            tried: patterns.iter().map(|pattern| Tried::new(pattern).unwrap()).collect(),
            count: patterns.len(),
        };
        [walked, tried]
    }

    fn found(all: &Patterns, text: &[u8]) -> Option<(usize, Vec<Part>)> {
        let mut parts = Vec::new();
        all.find(text, &mut all.caches(), &mut parts).map(|index| (index, parts))
    }

    #[test]
    fn walking_is_trying() {
        let head = r"(?:<[0-9]{1,3}>)?(?P<time>(?:J(?:an|u[nl])|Feb) [ 0-3][0-9]) ";
        let patterns = [
            format!(r"{head}a\[(?P<free1>[0-9]{{1,7}})\]: (?:from (?P<account>[a-z]+)|to [a-z]+)(?: [x!]+)*"),
            format!(r"{head}a\[(?P<free1>[0-9]{{1,7}})\]: (?P<path>[ -~]*)"),
            r"(?:[^=I]*I(?:I|[^=IN][^=I]*I)*N)+=(?P<free>.*)".to_owned(),
        ];
        let all = both(&patterns.each_ref().map(String::as_str));
        for text in [
            "Jan  7 a[12]: from bob",
            "<13>Jun 17 a[12]: to bob x! !!",
            "Jul  7 a[1234567]: else",
            "Jul  7 a[12345678]: else",
            "Feb  7 a[]: else",
            "Feb  7 a[1]: from Bob",
            "Feb  7 a[1]: from bob ",
            "IIN=IN",
            "xIxNIN=",
            "IxN=",
            "",
            "Jan",
        ] {
            let [walked, tried] = all.each_ref().map(|all| found(all, text.as_bytes()));
            assert_eq!(walked, tried, "{text}");
        }
    }

    #[test]
    fn records_like_others_are_walked_as_they_are_tried() {
        let head = r"(?:<[0-9]{1,3}>)?(?:(?P<time1>(?:Ja|Fe) (?:[ 0-2][0-9]|3[01]) (?:[01][0-9]|2[0-3]):[0-5][0-9])|(?P<time2>20[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-](?:0[0-9]|1[0-4]))))";
        let patterns = [
            format!(
                r"{head} k: [^ ]* (?:DF )?S=(?P<source_ip>[0-9A-Fa-f:.]+) (?:(?:ACK|PSH|RST) )+U=[0-9]+ ?(?:M=[^ ]+ ?)?"
            ),
            format!(r"{head} k: [^ ]* (?:DF )?S=(?P<source_ip>[0-9A-Fa-f:.]+) (?P<free1>[!-~]*)"),
            format!(
                r"{head} p: \[(?:(?:0|1[0-9]?|[2-9])\.){{3}}(?:0|[1-9])\]: [45][0-9][0-9] (?:[^f;][^;]*; )*from=<(?P<free2>[!-;=?-~]*)>"
            ),
            format!(r"{head} (?:Failed|Accepted) [^ ]+ for (?P<account>[a-z][!-~]*) é[^\n]*"),
            r#"(?:-|(?P<account>[A-Za-z0-9_][!#-Z\]-~]*)) "[ !#-\[\]-~]*"(?: "(?P<free3>[ !#-\[\]-~]*)"[^\n]*)?"#
                .to_owned(),
        ];
        let records = [
            "Ja  7 01:23 k: x DF S=192.0.2.1 ACK PSH U=0 M=1 ",
            "<13>20210.5+01 k: x S=2001:db8::1 RST U=12",
            "Fe 31 23:59 p: [1.19.0.4]: 554 a; b; from=<x@example>",
            "2021Z Failed password for root é2",
            "Fe 01 00:00 Accepted x for bob \u{e9} more",
            r#"bob "GET /a HTTP/1.1" "curl/7.0" x"#,
            r#"- "-""#,
        ];
        let [walked, tried] = both(&patterns.each_ref().map(String::as_str));
        let (mut numbers, mut matched) = (Numbers(1), 0);
        for round in 0..40_000 {
            let record = records[numbers.below(records.len())].as_bytes();
            let text = if round < 20 { record.to_vec() } else { changed(record, &mut numbers) };
            let found = found(&walked, &text);
            assert_eq!(found, self::found(&tried, &text), "{}", String::from_utf8_lossy(&text));
            matched += usize::from(found.is_some());
        }
        assert!(matched > 10_000, "{matched}");
    }

    #[test]
    fn what_needs_more_than_one_pass_is_tried_in_its_turn() {
        let patterns = [r"a(?P<free>[a-z]*)1", r"(?P<free>[a-z]*)b(?P<path>[a-z]*)", r"a(?P<account>[a-z]*)"];
        let all = Patterns::new(&patterns.map(str::to_owned)).unwrap();
        assert_eq!(all.tried.len(), 1);
        for (text, index) in [("ax1", Some(0)), ("axbx", Some(1)), ("axx", Some(2)), ("x", None)] {
            let mut parts = Vec::new();
            assert_eq!(all.find(text.as_bytes(), &mut all.caches(), &mut parts), index);
        }
    }
}
