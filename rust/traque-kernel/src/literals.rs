//! Literals (the oracle's `_literal.py`): file names, user agents, registry keys, mutexes...
//!
//! Each literal is known by a few short pieces of it, its *grams*, which follow each other byte by
//! byte. The text is looked at only every few bytes, so that of each occurrence exactly one gram
//! is seen; what is no gram of the set (nearly everything) is turned away by one bit. The grams are
//! those that the fewest literals share, since many begin or end alike (`Mozilla/5.0 (`, `.exe`).

use std::ops::Range;

use crate::buckets::Buckets;
use crate::chars::{char_at, label_char_at, label_char_before, length_before};
use crate::classes::{Segment, Shape};
use crate::engine::Finder;
use crate::escapes;
use crate::found::{Hit, Relation};
use crate::places::Later;
use crate::set::Seed;

/// Stands in a form for a run of slashes and backslashes.
const SEPARATOR: u8 = b'/';

/// Slashes and backslashes of the longest separator inside a literal.
const RUN_MOST: usize = 16;

/// Bytes of the longest form; with all separators as long as they may be it still fits in a window's context.
pub const LONGEST: usize = 4000;

/// ASCII bytes in a row that a form must hold, none of them a separator.
pub const STRETCH: usize = 4;

/// Places of a gram in a form are numbered below this.
const PLACES: usize = 4;

/// Places of the text that are looked at together.
const BATCH: usize = 128;

/// Literals above which short grams become so common that fewer of them are better.
const SEVERAL: usize = 1 << 14;

/// Finds literals.
pub struct Literals {
    forms: Forms,
    long: Grams<8>,
    short: Grams<4>,
}

impl Literals {
    /// Of pairs of form (as `folded` makes it) and indicator.
    #[must_use]
    pub fn new(pairs: &[(&str, u32)]) -> Self {
        let is_long = |(form, _): &&(&str, u32)| longest_stretch(form.as_bytes()).len() >= 8 + PLACES;
        let (long, short): (Vec<_>, Vec<_>) = pairs.iter().partition(is_long);
        let (begin, end) = (long.len() as u32, pairs.len() as u32);
        let forms = Forms::new(long.into_iter().chain(short));
        Self { long: Grams::new(&forms, 0..begin), short: Grams::new(&forms, begin..end), forms }
    }

    /// The gram at `place` of `form` stands at `at`.
    fn gram(&self, text: &[u8], form: u32, place: usize, at: usize, out: &mut Vec<Hit>) {
        let written = self.forms.get(form);
        let Some(end) = forward(&written[place..], text, at) else { return };
        let Some(start) = backward(&written[..place], text, at) else { return };
        if !inside_word(text, end) && (!inside_word(text, start) || escapes::end_at(text, start)) {
            out.push(Hit {
                start: start as u64,
                end: end as u64,
                indicator: self.forms.indicators[form as usize],
                relation: Relation::Exact,
            });
        }
    }
}

impl Finder for Literals {
    fn needs(&self) -> &'static [Shape] {
        &[]
    }

    fn scan(&self, segment: &Segment<'_>, _: &mut Later, out: &mut Vec<Hit>) {
        self.long.scan(segment, |form, place, at| self.gram(segment.text, form, place, at, out));
        self.short.scan(segment, |form, place, at| self.gram(segment.text, form, place, at, out));
    }
}

/// All forms, one after the other, the long ones first.
struct Forms {
    arena: Vec<u8>,
    ends: Vec<u32>,
    indicators: Vec<u32>,
}

impl Forms {
    fn new<'p>(pairs: impl Iterator<Item = &'p (&'p str, u32)>) -> Self {
        let mut forms = Self { arena: Vec::new(), ends: Vec::new(), indicators: Vec::new() };
        for (form, indicator) in pairs {
            forms.arena.extend_from_slice(form.as_bytes());
            forms.ends.push(u32::try_from(forms.arena.len()).expect("less than 4 GiB of indicators"));
            forms.indicators.push(*indicator);
        }
        forms
    }

    fn get(&self, form: u32) -> &[u8] {
        let start = if form == 0 { 0 } else { self.ends[form as usize - 1] as usize };
        &self.arena[start..self.ends[form as usize] as usize]
    }
}

/// The grams, of `W` bytes each, of some forms.
struct Grams<const W: usize> {
    /// The text is looked at every so many bytes; a form has as many grams.
    step: usize,
    sieve: Sieve,
    seed: Seed,
    /// A form's rank, times [`PLACES`], plus the place of one of its grams.
    buckets: Buckets,
    /// The first of the forms; the others follow.
    begin: u32,
    /// Of each form: where its first gram stands.
    firsts: Vec<u16>,
}

