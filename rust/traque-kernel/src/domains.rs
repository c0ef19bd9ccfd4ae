//! Finds domain names, and the URLs that stand at them.

use std::sync::Arc;

use crate::classes::{Look, Mask, Places, Segment, Shape, Test};
use crate::engine::Finder;
use crate::known::Known;
use crate::names;
use crate::simd::Work;

/// Finds domain names.
pub struct Domains<K>(pub Arc<K>);

impl<K: Known> Domains<K> {
    /// The name, if it is one, whose last label follows the dot at `dot`.
    #[inline(never)]
    fn dot(&self, text: &[u8], dot: usize, out: &mut K::Found) {
        let Some(ending) = names::ending(text, dot) else { return };
        if self.0.may_hold_name(text, ending) {
            names::starts(text, ending, |start| self.0.name_found(text, (start, ending.end), out));
        }
    }
}

/// Whether the label after a dot may begin like some name's last one.
struct Begins<'k, K>(&'k K);

impl<K: Known> Test for Begins<'_, K> {
    type Clue = ();

    #[inline(always)]
    fn glance(&self, text: &[u8], dot: usize) -> (bool, ()) {
        (self.0.may_begin_last_label(text, dot), ())
    }

    #[inline(always)]
    fn confirm(&self, (): ()) -> bool {
        true
    }
}

/// Whether the label after a dot may be some name's last one.
struct Ends<'k, K>(&'k K);

impl<K: Known> Test for Ends<'_, K> {
    type Clue = ();

    #[inline(always)]
    fn glance(&self, text: &[u8], dot: usize) -> (bool, ()) {
        (self.0.may_be_last_label(text, dot), ())
    }

    #[inline(always)]
    fn confirm(&self, (): ()) -> bool {
        true
    }
}

impl<K: Known> Work for Look<'_, Domains<K>, K::Found> {
    type Done = ();

    #[inline(always)]
    fn run(self) {
        let Self { finder, segment, out } = self;
        let (dot, digit) = (segment.masks.of(Shape::Dot), segment.masks.of(Shape::Digit));
        let known = &*finder.0;
        let all = if known.may_end_with_digit() { u64::MAX } else { 0 };
        let dots = Mask::of(|word| dot.word(word) & (!digit.ahead(word, 1) | all));
        let mut places = Places::none();
        for words in segment.groups(Places::WORDS) {
            for word in words {
                places.add(dots.word(word), word);
            }
            places.keep(segment, &Begins(known));
            places.keep(segment, &Ends(known));
            for at in places.take() {
                finder.dot(segment.text, segment.base + at, out);
            }
        }
    }
}

impl<K: Known> Finder<K::Found> for Domains<K> {
    fn needs(&self) -> &'static [Shape] {
        &[Shape::Dot, Shape::Digit]
    }

    fn scan(&self, segment: &Segment<'_>, out: &mut K::Found) {
        segment.path.run(Look { finder: self, segment, out });
    }
}
