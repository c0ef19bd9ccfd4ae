//! A record that is too long to hold: scanned window by window, told when its end is known.
//!
//! Of each indicator only the first match is kept, with one excerpt around it (matches that lie
//! close together share one), so that memory depends on the number of indicators seen and not on
//! the record's length.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;

use crate::batch::{Batch, Piece, TEXT_CAP};
use crate::classes::Masks;
use crate::engine::Engine;
use crate::found::{Hit, Relation};
use crate::scanner::{CONTEXT, WINDOW};

/// Once so many bytes of excerpts are kept for a record, further excerpts are short.
const AMPLE: usize = 16 << 20;

/// Length of a short excerpt.
const SHORT: usize = 1 << 10;

/// A long record on its way. Places count from the record's start, unless said otherwise.
pub struct LongLine {
    /// Where the record starts in the stream.
    offset: u64,
    /// Where the bytes that the scanner carries start.
    carry_at: u64,
    /// Where the next window starts.
    next: u64,
    /// Indicators with a match so far; of URLs, whether only by their host.
    seen: HashMap<u32, bool>,
    /// Pieces whose line and length are not known yet.
    pieces: Batch,
}

impl LongLine {
    /// A record that starts at `offset` of the stream.
    pub fn new(offset: u64) -> Self {
        Self { offset, carry_at: 0, next: 0, seen: HashMap::new(), pieces: Batch::default() }
    }

    /// Scan the windows that `carry` shows whole, and drop from it what no later window needs.
    pub fn windows(&mut self, carry: &mut Vec<u8>, engine: &Engine, masks: &mut Masks, hits: &mut Vec<Hit>) {
        let mut done = 0;
        loop {
            let own = (self.next - self.carry_at) as usize;
            let shown = own + WINDOW + CONTEXT;
            if carry.len() - done < shown {
                break;
            }
            self.window(&carry[done..done + shown], own..own + WINDOW, engine, masks, hits);
            self.next += WINDOW as u64;
            let drop = own + WINDOW - CONTEXT;
            done += drop;
            self.carry_at += drop as u64;
        }
        carry.drain(..done);
    }

    /// Scan the rest of the record, and tell of it as record number `line`.
    pub fn end(
        mut self,
        rest: &[u8],
        line: u64,
        engine: &Engine,
        masks: &mut Masks,
        hits: &mut Vec<Hit>,
        out: &mut Batch,
    ) {
        let own = (self.next - self.carry_at) as usize;
        self.window(rest, own..rest.len(), engine, masks, hits);
        let length = self.carry_at + rest.len() as u64;
        for record in &mut self.pieces.records {
            record.line = line;
            record.length = length;
        }
        // The host of a URL is told only where the URL itself stands nowhere in the record.
        self.pieces.retain(|hit| hit.relation != Relation::Host || self.seen[&hit.indicator]);
        out.append(self.pieces);
    }

    fn window(&mut self, text: &[u8], own: Range<usize>, engine: &Engine, masks: &mut Masks, hits: &mut Vec<Hit>) {
        engine.find(text, own, masks, hits);
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
            let piece = Piece { text, text_at: self.carry_at, offset: self.offset, length: 0, line: 0 };
            let end = piece.excerpt(first, cap).end as u64;
            let together = hits.partition_point(|hit| hit.start < end).max(1);
            let (here, later) = hits.split_at(together);
            self.pieces.push(&piece, here, cap);
            hits = later;
        }
    }
}
