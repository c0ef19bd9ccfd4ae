//! Finds everything that can be read in a text, whatever it is: what a ledger holds of it.
//!
//! The rules are those of `traque.ledger.oracle`: every reading of the kinds whose values show by themselves, but for
//! what is inside and has no pseudonym, and for names that are none on the Internet (by their last label) or an address
//! written backwards.

use std::sync::Arc;

use crate::chars::{is_label_byte, lower};
use crate::classes::{Look, Segment, Shape, each_bit};
use crate::domains::Domains;
use crate::emails::Emails;
use crate::engine::{Finder, Finders};
use crate::hashes::Hashes;
use crate::held_names::{FILE_ENDING_MOST, is_file_ending, is_held};
use crate::inside::Inside;
use crate::ipv4::Ipv4;
use crate::ipv6::Ipv6;
use crate::known::{Known, KnownHash, KnownMail, Span};
use crate::names::Ending;
use crate::places::Later;
use crate::readings::{Host, Kept, Kind, Reading, Readings};
use crate::simd::{Path, Work};
use crate::watched::is_mapped;
use crate::windows_dns::WindowsDns;

/// What is read: everything but what is inside and has no pseudonym.
pub struct Everything {
    inside: Arc<Inside>,
}

impl Everything {
    /// The finders of everything.
    #[must_use]
    pub fn finders(inside: &Arc<Inside>, path: Path) -> Finders<Readings> {
        let known = Arc::new(Self { inside: Arc::clone(inside) });
        let all: Vec<Box<dyn Finder<Readings>>> = vec![
            Box::new(Ipv4(Arc::clone(&known))),
            Box::new(Ipv6(Arc::clone(&known))),
            Box::new(Domains(Arc::clone(&known))),
            Box::new(WindowsDns(known)),
            Box::new(Emails(AllMail(Arc::clone(inside)))),
            Box::new(Hashes(AllHashes)),
            Box::new(Ends),
        ];
        Finders::new(path, all)
    }

    fn name(text: &[u8], span: Span, name: Kept, out: &mut Readings) {
        if !is_key(text, span.1) {
            out.holes.name(span);
        }
        out.written[0].push(Reading::new(span, name));
        if may_be_in_url(text, span) {
            out.hosts.push(Reading::new(span, Host::Name(name)));
        }
    }
}

impl Known for Everything {
    type Found = Readings;

    #[inline(always)]
    fn ask_v4(&self, _: u32) -> Option<u64> {
        None
    }

    fn may_hold_v4(&self, _: u64) -> bool {
        true
    }

    #[inline(always)]
    fn ask_v6(&self, _: u128) -> Option<u64> {
        None
    }

    fn may_hold_v6(&self, _: u64) -> bool {
        true
    }

    fn has_v6(&self) -> bool {
        true
    }

    fn may_end_with_digit(&self) -> bool {
        false
    }

    #[inline(always)]
    fn may_begin_last_label(&self, text: &[u8], dot: usize) -> bool {
        text.get(dot + 1).is_some_and(|&byte| byte >= 0x80 || is_label_byte(byte))
    }

    #[inline(always)]
    fn may_be_last_label(&self, text: &[u8], dot: usize) -> bool {
        let label = &text[dot + 1..text.len().min(dot + 2 + FILE_ENDING_MOST)];
        let end = label.iter().position(|&byte| !is_label_byte(byte));
        end.is_none_or(|end| label[end] >= 0x80 || !is_file_ending(&label[..end]))
    }

    #[inline(always)]
    fn ask_name(&self, _: &[u8], _: Ending) -> Option<u64> {
        None
    }

    fn may_hold_name(&self, _: u64) -> bool {
        true
    }

    fn v4_found(&self, text: &[u8], span: Span, address: u32, host: Option<Span>, out: &mut Readings) {
        out.holes.v4(span, address);
        if self.inside.networks.hold_v4(address) {
            out.hidden.addresses.push(span);
            if self.inside.has_pseudonyms() {
                out.v4.push(Reading::new(span, address));
            }
            return;
        }
        out.v4.push(Reading::new(span, address));
        if let Some(host) = host.filter(|&host| may_be_in_url(text, host)) {
            out.hosts.push(Reading::new(host, Host::V4(address)));
        }
    }