impl<const W: usize> Grams<W> {
    fn new(forms: &Forms, of: Range<u32>) -> Self {
        let begin = of.start;
        let shortest = of.clone().map(|form| longest_stretch(forms.get(form)).len()).min().unwrap_or(W);
        // A step that left no choice would take grams such as `.exe`.
        let choices = |step: usize| (shortest + 2).saturating_sub(W + step);
        // Many short grams would be found everywhere: then it is better to have half of them and look twice as often.
        let most = if W < 8 && of.len() > SEVERAL { 2 } else { PLACES };
        let step = [PLACES, 2].into_iter().find(|&step| step <= most && choices(step) > 1).unwrap_or(1);
        let crowd = Crowd::of(of.clone().flat_map(|form| grams::<W>(forms.get(form)).map(|(_, gram)| gram)), of.len());
        let seed = Seed::random();
        let mut pairs = Vec::with_capacity(of.len() * step);
        let mut firsts = Vec::with_capacity(of.len());
        for (rank, form) in of.clone().enumerate() {
            let written = forms.get(form);
            let first = crowd.loneliest::<W>(written, step);
            for place in 0..step {
                let hash = seed.number(gram::<W>(&written[first + place..]));
                pairs.push((hash, (rank * PLACES + place) as u32));
            }
            firsts.push(first as u16);
        }
        let rows = of.zip(&firsts).map(|(form, &first)| &forms.get(form)[first.into()..]);
        let sieve = Sieve::of(rows.flat_map(|row| (0..step).map(|place| gram::<W>(&row[place..]))), pairs.len());
        Self { step, sieve, seed, buckets: Buckets::new(&pairs), begin, firsts }
    }

    /// Calls `visit` with a form, the place of a gram in it, and where that gram may stand.
    fn scan(&self, segment: &Segment<'_>, mut visit: impl FnMut(u32, usize, usize)) {
        if self.firsts.is_empty() {
            return;
        }
        // A segment begins at a multiple of its size, and so of the step.
        let end = segment.text.len().min(segment.base + segment.words * 64);
        let shown = &segment.text[segment.base..segment.text.len().min(end + W - 1)];
        let mut places = (0..shown.len().saturating_sub(W - 1)).step_by(self.step);
        let mut kept = [(0, 0); BATCH];
        while places.len() > 0 {
            // What the sieve holds is kept without a branch, so that many places wait for memory at once.
            let mut count = 0;
            for at in places.by_ref().take(BATCH) {
                let gram = gram::<W>(&shown[at..at + W]);
                kept[count] = (at, gram);
                count += usize::from(self.sieve.may_hold(gram));
            }
            for (_, gram) in &mut kept[..count] {
                *gram = self.buckets.ask(self.seed.number(*gram));
            }
            for &(at, hash) in &kept[..count] {
                for &bearer in self.buckets.candidates(hash) {
                    let (rank, place) = (bearer as usize / PLACES, bearer as usize % PLACES);
                    visit(self.begin + rank as u32, usize::from(self.firsts[rank]) + place, segment.base + at);
                }
            }
        }
    }
}

/// Turns away what is no gram of a set, by one multiplication and one bit.
struct Sieve {
    bits: Vec<u64>,
    factor: u64,
    shift: u32,
}

impl Sieve {
    fn of(grams: impl Iterator<Item = u64>, count: usize) -> Self {
        let size = (count * 8).next_power_of_two().clamp(1 << 12, 1 << 24);
        let factor = Seed::random().number(0) | 1;
        let mut sieve = Self { bits: vec![0; size / 64], factor, shift: 64 - size.trailing_zeros() };
        for gram in grams {
            let bit = sieve.bit(gram);
            sieve.bits[bit / 64] |= 1 << (bit % 64);
        }
        sieve
    }

    #[inline]
    fn bit(&self, gram: u64) -> usize {
        (gram.wrapping_mul(self.factor) >> self.shift) as usize
    }

    #[inline]
    fn may_hold(&self, gram: u64) -> bool {
        let bit = self.bit(gram);
        self.bits[bit / 64] >> (bit % 64) & 1 != 0
    }
}

/// How many forms share a gram, roughly.
struct Crowd {
    counts: Vec<u16>,
    seed: Seed,
}

impl Crowd {
    fn of(grams: impl Iterator<Item = u64>, forms: usize) -> Self {
        let size = (forms * 64).next_power_of_two().clamp(1 << 10, 1 << 23);
        let mut crowd = Self { counts: vec![0; size], seed: Seed::random() };
        for gram in grams {
            let slot = crowd.slot(gram);
            crowd.counts[slot] = crowd.counts[slot].saturating_add(1);
        }
        crowd
    }

    fn slot(&self, gram: u64) -> usize {
        (self.seed.number(gram) >> 32) as usize & (self.counts.len() - 1)
    }

