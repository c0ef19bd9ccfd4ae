//! URLs (the oracle's `url.py`): around a host, every length and scheme is read.

use memchr::memchr;

use crate::escapes;
use crate::found::{Hit, Relation};
use crate::sorted_texts::SortedTexts;
use crate::url_form::Rest;
use crate::url_text::Extent;

/// Bytes before the host in which the mark (`://`) is looked for.
const WINDOW: usize = 512;

/// Bytes of the longest user information.
const USER_MOST: usize = 256;

const SCHEME_MOST: usize = 32;

/// URL indicators.
pub struct Urls {
    texts: SortedTexts,
    /// The length of the longest, in bytes.
    longest: usize,
}

/// A host in a text.
#[derive(Clone, Copy)]
pub struct Host<'h> {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// As a canonical URL has it.
    pub value: &'h [u8],
}

impl Urls {
    /// Of pairs of spelling and indicator.
    #[must_use]
    pub fn new(pairs: Vec<(&str, u32)>) -> Self {
        let longest = pairs.iter().map(|pair| pair.0.len()).max().unwrap_or(0);
        Self { texts: SortedTexts::new(pairs), longest }
    }

    /// Add to `out` the URLs that stand at `host`.
    pub fn at(&self, text: &[u8], host: Host<'_>, out: &mut Vec<Hit>) {
        let (mut site, mut rest) = (Site::default(), Rest::default());
        site.read(text, host.start, host.end);
        for &length in &site.lengths {
            if significant(&site.extent.bytes[..length]) > 3 * self.longest {
                continue;
            }
            let Some(end) = site.rest(length, &mut rest) else { continue };
            let mut look_up = |start: usize, scheme: Option<&[u8]>| {
                let indicators = self.texts.get(&rest.behind(host.value, scheme));
                out.extend(indicators.iter().map(|&indicator| Hit {
                    start: start as u64,
                    end: end as u64,
                    indicator,
                    relation: Relation::Exact,
                }));
            };
            look_up(host.start, None);
            for (start, scheme) in site.schemes() {
                look_up(start, Some(scheme));
            }
        }
    }
}

/// What stands around a host.
#[derive(Default)]
pub struct Site {
    schemes: Schemes,
    /// The lengths of what follows it that are tried, in order.
    lengths: Vec<usize>,
    extent: Extent,
}

impl Site {
    /// Read it anew, around the host from `start` to `end`.
    pub fn read(&mut self, text: &[u8], start: usize, end: usize) {
        let is_encoded = self.schemes.read(text, start)
            || matches!(text[end..], [b'%', b'2', b'f' | b'F', ..] | [b'%', b'3', b'a' | b'A' | b'f' | b'F', ..]);
        if is_encoded {
            self.extent.encoded(text, end);
        } else {
            self.extent.plain(text, end);
        }
        lengths(text, &self.extent, is_encoded, &mut self.lengths);
    }

    /// The schemes before the host, in lower case, and where each begins.
    pub fn schemes(&self) -> impl Iterator<Item = (usize, &[u8])> {
        self.schemes.all()
    }

    /// Whether nothing stands around the host that a URL could have.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.extent.bytes.is_empty() && self.schemes.starts.is_empty()
    }

    /// Calls `visit` with where it ends, and what follows the host: in the shortest lengths that can be read, and in
    /// the longest, `most` in all. What follows is read into `rest`.
    pub fn rests(&self, most: usize, rest: &mut Rest, mut visit: impl FnMut(usize, &Rest)) {
        // Behind the mark of a fragment nothing is new.
        let fragment = memchr(b'#', &self.extent.bytes).unwrap_or(usize::MAX);
        let lengths = &self.lengths[..self.lengths.partition_point(|&length| length <= fragment)];
        let mut count = 0;
        for (place, &length) in lengths.iter().enumerate() {
            if count + 1 == most {
                let longest = lengths[place..].iter().rev().find_map(|&length| self.rest(length, rest));
                if let Some(stop) = longest {
                    visit(stop, rest);
                }
                return;
            }
            if let Some(stop) = self.rest(length, rest) {
                count += 1;
                visit(stop, rest);
            } else if self.extent.bytes[..length].iter().any(|byte| matches!(byte, b'/' | b'?')) {
                // A path has begun behind what is no port: no longer one is any better.
                return;
            }
        }
    }

    /// Read into `rest` what follows the host in that length: where it ends; None where that is no part of a URL.
    fn rest(&self, length: usize, rest: &mut Rest) -> Option<usize> {
        rest.read(&self.extent.bytes[..length]).then(|| self.extent.places[length])
    }
}

/// How many bytes of a rest count at the least: a canonical form has a third of them or more.
fn significant(rest: &[u8]) -> usize {
    let rest = rest.split(|&byte| byte == b'#').next().unwrap_or(rest);
    let path = rest.split(|&byte| byte == b'?').next().unwrap_or(rest);
    let slashes = path.iter().rev().take_while(|&&byte| byte == b'/').count();
    rest.len() - slashes
}

/// Put in `lengths`, in order, the lengths of `extent` that are tried.
fn lengths(text: &[u8], extent: &Extent, is_encoded: bool, lengths: &mut Vec<usize>) {
    let whole = extent.bytes.len();
    lengths.clear();
    let mut cut = |at: usize| {
        let trailing =
            extent.bytes[..at].iter().rev().take_while(|&&byte| matches!(byte, b'.' | b':' | b'!' | b'?')).count();
        lengths.extend((at - trailing..=at).rev());
    };
    for (at, &byte) in extent.bytes.iter().enumerate() {
        let ends = match byte {
            b',' | b';' | b'\'' | b')' | b']' | b'#' => true,
            b'%' => !is_encoded && escaped_end(&text[extent.places[at]..]),
            _ => false,
        };
        if ends {
            cut(at);
        }
    }
    if extent.whole {
        cut(whole);
    }
    lengths.sort_unstable();
    lengths.dedup();
}

