//! Hands over the records of a stream that hold one of a few words: what a log says of itself.

use std::ops::Range;
use std::sync::Arc;

use memchr::memmem::Finder;
use memchr::{memchr, memrchr};

use crate::words::Words;

/// Bytes of a record that is looked at: of a longer one its end.
const LONGEST: usize = 1 << 14;

/// Of a word that stands in every record, records are handed over in each block of so many bytes.
const BLOCK: u64 = 1 << 16;

/// So many of them.
const TRIES: usize = 8;

/// A record that holds a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The word's number; those that stand in every record come behind the others.
    pub word: usize,
    /// Where the record begins in the stream.
    pub offset: u64,
    /// The record without its line end.
    pub record: Vec<u8>,
}

/// Fed with one stream, cut anywhere. A record is handed over once for each word that it holds.
pub struct Lookout {
    words: Option<Arc<Words>>,
    everywhere: Vec<Everywhere>,
    /// Where the next bytes stand in the stream.
    offset: u64,
    /// Where the record begins that has not ended yet, and its end so far.
    begun: u64,
    rest: Vec<u8>,
    told: Vec<Told>,
}

/// A word that stands in every record.
#[derive(Clone)]
struct Everywhere {
    number: usize,
    word: Finder<'static>,
    /// The block in which the record begins that was found last, and how many were found there.
    block: u64,
    tried: usize,
}

impl Lookout {
    /// For rare words, and words that stand in every record, which are numbered from `count` on, the count of the
    /// rare ones.
    #[must_use]
    pub fn new(words: Option<Arc<Words>>, count: usize, everywhere: &[Vec<u8>]) -> Self {
        let everywhere = everywhere.iter().zip(count..);
        let everywhere = everywhere.map(|(word, number)| Everywhere {
            number,
            word: Finder::new(word).into_owned(),
            block: 0,
            tried: 0,
        });
        Self { words, everywhere: everywhere.collect(), offset: 0, begun: 0, rest: Vec::new(), told: Vec::new() }
    }

    /// One for the same words that begins with a record in the midst of a stream.
    #[must_use]
    pub fn at(&self, offset: u64) -> Self {
        let everywhere = self.everywhere.iter().map(|everywhere| Everywhere { tried: 0, ..everywhere.clone() });
        let words = self.words.clone();
        Self { words, everywhere: everywhere.collect(), offset, begun: offset, rest: Vec::new(), told: Vec::new() }
    }

    /// The next bytes.
    pub fn feed(&mut self, text: &[u8]) {
        let Some(first) = memchr(b'\n', text) else {
            return self.keep(text);
        };
        let end = memrchr(b'\n', text).unwrap_or(first);
        self.keep(&text[..first]);
        self.finish();
        if first < end {
            self.look(&text[first + 1..end], self.offset + 1);
        }
        self.offset += (end - first) as u64 + 1;
        self.begun = self.offset;
        self.keep(&text[end + 1..]);
    }

    /// The stream has ended.
    pub fn finish(&mut self) {
        let rest = std::mem::take(&mut self.rest);
        if !rest.is_empty() {
            self.look(&rest, self.begun);
        }
        self.rest = rest;
        self.rest.clear();
    }

    /// What was found since.
    pub fn take(&mut self) -> Vec<Told> {
        std::mem::take(&mut self.told)
    }

    /// Take over what was found by another one.
    pub fn add(&mut self, told: Vec<Told>) {
        self.told.extend(told);
    }

