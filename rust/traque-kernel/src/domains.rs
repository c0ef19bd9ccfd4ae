//! Finds domain names, and the URLs that stand at them.

use std::sync::Arc;

use crate::classes::{Segment, Shape, each_bit};
use crate::engine::Finder;
use crate::found::Hit;
use crate::names;
use crate::watched::Watched;

/// Finds domain names.
pub struct Domains(pub Arc<Watched>);

impl Domains {
    #[inline]
    fn dot(&self, text: &[u8], dot: usize, out: &mut Vec<Hit>) {
        let set = &self.0.names;
        let second = text.get(dot + 2).copied().unwrap_or(0);
        if !text.get(dot + 1).is_some_and(|&first| set.may_end_with(first, second)) {
            return;
        }
        let Some(ending) = names::ending(text, dot) else { return };
        if names::last_two(text, ending).is_some_and(|last_two| !set.may_hold(last_two)) {
            return;
        }
        names::each(text, ending, |start, name| self.0.name_found(text, (start, ending.end), name, out));
    }
}

impl Finder for Domains {
    fn needs(&self) -> &'static [Shape] {
        &[Shape::Dot, Shape::Digit]
    }

    fn scan(&self, segment: &Segment<'_>, out: &mut Vec<Hit>) {
        let (dot, digit) = (segment.masks.of(Shape::Dot), segment.masks.of(Shape::Digit));
        let all = if self.0.names.may_end_with_digit() { u64::MAX } else { 0 };
        for word in 0..segment.words {
            let dots = dot.word(word) & (!digit.ahead(word, 1) | all);
            each_bit(dots, segment.base + word * 64, |at| self.dot(segment.text, at, out));
        }
    }
}
