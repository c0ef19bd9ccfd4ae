//! IPv4 addresses in text (the oracle's `_ipv4.py`).
//!
//! Three dots, each followed by a digit and two to four bytes from the last, are the shape that is
//! looked for in the bits. Then the octets are read, almost without a branch, and the address is looked
//! up a segment later; what stands around it is examined only for an address that is an indicator (or where all are
//! kept), and all its readings are sought only where an escape or a reversed name may hide another one.

use std::sync::Arc;

use crate::chars::is_label_byte;
use crate::classes::{Look, Mask, Segment, Shape};
use crate::engine::Finder;
use crate::escapes;
use crate::known::Known;
use crate::places::{Later, Places};
use crate::simd::Work;
use crate::tails::stands_alone;

const REVERSED: &[u8] = b".in-addr.arpa";

/// Digits of the longest octet.
const DIGITS: usize = 3;

/// Finds IPv4 addresses.
pub struct Ipv4<K>(pub Arc<K>);

impl<K: Known> Ipv4<K> {
    /// The first of three dots stands at `dot`.
    #[inline(always)]
    fn dot(&self, text: &[u8], dot: usize, later: &mut Later, out: &mut K::Found) {
        if let Some(glance) = Glance::at(text, dot) {
            if !glance.may_be_address() {
                return;
            }
            if !glance.is_unclear {
                return match self.0.ask_v4(glance.value) {
                    Some(hash) => later.put(dot, hash),
                    None => self.clear(text, dot, &glance, out),
                };
            }
        }
        self.candidate(text, dot, out);
    }

    /// An address stands there, at first glance, and no other.
    #[inline(never)]
    fn clear(&self, text: &[u8], dot: usize, glance: &Glance, out: &mut K::Found) {
        let quad = glance.quad(text, dot);
        if quad.is_address() {
            let span = (quad.run, quad.end);
            self.0.v4_found(text, span, glance.value, Some(span), out);
        }
    }

    #[inline(never)]
    fn candidate(&self, text: &[u8], dot: usize, out: &mut K::Found) {
        if let Some(quad) = Quad::read(text, dot) {
            quad.readings(|start, end, value| {
                self.0.v4_found(text, (start, end), value, Some((start, end)), out);
            });
        }
    }
}

impl<K: Known> Work for Look<'_, Ipv4<K>, K::Found> {
    type Done = ();

    #[inline(always)]
    fn run(self) {
        let Self { finder, segment, later, out } = self;
        let (digit, dot) = (segment.masks.of(Shape::Digit), segment.masks.of(Shape::Dot));
        let followed = Mask::of(|word| dot.word(word) & digit.ahead(word, 1));
        let triples = chained(&chained(&followed));
        let mut places = Places::none();
        for words in segment.groups(Places::WORDS) {
            for word in words {
                places.add(triples.word(word), word);
            }
            for dot in places.take(segment) {
                finder.dot(segment.text, dot, later, out);
            }
        }
    }
}

impl<K: Known> Finder<K::Found> for Ipv4<K> {
    fn needs(&self) -> &'static [Shape] {
        &[Shape::Digit, Shape::Dot]
    }

    fn scan(&self, segment: &Segment<'_>, later: &mut Later, out: &mut K::Found) {
        segment.path.run(Look { finder: self, segment, later, out });
    }

    fn settle(&self, text: &[u8], later: &mut Later, out: &mut K::Found) {
        for (dot, hash) in later.take() {
            if self.0.may_hold_v4(hash) {
                self.candidate(text, dot, out);
            }
        }
    }
}

/// Those of `dots` that another of them follows, two to four bytes on.
#[inline(always)]
fn chained(dots: &Mask) -> Mask {
    Mask::of(|word| dots.word(word) & (dots.ahead(word, 2) | dots.ahead(word, 3) | dots.ahead(word, 4)))
}

/// What stands around the first of three dots, at first glance.
struct Glance {
    /// Whether one to three digits follow each of the three.
    has_form: bool,
    /// Whether an escape or a reversed name may allow another reading.
    is_unclear: bool,
    /// Whether there is an address if it is not unclear.
    is_address: bool,
    /// That address.
    value: u32,
    /// The digits before the dot, and what comes after it.
    around: (usize, usize),
}

impl Glance {
    const BEFORE: usize = 4;
    const AFTER: usize = 20;

