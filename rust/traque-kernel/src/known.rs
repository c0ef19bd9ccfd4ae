//! What becomes of the values that finders read in a text: looked up in a set, or all of them kept.

use crate::names::Ending;

/// Where a value stands: its first byte, and one past its last.
pub type Span = (usize, usize);

/// What addresses and names are wanted, and what is done with those that are read.
///
/// What says that something *may* be wanted saves reading it; false is certain.
pub trait Known: Send + Sync {
    /// Where they are put.
    type Found;

    /// The hash of an IPv4 address, by which [`Self::may_hold_v4`] will be asked soon; None if there is nothing to ask.
    fn ask_v4(&self, address: u32) -> Option<u64>;

    /// Whether an address of that hash may be wanted.
    fn may_hold_v4(&self, hash: u64) -> bool;

    /// The same for IPv6 addresses.
    fn ask_v6(&self, address: u128) -> Option<u64>;

    /// Whether an address of that hash may be wanted.
    fn may_hold_v6(&self, hash: u64) -> bool;

    /// Whether any IPv6 address may be wanted, besides those that are IPv4 addresses.
    fn has_v6(&self) -> bool;

    /// Whether a name's last label may begin with a digit.
    fn may_end_with_digit(&self) -> bool;

    /// Whether what follows the dot at `dot` may begin the last label of a name that is wanted.
    fn may_begin_last_label(&self, text: &[u8], dot: usize) -> bool;

    /// Whether the label after the dot at `dot` may be the last one of a name that is wanted.
    fn may_be_last_label(&self, text: &[u8], dot: usize) -> bool;

    /// A hash of a name with that ending, by which [`Self::may_hold_name`] will be asked soon; None if there is nothing
    /// to ask.
    fn ask_name(&self, text: &[u8], ending: Ending) -> Option<u64>;

    /// Whether a name of that hash may be wanted.
    fn may_hold_name(&self, hash: u64) -> bool;

    /// An IPv4 address stands in a span; at `host`, if anywhere, as the host of a URL.
    fn v4_found(&self, text: &[u8], span: Span, address: u32, host: Option<Span>, out: &mut Self::Found);

    /// The same for an IPv6 address, which may be an IPv4 address.
    fn v6_found(&self, text: &[u8], span: Span, address: u128, host: Option<Span>, out: &mut Self::Found);

    /// A name stands in a span as it is written.
    fn name_found(&self, text: &[u8], span: Span, out: &mut Self::Found);

    /// A name, in lower case, stands in a span in another form.
    fn name_read(&self, text: &[u8], span: Span, name: &[u8], out: &mut Self::Found);
}

/// What mail addresses are wanted.
pub trait KnownMail: Send + Sync {
    /// Where they are put.
    type Found;

    /// Whether an address with this domain (in lower case) may be wanted; false is certain.
    fn may_hold_domain(&self, domain: &[u8]) -> bool;

    /// An address, in lower case, stands in a span.
    fn mail_found(&self, span: Span, address: &[u8], out: &mut Self::Found);
}

/// What hashes are wanted.
pub trait KnownHash: Send + Sync {
    /// Where they are put.
    type Found;

    /// The numbers of hex digits that they have.
    fn digits(&self) -> &[usize];

    /// Whether a hash is wanted.
    fn holds(&self, hash: &[u8]) -> bool;

    /// A hash that is wanted stands in a span.
    fn hash_found(&self, span: Span, hash: &[u8], out: &mut Self::Found);
}
