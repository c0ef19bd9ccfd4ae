//! Where any of a few fixed words stand: what a log says of itself, rarely, and without an observable.

use std::ops::Range;

use aho_corasick::packed::{Config, MatchKind, Searcher};
use aho_corasick::{AhoCorasick, Match};

/// A set of words, each of one byte at the least.
pub struct Words {
    /// Where the processor can look for all of them at once.
    quick: Option<Searcher>,
    slow: AhoCorasick,
}

impl Words {
    /// None for an empty word, or too many of them.
    #[must_use]
    pub fn new<W: AsRef<[u8]>>(words: &[W]) -> Option<Self> {
        if words.iter().any(|word| word.as_ref().is_empty()) {
            return None;
        }
        let slow = AhoCorasick::builder().match_kind(aho_corasick::MatchKind::LeftmostFirst).build(words).ok()?;
        let quick = Config::new().match_kind(MatchKind::LeftmostFirst).builder().extend(words).build();
        Some(Self { quick, slow })
    }

    /// Where a word begins, and which, in order, at `most` so many; of words that overlap the one that begins first, and of those
    /// that begin together the one that was named first.
    #[must_use]
    pub fn find(&self, text: &[u8], within: Range<usize>, most: usize) -> Vec<(usize, usize)> {
        let within = within.start.min(text.len())..within.end.min(text.len());
        let text = &text[within.clone()];
        let told = |found: Match| (within.start + found.start(), found.pattern().as_usize());
        match &self.quick {
            Some(quick) => quick.find_iter(text).take(most).map(told).collect(),
            None => self.slow.find_iter(text).take(most).map(told).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn finds_words_in_order_wherever_they_stand() {
        let words = Words::new(&["lost", "dropped 1", "dropped"]).expect("words");
        let text = b"lost, dropped 1 and dropped 2; lost".repeat(20);
        let found = words.find(&text, 0..text.len(), usize::MAX);
        assert_eq!(found.len(), 80);
        assert_eq!(found[..4], [(0, 0), (6, 1), (20, 2), (31, 0)]);
        assert_eq!(words.find(&text, 1..24, usize::MAX), [(6, 1)]);
        assert_eq!(words.find(&text, 0..text.len(), 2), found[..2]);
        assert_eq!(words.find(&text, 5..5, usize::MAX), []);
        assert_eq!(words.find(&text, 4_000..5_000, usize::MAX), []);
    }

    #[test]
    fn both_ways_find_the_same() {
        let mut words = Words::new(&["rate-limiting", "Suppressed ", "suppressed"]).expect("words");
        let text = b"callbacks suppressed; Suppressed 12 messages due to rate-limiting\n".repeat(9);
        let found = words.find(&text, 0..text.len(), usize::MAX);
        words.quick = None;
        assert_eq!(found, words.find(&text, 0..text.len(), usize::MAX));
        assert_eq!(found.len(), 27);
    }

    #[test]
    fn an_empty_word_is_none() {
        assert!(Words::new(&["a", ""]).is_none());
    }
}
