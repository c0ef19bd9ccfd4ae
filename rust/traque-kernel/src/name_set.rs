//! Names as indicators: themselves and the names below them.

use crate::chars::is_label_byte;
use crate::found::Relation;
use crate::set::{Filter, Seed, Texts};

/// Marks an indicator that is a URL: only its host is the key.
const HOST: u32 = 1 << 31;

/// Marks an indicator that the names below it match too.
const BELOW: u32 = 1 << 30;

/// How a name is an indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// By itself.
    Exact,
    /// With the names below it.
    Below,
    /// As the host of a URL.
    Host,
}

/// Names in lower case.
pub struct NameSet {
    texts: Texts,
    seed: Seed,
    /// Hashes of the last two labels.
    last_two: Filter,
    beginnings: Beginnings,
    last: Box<LastLabels>,
}

impl NameSet {
    /// Of names in lower case.
    #[must_use]
    pub fn new(names: &[(&str, Use, u32)]) -> Self {
        let seed = Seed::random();
        let mut last_two = Filter::new(names.len());
        let mut beginnings = Beginnings::default();
        let mut last_labels = Box::<LastLabels>::default();
        let mut pairs = Vec::with_capacity(names.len());
        for &(name, how, indicator) in names {
            let bytes = name.as_bytes();
            let last = bytes.iter().rposition(|&byte| byte == b'.').map_or(0, |dot| dot + 1);
            let second =
                bytes[..last.saturating_sub(1)].iter().rposition(|&byte| byte == b'.').map_or(0, |dot| dot + 1);
            last_two.insert(seed.bytes(&bytes[second..]));
            beginnings.insert(&bytes[last..]);
            last_labels.insert(&bytes[last..]);
            let mark = match how {
                Use::Exact => 0,
                Use::Below => BELOW,
                Use::Host => HOST,
            };
            pairs.push((bytes, indicator | mark));
        }
        Self { texts: Texts::new(pairs), seed, last_two, beginnings, last: last_labels }
    }

    /// Whether there is nothing to look for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Whether what follows the dot at `dot` may begin the last label of some name; false is certain.
    #[inline(always)]
    #[must_use]
    pub fn may_begin_last_label(&self, text: &[u8], dot: usize) -> bool {
        text.get(dot + 1..dot + 3).is_none_or(|label| self.beginnings.holds(label[0], label[1]))
    }

    /// Whether the label after the dot at `dot` may be the last one of some name; false is certain.
    #[inline(always)]
    #[must_use]
    pub fn may_be_last_label(&self, text: &[u8], dot: usize) -> bool {
        let Some(shown) = text.get(dot + 1..dot + 10) else { return true };
        let Some(eight) = shown.first_chunk() else { return true };
        let (label, length) = LastLabels::letters(u64::from_le_bytes(*eight));
        let (Some(&end), Some(&next)) = (shown.get(length), shown.get(length + 1)) else { return true };
        // A longer label, or one that is not all letters, is not judged here.
        let is_whole = length < 8 && end < 0x80 && !is_label_byte(end);
        let is_last = end != b'.' || !next.is_ascii_alphanumeric();
        !is_whole || is_last && self.last.may_hold(label)
    }

    /// Whether a last label may begin with a digit; false is certain.
    #[must_use]
    pub fn may_end_with_digit(&self) -> bool {
        self.beginnings.digits
    }

    /// The hash of two last labels (ASCII, of any case), by which [`Self::may_hold`] will be asked soon; None if they are
    /// too long for one.
    #[must_use]
    pub fn ask(&self, last_two: &[u8]) -> Option<u64> {
        let mut lower = [0; 128];
        let lower = lower.get_mut(..last_two.len())?;
        lower.copy_from_slice(last_two);
        lower.make_ascii_lowercase();
        let hash = self.seed.bytes(lower);
        self.last_two.fetch(hash);
        Some(hash)
    }