    /// How many records wait to be taken.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.told.len()
    }

    /// Keep more of a record that has not ended.
    fn keep(&mut self, more: &[u8]) {
        self.offset += more.len() as u64;
        self.rest.extend_from_slice(&more[more.len().saturating_sub(LONGEST)..]);
        self.rest.drain(..self.rest.len().saturating_sub(LONGEST));
    }

    /// Whole records, the last without its line feed; the first begins at `offset`.
    fn look(&mut self, text: &[u8], offset: u64) {
        let Self { words, everywhere, told, .. } = self;
        let mut tell = |word: usize, record: &Range<usize>| {
            let shown = &text[shown(record)];
            let shown = shown.strip_suffix(b"\r").unwrap_or(shown);
            told.push(Told { word, offset: offset + record.start as u64, record: shown.to_vec() });
        };
        let mut record = 0..0;
        let mut seen: Vec<usize> = Vec::new();
        for (at, word) in words.iter().flat_map(|words| words.all(text)) {
            if at >= record.end {
                record = record_around(text, at);
                seen.clear();
            }
            if at >= shown(&record).start && !seen.contains(&word) {
                seen.push(word);
                tell(word, &record);
            }
        }
        for everywhere in everywhere {
            everywhere.look(text, offset, &mut tell);
        }
    }
}

impl Everywhere {
    fn look(&mut self, text: &[u8], offset: u64, tell: &mut impl FnMut(usize, &Range<usize>)) {
        let mut from = 0;
        while let Some(found) = text.get(from..).and_then(|text| self.word.find(text)) {
            let record = record_around(text, from + found);
            let block = (offset + record.start as u64) / BLOCK;
            if block != self.block {
                (self.block, self.tried) = (block, 0);
            }
            if self.tried < TRIES {
                self.tried += 1;
                tell(self.number, &record);
                from = record.end;
            } else {
                from = record.end.max(((block + 1) * BLOCK - offset) as usize);
            }
        }
    }
}

/// The record around a place.
fn record_around(text: &[u8], at: usize) -> Range<usize> {
    let start = memrchr(b'\n', &text[..at]).map_or(0, |end| end + 1);
    let end = memchr(b'\n', &text[at..]).map_or(text.len(), |length| at + length);
    start..end
}

/// What is looked at of a record.
fn shown(record: &Range<usize>) -> Range<usize> {
    record.start.max(record.end.saturating_sub(LONGEST))..record.end
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{BLOCK, LONGEST, Lookout, TRIES, Told};
    use crate::words::Words;

    fn told(text: &[u8], size: usize) -> Vec<Told> {
        let words = Words::new(&["lost", "dropped"]).map(Arc::new);
        let mut lookout = Lookout::new(words, 2, &[b"rate=".to_vec()]);
        for chunk in text.chunks(size) {
            lookout.feed(chunk);
        }
        lookout.finish();
        lookout.take()
    }

    #[test]
    fn a_record_is_told_once_for_each_word_however_it_is_cut() {
        let text = b"a\nlost and lost, dropped\r\n\nb\r\ndropped";
        let expected = [(0, 2, "lost and lost, dropped"), (1, 2, "lost and lost, dropped"), (1, 30, "dropped")];
        let expected = expected.map(|(word, offset, record)| Told { word, offset, record: record.into() });
        for size in 1..=text.len() {
            assert_eq!(told(text, size), expected, "{size}");
        }
    }

    #[test]
    fn of_a_long_record_the_end_is_looked_at() {
        for pad in [0, 1, 5, LONGEST - 10, LONGEST] {
            let text = format!("x\nlost{}dropped\nlost", "-".repeat(pad));
            let whole = told(text.as_bytes(), text.len());
            assert_eq!(whole.len(), if pad + 11 > LONGEST { 2 } else { 3 }, "{pad}");
            for size in [1, 7, 1000, LONGEST - 1, LONGEST, LONGEST + 1] {
                assert_eq!(told(text.as_bytes(), size), whole, "{pad} {size}");
            }
        }
    }

    #[test]
    fn of_a_word_everywhere_a_few_records_of_each_block_are_told() {
        let text = b"rate=1 ....................\n".repeat(3 * BLOCK as usize / 28);
        let whole = told(&text, text.len());
        assert_eq!(whole.len(), 3 * TRIES);
        for size in [13, 1000, 70_000] {
            assert_eq!(told(&text, size), whole);
        }
    }
}
