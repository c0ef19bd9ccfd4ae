//! What some chunks brought, packed: few large columns instead of many small objects.

use std::ops::Range;

use crate::found::Hit;
use crate::samples::Sample;

/// Bytes of a record that are kept around its first match.
pub const TEXT_CAP: usize = 1 << 16;

/// A record with matches. Places count from the start of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// First byte.
    pub offset: u64,
    /// Bytes, without the line end.
    pub length: u64,
    /// Its number, from 1.
    pub line: u64,
    /// Where the kept text begins.
    pub text_offset: u64,
    /// One past its kept text in [`Batch::texts`]; it begins where the record before ends.
    pub text_end: usize,
    /// One past its hits in [`Batch::hits`], likewise.
    pub hits_end: usize,
}

/// Records with matches and the times of sampled records, both in stream order.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Records with matches.
    pub records: Vec<Record>,
    /// Their matches, sorted in each record.
    pub hits: Vec<Hit>,
    /// Their texts, one after the other.
    pub texts: Vec<u8>,
    /// Times.
    pub samples: Vec<Sample>,
}

/// A text that holds a record, or a window of a long one.
pub struct Piece<'t> {
    /// Its bytes, without the line end.
    pub text: &'t [u8],
    /// Where the text begins in the record.
    pub text_at: u64,
    /// Where the record begins in the stream.
    pub offset: u64,
    /// The record's length.
    pub length: u64,
    /// The record's number.
    pub line: u64,
}

impl Piece<'_> {
    /// The part of the text that is kept, `cap` bytes at most around `hit` (whose places count from the text's start).
    pub fn excerpt(&self, hit: &Hit, cap: usize) -> Range<usize> {
        let length = self.text.len();
        let start = (hit.start as usize).saturating_sub(cap / 2).min(length.saturating_sub(cap));
        start..length.min(start + cap)
    }
}

impl Batch {
    /// Add `piece` with its `hits` (at least one; their places count from the text's start).
    pub fn push(&mut self, piece: &Piece<'_>, hits: &[Hit], cap: usize) {
        let kept = piece.excerpt(&hits[0], cap);
        let base = piece.offset + piece.text_at;
        self.texts.extend_from_slice(&piece.text[kept.clone()]);
        self.hits.extend(hits.iter().map(|hit| Hit { start: hit.start + base, end: hit.end + base, ..*hit }));
        self.records.push(Record {
            offset: piece.offset,
            length: piece.length,
            line: piece.line,
            text_offset: base + kept.start as u64,
            text_end: self.texts.len(),
            hits_end: self.hits.len(),
        });
    }

    /// Keep only the hits for which `wanted` holds, and the records that still have one.
    pub fn retain(&mut self, wanted: impl Fn(&Hit) -> bool) {
        if self.hits.iter().all(&wanted) {
            return;
        }
        let all = std::mem::take(self);
        let (mut texts, mut hits) = (0, 0);
        for record in all.records {
            let text = &all.texts[texts..record.text_end];
            let left = all.hits[hits..record.hits_end].iter().copied().filter(&wanted);
            (texts, hits) = (record.text_end, record.hits_end);
            let before = self.hits.len();
            self.hits.extend(left);
            if self.hits.len() > before {
                self.texts.extend_from_slice(text);
                self.records.push(Record { text_end: self.texts.len(), hits_end: self.hits.len(), ..record });
            }
        }
    }

    /// What a part of a stream brought, `before` records behind its beginning; without the samples.
    #[must_use]
    pub fn in_file(mut self, before: u64) -> Self {
        for record in &mut self.records {
            record.line += before;
        }
        Self { samples: Vec::new(), ..self }
    }

    /// Add all that `later` holds.
    pub fn append(&mut self, later: Self) {
        let (texts, hits) = (self.texts.len(), self.hits.len());
        self.texts.extend(later.texts);
        self.hits.extend(later.hits);
        self.samples.extend(later.samples);
        self.records.extend(later.records.into_iter().map(|record| Record {
            text_end: record.text_end + texts,
            hits_end: record.hits_end + hits,
            ..record
        }));
    }
}