    /// Whether some name may end with labels of that hash; false is certain.
    #[inline(always)]
    #[must_use]
    pub fn may_hold(&self, hash: u64) -> bool {
        self.last_two.may_hold(hash)
    }

    /// Calls `visit` for each indicator that is `name` or above it.
    pub fn each(&self, name: &[u8], mut visit: impl FnMut(u32, Relation)) {
        for &mark in self.texts.get(name) {
            visit(mark & !(HOST | BELOW), if mark & HOST == 0 { Relation::Exact } else { Relation::Host });
        }
        for (dot, _) in name.iter().enumerate().filter(|&(_, &byte)| byte == b'.') {
            for &mark in self.texts.get(&name[dot + 1..]) {
                if mark & BELOW != 0 {
                    visit(mark & !BELOW, Relation::Subdomain);
                }
            }
        }
    }
}

/// Last labels of up to seven letters, by their hash.
struct LastLabels([u64; 1 << 8]);

impl Default for LastLabels {
    fn default() -> Self {
        Self([0; 1 << 8])
    }
}

impl LastLabels {
    fn insert(&mut self, label: &[u8]) {
        let mut eight = [0; 8];
        let length = label.len().min(eight.len());
        eight[..length].copy_from_slice(&label[..length]);
        let (label, _) = Self::letters(u64::from_le_bytes(eight));
        let bit = Self::bit(label);
        self.0[bit / 64] |= 1 << (bit % 64);
    }

    #[inline(always)]
    fn may_hold(&self, label: u64) -> bool {
        let bit = Self::bit(label);
        self.0[bit / 64] >> (bit % 64) & 1 != 0
    }

    /// The letters that begin `eight` bytes, in lower case, and how many they are.
    #[inline(always)]
    fn letters(eight: u64) -> (u64, usize) {
        const ONES: u64 = 0x0101_0101_0101_0101;
        const TOPS: u64 = 0x80 * ONES;
        let lower = eight | 0x2020_2020_2020_2020;
        let low7 = lower & !TOPS;
        let from_a = low7 + ONES * (0x80 - u64::from(b'a'));
        let after_z = low7 + ONES * (0x7f - u64::from(b'z'));
        let others = (!from_a | after_z | lower) & TOPS;
        let length = others.trailing_zeros() / 8;
        (lower & !u64::MAX.checked_shl(8 * length).unwrap_or(0), length as usize)
    }

    #[inline(always)]
    fn bit(label: u64) -> usize {
        (label.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 50) as usize
    }
}

/// The first two bytes of each last label: a bit for each pair.
struct Beginnings {
    pairs: Vec<u64>,
    /// Whether some label begins with a digit.
    digits: bool,
}

impl Default for Beginnings {
    fn default() -> Self {
        // Characters outside ASCII stand in several ways, and some are ASCII in lower case.
        let mut all = Self { pairs: vec![0; 1 << 10], digits: false };
        for other in 0x80..=255 {
            for any in 0..=255 {
                all.set(other, any);
                all.set(any, other);
            }
        }
        all
    }
}

impl Beginnings {
    fn insert(&mut self, label: &[u8]) {
        let Some(&first) = label.first() else { return };
        self.digits |= first.is_ascii_digit();
        // What comes after a label of one byte may be anything.
        let seconds = label.get(1).map_or(0..=255, |&second| second..=second);
        for second in seconds {
            for first in [first, first.to_ascii_uppercase()] {
                self.set(first, second);
                self.set(first, second.to_ascii_uppercase());
            }
        }
    }

    fn set(&mut self, first: u8, second: u8) {
        let pair = usize::from(first) << 8 | usize::from(second);
        self.pairs[pair / 64] |= 1 << (pair % 64);
    }

    #[inline]
    fn holds(&self, first: u8, second: u8) -> bool {
        let pair = usize::from(first) << 8 | usize::from(second);
        self.pairs[pair / 64] >> (pair % 64) & 1 != 0
    }
}