    /// Where `step` grams of `form` begin of which the commonest is the rarest.
    fn loneliest<const W: usize>(&self, form: &[u8], step: usize) -> usize {
        let counted: Vec<(usize, u16)> =
            grams::<W>(form).map(|(place, gram)| (place, self.counts[self.slot(gram)])).collect();
        let rows = counted.windows(step).filter(|row| row[step - 1].0 == row[0].0 + step - 1);
        let best = rows.min_by_key(|row| row.iter().map(|&(_, count)| count).max());
        best.map_or(0, |row| row[0].0)
    }
}

/// The grams of `form`, each with its place, in order.
fn grams<const W: usize>(form: &[u8]) -> impl Iterator<Item = (usize, u64)> {
    stretches(form)
        .flat_map(move |range| form[range.clone()].windows(W).enumerate().map(move |(at, _)| range.start + at))
        .map(move |at| (at, gram::<W>(&form[at..])))
}

/// The first `W` bytes of `text`, letters of either case alike (and some other bytes, too).
#[inline]
fn gram<const W: usize>(text: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    bytes[..W].copy_from_slice(&text[..W]);
    u64::from_le_bytes(bytes) | 0x2020_2020_2020_2020
}

/// Where `form` has ASCII bytes that are no separator.
fn stretches(form: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    form.split(|&byte| byte == SEPARATOR || !byte.is_ascii()).map(move |part| {
        let range = at..at + part.len();
        at = range.end + 1;
        range
    })
}

/// The longest of them.
pub fn longest_stretch(form: &[u8]) -> Range<usize> {
    stretches(form).max_by_key(Range::len).unwrap_or(0..0)
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b'/' | b'\\')
}

/// Where the `rest` of a form ends that begins at `at`.
fn forward(mut rest: &[u8], text: &[u8], mut at: usize) -> Option<usize> {
    while let Some((&byte, after)) = rest.split_first() {
        if byte == SEPARATOR {
            let run = text[at..].iter().take(RUN_MOST + 1).take_while(|&&byte| is_separator(byte)).count();
            if run == 0 || (run > RUN_MOST && !after.is_empty()) {
                return None;
            }
            at += if after.is_empty() { 1 } else { run };
            rest = after;
        } else if byte.is_ascii() {
            if text.get(at)?.to_ascii_lowercase() != byte {
                return None;
            }
            at += 1;
            rest = after;
        } else {
            let (wanted, length) = char_at(rest, 0);
            if at >= text.len() || char_at(text, at).0 != wanted {
                return None;
            }
            at += char_at(text, at).1;
            rest = &rest[length..];
        }
    }
    Some(at)
}

/// Where the `head` of a form begins that ends at `at`.
fn backward(mut head: &[u8], text: &[u8], mut at: usize) -> Option<usize> {
    while let Some((&byte, before)) = head.split_last() {
        if byte == SEPARATOR {
            let run = text[..at].iter().rev().take(RUN_MOST + 1).take_while(|&&byte| is_separator(byte)).count();
            if run == 0 || (run > RUN_MOST && !before.is_empty()) {
                return None;
            }
            at -= if before.is_empty() { 1 } else { run };
            head = before;
        } else if byte.is_ascii() {
            if text[..at].last()?.to_ascii_lowercase() != byte {
                return None;
            }
            at -= 1;
            head = before;
        } else {
            let length = length_before(head, head.len());
            let wanted = char_at(head, head.len() - length).0;
            if at == 0 || char_at(text, at - length_before(text, at)).0 != wanted {
                return None;
            }
            at -= length_before(text, at);
            head = &head[..head.len() - length];
        }
    }
    Some(at)
}

/// Whether word characters stand on both sides of `at`, or a dot on one side has them on both of its sides.
fn inside_word(text: &[u8], at: usize) -> bool {
    let (before, after) = (label_char_before(text, at).is_some(), label_char_at(text, at).is_some());
    match (before, after) {
        (true, true) => true,
        (false, true) => text[..at].ends_with(b".") && label_char_before(text, at - 1).is_some(),
        (true, false) => text[at..].starts_with(b".") && label_char_at(text, at + 1).is_some(),
        (false, false) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{backward, forward, inside_word, longest_stretch};

    #[test]
    fn a_run_of_slashes_is_one_separator() {
        for text in [&b"c:\\temp\\x.exe"[..], b"C:\\\\Temp\\\\x.exe", b"c:/temp\\/X.EXE"] {
            let form = b"c:/temp/x.exe";
            assert_eq!(forward(form, text, 0), Some(text.len()));
            assert_eq!(backward(form, text, text.len()), Some(0));
        }
        assert_eq!(forward(b"a/b", b"a\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\b", 0), None);
        assert_eq!(longest_stretch("é/abcd/ef".as_bytes()), 3..7);
    }

    #[test]
    fn a_dot_joins_words() {
        let text = b"a.b. c-d .e";
        let inside: Vec<usize> = (0..=text.len()).filter(|&at| inside_word(text, at)).collect();
        assert_eq!(inside, [1, 2, 6, 7]);
    }
}
