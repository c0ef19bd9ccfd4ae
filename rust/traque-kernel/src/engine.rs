//! A compiled set of indicators, and the finders that it needs.

use std::ops::Range;

use crate::choice::choose;
use crate::classes::{Masks, SEGMENT, Segment, Shape, segments};
use crate::found::Hit;
use crate::indicators::{Indicators, Malformed, Spelling};
use crate::simd::Path;

/// Looks for one kind of observable.
///
/// A finder is shown a text segment by segment. It reports the matches that it is triggered to in
/// the segment's own bytes, and may look at all of the text around it. A line feed ends every
/// match and is a boundary like the text's own ends.
pub trait Finder: Send + Sync {
    /// The classes of bytes whose places it needs.
    fn needs(&self) -> &'static [Shape];

    /// Add to `out` what stands in `segment`; order is free, repeats are allowed.
    fn scan(&self, segment: &Segment<'_>, out: &mut Vec<Hit>);
}

/// A compiled set: immutable, shared between threads.
pub struct Engine {
    finders: Vec<Box<dyn Finder>>,
    needs: Vec<Shape>,
    path: Path,
}

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
        let indicators = Indicators::sort(spellings)?;
        let finders = indicators.finders();
        let needs = Shape::ALL
            .into_iter()
            .filter(|shape| *shape == Shape::LineFeed || finders.iter().any(|finder| finder.needs().contains(shape)))
            .collect();
        Ok(Self { finders, needs, path })
    }

    /// Put in `out`, sorted and each once, the matches in `text` that begin in `owned`.
    ///
    /// `text` is one or more whole records, or a window of one that shows enough around `owned`. Its lines are in
    /// `masks` then.
    pub fn find(&self, text: &[u8], owned: Range<usize>, masks: &mut Masks, out: &mut Vec<Hit>) {
        out.clear();
        masks.begin();
        for range in segments(0..text.len()) {
            let words = range.len().div_ceil(64);
            masks.fill(&text[range.start..text.len().min(range.start + SEGMENT + 64)], &self.needs, self.path);
            masks.count_lines(words, self.path);
            let segment = Segment { text, base: range.start, words, masks: &*masks, path: self.path };
            for finder in &self.finders {
                finder.scan(&segment, out);
            }
        }
        choose(text, out);
        if owned != (0..text.len()) {
            out.retain(|hit| owned.contains(&(hit.start as usize)));
        }
    }
}
