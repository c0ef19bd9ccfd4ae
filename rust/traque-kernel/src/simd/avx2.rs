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
                bounds
                    .iter()
                    .fold(_mm256_setzero_si256(), |all, &(from, span)| _mm256_or_si256(all, within(lanes, from, span)))
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
