//! IPv6 addresses in text (the oracle's `_ipv6.py`).
//!
//! Every address has a `::` or a row of six colons with one to four hex digits between. From such a
//! place the text around it is read, never further than an address is long, so that no text costs
//! more than its length.

use std::ops::Range;
use std::sync::Arc;

use memchr::memmem;

use crate::chars::is_label_byte;
use crate::classes::{Look, Mask, Segment, Shape, each_bit, join};
use crate::engine::Finder;
use crate::escapes;
use crate::ipv4::embedded_quad;
use crate::known::{Known, Span};
use crate::places::Later;
use crate::simd::Work;
use crate::tails::{is_port, stands_alone};
use crate::watched::is_mapped;

/// No address with its port is longer (39 bytes, or 45 with an embedded IPv4 address, and a port).
const REACH: usize = 64;

/// `64:ff9b::/96` without its last 32 bits.
const NAT64: u128 = 0x64_ff9b << 64;

/// Colons in a row that an address without `::` has at the least (with an embedded IPv4 address).
const ROW_LEAST: u32 = 6;

const GROUPS: usize = 8;
const NIBBLES: usize = 32;
const ARPA: &[u8] = b"ip6.arpa";

/// Finds IPv6 addresses, and IPv4 addresses that are written as such.
pub struct Ipv6<K>(pub Arc<K>);

impl<K: Known> Ipv6<K> {
    /// The readings that hold the colon at `colon`: whether there are any.
    #[inline(never)]
    fn colon(&self, text: &[u8], colon: usize, later: &mut Later, out: &mut K::Found) -> bool {
        let mut any = false;
        readings(text, colon, |start, end, address| {
            any = true;
            match self.0.ask_v6(address) {
                Some(hash) => later.put(colon, hash),
                None => self.reading(text, (start, end), address, out),
            }
        });
        any
    }

    fn reading(&self, text: &[u8], (start, end): Span, address: u128, out: &mut K::Found) {
        let host = bracketed(text, start, end);
        self.0.v6_found(text, (start, end), address, host, out);
    }

    /// The readings without `::` in the row of groups whose first colon is at `colon`.
    fn row(&self, text: &[u8], colon: usize, is_too_long: bool, later: &mut Later, out: &mut K::Found) {
        let begin = run_begin(text, colon);
        let end = text.len().min(colon + REACH);
        let colons = (colon..end).take_while(|&at| is_run(text[at])).filter(|&at| text[at] == b':');
        if text[..begin].last() == Some(&b'.') || escapes::may_reach_into(text, begin) {
            // An address may begin after any of the first colons.
            colons.for_each(|at| {
                self.colon(text, at, later, out);
            });
        } else if !is_too_long && colons.clone().nth(ROW_LEAST as usize - 1).is_some() {
            // The first colon may be that of a word before the address; else its readings hold the second, too.
            colons.take(2).any(|at| self.colon(text, at, later, out));
        }
    }
}

impl<K: Known> Work for Look<'_, Ipv6<K>, K::Found> {
    type Done = ();

    #[inline(always)]
    fn run(self) {
        let Self { finder, segment, later, out } = self;
        let (colon, dot) = (segment.masks.of(Shape::Colon), segment.masks.of(Shape::Dot));
        let words = segment.words;
        if finder.0.has_v6() {
            let double = Mask::of(|word| colon.word(word) & colon.ahead(word, 1));
            for (word, double) in double.some(words) {
                each_bit(double, segment.at(word), |colon| {
                    finder.colon(segment.text, colon, later, out);
                });
            }
            // Six colons two to five bytes apart: nearly every line has a time with two or three.
            let mut rows = RowFinder { colon, hex: segment.masks.of(Shape::Hex), reached: 0, next: 0 };
            let mut six = near(colon);
            for _ in 2..ROW_LEAST {
                six = near(&six);
            }
            for (word, _) in six.some(words) {
                let (first, long) = rows.first_colons(word);
                let at = segment.at(word);
                each_bit(first, at, |colon| {
                    finder.row(segment.text, colon, long >> (colon - at) & 1 != 0, later, out);
                });
            }
        } else {
            // An IPv4 address that is written as an IPv6 one has a group `ffff` that a colon follows.
            let f = segment.masks.of(Shape::F);
            let groups = Mask::of(|word| {
                f.word(word) & f.ahead(word, 1) & f.ahead(word, 2) & f.ahead(word, 3) & colon.ahead(word, 4)
            });
            for (word, groups) in groups.some(words) {
                each_bit(groups, segment.at(word), |group| {
                    finder.colon(segment.text, group + 4, later, out);
                });
            }
        }
        let four = Mask::of(|word| dot.word(word) & dot.ahead(word, 2) & dot.ahead(word, 4) & dot.ahead(word, 6));
        for (word, _) in four.some(words) {
            each_bit(sixteen_every_other(dot.word(word), dot.word(word + 1)), segment.at(word), |dot| {
                if let Some((start, end, address)) = reversed(segment.text, dot) {
                    finder.0.v6_found(segment.text, (start, end), address, None, out);
                }
            });
        }
    }
}

