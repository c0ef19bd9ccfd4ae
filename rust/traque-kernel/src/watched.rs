//! The set as the finders see it: what becomes of an address or a name that was read in a text.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::addresses::Addresses;
use crate::chars::lower;
use crate::found::{Hit, Relation};
use crate::known::{Known, Span};
use crate::name_set::NameSet;
use crate::names::{Ending, last_two};
use crate::urls::{Host, Urls};

/// `::ffff:0:0/96` without its last 32 bits: what lies in it is IPv4.
const MAPPED: u128 = 0xffff;

/// Everything that addresses and names are looked up in.
pub struct Watched {
    /// IPv4 addresses and networks, and hosts of URLs.
    pub v4: Addresses<u32>,
    /// IPv6 addresses and networks, and hosts of URLs.
    pub v6: Addresses<u128>,
    /// Domain names, and hosts of URLs.
    pub names: NameSet,
    /// URLs.
    pub urls: Urls,
}

/// Whether an address is an IPv4 address written as an IPv6 one.
#[must_use]
pub fn is_mapped(address: u128) -> bool {
    address >> 32 == MAPPED
}

impl Known for Watched {
    type Found = Vec<Hit>;

    #[inline(always)]
    fn ask_v4(&self, address: u32) -> Option<u64> {
        self.v4.ask(address)
    }

    #[inline(always)]
    fn may_hold_v4(&self, hash: u64) -> bool {
        self.v4.may_hold(hash)
    }

    fn ask_v6(&self, address: u128) -> Option<u64> {
        if is_mapped(address) { None } else { self.v6.ask(address) }
    }

    fn may_hold_v6(&self, hash: u64) -> bool {
        self.v6.may_hold(hash)
    }

    fn has_v6(&self) -> bool {
        !self.v6.is_empty()
    }

    fn may_end_with_digit(&self) -> bool {
        self.names.may_end_with_digit()
    }

    #[inline(always)]
    fn may_begin_last_label(&self, text: &[u8], dot: usize) -> bool {
        self.names.may_begin_last_label(text, dot)
    }

    #[inline(always)]
    fn may_be_last_label(&self, text: &[u8], dot: usize) -> bool {
        self.names.may_be_last_label(text, dot)
    }

    fn ask_name(&self, text: &[u8], ending: Ending) -> Option<u64> {
        last_two(text, ending).and_then(|last_two| self.names.ask(last_two))
    }

    #[inline(always)]
    fn may_hold_name(&self, hash: u64) -> bool {
        self.names.may_hold(hash)
    }

    fn v4_found(&self, text: &[u8], span: Span, address: u32, host: Option<Span>, out: &mut Vec<Hit>) {
        let mut is_host = false;
        self.v4.each(address, |indicator, relation| {
            is_host |= relation == Relation::Host;
            out.push(hit(span, indicator, relation));
        });
        if let Some((start, end)) = host.filter(|_| is_host) {
            let value = Ipv4Addr::from(address).to_string();
            self.urls.at(text, Host { start, end, value: value.as_bytes() }, out);
        }
    }

    fn v6_found(&self, text: &[u8], span: Span, address: u128, host: Option<Span>, out: &mut Vec<Hit>) {
        if is_mapped(address) {
            return self.v4_found(text, span, address as u32, host, out);
        }
        let mut is_host = false;
        self.v6.each(address, |indicator, relation| {
            is_host |= relation == Relation::Host;
            out.push(hit(span, indicator, relation));
        });
        if let Some((start, end)) = host.filter(|_| is_host) {
            let value = format!("[{}]", Ipv6Addr::from(address));
            self.urls.at(text, Host { start, end, value: value.as_bytes() }, out);
        }
    }

    fn name_found(&self, text: &[u8], span: Span, out: &mut Vec<Hit>) {
        self.name_read(text, span, &lower(&text[span.0..span.1]), out);
    }

    fn name_read(&self, text: &[u8], span: Span, name: &[u8], out: &mut Vec<Hit>) {
        let mut is_host = false;
        self.names.each(name, |indicator, relation| {
            is_host |= relation == Relation::Host;
            out.push(hit(span, indicator, relation));
        });
        if is_host {
            self.urls.at(text, Host { start: span.0, end: span.1, value: name }, out);
        }
    }
}

fn hit((start, end): Span, indicator: u32, relation: Relation) -> Hit {
    Hit { start: start as u64, end: end as u64, indicator, relation }
}
