//! Places of a text that are looked at one after the other, or again.

use crate::classes::Segment;

/// Places in a segment, gathered from the bits of some words so that they can be looked at one after the other.
pub struct Places {
    at: [u16; (Self::WORDS + 1) * 64],
    count: usize,
}

impl Places {
    /// The bits of so many words may be added before all are taken.
    pub const WORDS: usize = 16;

    /// Bits of a word that are written without a look at how many there are.
    const USUAL: usize = 4;

    /// None.
    #[inline(always)]
    #[must_use]
    pub fn none() -> Self {
        Self { at: [0; (Self::WORDS + 1) * 64], count: 0 }
    }

    /// Add the bits of word `index` of a segment.
    #[inline(always)]
    pub fn add(&mut self, mut word: u64, index: usize) {
        let base = index * 64;
        let count = word.count_ones() as usize;
        let room = &mut self.at[self.count..self.count + 64];
        for place in &mut room[..Self::USUAL] {
            *place = (base + word.trailing_zeros() as usize) as u16;
            word &= word.wrapping_sub(1);
        }
        for place in &mut room[Self::USUAL..count.max(Self::USUAL)] {
            *place = (base + word.trailing_zeros() as usize) as u16;
            word &= word.wrapping_sub(1);
        }
        self.count += count;
    }

    /// Keep those places in the text of `segment` that pass `test`.
    #[inline(always)]
    pub fn keep(&mut self, segment: &Segment<'_>, test: impl Fn(&[u8], usize) -> bool) {
        let count = std::mem::take(&mut self.count).min(self.at.len());
        for index in 0..count {
            let place = self.at[index];
            self.at[self.count] = place;
            self.count += usize::from(test(segment.text, segment.base + usize::from(place)));
        }
    }

    /// Take all of them, as places in the text of `segment`.
    #[inline(always)]
    pub fn take(&mut self, segment: &Segment<'_>) -> impl Iterator<Item = usize> {
        let count = std::mem::take(&mut self.count);
        self.at[..count].iter().map(|&place| segment.base + usize::from(place))
    }
}

/// Places in a text for each of which memory is on its way, with what is then asked: a hash.
///
/// What is known of a million values does not stay in the processor's second-level cache, and waiting for it would
/// take longer than all else. So what a finder has to ask of one segment is answered when the next one has been
/// classified: by then the memory has come.
#[derive(Default)]
pub struct Later(Vec<(usize, u64)>);

impl Later {
    /// Put off the place `at`.
    #[inline(always)]
    pub fn put(&mut self, at: usize, hash: u64) {
        self.0.push((at, hash));
    }

    /// Take all of them.
    #[inline(always)]
    pub fn take(&mut self) -> impl Iterator<Item = (usize, u64)> {
        self.0.drain(..)
    }
}