/// Whether `text` begins with a percent-escape, quoted up to three times more, of a byte that ends a URL.
fn escaped_end(text: &[u8]) -> bool {
    let Some(mut rest) = text.strip_prefix(b"%") else { return false };
    for _ in 0..4 {
        let is_end = match *rest {
            [b'0' | b'1', digit, ..] => digit.is_ascii_hexdigit(),
            [b'2', b'0' | b'2', ..]
            | [b'3' | b'5', b'C' | b'c' | b'E' | b'e', ..]
            | [b'6', b'0', ..]
            | [b'7', b'B' | b'b' | b'C' | b'c' | b'D' | b'd' | b'F' | b'f', ..] => true,
            _ => false,
        };
        if is_end {
            return true;
        }
        let Some(quoted) = rest.strip_prefix(b"25") else { return false };
        rest = quoted;
    }
    false
}

/// The schemes of a URL.
#[derive(Default)]
struct Schemes {
    /// Where in the text each begins.
    starts: Vec<usize>,
    /// Where the characters of schemes begin.
    run: usize,
    /// They are these, in lower case.
    lower: Vec<u8>,
}

impl Schemes {
    /// Read them anew, before the host that begins at `host`: whether they are percent-encoded.
    fn read(&mut self, text: &[u8], host: usize) -> bool {
        self.starts.clear();
        let from = host.saturating_sub(WINDOW);
        let window = &text[from..host];
        let encoded = encoded_mark(window);
        if let Some(mark) = encoded.or_else(|| plain_mark(window)) {
            self.read_before(text, from + mark);
        }
        encoded.is_some()
    }

    fn read_before(&mut self, text: &[u8], end: usize) {
        let is_scheme = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(**byte, b'+' | b'.' | b'-');
        let run = end - text[..end].iter().rev().take(SCHEME_MOST + 1).take_while(is_scheme).count();
        let begins = |&start: &usize| {
            let cut = start == run || matches!(text[start - 1], b'+' | b'-' | b'.') || escapes::end_at(text, start);
            cut && text[start].is_ascii_alphabetic()
        };
        let starts = run.max(end.saturating_sub(SCHEME_MOST))..end;
        self.starts.extend(starts.filter(begins));
        self.run = run;
        self.lower.clear();
        self.lower.extend(text[run..end].iter().map(u8::to_ascii_lowercase));
    }

    /// Where each begins, and what it is.
    fn all(&self) -> impl Iterator<Item = (usize, &[u8])> {
        self.starts.iter().map(|&start| (start, &self.lower[start - self.run..]))
    }
}

/// Where `://` with optional user information begins that ends `window`.
fn plain_mark(window: &[u8]) -> Option<usize> {
    if let Some(before) = window.strip_suffix(b"@") {
        let is_user = |byte: &&u8| !(crate::url_text::ends(**byte) || matches!(**byte, b'/' | b'?' | b'#' | b'@'));
        let run = before.iter().rev().take_while(is_user).count();
        let first = before.len() - run;
        let after_escape = first + b"u002f".len();
        return [first, after_escape].into_iter().find_map(|start| {
            let length = before.len().checked_sub(start)?;
            (1..=USER_MOST).contains(&length).then(|| before_slashes(&window[..start]))?
        });
    }
    before_slashes(window)
}

/// Where a colon and two slashes begin that end `window`, each as it is or escaped.
fn before_slashes(window: &[u8]) -> Option<usize> {
    let head = without_slash(without_slash(window)?)?;
    if head.ends_with(b":") {
        return Some(head.len() - 1);
    }
    let escape = head.strip_suffix(b"u003a").or_else(|| head.strip_suffix(b"u003A"))?;
    escape.ends_with(b"\\").then(|| without_backslashes(escape).len())
}

fn without_slash(window: &[u8]) -> Option<&[u8]> {
    if let Some(head) = window.strip_suffix(b"/") {
        return Some(without_backslashes(head));
    }
    let escape = window.strip_suffix(b"u002f").or_else(|| window.strip_suffix(b"u002F"))?;
    escape.ends_with(b"\\").then(|| without_backslashes(escape))
}

fn without_backslashes(window: &[u8]) -> &[u8] {
    &window[..window.iter().rposition(|&byte| byte != b'\\').map_or(0, |at| at + 1)]
}

/// Where `%3A%2F%2F` with optional user information begins that ends `window`: the first such place.
fn encoded_mark(window: &[u8]) -> Option<usize> {
    const MARK: usize = b"%3A%2F%2F".len();
    let is_mark = |at: usize| window.get(at..at + MARK).is_some_and(|mark| mark.eq_ignore_ascii_case(b"%3a%2f%2f"));
    if let Some(before) = window.strip_suffix(b"%40") {
        let is_user = |byte: &&u8| byte.is_ascii_alphanumeric() || b"%._~!*'()-".contains(*byte);
        let run = before.iter().rev().take(USER_MOST + MARK).take_while(is_user).count();
        return (before.len() - run..before.len().saturating_sub(MARK)).find(|&at| is_mark(at));
    }
    let at = window.len().checked_sub(MARK)?;
    is_mark(at).then_some(at)
}