impl<K: Known> Finder<K::Found> for Ipv6<K> {
    fn needs(&self) -> &'static [Shape] {
        if self.0.has_v6() { &[Shape::Colon, Shape::Dot, Shape::Hex] } else { &[Shape::Colon, Shape::Dot, Shape::F] }
    }

    fn scan(&self, segment: &Segment<'_>, later: &mut Later, out: &mut K::Found) {
        segment.path.run(Look { finder: self, segment, later, out });
    }

    fn settle(&self, text: &[u8], later: &mut Later, out: &mut K::Found) {
        for (colon, hash) in later.take() {
            if self.0.may_hold_v6(hash) {
                readings(text, colon, |start, end, address| self.reading(text, (start, end), address, out));
            }
        }
    }
}

/// Those of `colons` that another of them follows, two to five bytes on.
#[inline(always)]
fn near(colons: &Mask) -> Mask {
    Mask::of(|word| {
        let followed = colons.ahead(word, 2) | colons.ahead(word, 3) | colons.ahead(word, 4) | colons.ahead(word, 5);
        colons.word(word) & followed
    })
}

/// Finds the first colons of rows of six or more, with one to four hex digits between.
struct RowFinder<'m> {
    colon: &'m Mask,
    hex: &'m Mask,
    /// Colons of the word `next` that end a link from the one before.
    reached: u64,
    next: usize,
}

impl RowFinder<'_> {
    /// The first colons of rows in a word that has six near each other (each is asked for, in order), and which
    /// colons begin ten in a row with two digits between: no address has so many groups, but netfilter writes two MAC
    /// addresses as one.
    #[inline(never)]
    fn first_colons(&mut self, word: usize) -> (u64, u64) {
        let (colons, next) = (self.colon.word(word), self.colon.word(word + 1));
        let already = if self.next == word { self.reached } else { 0 };
        (self.reached, self.next) = (0, word + 1);
        let hex = [self.hex.word(word), self.hex.word(word + 1)];
        let (mut digits, mut digits_next) = (u64::MAX, u64::MAX);
        let (mut linked, mut reached, mut pairs, mut pairs_next) = (0, already, 0, 0);
        for count in 1..=4 {
            digits &= join(hex[0], hex[1], count);
            digits_next &= hex[1] >> count;
            let link = colons & digits & join(colons, next, count + 1);
            linked |= link;
            reached |= link << (count + 1);
            self.reached |= link >> (63 - count);
            if count == 2 {
                (pairs, pairs_next) = (link, next & digits_next & next >> 3);
            }
        }
        let (two, two_next) = (pairs & join(pairs, pairs_next, 3), pairs_next & pairs_next >> 3);
        let (four, four_next) = (two & join(two, two_next, 6), two_next & two_next >> 6);
        let eight = four & join(four, four_next, 12);
        (linked & !reached, eight & join(pairs, pairs_next, 24))
    }
}

/// Those of `bits` that begin a row of sixteen, each two places after the last.
fn sixteen_every_other(bits: u64, next: u64) -> u64 {
    let (mut row, mut row_next) = (bits, next);
    for by in [2, 4, 8, 16] {
        (row, row_next) = (row & join(row, row_next, by), row_next & row_next >> by);
        if row == 0 {
            break;
        }
    }
    row
}

/// The brackets around an address, which may have a zone: how it stands in a URL.
fn bracketed(text: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
    const ZONE_MOST: usize = 32;
    let zone = match text.get(end)? {
        b'%' => {
            let is_zone = |byte: &&u8| byte.is_ascii_alphanumeric() || b"._~%-".contains(*byte);
            let length = text[end + 1..].iter().take(ZONE_MOST + 1).take_while(is_zone).count();
            (1..=ZONE_MOST).contains(&length).then_some(length + 1)?
        }
        _ => 0,
    };
    let closed = text.get(end + zone) == Some(&b']') && text[..start].ends_with(b"[");
    closed.then(|| (start - 1, end + zone + 1))
}

