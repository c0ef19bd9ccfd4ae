//! Which of the matches of one indicator are told (the oracle's rules).

use memchr::{memchr, memrchr};

use crate::found::{Hit, Relation};

/// Of the overlapping matches of each indicator in `text` keep the one that begins last, then the
/// shortest; of a URL's host only what stands in a record without the URL. Sorts `hits`.
pub fn choose(text: &[u8], hits: &mut Vec<Hit>) {
    if hits.len() > 1 {
        let is_host = |hit: &Hit| hit.relation == Relation::Host;
        hits.sort_unstable_by_key(|hit| (hit.indicator, is_host(hit), u64::MAX - hit.start, hit.end));
        let mut kept: Option<Hit> = None;
        hits.retain(|hit| {
            let keep = kept.is_none_or(|other| {
                (hit.indicator, is_host(hit)) != (other.indicator, is_host(&other)) || hit.end <= other.start
            });
            if keep {
                kept = Some(*hit);
            }
            keep
        });
        if hits.iter().any(is_host) {
            drop_needless_hosts(text, hits);
        }
        hits.sort_unstable();
    }
}

/// Drop hosts of URLs that stand whole in the same record; `hits` come by indicator, hosts after the others.
fn drop_needless_hosts(text: &[u8], hits: &mut Vec<Hit>) {
    let mut needed = Vec::with_capacity(hits.len());
    for same in hits.chunk_by(|a, b| a.indicator == b.indicator) {
        let (whole, hosts) = same.split_at(same.partition_point(|hit| hit.relation != Relation::Host));
        needed.extend_from_slice(whole);
        let mut hosts = hosts.iter().peekable();
        // Both come from the end of the text to its beginning; look at each record once.
        while let Some(host) = hosts.peek() {
            let record = if whole.is_empty() { 0..text.len() as u64 } else { record_around(text, host.start as usize) };
            let later = whole.partition_point(|hit| hit.start >= record.end);
            let stands_whole = whole.get(later).is_some_and(|hit| hit.start >= record.start);
            while let Some(host) = hosts.next_if(|host| host.start >= record.start) {
                if !stands_whole {
                    needed.push(*host);
                }
            }
        }
    }
    *hits = needed;
}

/// The record in which `at` lies.
fn record_around(text: &[u8], at: usize) -> std::ops::Range<u64> {
    let start = memrchr(b'\n', &text[..at]).map_or(0, |end| end + 1);
    let end = memchr(b'\n', &text[at..]).map_or(text.len(), |length| at + length);
    start as u64..end as u64
}

#[cfg(test)]
mod tests {
    use super::choose;
    use crate::found::{Hit, Relation};

    #[test]
    fn the_last_to_begin_wins_and_a_whole_url_hides_its_host() {
        let hit = |start, end, relation| Hit { start, end, indicator: 0, relation };
        let text = b"evil.example/x evil.example\nevil.example";
        let mut hits = vec![
            hit(0, 14, Relation::Exact),
            hit(0, 12, Relation::Host),
            hit(15, 27, Relation::Host),
            hit(28, 40, Relation::Host),
            hit(29, 40, Relation::Host),
        ];
        choose(text, &mut hits);
        assert_eq!(hits, [hit(0, 14, Relation::Exact), hit(29, 40, Relation::Host)]);
    }
}
