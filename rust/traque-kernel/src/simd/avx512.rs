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
