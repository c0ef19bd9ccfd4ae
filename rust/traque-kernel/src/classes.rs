//! Where bytes of a class stand: one bit a byte, 64 bytes a word.
//!
//! The finders look for shapes of bits (a dot between digits, 32 hex digits in a row) in these
//! words, and touch the bytes themselves only where a shape fits. Each class is one pass over a
//! segment that stays in the first-level cache.

use std::ops::Range;

use crate::simd;

/// Bytes that a finder works on at a time.
pub const SEGMENT: usize = 4096;

/// Words of a full segment.
pub const WORDS: usize = SEGMENT / 64;

/// A class of ASCII bytes: up to three inclusive ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class {
    ranges: [(u8, u8); 3],
    used: usize,
}

impl Class {
    /// `0` to `9`.
    pub const DIGIT: Self = Self { ranges: [(b'0', b'9'); 3], used: 1 };

    /// `0` to `9`, `a` to `f`, `A` to `F`.
    pub const HEX: Self = Self { ranges: [(b'0', b'9'), (b'A', b'F'), (b'a', b'f')], used: 3 };

    /// One byte below 0x80.
    #[must_use]
    pub const fn byte(byte: u8) -> Self {
        assert!(byte < 0x80);
        Self { ranges: [(byte, byte); 3], used: 1 }
    }

    /// Its ranges.
    #[must_use]
    pub fn ranges(&self) -> &[(u8, u8)] {
        &self.ranges[..self.used]
    }

    /// Whether `byte` belongs to it.
    #[must_use]
    pub fn holds(&self, byte: u8) -> bool {
        self.ranges().iter().any(|&(low, high)| (low..=high).contains(&byte))
    }
}

/// The bits of one class over a segment and over the 64 bytes after it, low bit first.
#[derive(Clone)]
pub struct Mask {
    words: [u64; WORDS + 1],
}

impl Default for Mask {
    fn default() -> Self {
        Self { words: [0; WORDS + 1] }
    }
}

impl Mask {
    /// Set the bits for `bytes` (at most [`SEGMENT`] + 64); those past its end are zero.
    pub fn fill(&mut self, bytes: &[u8], class: Class) {
        let used = bytes.len().div_ceil(64);
        simd::classify(bytes, class, &mut self.words[..used]);
        self.words[used..].fill(0);
    }

    /// Word `index`, 0 to [`WORDS`].
    #[inline]
    #[must_use]
    pub fn word(&self, index: usize) -> u64 {
        self.words[index]
    }

    /// Word `index` (below [`WORDS`]) as it stands `by` bytes (1 to 63) further on: bit i tells of byte i + `by`.
    #[inline]
    #[must_use]
    pub fn ahead(&self, index: usize, by: u32) -> u64 {
        join(self.words[index], self.words[index + 1], by)
    }
}

/// The 64 bits that begin at bit `by` (1 to 63) of `word`, whose successor is `next`.
#[inline]
#[must_use]
pub fn join(word: u64, next: u64, by: u32) -> u64 {
    word >> by | next << (64 - by)
}

/// A stretch of text with the places of each class that the active finders ask for.
pub struct Segment<'t> {
    /// The whole text: a finder may look before and after its segment.
    pub text: &'t [u8],
    /// Where the segment begins in `text`.
    pub base: usize,
    /// How many words its own bytes take.
    pub words: usize,
    /// The classes.
    pub masks: &'t Masks,
}

/// The classes that finders ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `0` to `9`
    Digit,
    /// `0` to `9`, `a` to `f`, `A` to `F`
    Hex,
    /// `.`
    Dot,
    /// `:`
    Colon,
    /// `@`
    At,
    /// `%`
    Percent,
    /// `(`
    Parenthesis,
}

impl Shape {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 7] =
        [Self::Digit, Self::Hex, Self::Dot, Self::Colon, Self::At, Self::Percent, Self::Parenthesis];

    const fn class(self) -> Class {
        match self {
            Self::Digit => Class::DIGIT,
            Self::Hex => Class::HEX,
            Self::Dot => Class::byte(b'.'),
            Self::Colon => Class::byte(b':'),
            Self::At => Class::byte(b'@'),
            Self::Percent => Class::byte(b'%'),
            Self::Parenthesis => Class::byte(b'('),
        }
    }
}

/// A mask for each shape; only those that were asked for are filled.
#[derive(Default)]
pub struct Masks([Mask; Shape::ALL.len()]);

impl Masks {
    /// The places of `shape`.
    #[inline]
    #[must_use]
    pub fn of(&self, shape: Shape) -> &Mask {
        &self.0[shape as usize]
    }

    /// Find the places of `shapes` in `bytes`.
    pub fn fill(&mut self, bytes: &[u8], shapes: &[Shape]) {
        for &shape in shapes {
            self.0[shape as usize].fill(bytes, shape.class());
        }
    }
}

/// Calls `visit` with the place of each bit of `word`, which stands for the 64 bytes from `base`.
#[inline]
pub fn each_bit(mut word: u64, base: usize, mut visit: impl FnMut(usize)) {
    while word != 0 {
        visit(base + word.trailing_zeros() as usize);
        word &= word - 1;
    }
}

/// `range` cut into segments, in order.
pub fn segments(range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let end = range.end;
    range.step_by(SEGMENT).map(move |start| start..end.min(start + SEGMENT))
}
