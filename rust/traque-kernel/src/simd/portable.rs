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
