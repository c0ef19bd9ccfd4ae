//! Lines that hold one of a few words, found in one pass whatever their number (`traque.scan.words` specifies it).

use aho_corasick::{AhoCorasick, Input, MatchKind};
use memchr::{memchr, memrchr};

/// A line with a word: the number of the word, and where in the text the line begins and ends.
pub type Found = (usize, usize, usize);

/// Finds the lines with one of its words and without any of the excluding ones.
///
/// A word that stands in more lines than it may is given up; lines are counted over all texts.
pub struct Seeker {
    words: Vec<Word>,
    finder: Option<AhoCorasick>,
    excluding: Option<AhoCorasick>,
}

struct Word {
    number: usize,
    text: Vec<u8>,
    most: usize,
    lines: usize,
    /// Where it is looked for next: once in each line is enough.
    next: usize,
}

impl Seeker {
    /// Of words, each with the most lines in which it may stand. Empty words are never found.
    #[must_use]
    pub fn new(words: Vec<(Vec<u8>, usize)>, excluding: &[Vec<u8>]) -> Self {
        let words = words.into_iter().enumerate();
        let words = words.map(|(number, (text, most))| Word { number, text, most, lines: 0, next: 0 });
        let words: Vec<Word> = words.filter(|word| !word.text.is_empty()).collect();
        let finder = finder(words.iter().map(|word| &word.text));
        Self { words, finder, excluding: finder_of(excluding) }
    }

    /// The lines of a text; and the words that are given up from now on.
    pub fn seek(&mut self, text: &[u8]) -> (Vec<Found>, Vec<usize>) {
        let (mut found, mut common) = (Vec::new(), Vec::new());
        for word in &mut self.words {
            word.next = 0;
        }
        let mut line = (0, 0, false);
        let mut at = 0;
        while let Some(start) = self.next(text, at) {
            at = start + 1;
            let before = common.len();
            for word in &mut self.words {
                if start < word.next || !text[start..].starts_with(&word.text) {
                    continue;
                }
                let end = memchr(b'\n', &text[start..]).map_or(text.len(), |length| start + length);
                word.next = end;
                let begin = memrchr(b'\n', &text[..start]).map_or(0, |before| before + 1);
                if (begin, end) != (line.0, line.1) || begin == end {
                    let excluded = self.excluding.as_ref().is_some_and(|some| some.is_match(&text[begin..end]));
                    line = (begin, end, excluded);
                }
                if !line.2 {
                    word.lines += 1;
                    found.push((word.number, begin, end));
                }
                if word.lines > word.most {
                    common.push(word.number);
                }
            }
            if common.len() > before {
                self.words.retain(|word| word.lines <= word.most);
                self.finder = finder(self.words.iter().map(|word| &word.text));
            }
        }
        (found, common)
    }

    /// The next place, from `at` on, where a word begins.
    fn next(&self, text: &[u8], at: usize) -> Option<usize> {
        let input = Input::new(text).range(at.min(text.len())..);
        self.finder.as_ref()?.find(input).map(|found| found.start())
    }
}

fn finder_of(words: &[Vec<u8>]) -> Option<AhoCorasick> {
    finder(words.iter().filter(|word| !word.is_empty()))
}

/// None of no words, and of more text than an automaton can hold.
fn finder<'w>(words: impl Iterator<Item = &'w Vec<u8>>) -> Option<AhoCorasick> {
    let words: Vec<&Vec<u8>> = words.collect();
    let builder = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(&words);
    if words.is_empty() { None } else { builder.ok() }
}

#[cfg(test)]
mod tests {
    use super::Seeker;

    fn seeker(words: &[(&str, usize)], excluding: &[&str]) -> Seeker {
        let words = words.iter().map(|(word, most)| (word.as_bytes().to_vec(), *most)).collect();
        let excluding: Vec<Vec<u8>> = excluding.iter().map(|word| word.as_bytes().to_vec()).collect();
        Seeker::new(words, &excluding)
    }

    #[test]
    fn each_line_counts_once_for_each_word_in_it() {
        let mut seeker = seeker(&[("abc", 9), ("bc", 9), ("c", 9)], &[]);
        assert_eq!(seeker.seek(b"x abc abc\nbc\n\nno").0, [(0, 0, 9), (1, 0, 9), (2, 0, 9), (1, 10, 12), (2, 10, 12)]);
    }

    #[test]
    fn excluded_lines_are_not_told() {
        let mut seeker = seeker(&[("a", 9)], &["listed"]);
        assert_eq!(seeker.seek(b"a listed\na\n"), (vec![(0, 9, 10)], vec![]));
    }

    #[test]
    fn a_word_in_too_many_lines_is_given_up_for_good() {
        let mut seeker = seeker(&[("a", 1), ("b", 9)], &[]);
        assert_eq!(seeker.seek(b"a\nb\n"), (vec![(0, 0, 1), (1, 2, 3)], vec![]));
        assert_eq!(seeker.seek(b"a\na\na b\n"), (vec![(0, 0, 1), (1, 4, 7)], vec![0]));
        assert_eq!(seeker.seek(b"a b"), (vec![(1, 0, 3)], vec![]));
    }

    #[test]
    fn without_words_nothing_is_found() {
        assert_eq!(seeker(&[("", 9)], &[""]).seek(b"a\n"), (vec![], vec![]));
    }
}
