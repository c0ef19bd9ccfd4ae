//! 16 bytes at a time, four times for a word.

use std::arch::aarch64::{
    uint8x16_t, vandq_u8, vceqq_u8, vcleq_u8, vdupq_n_u8, vgetq_lane_u64, vld1q_u8, vorrq_u8, vpaddq_u8,
    vreinterpretq_u64_u8, vsubq_u8,
};

use super::{Class, padded};

const PLACES: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];

#[target_feature(enable = "neon")]
pub fn classify(bytes: &[u8], class: Class, words: &mut [u64]) {
    match *class.ranges() {
        [(low, high)] if low == high => {
            let wanted = vdupq_n_u8(low);
            each(bytes, words, |lanes| vceqq_u8(lanes, wanted));
        }
        [(low, high)] => {
            let (from, span) = (vdupq_n_u8(low), vdupq_n_u8(high - low));
            each(bytes, words, |lanes| within(lanes, from, span));
        }
        ref ranges => {
            let mut bounds = [(vdupq_n_u8(0), vdupq_n_u8(0)); 3];
            for (bound, &(low, high)) in bounds.iter_mut().zip(ranges) {
                *bound = (vdupq_n_u8(low), vdupq_n_u8(high - low));
            }
            let bounds = &bounds[..ranges.len()];
            each(bytes, words, |lanes| {
                bounds.iter().fold(vdupq_n_u8(0), |all, &(from, span)| vorrq_u8(all, within(lanes, from, span)))
            });
        }
    }
}

/// All ones in each lane whose byte is at least `from` and at most `from + span`.
#[inline]
#[target_feature(enable = "neon")]
fn within(lanes: uint8x16_t, from: uint8x16_t, span: uint8x16_t) -> uint8x16_t {
    vcleq_u8(vsubq_u8(lanes, from), span)
}

#[inline]
#[target_feature(enable = "neon")]
fn each(bytes: &[u8], words: &mut [u64], class: impl Fn(uint8x16_t) -> uint8x16_t) {
    let places = load(&PLACES);
    let (blocks, tail) = bytes.as_chunks::<64>();
    let whole = blocks.len();
    for (word, block) in words.iter_mut().zip(blocks) {
        *word = bits(block, places, &class);
    }
    if let Some(last) = words.get_mut(whole) {
        *last = bits(&padded(tail), places, &class);
    }
}

/// Each lane keeps the bit of its place; neighbours are added up until a byte holds eight of them.
#[inline]
#[target_feature(enable = "neon")]
fn bits(block: &[u8; 64], places: uint8x16_t, class: &impl Fn(uint8x16_t) -> uint8x16_t) -> u64 {
    let (quarters, _) = block.as_chunks::<16>();
    let marked = |quarter: usize| vandq_u8(class(load(&quarters[quarter])), places);
    let low = vpaddq_u8(marked(0), marked(1));
    let high = vpaddq_u8(marked(2), marked(3));
    let pairs = vpaddq_u8(low, high);
    vgetq_lane_u64::<0>(vreinterpretq_u64_u8(vpaddq_u8(pairs, pairs)))
}

#[inline]
#[target_feature(enable = "neon")]
fn load(bytes: &[u8; 16]) -> uint8x16_t {
    // SAFETY: 16 readable bytes; the load needs no alignment.
    unsafe { vld1q_u8(bytes.as_ptr()) }
}
