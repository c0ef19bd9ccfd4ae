//! Where any of a few fixed words stand: what a log says of itself, rarely, and without an observable.

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

    /// Where a word begins, and which, in order; of words that overlap the one that begins first, and of those that
    /// begin together the one that was named first.
    pub fn all(&self, text: &[u8]) -> impl Iterator<Item = (usize, usize)> {
        let quick = self.quick.as_ref().map(|quick| quick.find_iter(text));
        let slow = if quick.is_none() { Some(self.slow.find_iter(text)) } else { None };
        let told = |found: Match| (found.start(), found.pattern().as_usize());
        quick.into_iter().flatten().chain(slow.into_iter().flatten()).map(told)
    }
}

#[cfg(test)]
mod tests {
    use super::Words;

    fn found_in(words: &Words, text: &[u8]) -> Vec<(usize, usize)> {
        words.all(text).collect()
    }

    #[test]
    fn finds_words_in_order_wherever_they_stand() {
        let words = Words::new(&["lost", "dropped 1", "dropped"]).expect("words");
        let text = b"lost, dropped 1 and dropped 2; lost".repeat(20);
        let found = found_in(&words, &text);
        assert_eq!(found.len(), 80);
        assert_eq!(found[..4], [(0, 0), (6, 1), (20, 2), (31, 0)]);
        assert_eq!(found_in(&words, &text[1..24]), [(5, 1)]);
        assert_eq!(found_in(&words, b""), []);
    }

    #[test]
    fn both_ways_find_the_same() {
        let mut words = Words::new(&["rate-limiting", "Suppressed ", "suppressed"]).expect("words");
        let text = b"callbacks suppressed; Suppressed 12 messages due to rate-limiting\n".repeat(9);
        let found = found_in(&words, &text);
        words.quick = None;
        assert_eq!(found, found_in(&words, &text));
        assert_eq!(found.len(), 27);
    }

    #[test]
    fn an_empty_word_is_none() {
        assert!(Words::new(&["a", ""]).is_none());
    }
}