    /// Whether an address may stand there; false is certain.
    #[inline(always)]
    #[allow(clippy::needless_bitwise_bool)] // a branch here would often be foretold wrongly
    fn may_be_address(&self) -> bool {
        self.has_form & (self.is_unclear | self.is_address)
    }

    /// None at an end of the text.
    ///
    /// This is what nearly every address in a log goes through, so it has no branch on the octets' lengths.
    #[inline(always)]
    fn at(text: &[u8], dot: usize) -> Option<Self> {
        let around: &[u8; Self::BEFORE + Self::AFTER] =
            text.get(dot.wrapping_sub(Self::BEFORE)..dot + Self::AFTER)?.first_chunk()?;
        let eight = |at: usize| around[at..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let (head, middle) = (eight(0), eight(Self::BEFORE + 1));
        let before = head as u32;
        let separators = non_digits(middle);
        let second = (separators.trailing_zeros() / 8) as usize;
        let third_dot = ((separators & separators.wrapping_sub(1)).trailing_zeros() / 8) as usize;
        let third = third_dot.wrapping_sub(second + 1);
        let tail = eight(Self::BEFORE + 2 + third_dot);
        let last = (non_digits(tail).trailing_zeros() / 8) as usize;
        let first = (non_digits(head << 32).leading_zeros() / 8) as usize;
        // Of a length that does not fit anything may be read.
        let byte = |bytes: u64, at: usize| bytes.wrapping_shr((at as u32).wrapping_mul(8)) as u8;
        let fits = |length: usize| length.wrapping_sub(1) < DIGITS;
        let has_form = fits(second)
            & fits(third)
            & fits(last)
            & (byte(middle, second) == b'.')
            & (byte(middle, third_dot) == b'.');
        let ahead = byte(head, DIGITS.wrapping_sub(first));
        let is_reversed = (byte(tail, last) == b'.') & (byte(tail, last + 1) | 0x20 == b'i');
        let is_unclear = (first > DIGITS) | MAY_END_ESCAPE[usize::from(ahead)] | is_reversed;
        let a = number(before.wrapping_shr(8), DIGITS.wrapping_sub(first), true);
        let b = number(middle as u32, DIGITS.wrapping_sub(second), false);
        let c = number(middle.wrapping_shr(8 * (second as u32 + 1)) as u32, DIGITS.wrapping_sub(third), false);
        let d = number(tail as u32, DIGITS.wrapping_sub(last), false);
        let is_address = (first > 0) & (a.max(b).max(c.max(d)) <= 255);
        let around = (first, third_dot + 2 + last);
        Some(Self { has_form, is_unclear, is_address, value: a << 24 | b << 16 | c << 8 | d, around })
    }

    /// What stands around that dot, of the form that it has.
    #[inline(always)]
    fn quad<'t>(&self, text: &'t [u8], dot: usize) -> Quad<'t> {
        let (before, after) = self.around;
        Quad { text, run: dot - before, dot, end: dot + after, rest: self.value & 0xff_ffff }
    }
}

/// The bytes that an escape may end with, or begin with and reach into the digits.
static MAY_END_ESCAPE: [bool; 256] = {
    let mut bytes = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        bytes[byte] = (byte as u8).is_ascii_alphabetic() || matches!(byte as u8, b'\\' | b'%' | b'#');
        byte += 1;
    }
    bytes
};

/// The top bit of each byte that is no digit.
#[inline(always)]
fn non_digits(bytes: u64) -> u64 {
    let value = bytes ^ 0x3030_3030_3030_3030;
    (((value & 0x7f7f_7f7f_7f7f_7f7f) + 0x7676_7676_7676_7676) | value) & 0x8080_8080_8080_8080
}

/// The number that digits write, of the low three `bytes` all but the first ones or the last ones (`without`, 0 to 2).
#[inline(always)]
fn number(bytes: u32, without: usize, last: bool) -> u32 {
    let shift = (without as u32).wrapping_mul(8);
    let digits = bytes ^ 0x0030_3030;
    let aligned = if last { digits.wrapping_shr(shift).wrapping_shl(shift) } else { digits.wrapping_shl(shift) };
    (aligned & 0xff) * 100 + (aligned >> 8 & 0xff) * 10 + (aligned >> 16 & 0xff)
}