    fn v6_found(&self, text: &[u8], span: Span, address: u128, host: Option<Span>, out: &mut Readings) {
        if is_mapped(address) {
            return self.v4_found(text, span, address as u32, host, out);
        }
        out.holes.v6(span, address);
        if self.inside.networks.hold_v6(address) {
            out.hidden.addresses.push(span);
            if self.inside.has_pseudonyms() {
                out.v6.push(Reading::new(span, address));
            }
            return;
        }
        out.v6.push(Reading::new(span, address));
        if let Some(host) = host.filter(|&host| may_be_in_url(text, host)) {
            out.hosts.push(Reading::new(host, Host::V6(address)));
        }
    }

    fn name_found(&self, text: &[u8], span: Span, out: &mut Readings) {
        let written = &text[span.0..span.1];
        if !written.is_ascii() {
            self.name_read(text, span, &lower(written), out);
        } else if is_held(written) {
            let name = Kept::new(written, &mut out.arena);
            name.of_mut(&mut out.arena).make_ascii_lowercase();
            Self::name(text, span, name, out);
        }
    }

    fn name_read(&self, text: &[u8], span: Span, name: &[u8], out: &mut Readings) {
        if is_held(name) {
            let name = Kept::new(name, &mut out.arena);
            Self::name(text, span, name, out);
        }
    }
}

struct AllMail(Arc<Inside>);

impl KnownMail for AllMail {
    type Found = Readings;

    fn may_hold_domain(&self, _: &[u8]) -> bool {
        true
    }

    fn mail_found(&self, span: Span, address: &[u8], out: &mut Readings) {
        if address[0] != b'@' {
            out.holes.mail(span);
            if self.0.hold_mail(address) {
                out.hidden.mails.push(span);
                if !self.0.has_pseudonyms() {
                    return;
                }
            }
            out.push(Kind::EmailAddr, span, address);
        }
    }
}

/// Finds where records end.
struct Ends;

impl Work for Look<'_, Ends, Readings> {
    type Done = ();

    #[inline(always)]
    fn run(self) {
        let Self { segment, out, .. } = self;
        for (word, feeds) in segment.masks.of(Shape::LineFeed).some(segment.words) {
            each_bit(feeds, segment.at(word), |end| out.ends.push(end as u32));
        }
    }
}

impl Finder<Readings> for Ends {
    fn needs(&self) -> &'static [Shape] {
        &[Shape::LineFeed]
    }

    fn scan(&self, segment: &Segment<'_>, later: &mut Later, out: &mut Readings) {
        segment.path.run(Look { finder: self, segment, later, out });
    }
}

struct AllHashes;

impl KnownHash for AllHashes {
    type Found = Readings;

    fn digits(&self) -> &[usize] {
        &[32, 40, 64, 128]
    }

    fn holds(&self, _: &[u8]) -> bool {
        true
    }

    fn hash_found(&self, span: Span, hash: &[u8], out: &mut Readings) {
        let kind = match hash.len() {
            16 => Kind::Md5,
            20 => Kind::Sha1,
            32 => Kind::Sha256,
            _ => Kind::Sha512,
        };
        out.push(kind, span, hash);
    }
}

/// Whether what ends at a place names the value after it.
fn is_key(text: &[u8], end: usize) -> bool {
    matches!(
        text[end..],
        [b'=', ..] | [b'"' | b'\'', b':' | b'=', ..] | [b'\\', b'"', b':', ..] | [b'"', b' ', b':', ..]
    )
}

/// Whether a URL that is more than its host may stand at a host, as far as the bytes beside it tell.
#[inline]
fn may_be_in_url(text: &[u8], (start, end): Span) -> bool {
    let goes_on = |at: usize| matches!(text.get(at), Some(b'/' | b'?' | b'%' | b'\\' | b'&'));
    let has_port = |at: usize| {
        text.get(at) == Some(&b':') && (goes_on(at + 1) || text.get(at + 1).is_some_and(u8::is_ascii_digit))
    };
    goes_on(end)
        || has_port(end)
        || text.get(end) == Some(&b'.') && (goes_on(end + 1) || has_port(end + 1))
        || matches!(text[..start].last(), Some(b'/' | b'@' | b'f' | b'F' | b'0'))
}
