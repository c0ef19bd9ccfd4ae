//! What is found in a record that is too long to hold, told when its end is known.
//!
//! Of each indicator only the first match is kept, with one excerpt around it (matches that lie
//! close together share one), so that memory depends on the number of indicators seen and not on
//! the record's length.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::batch::{Batch, Piece, TEXT_CAP};
use crate::found::{Hit, Relation};

/// Once so many bytes of excerpts are kept for a record, further excerpts are short.
const AMPLE: usize = 16 << 20;

/// Length of a short excerpt.
const SHORT: usize = 1 << 10;

/// A long record on its way.
pub struct LongLine {
    /// Where the record starts in the stream.
    offset: u64,
    /// Indicators with a match so far; of URLs, whether only by their host.
    seen: HashMap<u32, bool>,
    /// Pieces whose line and length are not known yet.
    pieces: Batch,
}

impl LongLine {
    /// A record that starts at `offset` of the stream.
    pub fn new(offset: u64) -> Self {
        Self { offset, seen: HashMap::new(), pieces: Batch::default() }
    }

    /// It has ended, as record number `line`.
    pub fn end(mut self, line: u64, length: u64, out: &mut Batch) {
        for record in &mut self.pieces.records {
            record.line = line;
            record.length = length;
        }
        // The host of a URL is told only where the URL itself stands nowhere in the record.
        self.pieces.retain(|hit| hit.relation != Relation::Host || self.seen[&hit.indicator]);
        out.append(self.pieces);
    }

    /// The matches of its next window; `text`, from whose beginning they count, begins `text_at` bytes behind the
    /// record's start.
    pub fn window(&mut self, text: &[u8], text_at: u64, hits: &mut Vec<Hit>) {
        hits.retain(|hit| {
            let is_host = hit.relation == Relation::Host;
            match self.seen.entry(hit.indicator) {
                Entry::Vacant(new) => {
                    new.insert(is_host);
                    true
                }
                Entry::Occupied(mut seen) => !is_host && std::mem::take(seen.get_mut()),
            }
        });
        let mut hits = hits.as_slice();
        while let Some(first) = hits.first() {
            let cap = if self.pieces.texts.len() < AMPLE { TEXT_CAP } else { SHORT };
            let piece = Piece { text, text_at, offset: self.offset, length: 0, line: 0 };
            let end = piece.excerpt(first, cap).end as u64;
            let together = hits.partition_point(|hit| hit.start < end).max(1);
            let (here, later) = hits.split_at(together);
            self.pieces.push(&piece, here, cap);
            hits = later;
        }
    }
}
