//! Classification of bytes, and loops over what it found, by the widest means the processor has.
//!
//! Every path gives the same answers. The only unsafe code is here.
#![allow(unsafe_code)]

use crate::classes::Class;

/// Something that [`Path::run`] compiles for each path: it and what it calls often must always be inlined, which a
/// closure cannot promise.
pub trait Work {
    /// What comes of it.
    type Done;

    /// Do it.
    fn run(self) -> Self::Done;
}

/// A set of instructions that this processor has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Path(Means);

/// Private, so that no [`Path`] is made where the processor lacks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Means {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Portable,
}

impl Path {
    /// Those that this processor has, the fastest first.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut paths = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::is_x86_feature_detected as has;
            let bits = has!("bmi1") && has!("bmi2") && has!("lzcnt") && has!("popcnt");
            if bits && has!("avx2") && has!("avx512f") && has!("avx512bw") && has!("avx512vl") {
                paths.push(Self(Means::Avx512));
            }
            if bits && has!("avx2") {
                paths.push(Self(Means::Avx2));
            }
        }
        paths.push(Self(Means::Portable));
        paths
    }

    /// The fastest.
    #[must_use]
    pub fn best() -> Self {
        Self::all().first().copied().unwrap_or(Self(Means::Portable))
    }

    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Means::Avx512 => "avx512",
            #[cfg(target_arch = "x86_64")]
            Means::Avx2 => "avx2",
            Means::Portable => "portable",
        }
    }

    /// Sets bit `i` of `words` for each byte `i` of `bytes` that `class` holds.
    ///
    /// Bits past the end of `bytes` are zero.
    ///
    /// # Panics
    /// If `words` has not exactly one word for each 64 bytes begun.
    pub fn classify(self, bytes: &[u8], class: Class, words: &mut [u64]) {
        assert_eq!(words.len(), bytes.len().div_ceil(64));
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: this path exists only where the processor has what the function asks for.
            Means::Avx512 => unsafe { avx512::classify(bytes, class, words) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: this path exists only where the processor has what the function asks for.
            Means::Avx2 => unsafe { avx2::classify(bytes, class, words) },
            Means::Portable => portable::classify(bytes, class, words),
        }
    }

    /// Does `work`, compiled for the instructions of this path.
    #[inline]
    pub fn run<W: Work>(self, work: W) -> W::Done {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: this path exists only where the processor has what the function asks for.
            Means::Avx512 => unsafe { avx512::run(work) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: this path exists only where the processor has what the function asks for.
            Means::Avx2 => unsafe { avx2::run(work) },
            Means::Portable => work.run(),
        }
    }
}

/// Has the processor fetch the beginning of `what`, which will be read soon.
#[inline(always)]
pub fn fetch<T>(what: &T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a hint that changes nothing, and the address is that of something readable.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(what).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = what;
}

/// The last, incomplete 64 bytes of `bytes` as a whole block; zero belongs to no class.
fn padded(tail: &[u8]) -> [u8; 64] {
    let mut block = [0; 64];
    block[..tail.len()].copy_from_slice(tail);
    block
}

mod portable {
    //! Eight bytes at a time in a 64-bit register.

    use super::{Class, padded};

    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;

    pub fn classify(bytes: &[u8], class: Class, words: &mut [u64]) {
        let (blocks, tail) = bytes.as_chunks::<64>();
        for (word, block) in words.iter_mut().zip(blocks) {
            *word = block_bits(block, class);
        }
        if !tail.is_empty()
            && let Some(last) = words.last_mut()
        {
            *last = block_bits(&padded(tail), class);
        }
    }

