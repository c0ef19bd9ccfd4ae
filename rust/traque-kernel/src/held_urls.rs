//! The URLs at the hosts of some records that a ledger holds.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::readings::{Host, Kind, Reading, Readings};
use crate::sights::record_at;
use crate::stream::without_line_end;
use crate::urls::Site;

/// Lengths of a URL that are held for one host: the shortest, and the longest.
const LENGTHS: usize = 8;

/// Bytes of the URLs that are held of a record, for each of its bytes, and besides.
const URLS_EACH: usize = 16;
const URLS_BESIDES: usize = 4096;

/// Bytes of the longest URL that is held.
const URL_MOST: usize = 4096;

/// Read the URLs at the hosts that were found in records that end there: of each host some lengths, of a record not
/// without limit.
pub fn read_urls(text: &[u8], ends: &[u32], readings: &mut Readings) {
    let mut hosts = std::mem::take(&mut readings.hosts);
    hosts.sort_unstable_by_key(|host| (host.start, host.end));
    hosts.dedup_by_key(|host| (host.start, host.end));
    let (mut record, mut left) = (usize::MAX, 0);
    for host in &hosts {
        let here = record_at(ends, record, host.start);
        if here != record {
            record = here;
            let begin = if here == 0 { 0 } else { ends[here - 1] as usize + 1 };
            let length = without_line_end(&text[begin..ends[here] as usize]).len();
            left = URLS_BESIDES + URLS_EACH * length;
        }
        left = left.saturating_sub(urls_at(text, host, left, readings));
    }
    hosts.clear();
    readings.hosts = hosts;
}

/// Read the URLs at a host, unless they are more than `most` bytes; answered are their bytes, or `most` for too many.
fn urls_at(text: &[u8], host: &Reading<Host>, most: usize, out: &mut Readings) -> usize {
    let (start, end) = (host.start as usize, host.end as usize);
    let value = match host.value {
        Host::V4(address) => Ipv4Addr::from(address).to_string().into_bytes(),
        Host::V6(address) => format!("[{}]", Ipv6Addr::from(address)).into_bytes(),
        Host::Name(name) => name.of(&out.arena).to_vec(),
    };
    let site = Site::read(text, start, end);
    let before = out.mark(Kind::Url);
    let mut bytes = 0;
    let mut add = |start: usize, stop: usize, url: &[u8], marks: usize| {
        if url.len() + marks <= URL_MOST {
            bytes += url.len();
            out.push(Kind::Url, (start, stop), url);
        }
    };
    let (mut bare, mut url) = (Vec::new(), Vec::new());
    for (stop, rest) in site.rests(LENGTHS) {
        bare.clear();
        rest.append(&value, None, &mut bare);
        let mut is_new = bare != value;
        for (start, scheme) in &site.schemes {
            url.clear();
            rest.append(&value, Some(scheme), &mut url);
            is_new &= url != bare;
            url.push(b' ');
            url.extend_from_slice(scheme);
            // It is written with `://`, and held with a blank.
            add(*start, stop, &url, 2);
        }
        if is_new {
            add(start, stop, &bare, 0);
        }
    }
    if bytes > most {
        out.reset(Kind::Url, before);
        return most;
    }
    bytes
}
