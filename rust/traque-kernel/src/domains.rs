//! Finds domain names, and the URLs that stand at them.

use std::sync::Arc;

use crate::classes::{Look, Mask, Segment, Shape};
use crate::engine::Finder;
use crate::known::Known;
use crate::names::{self, Ending};
use crate::places::{Later, Places};
use crate::simd::Work;

/// Finds domain names.
pub struct Domains<K>(pub Arc<K>);

impl<K: Known> Domains<K> {
    /// The name, if it is one, whose last label follows the dot at `dot`.
    #[inline(never)]
    fn dot(&self, text: &[u8], dot: usize, later: &mut Later, out: &mut K::Found) {
        let Some(ending) = names::ending(text, dot) else { return };
        match self.0.ask_name(text, ending) {
            Some(hash) => later.put(dot, hash),
            None => self.name(text, ending, out),
        }
    }

    fn name(&self, text: &[u8], ending: Ending, out: &mut K::Found) {
        names::starts(text, ending, |start| self.0.name_found(text, (start, ending.end), out));
    }
}

impl<K: Known> Work for Look<'_, Domains<K>, K::Found> {
    type Done = ();

    #[inline(always)]
    fn run(self) {
        let Self { finder, segment, later, out } = self;
        let (dot, digit) = (segment.masks.of(Shape::Dot), segment.masks.of(Shape::Digit));
        let known = &*finder.0;
        let all = if known.may_end_with_digit() { u64::MAX } else { 0 };
        let dots = Mask::of(|word| dot.word(word) & (!digit.ahead(word, 1) | all));
        let mut places = Places::none();
        for words in segment.groups(Places::WORDS) {
            for word in words {
                places.add(dots.word(word), word);
            }
            places.keep(segment, |text, dot| known.may_begin_last_label(text, dot));
            places.keep(segment, |text, dot| known.may_be_last_label(text, dot));
            for dot in places.take(segment) {
                finder.dot(segment.text, dot, later, out);
            }
        }
    }
}

impl<K: Known> Finder<K::Found> for Domains<K> {
    fn needs(&self) -> &'static [Shape] {
        &[Shape::Dot, Shape::Digit]
    }

    fn scan(&self, segment: &Segment<'_>, later: &mut Later, out: &mut K::Found) {
        segment.path.run(Look { finder: self, segment, later, out });
    }

    fn settle(&self, text: &[u8], later: &mut Later, out: &mut K::Found) {
        for (dot, hash) in later.take() {
            if self.0.may_hold_name(hash)
                && let Some(ending) = names::ending(text, dot)
            {
                self.name(text, ending, out);
            }
        }
    }
}