/// Calls `visit` with start, end and value of each reading that holds the colon at `colon`.
pub fn readings(text: &[u8], colon: usize, mut visit: impl FnMut(usize, usize, u128)) {
    let begin = run_begin(text, colon);
    let end = colon + text[colon..].iter().take(REACH).take_while(|&&byte| is_run(byte)).count();
    let run = Run { text, end, colon };
    run.readings_from(begin, &mut visit);
    match text[..begin].last() {
        Some(b'.') => {
            let first = text[begin..=colon].iter().position(|&byte| byte == b':');
            run.readings_from(begin + first.unwrap_or(0) + 1, &mut visit);
        }
        _ if escapes::may_reach_into(text, begin) => {
            for start in (begin + 1..=colon).filter(|&start| escapes::end_at(text, start)) {
                run.readings_from(start, &mut visit);
            }
        }
        _ => {}
    }
}

fn is_run(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b':'
}

/// Where the run begins that goes on at `at`, as far as it matters there.
fn run_begin(text: &[u8], at: usize) -> usize {
    at - text[..at].iter().rev().take(REACH).take_while(|&&byte| is_run(byte)).count()
}

/// A run of letters, digits and colons, as far as it matters to one of its colons.
struct Run<'t> {
    text: &'t [u8],
    end: usize,
    colon: usize,
}

impl Run<'_> {
    /// The readings that hold the colon if the run begins at `begin`.
    fn readings_from(&self, begin: usize, visit: &mut impl FnMut(usize, usize, u128)) {
        let mut first = begin;
        let mut at = begin;
        for token in self.text[begin..self.end.max(begin)].split(|&byte| byte == b':') {
            let token_end = at + token.len();
            if token_end == self.end {
                return self.last_token(first, at, visit);
            }
            if !(token.is_empty() || is_group(token)) {
                if at > self.colon {
                    return self.in_text(self.trimmed(first, at - 1), visit);
                }
                first = token_end + 1;
            }
            at = token_end + 1;
        }
    }

    /// The last token of the run begins at `at`, the present text at `first`.
    fn last_token(&self, first: usize, at: usize, visit: &mut impl FnMut(usize, usize, u128)) {
        let quad = embedded_quad(self.text, at).filter(|_| self.text.get(self.end) == Some(&b'.'));
        if let Some((end, value)) = quad
            && stands_alone(self.text, end)
        {
            let whole = self.trimmed(first, end);
            if let Some(address) = self.embedded(&whole, at, value) {
                if whole.contains(&self.colon) {
                    visit(whole.start, whole.end, address);
                }
                return;
            }
        }
        let token = &self.text[at..self.end];
        let is_word = !token.is_empty() && !is_group(token) || quad.is_some() || !stands_alone(self.text, self.end);
        let end = if is_word { at.saturating_sub(1) } else { self.end };
        self.in_text(self.trimmed(first, end), visit);
    }

    /// Without the one colon at an end that belongs to no `::`.
    fn trimmed(&self, start: usize, end: usize) -> Range<usize> {
        let text = &self.text[start..end.max(start)];
        let lone = |one: bool, two: bool, three: bool| usize::from(one && (!two || three));
        let before = lone(text.starts_with(b":"), text.starts_with(b"::"), text.starts_with(b":::"));
        let after = lone(text.ends_with(b":"), text.ends_with(b"::"), text.ends_with(b":::"));
        start + before..end.saturating_sub(after)
    }

    /// The whole text, and the whole without a port.
    fn in_text(&self, span: Range<usize>, visit: &mut impl FnMut(usize, usize, u128)) {
        if !span.contains(&self.colon) {
            return;
        }
        let mut try_one = |end: usize| {
            let part = &self.text[span.start..end];
            if let Some(address) = parse(part)
                && !is_serial(part)
            {
                visit(span.start, end, address);
            }
        };
        try_one(span.end);
        let last = memchr::memrchr(b':', &self.text[span.clone()]).map_or(span.start, |at| span.start + at);
        if is_port(&self.text[last + 1..span.end]) {
            try_one(last);
        }
    }

    /// The groups from `span`'s start and the dotted quad at `quad` as its end.
    fn embedded(&self, span: &Range<usize>, quad: usize, value: u32) -> Option<u128> {
        if span.start >= quad {
            return None;
        }
        let mut groups = self.text[span.start..quad].to_vec();
        groups.extend(format!("{:x}:{:x}", value >> 16, value & 0xffff).bytes());
        parse(&groups).filter(|&address| is_mapped(address) || address >> 32 == NAT64)
    }
}

