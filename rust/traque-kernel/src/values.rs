//! Values of a part, each with its count, in bounded memory.

use std::collections::{BinaryHeap, HashMap};

/// Values of one part that are counted; see [`Values`] for those beyond. `traque.triage.names` has the same.
pub const COUNTED: usize = 1000;

/// How often each value stood there.
///
/// Of more than [`COUNTED`] values those are kept that come first in the order of their CRC-32, then of
/// their text. Whatever the order in which they come, and in however many parts they are counted, the same
/// ones are kept, and their counts are exact: a value that is among the first of all is among the first of any.
#[derive(Default)]
pub struct Values {
    counts: HashMap<Box<[u8]>, u64>,
    ordered: BinaryHeap<(u32, Box<[u8]>)>,
}

impl Values {
    /// How many values are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// Whether counting `text` would need more memory.
    #[must_use]
    pub fn grows_by(&self, text: &[u8]) -> bool {
        self.counts.len() < COUNTED && !self.counts.contains_key(text)
    }

    /// Count one more.
    pub fn add(&mut self, text: &[u8]) {
        if let Some(count) = self.counts.get_mut(text) {
            *count += 1;
            return;
        }
        let order = crc32(text);
        if self.counts.len() >= COUNTED {
            match self.ordered.peek() {
                Some((last, other)) if (order, text) < (*last, other) => {}
                _ => return,
            }
            if let Some((_, other)) = self.ordered.pop() {
                self.counts.remove(&other);
            }
        }
        self.ordered.push((order, text.into()));
        self.counts.insert(text.into(), 1);
    }

    /// All that are kept.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], u64)> {
        self.counts.iter().map(|(text, count)| (text.as_ref(), *count))
    }
}

/// The CRC-32 of zlib.
fn crc32(text: &[u8]) -> u32 {
    const TABLE: [u32; 256] = table();
    !text.iter().fold(!0, |sum, byte| TABLE[usize::from(sum as u8 ^ byte)] ^ (sum >> 8))
}

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut sum = index as u32;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 };
            bit += 1;
        }
        table[index] = sum;
        index += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_sum() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn the_same_ones_are_kept_in_any_order() {
        let all: Vec<String> = (0..3 * COUNTED).map(|number| format!("host-{number}")).collect();
        let (mut forward, mut backward) = (Values::default(), Values::default());
        for name in all.iter().chain(&all) {
            forward.add(name.as_bytes());
        }
        for name in all.iter().rev().chain(all.iter().rev()) {
            backward.add(name.as_bytes());
        }
        assert_eq!(forward.len(), COUNTED);
        assert_eq!(forward.counts, backward.counts);
        assert!(forward.iter().all(|(_, count)| count == 2));
    }
}
