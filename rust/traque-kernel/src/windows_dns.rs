//! Names in Windows DNS form, `(4)evil(7)example(0)`, which may also be addresses: reverse names, or four numbers.

use std::sync::Arc;

use crate::classes::{Look, Mask, Segment, Shape, each_bit};
use crate::engine::Finder;
use crate::known::Known;
use crate::names::windows_name;
use crate::places::Later;
use crate::simd::Work;
use crate::{ipv4, ipv6};

/// Finds names in Windows DNS form.
pub struct WindowsDns<K>(pub Arc<K>);

impl<K: Known> WindowsDns<K> {
    #[inline(never)]
    fn parenthesis(&self, text: &[u8], at: usize, out: &mut K::Found) {
        let Some((name, end)) = windows_name(text, at) else { return };
        let span = (at, end);
        self.0.name_read(text, span, &name, out);
        for dot in (0..name.len()).filter(|&at| name[at] == b'.') {
            if let Some(quad) = ipv4::Quad::read(&name, dot) {
                quad.readings(|start, end, address| {
                    if (start, end) == (0, name.len()) {
                        self.0.v4_found(text, span, address, None, out);
                    }
                });
            }
        }
        if let Some((0, end, address)) = ipv6::reversed(&name, 1)
            && end == name.len()
        {
            self.0.v6_found(text, span, address, None, out);
        }
    }
}

impl<K: Known> Work for Look<'_, WindowsDns<K>, K::Found> {
    type Done = ();

    #[inline(always)]
    fn run(self) {
        let Self { finder, segment, out, .. } = self;
        let (open, digit) = (segment.masks.of(Shape::Parenthesis), segment.masks.of(Shape::Digit));
        let lengths = Mask::of(|word| open.word(word) & digit.ahead(word, 1));
        for (word, lengths) in lengths.some(segment.words) {
            each_bit(lengths, segment.at(word), |at| finder.parenthesis(segment.text, at, out));
        }
    }
}

impl<K: Known> Finder<K::Found> for WindowsDns<K> {
    fn needs(&self) -> &'static [Shape] {
        &[Shape::Parenthesis, Shape::Digit]
    }

    fn scan(&self, segment: &Segment<'_>, later: &mut Later, out: &mut K::Found) {
        segment.path.run(Look { finder: self, segment, later, out });
    }
}
