//! The set as the finders see it: what becomes of an address or a name that was read in a text.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::addresses::Addresses;
use crate::found::{Hit, Relation};
use crate::name_set::NameSet;
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

impl Watched {
    /// An IPv4 address stands from `start` to `end`; at `host`, if anywhere, as the host of a URL.
    pub fn v4_found(
        &self,
        text: &[u8],
        span: (usize, usize),
        address: u32,
        host: Option<(usize, usize)>,
        out: &mut Vec<Hit>,
    ) {
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

    /// The same for an IPv6 address, which may be an IPv4 address.
    pub fn v6_found(
        &self,
        text: &[u8],
        span: (usize, usize),
        address: u128,
        host: Option<(usize, usize)>,
        out: &mut Vec<Hit>,
    ) {
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

    /// A name, in lower case, stands from `start` to `end`.
    pub fn name_found(&self, text: &[u8], span: (usize, usize), name: &[u8], out: &mut Vec<Hit>) {
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

fn hit((start, end): (usize, usize), indicator: u32, relation: Relation) -> Hit {
    Hit { start: start as u64, end: end as u64, indicator, relation }
}