    fn block_bits(block: &[u8; 64], class: Class) -> u64 {
        let (eights, _) = block.as_chunks::<8>();
        let mut bits = 0;
        for (at, eight) in eights.iter().enumerate() {
            let lanes = u64::from_le_bytes(*eight);
            let inside = class.ranges().iter().fold(0, |all, &(low, high)| all | within(lanes, low, high));
            // Gathers the top bit of each lane into one byte.
            bits |= ((inside >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) << (at * 8);
        }
        bits
    }

    /// The top bit of each lane whose byte lies in `low..=high` (both below 0x80).
    fn within(lanes: u64, low: u8, high: u8) -> u64 {
        let low7 = lanes & !TOPS;
        let at_least = low7 + ONES * u64::from(0x80 - low);
        let above = low7 + ONES * u64::from(0x7f - high);
        at_least & !above & !lanes & TOPS
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    //! 32 bytes at a time.

    use std::arch::x86_64::{
        __m256i, _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_min_epu8, _mm256_movemask_epi8, _mm256_or_si256,
        _mm256_set1_epi8, _mm256_setzero_si256, _mm256_sub_epi8,
    };

    use super::{Class, Work, padded};

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    pub fn run<W: Work>(work: W) -> W::Done {
        work.run()
    }

    #[target_feature(enable = "avx2")]
    pub fn classify(bytes: &[u8], class: Class, words: &mut [u64]) {
        match *class.ranges() {
            [(low, high)] if low == high => {
                let wanted = splat(low);
                each(bytes, words, |lanes| _mm256_cmpeq_epi8(lanes, wanted));
            }
            [(low, high)] => {
                let (from, span) = (splat(low), splat(high - low));
                each(bytes, words, |lanes| within(lanes, from, span));
            }
            ref ranges => {
                let mut bounds = [(splat(0), splat(0)); 3];
                for (bound, &(low, high)) in bounds.iter_mut().zip(ranges) {
                    *bound = (splat(low), splat(high - low));
                }
                let bounds = &bounds[..ranges.len()];
                each(bytes, words, |lanes| {
                    bounds.iter().fold(_mm256_setzero_si256(), |all, &(from, span)| {
                        _mm256_or_si256(all, within(lanes, from, span))
                    })
                });
            }
        }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn splat(byte: u8) -> __m256i {
        _mm256_set1_epi8(byte.cast_signed())
    }

    /// All ones in each lane whose byte is at least `from` and at most `from + span`.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn within(lanes: __m256i, from: __m256i, span: __m256i) -> __m256i {
        let above = _mm256_sub_epi8(lanes, from);
        _mm256_cmpeq_epi8(_mm256_min_epu8(above, span), above)
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn each(bytes: &[u8], words: &mut [u64], class: impl Fn(__m256i) -> __m256i) {
        let (blocks, tail) = bytes.as_chunks::<64>();
        let whole = blocks.len();
        for (word, block) in words.iter_mut().zip(blocks) {
            *word = bits(block, &class);
        }
        if let Some(last) = words.get_mut(whole) {
            *last = bits(&padded(tail), &class);
        }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn bits(block: &[u8; 64], class: &impl Fn(__m256i) -> __m256i) -> u64 {
        let (low, high) = block.split_at(32);
        let half = |bytes: &[u8]| {
            debug_assert_eq!(bytes.len(), 32);
            // SAFETY: `bytes` is one half of a 64-byte block: 32 readable bytes; the load needs no alignment.
            let lanes = unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) };
            u64::from(_mm256_movemask_epi8(class(lanes)).cast_unsigned())
        };
        half(low) | half(high) << 32
    }
}

#[cfg(target_arch = "x86_64")]
mod avx512 {
    //! 64 bytes at a time: a comparison yields a word.

    use std::arch::x86_64::{
        __m512i, __mmask64, _mm512_cmpeq_epi8_mask, _mm512_cmple_epu8_mask, _mm512_loadu_si512, _mm512_set1_epi8,
        _mm512_sub_epi8,
    };

    use super::{Class, Work, padded};

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx2,bmi1,bmi2,lzcnt,popcnt")]
    pub fn run<W: Work>(work: W) -> W::Done {
        work.run()
    }

    #[target_feature(enable = "avx512f,avx512bw")]
    pub fn classify(bytes: &[u8], class: Class, words: &mut [u64]) {
        match *class.ranges() {
            [(low, high)] if low == high => {
                let wanted = splat(low);
                each(bytes, words, |lanes| _mm512_cmpeq_epi8_mask(lanes, wanted));
            }
            [(low, high)] => {
                let (from, span) = (splat(low), splat(high - low));
                each(bytes, words, |lanes| within(lanes, from, span));
            }
            ref ranges => {
                let mut bounds = [(splat(0), splat(0)); 3];
                for (bound, &(low, high)) in bounds.iter_mut().zip(ranges) {
                    *bound = (splat(low), splat(high - low));
                }
                let bounds = &bounds[..ranges.len()];
                each(bytes, words, |lanes| bounds.iter().fold(0, |all, &(from, span)| all | within(lanes, from, span)));
            }
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn splat(byte: u8) -> __m512i {
        _mm512_set1_epi8(byte.cast_signed())
    }

    /// The lanes whose byte is at least `from` and at most `from + span`.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn within(lanes: __m512i, from: __m512i, span: __m512i) -> __mmask64 {
        _mm512_cmple_epu8_mask(_mm512_sub_epi8(lanes, from), span)
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn each(bytes: &[u8], words: &mut [u64], class: impl Fn(__m512i) -> __mmask64) {
        let (blocks, tail) = bytes.as_chunks::<64>();
        let whole = blocks.len();
        for (word, block) in words.iter_mut().zip(blocks) {
            *word = class(load(block));
        }
        if let Some(last) = words.get_mut(whole) {
            *last = class(load(&padded(tail)));
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn load(block: &[u8; 64]) -> __m512i {
        // SAFETY: 64 readable bytes; the load needs no alignment.
        unsafe { _mm512_loadu_si512(block.as_ptr().cast()) }
    }
}

#[cfg(test)]
mod tests {
    use super::Path;
    use crate::classes::Class;

    #[test]
    fn every_byte_value_is_classified_alike_by_every_path() {
        let bytes: Vec<u8> = (0..=255).chain((0..=255).rev()).collect();
        for class in [Class::DIGIT, Class::HEX, Class::byte(b'.'), Class::byte(b'%')] {
            for length in 0..bytes.len() {
                let bytes = &bytes[..length];
                let expected: Vec<u64> = bytes
                    .chunks(64)
                    .map(|block| {
                        block.iter().enumerate().fold(0, |bits, (at, &byte)| bits | u64::from(class.holds(byte)) << at)
                    })
                    .collect();
                for path in Path::all() {
                    let mut words = vec![u64::MAX; expected.len()];
                    path.classify(bytes, class, &mut words);
                    assert_eq!(words, expected, "{path:?}");
                }
            }
        }
    }
}