/// The address that `text` writes in groups, without an embedded IPv4 address.
#[must_use]
pub fn parse(text: &[u8]) -> Option<u128> {
    if text.len() > REACH {
        return None;
    }
    let Some(gap) = memmem::find(text, b"::") else {
        return groups(text).and_then(|(value, count)| (count == GROUPS).then_some(value));
    };
    let (high, before) = groups(&text[..gap])?;
    let (low, after) = groups(&text[gap + 2..])?;
    let high = if before == 0 { 0 } else { high << (16 * (GROUPS - before)) };
    (before + after < GROUPS).then_some(high | low)
}

/// The value and the number of groups that a colon joins, at most eight.
fn groups(text: &[u8]) -> Option<(u128, usize)> {
    if text.is_empty() {
        return Some((0, 0));
    }
    text.split(|&byte| byte == b':').try_fold((0, 0), |(value, count), group| {
        (is_group(group) && count < GROUPS).then(|| (value << 16 | hex(group), count + 1))
    })
}

fn is_group(token: &[u8]) -> bool {
    (1..=4).contains(&token.len()) && token.iter().all(u8::is_ascii_hexdigit)
}

fn hex(digits: &[u8]) -> u128 {
    digits.iter().fold(0, |value, &digit| value << 4 | u128::from(char::from(digit).to_digit(16).unwrap_or(0)))
}

/// Eight groups of two digits: a certificate's serial number, an EUI-64.
fn is_serial(text: &[u8]) -> bool {
    text.len() == 23
        && text.chunks(3).all(|group| group[..2].iter().all(u8::is_ascii_hexdigit))
        && text.iter().skip(2).step_by(3).all(|&byte| byte == b':')
}

/// `b.a.9.8...ip6.arpa` whose first dot is at `dot`: start, end, address.
pub fn reversed(text: &[u8], dot: usize) -> Option<(usize, usize, u128)> {
    let start = dot.checked_sub(1)?;
    let suffix = start + 2 * NIBBLES;
    let end = suffix + ARPA.len();
    if !text.get(suffix..end)?.eq_ignore_ascii_case(ARPA) {
        return None;
    }
    let digits = text[start..suffix].chunks_exact(2).rev();
    let value = digits.into_iter().try_fold(0_u128, |value, pair| {
        let digit = char::from(pair[0]).to_digit(16).filter(|_| pair[1] == b'.')?;
        Some(value << 4 | u128::from(digit))
    })?;
    let continued = match text[end..] {
        [b'.', byte, ..] | [byte, ..] => is_label_byte(byte),
        [] => false,
    };
    let bounded = match text[..start].last() {
        Some(&byte) => !(is_label_byte(byte) || byte == b'.') || escapes::end_at(text, start),
        None => true,
    };
    (bounded && !continued).then_some((start, end, value))
}

#[cfg(test)]
mod tests {
    use super::{parse, readings};

    fn all(text: &str) -> Vec<(&str, String)> {
        let bytes = text.as_bytes();
        let mut found = Vec::new();
        for colon in (0..bytes.len()).filter(|&at| bytes[at] == b':') {
            readings(bytes, colon, |start, end, value| {
                found.push((&text[start..end], std::net::Ipv6Addr::from(value).to_string()));
            });
        }
        found.sort();
        found.dedup();
        found
    }

    #[test]
    fn words_and_ports_are_no_part() {
        let one = || vec![("2001:db8::1", "2001:db8::1".to_owned())];
        assert_eq!(all("outside:2001:db8::1/443"), one());
        assert_eq!(all("IPv6:2001:db8::1"), one());
        assert_eq!(all("[2001:db8::1]:443"), one());
        assert_eq!(all("x\\t2001:db8::1").len(), 2, "t2001 may be a word");
        assert_eq!(all("2001:db8::1:51234"), one());
        assert_eq!(all("std::dead"), []);
        assert_eq!(all("12:34:56 00:16:3e:5e:6c:00"), []);
        assert_eq!(all("::ffff:192.0.2.1"), [("::ffff:192.0.2.1", "::ffff:192.0.2.1".to_owned())]);
        assert_eq!(all("2001:db8::1:443").len(), 2);
    }

    #[test]
    fn groups_are_counted() {
        assert_eq!(parse(b"::"), Some(0));
        assert_eq!(parse(b"1:2:3:4:5:6:7:8"), Some(0x0001_0002_0003_0004_0005_0006_0007_0008));
        assert_eq!(parse(b"1:2:3:4:5:6:7::"), Some(0x0001_0002_0003_0004_0005_0006_0007_0000));
        for text in ["1:2:3:4:5:6:7:8:9", "1::2::3", "1:2:3:4:5:6:7:8::", ":::", "12345::", "", ":"] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }
}
