//! A compiled set of indicators, and the finders that it needs.

use std::ops::Range;

use crate::choice::choose;
use crate::classes::{Masks, SEGMENT, Segment, Shape, segments};
use crate::found::Hit;
use crate::indicators::{Indicators, Malformed, Spelling};
use crate::places::Later;
use crate::simd::Path;

/// Looks for one kind of observable.
///
/// A finder is shown a text segment by segment. It reports the matches that it is triggered to in
/// the segment's own bytes, and may look at all of the text around it. A line feed ends every
/// match and is a boundary like the text's own ends.
pub trait Finder<Found = Vec<Hit>>: Send + Sync {
    /// The classes of bytes whose places it needs.
    fn needs(&self) -> &'static [Shape];

    /// Add to `out` what stands in `segment`, but for places that are put off; order is free, repeats are allowed.
    fn scan(&self, segment: &Segment<'_>, later: &mut Later, out: &mut Found);

    /// Add to `out` what stands at the places of `text` that were put off.
    fn settle(&self, _text: &[u8], _later: &mut Later, _out: &mut Found) {}
}

/// Finders that look through the same text, by the same instructions.
pub struct Finders<Found> {
    all: Vec<Box<dyn Finder<Found>>>,
    needs: Vec<Shape>,
    path: Path,
}

impl<Found> Finders<Found> {
    /// Of these finders, to be run by the instructions of `path`.
    pub fn new(path: Path, finders: Vec<Box<dyn Finder<Found>>>) -> Self {
        let needs = Shape::ALL
            .into_iter()
            .filter(|shape| *shape == Shape::LineFeed || finders.iter().any(|finder| finder.needs().contains(shape)))
            .collect();
        Self { all: finders, needs, path }
    }

    /// Add to `out` what stands in `text`; its lines are in `masks` then.
    pub fn scan(&self, text: &[u8], masks: &mut Masks, out: &mut Found) {
        masks.begin();
        let mut later: Vec<Later> = self.all.iter().map(|_| Later::default()).collect();
        for range in segments(0..text.len()) {
            let words = range.len().div_ceil(64);
            masks.fill(&text[range.start..text.len().min(range.start + SEGMENT + 64)], &self.needs, self.path);
            masks.count_lines(words, self.path);
            let segment = Segment { text, base: range.start, words, masks: &*masks, path: self.path };
            for (finder, later) in self.all.iter().zip(&mut later) {
                finder.settle(text, later, out);
                finder.scan(&segment, later, out);
            }
        }
        for (finder, later) in self.all.iter().zip(&mut later) {
            finder.settle(text, later, out);
        }
    }
}

/// A compiled set: immutable, shared between threads.
pub struct Engine(Finders<Vec<Hit>>);

impl Engine {
    /// Compile a set of indicators by their spellings.
    ///
    /// # Errors
    /// A kind that no finder knows, or a value that is not in canonical form.
    pub fn new<'a>(spellings: impl IntoIterator<Item = Spelling<'a>>) -> Result<Self, Malformed> {
        Self::on(Path::best(), spellings)
    }

    /// The same, to be run by the instructions of `path`.
    ///
    /// # Errors
    /// As for [`Engine::new`].
    pub fn on<'a>(path: Path, spellings: impl IntoIterator<Item = Spelling<'a>>) -> Result<Self, Malformed> {
        Ok(Self(Finders::new(path, Indicators::sort(spellings)?.finders())))
    }

    /// Put in `out`, sorted and each once, the matches in `text` that begin in `owned`.
    ///
    /// `text` is one or more whole records, or a window of one that shows enough around `owned`. Its lines are in
    /// `masks` then.
    pub fn find(&self, text: &[u8], owned: Range<usize>, masks: &mut Masks, out: &mut Vec<Hit>) {
        out.clear();
        self.0.scan(text, masks, out);
        choose(text, out);
        if owned != (0..text.len()) {
            out.retain(|hit| owned.contains(&(hit.start as usize)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Engine;
    use crate::classes::{Masks, SEGMENT};
    use crate::found::Hit;
    use crate::indicators::Spelling;
    use crate::simd::Path;

    const INDICATORS: [(&str, &str); 7] = [
        ("ipv4-addr", "192.0.2.1"),
        ("ipv4-net", "198.51.100.0/24"),
        ("ipv6-addr", "2001:db8::1"),
        ("domain-name", "evil.example"),
        ("url", "http://evil.example/gate.php?id=1"),
        ("email-addr", "user@evil.example"),
        ("md5", "f1d2c3b4a5968778695a4b3c2d1e0f00"),
    ];

    const TEXT: &str = "<192.0.2.1> ::ffff:192.0.2.1 0:0:0:0:0:ffff:c000:201 198.51.100.7:80 \\n192.0.2.1 \
        [2001:db8::1] 2001:db8:0:0:0:0:0:1 1.2.0.192.in-addr.arpa 1.192.0.2.1 www.evil.example. http://evil.example/gate.php?id=1 \
        user@evil.example user%40evil.example (4)evil(7)example(0) MD5=f1d2c3b4a5968778695a4b3c2d1e0f00 notevil.example";

    fn found(engine: &Engine, text: &[u8]) -> Vec<Hit> {
        let (mut masks, mut hits) = (Masks::default(), Vec::new());
        engine.find(text, 0..text.len(), &mut masks, &mut hits);
        assert_eq!(masks.lines().total(), memchr::memchr_iter(b'\n', text).count() as u64);
        hits
    }

    #[test]
    fn every_path_finds_the_same_wherever_it_stands() {
        let spellings =
            || (0..).zip(INDICATORS).map(|(indicator, (kind, form))| Spelling { kind, form, indicator, below: true });
        let compiled = |path| Engine::on(path, spellings()).expect("canonical indicators");
        let expected = found(&compiled(Path::best()), TEXT.as_bytes());
        assert_eq!(expected.len(), 17);
        for engine in Path::all().into_iter().map(compiled) {
            for pad in (0..200).chain(SEGMENT - TEXT.len() - 80..SEGMENT + 80) {
                let text = format!("{}\n{TEXT}\n{}", "-".repeat(pad), ".".repeat(pad % 97));
                let mut hits = found(&engine, text.as_bytes());
                for hit in &mut hits {
                    hit.start -= pad as u64 + 1;
                    hit.end -= pad as u64 + 1;
                }
                assert_eq!(hits, expected, "{:?} {pad}", engine.0.path);
            }
        }
    }
}
