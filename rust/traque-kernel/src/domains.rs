//! Finds domain names, and the URLs that stand at them.

use std::sync::Arc;

use crate::classes::{Look, Mask, Places, Segment, Shape, Test};
use crate::engine::Finder;
use crate::found::Hit;
use crate::name_set::NameSet;
use crate::names;
use crate::simd::Work;
use crate::watched::Watched;

/// Finds domain names.
pub struct Domains(pub Arc<Watched>);

impl Domains {
    /// The name, if it is one, whose last label follows the dot at `dot`.
    #[inline(never)]
    fn dot(&self, text: &[u8], dot: usize, out: &mut Vec<Hit>) {
        let Some(ending) = names::ending(text, dot) else { return };
        if names::last_two(text, ending).is_some_and(|last_two| !self.0.names.may_hold(last_two)) {
            return;
        }
        names::each(text, ending, |start, name| self.0.name_found(text, (start, ending.end), name, out));
    }
}

/// Whether the label after a dot may begin like some name's last one.
struct Begins<'s>(&'s NameSet);

impl Test for Begins<'_> {
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
struct Ends<'s>(&'s NameSet);

impl Test for Ends<'_> {
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

impl Work for Look<'_, Domains> {
    type Done = ();

    #[inline(always)]
    fn run(self) {
        let Self { finder, segment, out } = self;
        let (dot, digit) = (segment.masks.of(Shape::Dot), segment.masks.of(Shape::Digit));
        let names = &finder.0.names;
        let all = if names.may_end_with_digit() { u64::MAX } else { 0 };
        let dots = Mask::of(|word| dot.word(word) & (!digit.ahead(word, 1) | all));
        let mut places = Places::none();
        for words in segment.groups(Places::WORDS) {
            for word in words {
                places.add(dots.word(word), word);
            }
            places.keep(segment, &Begins(names));
            places.keep(segment, &Ends(names));
            for at in places.take() {
                finder.dot(segment.text, segment.base + at, out);
            }
        }
    }
}

impl Finder for Domains {
    fn needs(&self) -> &'static [Shape] {
        &[Shape::Dot, Shape::Digit]
    }

    fn scan(&self, segment: &Segment<'_>, out: &mut Vec<Hit>) {
        segment.path.run(Look { finder: self, segment, out });
    }
}
