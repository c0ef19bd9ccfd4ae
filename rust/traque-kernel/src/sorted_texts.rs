//! Many long texts in little memory: in order, each without what it shares with the one before.
//!
//! For texts that are seldom asked for (URLs, once their host is known). Memory is two bytes of
//! filter and some ten of bookkeeping for each text, beside its own part of the bytes.

use std::cmp::Ordering;

use crate::set::{Bearers, Filter, Seed};

/// Bytes before a text's own part.
const HEAD: usize = 5;

/// Texts in a block, whose first one is whole.
const BLOCK: usize = 16;

/// Byte strings, each with the indicators that bear it.
#[derive(Debug)]
pub struct SortedTexts {
    seed: Seed,
    filter: Filter,
    /// Of each text: how many bytes it shares with the one before (one byte), how many follow (four), those.
    packed: Vec<u8>,
    /// Where each block begins.
    blocks: Vec<u32>,
    bearers: Bearers,
}

impl SortedTexts {
    /// Of pairs of string and indicator, in any order. All strings together are less than 4 GiB.
    #[must_use]
    pub fn new(mut pairs: Vec<(&str, u32)>) -> Self {
        let seed = Seed::random();
        pairs.sort_unstable();
        pairs.dedup();
        let mut filter = Filter::new(pairs.len());
        let (mut packed, mut blocks, mut bearers) = (Vec::new(), Vec::new(), Bearers::default());
        let mut before: &[u8] = &[];
        for (place, group) in pairs.chunk_by(|a, b| a.0 == b.0).enumerate() {
            let text = group[0].0.as_bytes();
            if place % BLOCK == 0 {
                blocks.push(u32::try_from(packed.len()).expect("less than 4 GiB of indicators"));
                before = &[];
            }
            let shared = before.iter().zip(text).take(u8::MAX.into()).take_while(|(a, b)| a == b).count();
            packed.push(shared as u8);
            packed.extend_from_slice(
                &u32::try_from(text.len() - shared).expect("less than 4 GiB of indicators").to_le_bytes(),
            );
            packed.extend_from_slice(&text[shared..]);
            filter.insert(seed.bytes(text));
            bearers.push(group.iter().map(|pair| pair.1));
            before = text;
        }
        packed.shrink_to_fit();
        blocks.shrink_to_fit();
        Self { seed, filter, packed, blocks, bearers }
    }

    /// The indicators that bear `text`.
    #[must_use]
    pub fn get(&self, text: &[u8]) -> &[u32] {
        if !self.filter.may_hold(self.seed.bytes(text)) {
            return &[];
        }
        let later = self.blocks.partition_point(|&block| self.next(block as usize).1 <= text);
        let Some(block) = later.checked_sub(1) else { return &[] };
        let mut at = self.blocks[block] as usize;
        let end = self.blocks.get(later).map_or(self.packed.len(), |&end| end as usize);
        let mut known = Vec::new();
        let mut place = block * BLOCK;
        while at < end {
            let (shared, rest) = self.next(at);
            known.truncate(shared);
            known.extend_from_slice(rest);
            match known.as_slice().cmp(text) {
                Ordering::Less => {}
                Ordering::Equal => return self.bearers.get(place),
                Ordering::Greater => break,
            }
            at += HEAD + rest.len();
            place += 1;
        }
        &[]
    }

    /// How many bytes the text at `at` shares with the one before, and its own.
    fn next(&self, at: usize) -> (usize, &[u8]) {
        let (head, rest) = self.packed[at..].split_at(HEAD);
        (head[0].into(), &rest[..u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::SortedTexts;

    #[test]
    fn holds_what_was_put_in_and_nothing_else() {
        let texts: Vec<String> =
            (0..3000).map(|n| format!("http://{}.example/{}", n % 7, "x".repeat(n % 400))).collect();
        let pairs: Vec<(&str, u32)> = texts.iter().zip(0..).map(|(text, n)| (text.as_str(), n)).collect();
        let set = SortedTexts::new(pairs.clone());
        for (text, _) in &pairs {
            let expected: Vec<u32> = pairs.iter().filter(|pair| pair.0 == *text).map(|pair| pair.1).collect();
            assert_eq!(set.get(text.as_bytes()), expected);
            assert!(set.get(format!("{text}y").as_bytes()).is_empty());
        }
        assert!(set.get(b"").is_empty());
        assert!(SortedTexts::new(Vec::new()).get(b"a").is_empty());
    }
}
