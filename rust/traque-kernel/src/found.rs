//! What the finders yield, and what a batch carries to whoever asked.

/// How a found value relates to its indicator. The numbers are part of the packed form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Relation {
    /// The same value.
    Exact = 0,
    /// A name below the indicator's name.
    Subdomain = 1,
    /// An address in the indicator's network.
    Network = 2,
    /// Only the host of a URL.
    Host = 3,
}

/// A match: a span of bytes and the indicator that stands there.
///
/// Finders count from the start of the text they are given, batches from the start of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hit {
    /// First byte.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
    /// Place in the list that the engine was made of.
    pub indicator: u32,
    /// Exact, or how else.
    pub relation: Relation,
}
