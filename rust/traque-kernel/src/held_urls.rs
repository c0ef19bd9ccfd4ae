//! The URLs at the hosts of some records that a ledger holds.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::readings::{Host, Kind, Reading, Readings};
use crate::sights::record_at;
use crate::stream::without_line_end;
use crate::url_form::Rest;
use crate::urls::Site;

/// Lengths of a URL that are held for one host: the shortest, and the longest.
const LENGTHS: usize = 8;

/// Bytes of the URLs that are held of a record, for each of its bytes, and besides.
const URLS_EACH: usize = 16;
const URLS_BESIDES: usize = 4096;

/// Bytes of the longest URL that is held.
const URL_MOST: usize = 4096;

/// Read the URLs at the hosts that were found in records that end there: of each host some lengths, of a record not
/// without limit, and none in which something inside can be read.
pub fn read_urls(text: &[u8], ends: &[u32], readings: &mut Readings) {
    let mut hosts = std::mem::take(&mut readings.hosts);
    hosts.sort_by_key(|host| u64::from(host.start) << 32 | u64::from(host.end));
    hosts.dedup_by_key(|host| (host.start, host.end));
    let mut reader = Reader::default();
    let (mut record, mut left) = (usize::MAX, 0);
    for host in &hosts {
        let here = record_at(ends, record, host.start);
        if here != record {
            record = here;
            let begin = if here == 0 { 0 } else { ends[here - 1] as usize + 1 };
            let length = without_line_end(&text[begin..ends[here] as usize]).len();
            left = URLS_BESIDES + URLS_EACH * length;
        }
        left = left.saturating_sub(reader.urls_at(text, host, left, readings));
    }
    hosts.clear();
    readings.hosts = hosts;
}

/// Reads the URLs at one host after the other.
#[derive(Default)]
struct Reader {
    site: Site,
    rest: Rest,
    /// The host as a URL has it.
    host: Vec<u8>,
    /// A URL without a scheme.
    bare: Vec<u8>,
    /// What comes after the scheme of a URL with one, then a blank and the scheme.
    url: Vec<u8>,
}

impl Reader {
    /// Read the URLs at a host, unless they are more than `most` bytes; answered are their bytes, or `most` for too
    /// many.
    fn urls_at(&mut self, text: &[u8], at: &Reading<Host>, most: usize, out: &mut Readings) -> usize {
        let Self { site, rest, host, bare, url } = self;
        let (start, end) = (at.start as usize, at.end as usize);
        site.read(text, start, end);
        if site.is_bare() {
            return 0;
        }
        host.clear();
        match at.value {
            Host::V4(address) => host.extend(Ipv4Addr::from(address).to_string().bytes()),
            Host::V6(address) => host.extend(format!("[{}]", Ipv6Addr::from(address)).bytes()),
            Host::Name(name) => host.extend_from_slice(name.of(&out.arena)),
        }
        let before = out.mark(Kind::Url);
        let hidden = std::mem::take(&mut out.hidden);
        let mut bytes = 0;
        let mut add = |start: usize, stop: usize, url: &[u8], marks: usize| {
            if url.len() + marks <= URL_MOST {
                bytes += url.len();
                out.push(Kind::Url, (start, stop), url);
            }
        };
        site.rests(LENGTHS, rest, |stop, rest| {
            if hidden.has_any((start, stop)) {
                return;
            }
            bare.clear();
            rest.append(host, None, bare);
            let mut is_new = bare != host;
            for (start, scheme) in site.schemes() {
                url.clear();
                rest.append(host, Some(scheme), url);
                is_new &= url != bare;
                url.push(b' ');
                url.extend_from_slice(scheme);
                // It is written with `://`, and held with a blank.
                add(start, stop, url, 2);
            }
            if is_new {
                add(start, stop, bare, 0);
            }
        });
        out.hidden = hidden;
        if bytes > most {
            out.reset(Kind::Url, before);
            return most;
        }
        bytes
    }
}
