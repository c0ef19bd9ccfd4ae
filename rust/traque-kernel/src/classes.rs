//! Where bytes of a class stand: one bit a byte, 64 bytes a word.
//!
//! The finders look for shapes of bits (a dot between digits, 32 hex digits in a row) in these
//! words, and touch the bytes themselves only where a shape fits. Each class is one pass over a
//! segment that stays in the first-level cache.

use std::ops::Range;

use memchr::memchr_iter;

use crate::found::Hit;
use crate::places::Later;
use crate::simd::{Path, Work};

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

    /// `f` and `F`.
    pub const F: Self = Self { ranges: [(b'F', b'F'), (b'f', b'f'), (b'f', b'f')], used: 2 };

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

/// Bits for a segment and for the 64 bytes after it, low bit first: those of one class, or what was made of some.
#[derive(Clone)]
pub struct Mask {
    /// The last word is always zero, so that every word that counts has a successor.
    words: [u64; WORDS + 2],
}

impl Default for Mask {
    fn default() -> Self {
        Self { words: [0; WORDS + 2] }
    }
}

impl Mask {
    /// Set the bits for `bytes` (at most [`SEGMENT`] + 64); those past its end are zero.
    fn fill(&mut self, bytes: &[u8], class: Class, path: Path) {
        let used = bytes.len().div_ceil(64);
        path.classify(bytes, class, &mut self.words[..used]);
        self.words[used..].fill(0);
    }

    /// Word by word; `word` may look at one word and its successor. Many words are made at once.
    #[inline(always)]
    #[must_use]
    pub fn of(word: impl Fn(usize) -> u64) -> Self {
        let mut mask = Self::default();
        for (index, slot) in mask.words[..=WORDS].iter_mut().enumerate() {
            *slot = word(index);
        }
        mask
    }

    /// Word `index`, 0 to [`WORDS`] + 1.
    #[inline(always)]
    #[must_use]
    pub fn word(&self, index: usize) -> u64 {
        self.words[index]
    }

    /// Word `index` (at most [`WORDS`]) as it stands `by` bytes (1 to 63) further on: bit i tells of byte i + `by`.
    #[inline(always)]
    #[must_use]
    pub fn ahead(&self, index: usize, by: u32) -> u64 {
        join(self.words[index], self.words[index + 1], by)
    }

    /// The first `words` words that have a bit, each with its index.
    #[inline(always)]
    pub fn some(&self, words: usize) -> impl Iterator<Item = (usize, u64)> {
        const GROUP: usize = 8;
        let groups = self.words[..words].chunks(GROUP).enumerate();
        groups.filter(|(_, group)| group.iter().fold(0, |all, word| all | word) != 0).flat_map(|(index, group)| {
            let words = group.iter().enumerate().filter(|&(_, &word)| word != 0);
            words.map(move |(at, &word)| (index * GROUP + at, word))
        })
    }
}

/// The 64 bits that begin at bit `by` (1 to 63) of `word`, whose successor is `next`.
#[inline(always)]
#[must_use]
pub fn join(word: u64, next: u64, by: u32) -> u64 {
    word >> by | next << (64 - by)
}

/// A finder's work on a segment.
pub struct Look<'l, F, Found = Vec<Hit>> {
    /// The finder.
    pub finder: &'l F,
    /// What it is shown.
    pub segment: &'l Segment<'l>,
    /// Where it puts off what has to wait for memory.
    pub later: &'l mut Later,
    /// Where it puts what it finds.
    pub out: &'l mut Found,
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
    /// By what instructions it is looked through.
    pub path: Path,
}

impl Segment<'_> {
    /// Where the bytes of word `index` begin in the text.
    #[inline(always)]
    #[must_use]
    pub fn at(&self, index: usize) -> usize {
        self.base + index * 64
    }

    /// Its words, some at a time.
    #[inline(always)]
    pub fn groups(&self, of: usize) -> impl Iterator<Item = Range<usize>> {
        (0..self.words).step_by(of).map(move |start| start..self.words.min(start + of))
    }
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
    /// `f`, `F`
    F,
    /// The end of a record.
    LineFeed,
}

impl Shape {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 9] = [
        Self::Digit,
        Self::Hex,
        Self::Dot,
        Self::Colon,
        Self::At,
        Self::Percent,
        Self::Parenthesis,
        Self::F,
        Self::LineFeed,
    ];

    const fn class(self) -> Class {
        match self {
            Self::Digit => Class::DIGIT,
            Self::Hex => Class::HEX,
            Self::Dot => Class::byte(b'.'),
            Self::Colon => Class::byte(b':'),
            Self::At => Class::byte(b'@'),
            Self::Percent => Class::byte(b'%'),
            Self::Parenthesis => Class::byte(b'('),
            Self::F => Class::F,
            Self::LineFeed => Class::byte(b'\n'),
        }
    }
}

/// A mask for each shape, of which only those that were asked for are filled; and the lines of the whole text.
#[derive(Default)]
pub struct Masks {
    of: [Mask; Shape::ALL.len()],
    lines: Lines,
}

impl Masks {
    /// The places of `shape`.
    #[inline(always)]
    #[must_use]
    pub fn of(&self, shape: Shape) -> &Mask {
        &self.of[shape as usize]
    }

    /// Find the places of `shapes` in `bytes`.
    pub fn fill(&mut self, bytes: &[u8], shapes: &[Shape], path: Path) {
        for &shape in shapes {
            self.of[shape as usize].fill(bytes, shape.class(), path);
        }
    }

    /// A new text begins.
    pub fn begin(&mut self) {
        self.lines = Lines { before: std::mem::take(&mut self.lines.before), total: 0 };
        self.lines.before.clear();
    }

    /// Count the line feeds of the segment, the next of its text, that the masks show.
    pub fn count_lines(&mut self, words: usize, path: Path) {
        let feeds = &self.of[Shape::LineFeed as usize].words[..words];
        self.lines.before.push(self.lines.total);
        self.lines.total += path.run(Ones(feeds));
    }

    /// The lines of the text that was looked through last.
    #[must_use]
    pub fn lines(&self) -> &Lines {
        &self.lines
    }
}

/// How many bits are set.
struct Ones<'w>(&'w [u64]);

impl Work for Ones<'_> {
    type Done = u64;

    #[inline(always)]
    fn run(self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }
}

/// How many line feeds stand before a place of a text, known without reading it again.
#[derive(Default)]
pub struct Lines {
    /// Before each segment.
    before: Vec<u64>,
    total: u64,
}

impl Lines {
    /// In the whole text.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Before the place `at` of `text`, which is the text that was looked through.
    #[must_use]
    pub fn before(&self, text: &[u8], at: usize) -> u64 {
        let Some(before) = self.before.get(at / SEGMENT) else { return self.total };
        before + memchr_iter(b'\n', &text[at / SEGMENT * SEGMENT..at]).count() as u64
    }
}

/// Calls `visit` with the place of each bit of `word`, which stands for the 64 bytes from `base`.
#[inline(always)]
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