/// Digits, dot, and three more octets with dots between.
pub struct Quad<'t> {
    text: &'t [u8],
    /// Where the digits before the first dot begin; of more than four, the last four.
    run: usize,
    dot: usize,
    end: usize,
    /// The last three octets.
    rest: u32,
}

impl<'t> Quad<'t> {
    /// What stands around the dot at `dot`, if it has the form.
    #[inline]
    #[must_use]
    pub fn read(text: &'t [u8], dot: usize) -> Option<Self> {
        let before = text[..dot].iter().rev().take(DIGITS + 1).take_while(|byte| byte.is_ascii_digit()).count();
        let (second, at) = octet(text, dot + 1)?;
        let (third, at) = octet(text, dotted(text, at)?)?;
        let (fourth, end) = octet(text, dotted(text, at)?)?;
        let fits = before > 0 && !text.get(end).is_some_and(u8::is_ascii_alphanumeric);
        fits.then_some(Self { text, run: dot - before, dot, end, rest: second << 16 | third << 8 | fourth })
    }

    /// The address whose first octet begins at `start`.
    #[inline]
    fn value(&self, start: usize) -> Option<u32> {
        let (first, end) = octet(self.text, start)?;
        (end == self.dot).then_some(first << 24 | self.rest)
    }

    /// Calls `visit` with start, end and value of each reading.
    pub fn readings(&self, mut visit: impl FnMut(usize, usize, u32)) {
        let reversed = self.reversed_end();
        if reversed.is_none() && !stands_alone(self.text, self.end) {
            return;
        }
        for start in self.run.max(self.dot.saturating_sub(DIGITS))..self.dot {
            if !(start == self.run && self.may_begin() || escapes::end_at(self.text, start)) {
                continue;
            }
            let Some(value) = self.value(start) else { continue };
            match reversed {
                Some(end) => visit(start, end, value.swap_bytes()),
                None if self.is_version(start) => {}
                None => visit(start, self.end, value),
            }
        }
    }

    /// Whether it is an address, if no escape ends in it and it is no reversed one.
    #[inline]
    fn is_address(&self) -> bool {
        !self.text.get(self.end).is_some_and(u8::is_ascii_alphanumeric)
            && self.may_begin()
            && stands_alone(self.text, self.end)
            && !self.is_version(self.run)
    }

    /// Whether an address may begin where the digits begin.
    fn may_begin(&self) -> bool {
        match self.text[..self.run] {
            [.., b'0'..=b'9', b'.'] => false,
            [.., byte] => !byte.is_ascii_alphanumeric(),
            [] => true,
        }
    }

    /// `Chrome/105.0.0.0`
    fn is_version(&self, start: usize) -> bool {
        matches!(self.text[..start], [.., letter, b'/'] if letter.is_ascii_alphabetic())
            && self.text[start..self.end].ends_with(b".0.0.0")
    }

    /// The end of `d.c.b.a.in-addr.arpa`.
    fn reversed_end(&self) -> Option<usize> {
        let end = self.end + REVERSED.len();
        let tail = self.text.get(self.end..end)?;
        let more = match self.text[end..] {
            [b'.', byte, ..] | [byte, ..] => is_label_byte(byte),
            [] => false,
        };
        (tail.eq_ignore_ascii_case(REVERSED) && !more).then_some(end)
    }
}

/// The dotted quad that begins at `at` and that no letter or digit follows: its end and value.
#[must_use]
pub fn embedded_quad(text: &[u8], at: usize) -> Option<(usize, u32)> {
    let (first, dot) = octet(text, at)?;
    let quad = Quad::read(text, dotted(text, dot)? - 1)?;
    Some((quad.end, first << 24 | quad.rest))
}

/// The octet that begins at `at`, and its end: one to three digits, no more.
#[inline]
fn octet(text: &[u8], at: usize) -> Option<(u32, usize)> {
    let digit = |at: usize| text.get(at).map(|byte| u32::from(byte.wrapping_sub(b'0'))).filter(|&digit| digit < 10);
    let mut value = digit(at)?;
    let mut end = at + 1;
    while let Some(next) = digit(end) {
        value = value * 10 + next;
        end += 1;
        if end > at + DIGITS {
            return None;
        }
    }
    (value <= 255).then_some((value, end))
}

/// The place after the dot at `at`.
#[inline]
fn dotted(text: &[u8], at: usize) -> Option<usize> {
    (text.get(at) == Some(&b'.')).then_some(at + 1)
}
