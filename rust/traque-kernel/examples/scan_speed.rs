//! Measures the kernel alone: `scan_speed INDICATORS LOG...`, or `scan_speed - LOG...` for collecting everything.
//!
//! INDICATORS has a line `kind<TAB>form<TAB>below` (below: 0 or 1) for each indicator. Printed are what the set takes in
//! memory and, for the best of five rounds, how fast its one thread scanned the logs in processor time.

use std::error::Error;
use std::sync::Arc;
use std::{env, fs};

use traque_kernel::{
    Batch, Collector, Engine, Inside, Networks, Path, Scanner, SourceClock, Spelling, Stamp, TimeRule,
};

/// Bytes that are fed at once.
const CHUNK: usize = 1 << 20;

/// Rounds of which the best counts.
const ROUNDS: usize = 5;

/// Layouts and anchors of the times in the logs.
const RULES: [(&str, &str); 7] = [
    ("fortigate", ""),
    ("epoch", ""),
    ("iso", ""),
    ("syslog", ""),
    ("iso", "\"timestamp\":"),
    ("epoch", "\"ts\":"),
    ("clf", "["),
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(indicators), logs) = (arguments.next(), arguments.collect::<Vec<_>>()) else {
        return Err("usage: scan_speed INDICATORS LOG...".into());
    };
    if indicators == "-" {
        return collect(&logs);
    }
    let list = fs::read_to_string(indicators)?;
    let count = list.lines().count();
    let before = resident()?;
    let engine = Arc::new(Engine::new(list.lines().enumerate().filter_map(|(number, line)| {
        let mut fields = line.split('\t');
        let (kind, form) = (fields.next()?, fields.next()?);
        Some(Spelling { kind, form, indicator: number as u32, below: fields.next() == Some("1") })
    }))?);
    let grown = resident()?.saturating_sub(before);
    let texts = logs.iter().map(fs::read).collect::<Result<Vec<_>, _>>()?;
    let bytes: usize = texts.iter().map(Vec::len).sum();
    let rules = rules();
    let mut best = u64::MAX;
    let mut found = (0, 0);
    for _ in 0..ROUNDS {
        let started = processor_time()?;
        found = (0, 0);
        for text in &texts {
            let mut scanner = Scanner::new(Arc::clone(&engine), rules.clone());
            for chunk in text.chunks(CHUNK) {
                let mut batch = Batch::default();
                scanner.feed(chunk, &mut batch);
                found = (found.0 + batch.records.len(), found.1 + batch.hits.len());
            }
            scanner.finish(&mut Batch::default());
        }
        best = best.min(processor_time()? - started);
    }
    let speed = bytes as u64 * 1000 / best.max(1);
    let each = grown / count.max(1) as u64;
    println!("{count} indicators, {each} bytes each; {speed} MB/s; {} records, {} hits", found.0, found.1);
    Ok(())
}

/// How fast all that stands in the logs is collected.
fn collect(logs: &[String]) -> Result<(), Box<dyn Error>> {
    for log in logs {
        let text = fs::read(log)?;
        let mut best = u64::MAX;
        let mut rows = 0;
        for _ in 0..ROUNDS {
            let started = processor_time()?;
            let inside = Inside { networks: Networks::new(&[("10.0.0.0".parse()?, 8)]), ..Inside::default() };
            let mut collector = Collector::new(Path::best(), rules(), inside);
            for chunk in text.chunks(CHUNK) {
                collector.feed(chunk, &mut Utc, &mut Vec::new());
            }
            collector.finish(&mut Utc, &mut Vec::new());
            best = best.min(processor_time()? - started);
            rows = collector.rows();
        }
        println!("{log}: {} MB/s; {rows} rows", text.len() as u64 * 1000 / best.max(1));
    }
    Ok(())
}

/// A clock for logs in UTC and of the year 2000.
struct Utc;

impl SourceClock for Utc {
    fn shift(&mut self, _: Stamp) -> Option<i64> {
        Some(0)
    }

    fn moment(&mut self, stamp: Stamp) -> Option<i64> {
        Some(stamp.us)
    }
}

fn rules() -> Vec<TimeRule> {
    RULES.iter().filter_map(|(layout, anchor)| TimeRule::new(layout, anchor.as_bytes(), -1, b"")).collect()
}

/// Nanoseconds that this thread has run.
fn processor_time() -> Result<u64, Box<dyn Error>> {
    let fields = fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(fields.split(' ').next().unwrap_or_default().parse()?)
}

/// Bytes of this process in memory.
fn resident() -> Result<u64, Box<dyn Error>> {
    let fields = fs::read_to_string("/proc/self/statm")?;
    Ok(fields.split(' ').nth(1).unwrap_or_default().parse::<u64>()? * 4096)
}
