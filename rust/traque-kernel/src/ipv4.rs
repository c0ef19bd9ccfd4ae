//! IPv4 addresses in text (the oracle's `_ipv4.py`).
//!
//! Three dots, each followed by a digit and two to four bytes from the last, are the shape that is
//! looked for in the bits. Then the octets are read and the address is looked up; what stands
//! around it is examined only for an address that is an indicator, or where an escape or a
//! reversed name may hide another reading.

use std::sync::Arc;

use crate::chars::is_label_byte;
use crate::classes::{Segment, Shape, each_bit, join};
use crate::engine::Finder;
use crate::escapes;
use crate::found::Hit;
use crate::tails::stands_alone;
use crate::watched::Watched;

const REVERSED: &[u8] = b".in-addr.arpa";

/// Digits of the longest octet.
const DIGITS: usize = 3;

/// Finds IPv4 addresses.
pub struct Ipv4(pub Arc<Watched>);

impl Ipv4 {
    #[inline]
    fn candidate(&self, text: &[u8], dots: Dots, out: &mut Vec<Hit>) {
        match obvious(text, dots) {
            Obvious::Nothing => return,
            Obvious::Address(value) if !self.0.v4.may_hold(value) => return,
            Obvious::Address(_) | Obvious::Unclear => {}
        }
        if let Some(quad) = Quad::read(text, dots.first) {
            quad.readings(|start, end, value| {
                self.0.v4_found(text, (start, end), value, Some((start, end)), out);
            });
        }
    }
}

impl Finder for Ipv4 {
    fn needs(&self) -> &'static [Shape] {
        &[Shape::Digit, Shape::Dot]
    }

    fn scan(&self, segment: &Segment<'_>, out: &mut Vec<Hit>) {
        let (digit, dot) = (segment.masks.of(Shape::Digit), segment.masks.of(Shape::Dot));
        // Dots that a digit follows.
        let followed = |word: usize| {
            // What follows the very last bit is not known, nor needed: it is too far from any own dot.
            let next = if word < segment.words { digit.ahead(word, 1) } else { digit.word(word) >> 1 };
            dot.word(word) & next
        };
        // Those of `dots` that another of them follows, two to four bytes on.
        let chained = |dots: u64, next: u64| dots & (join(dots, next, 2) | join(dots, next, 3) | join(dots, next, 4));
        let mut next = followed(0);
        for word in 0..segment.words {
            let here = next;
            next = followed(word + 1);
            if here == 0 {
                continue;
            }
            let triples = chained(chained(here, next), chained(next, 0));
            each_bit(triples, 0, |bit| {
                let dots = Dots::new(segment.base + word * 64 + bit, here, next, bit);
                self.candidate(segment.text, dots, out);
            });
        }
    }
}

/// Three dots, each of the first two followed by the next at two to four bytes.
#[derive(Clone, Copy)]
struct Dots {
    first: usize,
    second: usize,
    third: usize,
}

impl Dots {
    /// Those from bit `bit` of `here` on, which stands for the byte `first`; `next` follows `here`.
    #[inline]
    fn new(first: usize, here: u64, next: u64, bit: usize) -> Self {
        let after = (u128::from(next) << 64 | u128::from(here)) >> bit >> 1;
        let after = after as u32;
        let second = after.trailing_zeros() as usize + 1;
        let third = second + (after >> second).trailing_zeros() as usize + 1;
        Self { first, second: first + second, third: first + third }
    }
}

/// What stands around three dots, at first glance.
enum Obvious {
    /// No address.
    Nothing,
    /// This address, or none.
    Address(u32),
    /// An escape, a reversed name or an end of the text is near.
    Unclear,
}

/// The address around `dots` if it can be read in one way only.
///
/// This is what nearly every address in a log goes through, so it has no branch on the octets' lengths.
#[inline]
fn obvious(text: &[u8], dots: Dots) -> Obvious {
    let bytes_before = dots.first.checked_sub(4).and_then(|start| text.get(start..dots.first)?.first_chunk());
    let bytes_after = text.get(dots.first + 1..).and_then(<[u8]>::first_chunk);
    let (Some(before), Some(after)) = (bytes_before, bytes_after) else { return Obvious::Unclear };
    let (before, after) = (u32::from_le_bytes(*before), u128::from_le_bytes(*after));
    let (second_length, third_length) = (dots.second - dots.first - 1, dots.third - dots.second - 1);
    let last = after >> (8 * (second_length + third_length + 2));
    let (second, third, end) = (after as u32, (after >> (8 * (second_length + 1))) as u32, last as u32);
    let length = (non_digits(before).leading_zeros() / 8) as usize;
    let last_length = (non_digits(end).trailing_zeros() / 8) as usize;
    if length > DIGITS {
        return Obvious::Unclear;
    }
    if length == 0 || last_length > DIGITS {
        return Obvious::Nothing;
    }
    let byte = (before >> (8 * (3 - length))) as u8;
    let [next, letter, ..] = (last >> (8 * last_length)).to_le_bytes();
    let reversed = next == b'.' && matches!(letter, b'i' | b'I');
    if byte.is_ascii_alphabetic() || matches!(byte, b'\\' | b'%' | b'#') || reversed {
        return Obvious::Unclear;
    }
    let plain = (non_digits(second).trailing_zeros() / 8) as usize == second_length
        && (non_digits(third).trailing_zeros() / 8) as usize == third_length;
    let a = number(before >> 8, length, true);
    let b = number(second, second_length, false);
    let c = number(third, third_length, false);
    let d = number(end, last_length, false);
    if plain && a.max(b).max(c).max(d) <= 255 {
        Obvious::Address(a << 24 | b << 16 | c << 8 | d)
    } else {
        Obvious::Nothing
    }
}

/// The top bit of each byte that is no digit.
#[inline]
fn non_digits(bytes: u32) -> u32 {
    let value = bytes ^ 0x3030_3030;
    (((value & 0x7f7f_7f7f) + 0x7676_7676) | value) & 0x8080_8080
}

/// The number that `length` (1 to 3) digits write, the first ones or the last ones of the low three of `bytes`.
#[inline]
fn number(bytes: u32, length: usize, last: bool) -> u32 {
    let shift = 8 * (DIGITS - length);
    let digits = (bytes ^ 0x0030_3030) & 0x00ff_ffff;
    let aligned = if last { digits >> shift << shift } else { digits << shift };
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
