//! Mail addresses (the oracle's `email_addr.py`): from the `@` the domain is read, and where it is known, the local part.

use crate::chars::{label_char_before, lower};
use crate::classes::{Look, Mask, Segment, Shape, each_bit};
use crate::engine::Finder;
use crate::escapes;
use crate::found::{Hit, Relation};
use crate::known::{KnownMail, Span};
use crate::names::{at_sign, name_at};
use crate::places::Later;
use crate::set::{Filter, Seed, Texts};
use crate::simd::Work;

/// Characters of the longest local part.
const LOCAL_MOST: usize = 64;

/// Characters of a local part besides those of a label, `.` and `+`; each may also be no part of it.
const OTHERS: &[u8] = b"!#$%&'*/=?^`{|}~";

/// Finds mail addresses.
pub struct Emails<K>(pub K);

/// Mail addresses to look for.
pub struct MailSet {
    texts: Texts,
    seed: Seed,
    domains: Filter,
}

impl KnownMail for MailSet {
    type Found = Vec<Hit>;

    fn may_hold_domain(&self, domain: &[u8]) -> bool {
        self.domains.may_hold(self.seed.bytes(domain))
    }

    fn mail_found(&self, (start, end): Span, address: &[u8], out: &mut Vec<Hit>) {
        out.extend(self.texts.get(address).iter().map(|&indicator| Hit {
            start: start as u64,
            end: end as u64,
            indicator,
            relation: Relation::Exact,
        }));
    }
}

impl MailSet {
    /// Of pairs of address (lower case) and indicator.
    #[must_use]
    pub fn new(pairs: Vec<(&str, u32)>) -> Self {
        let seed = Seed::random();
        let mut domains = Filter::new(pairs.len());
        for (address, _) in &pairs {
            let domain = address.rsplit('@').next().unwrap_or_default();
            domains.insert(seed.bytes(domain.as_bytes()));
        }
        Self { texts: Texts::new(pairs), seed, domains }
    }
}

impl<K: KnownMail> Emails<K> {
    #[inline(never)]
    fn at(&self, text: &[u8], at: usize, out: &mut K::Found) {
        let Some(length) = at_sign(&text[at..]) else { return };
        let domain = at + length;
        let Some(end) = name_at(text, domain) else { return };
        let name = lower(&text[domain..end]);
        if !self.0.may_hold_domain(&name) {
            return;
        }
        let (run, first) = local_run(text, at);
        for start in first..at {
            if start == run || OTHERS.contains(&text[start - 1]) || escapes::end_at(text, start) {
                let begin = start + text[start..at].iter().take_while(|&&byte| byte == b'.').count();
                let mut address = lower(&text[begin..at]);
                address.push(b'@');
                address.extend_from_slice(&name);
                self.0.mail_found((begin, end), &address, out);
            }
        }
    }
}

/// Where the run of local characters begins that ends at `end` (not sought further than one too many), and
/// where the longest local part begins.
fn local_run(text: &[u8], end: usize) -> (usize, usize) {
    let mut at = end;
    for _ in 0..LOCAL_MOST {
        match local_char_before(text, at) {
            Some(length) => at -= length,
            None => return (at, at),
        }
    }
    (at - local_char_before(text, at).unwrap_or(0), at)
}

fn local_char_before(text: &[u8], at: usize) -> Option<usize> {
    let byte = *text[..at].last()?;
    if OTHERS.contains(&byte) || matches!(byte, b'.' | b'+') { Some(1) } else { label_char_before(text, at) }
}

impl<K: KnownMail> Work for Look<'_, Emails<K>, K::Found> {
    type Done = ();

    #[inline(always)]
    fn run(self) {
        let Self { finder, segment, out, .. } = self;
        let [at, percent, digit] = [Shape::At, Shape::Percent, Shape::Digit].map(|shape| segment.masks.of(shape));
        let signs = Mask::of(|word| at.word(word) | percent.word(word) & digit.ahead(word, 1));
        for (word, signs) in signs.some(segment.words) {
            each_bit(signs, segment.at(word), |at| finder.at(segment.text, at, out));
        }
    }
}

impl<K: KnownMail> Finder<K::Found> for Emails<K> {
    fn needs(&self) -> &'static [Shape] {
        &[Shape::At, Shape::Percent, Shape::Digit]
    }

    fn scan(&self, segment: &Segment<'_>, later: &mut Later, out: &mut K::Found) {
        segment.path.run(Look { finder: self, segment, later, out });
    }
}
