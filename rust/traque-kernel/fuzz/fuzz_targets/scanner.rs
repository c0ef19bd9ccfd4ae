//! A stream gives the same records, hits, texts and samples however it is cut into chunks.
//!
//! The first bytes of an input say where to cut, and whether a stretch of filler makes one record
//! longer than the scanner's windows; the rest is the stream.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use traque_kernel::{Batch, Engine, Hit, Record, Sample, Scanner, Spelling, TimeRule};

/// Every kind, near misses of each other among them.
const SET: &[(&str, &str)] = &[
    ("ipv4-addr", "192.0.2.1"),
    ("ipv4-addr", "198.51.100.0"),
    ("ipv4-net", "203.0.113.0/25"),
    ("ipv6-addr", "2001:db8::1"),
    ("ipv6-addr", "2001:db8::1:443"),
    ("ipv6-net", "2001:db8:0:1::/64"),
    ("domain-name", "evil.example"),
    ("domain-name", "vil.example"),
    ("domain-name", "xn--bcher-kva.example"),
    ("url", "http://evil.example/gate.php?id=1&b=2"),
    ("url", "http://192.0.2.1/A/b"),
    ("email-addr", "user@evil.example"),
    ("md5", "f1d2c3b4a5968778695a4b3c2d1e0f00"),
    ("sha1", "0123456789abcdef0123456789abcdef01234567"),
];

static ENGINE: LazyLock<Arc<Engine>> = LazyLock::new(|| {
    let spellings =
        SET.iter().zip(0..).map(|(&(kind, form), indicator)| Spelling { kind, form, indicator, below: true });
    Arc::new(Engine::new(spellings).expect("the set is in canonical form"))
});

/// Bytes of filler: beyond a window of the scanner and what it looks at on each side.
const LONG: usize = (1 << 20) + (1 << 17);

/// All that a scan yields, without the columns' own places.
type Found = (Vec<(Record, Vec<Hit>, Vec<u8>)>, Vec<Sample>, u64);

fn scan<'d>(chunks: impl Iterator<Item = &'d [u8]>) -> Found {
    let rules = ["iso", "syslog", "clf"].iter().filter_map(|layout| TimeRule::new(layout, b"", -1, b"")).collect();
    let mut scanner = Scanner::new(Arc::clone(&ENGINE), rules);
    let (mut records, mut samples) = (Vec::new(), Vec::new());
    let mut take = |batch: Batch| {
        let (mut text_at, mut hits_at) = (0, 0);
        for record in &batch.records {
            let hits = batch.hits[hits_at..record.hits_end].to_vec();
            let text = batch.texts[text_at..record.text_end].to_vec();
            (text_at, hits_at) = (record.text_end, record.hits_end);
            assert!(!hits.is_empty(), "a record without a hit");
            assert!(hits.iter().all(|hit| record.offset <= hit.start && hit.end <= record.offset + record.length));
            records.push((Record { text_end: 0, hits_end: 0, ..record.clone() }, hits, text));
        }
        samples.extend(batch.samples);
    };
    for chunk in chunks {
        let mut batch = Batch::default();
        scanner.feed(chunk, &mut batch);
        take(batch);
    }
    let mut batch = Batch::default();
    scanner.finish(&mut batch);
    take(batch);
    (records, samples, scanner.records())
}

fuzz_target!(|data: &[u8]| {
    let Some((&[step, other, place, long], text)) = data.split_first_chunk::<4>() else { return };
    let mut stream = text.to_vec();
    if long == 255 {
        let at = usize::from(place).min(stream.len());
        stream.splice(at..at, std::iter::repeat_n(b'a' ^ (place & 1), LONG));
    }
    let whole = scan(std::iter::once(stream.as_slice()));
    let sizes = [usize::from(step) + 1, usize::from(other) * if long == 255 { 4096 } else { 1 } + 1];
    let mut rest = stream.as_slice();
    let mut turn = 0;
    let cut = scan(std::iter::from_fn(|| {
        turn ^= 1;
        let (chunk, left) = rest.split_at(sizes[turn].min(rest.len()));
        rest = left;
        (!chunk.is_empty()).then_some(chunk)
    }));
    assert!(whole == cut, "{} records in one chunk, {} in pieces of {sizes:?}", whole.0.len(), cut.0.len());
});
