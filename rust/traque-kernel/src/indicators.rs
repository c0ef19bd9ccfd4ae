//! Indicators by kind: from text in canonical form to the sets that the finders read.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;
use std::sync::Arc;

use crate::addresses::Addresses;
use crate::domains::Domains;
use crate::emails::{Emails, MailSet};
use crate::engine::Finder;
use crate::fingerprints::Fingerprints;
use crate::hashes::{self, HashSet, Hashes};
use crate::ipv4::Ipv4;
use crate::ipv6::Ipv6;
use crate::literals::{self, Literals};
use crate::name_set::{NameSet, Use};
use crate::urls::Urls;
use crate::watched::Watched;
use crate::windows_dns::WindowsDns;

/// Indicators are numbered below this, so that a set may mark some.
pub const MOST: u32 = 1 << 30;

/// One of the forms in which a record may hold an indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spelling<'a> {
    /// The kind, by its STIX name, or what its finder is called.
    pub kind: &'a str,
    /// The form.
    pub form: &'a str,
    /// What hits call the indicator; below 2^30.
    pub indicator: u32,
    /// Of a name: whether the names below it match too.
    pub below: bool,
}

/// An indicator that cannot be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// Which one.
    pub indicator: u32,
    /// What is wrong.
    pub why: &'static str,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "indicator {}: {}", self.indicator, self.why)
    }
}

impl std::error::Error for Malformed {}

/// All indicators, sorted by kind.
#[derive(Default)]
pub struct Indicators<'a> {
    v4: Vec<(u32, u32)>,
    v4_nets: Vec<(u32, u32, u32)>,
    v4_hosts: Vec<(u32, u32)>,
    v6: Vec<(u128, u32)>,
    v6_nets: Vec<(u128, u32, u32)>,
    v6_hosts: Vec<(u128, u32)>,
    names: Vec<(&'a str, Use, u32)>,
    urls: Vec<(&'a str, u32)>,
    emails: Vec<(&'a str, u32)>,
    hashes: Vec<(Vec<u8>, u32)>,
    fingerprints: Vec<(Vec<u8>, u32)>,
    literals: Vec<(&'a str, u32)>,
}

impl<'a> Indicators<'a> {
    /// Sort spellings by kind.
    ///
    /// # Errors
    /// An unknown kind, or a value that is not in canonical form.
    pub fn sort(spellings: impl IntoIterator<Item = Spelling<'a>>) -> Result<Self, Malformed> {
        let mut all = Self::default();
        for spelling in spellings {
            all.add(spelling).map_err(|why| Malformed { indicator: spelling.indicator, why })?;
        }
        Ok(all)
    }

    fn add(&mut self, spelling: Spelling<'a>) -> Result<(), &'static str> {
        let Spelling { kind, form, indicator: id, below } = spelling;
        if id >= MOST {
            return Err("too many indicators");
        }
        match kind {
            "ipv4-addr" => self.v4.push((parse::<Ipv4Addr>(form)?.into(), id)),
            "ipv6-addr" => self.v6.push((parse::<Ipv6Addr>(form)?.into(), id)),
            "ipv4-net" => {
                let (address, bits) = network::<Ipv4Addr>(form, 32)?;
                self.v4_nets.push((address.into(), bits, id));
            }
            "ipv6-net" => {
                let (address, bits) = network::<Ipv6Addr>(form, 128)?;
                self.v6_nets.push((address.into(), bits, id));
            }
            "domain-name" => self.names.push((form, if below { Use::Below } else { Use::Exact }, id)),
            "url" => {
                self.add_host(host(form), id)?;
                self.urls.push((form, id));
            }
            "email-addr" => self.emails.push((form, id)),
            "md5" | "sha1" | "sha256" | "sha512" => {
                let hash = hashes::decode(form.as_bytes()).ok_or("not a hash in canonical form")?;
                self.hashes.push((hash, id));
            }
            "fingerprint" => {
                let hash = hashes::decode(form.as_bytes()).ok_or("not a fingerprint in canonical form")?;
                self.hashes.push((hash.clone(), id));
                self.fingerprints.push((hash, id));
            }
            "literal" => {
                if form.len() > literals::LONGEST
                    || literals::longest_stretch(form.as_bytes()).len() < literals::STRETCH
                {
                    return Err("too long or too short a literal");
                }
                self.literals.push((form, id));
            }
            _ => return Err("no finder for this kind"),
        }
        Ok(())
    }

    fn add_host(&mut self, host: &'a str, id: u32) -> Result<(), &'static str> {
        if let Some(address) = host.strip_prefix('[') {
            self.v6_hosts.push((parse::<Ipv6Addr>(address.trim_end_matches(']'))?.into(), id));
        } else if let Ok(address) = host.parse::<Ipv4Addr>() {
            self.v4_hosts.push((address.into(), id));
        } else {
            self.names.push((host, Use::Host, id));
        }
        Ok(())
    }

    /// A finder for each kind that is present.
    #[must_use]
    pub fn finders(self) -> Vec<Box<dyn Finder>> {
        let watched = Arc::new(Watched {
            v4: Addresses::new(self.v4, self.v4_nets, self.v4_hosts),
            v6: Addresses::new(self.v6, self.v6_nets, self.v6_hosts),
            names: NameSet::new(&self.names),
            urls: Urls::new(self.urls),
        });
        let (v4, v6, names) = (!watched.v4.is_empty(), !watched.v6.is_empty(), !watched.names.is_empty());
        let mut finders: Vec<Box<dyn Finder>> = Vec::new();
        if v4 {
            finders.push(Box::new(Ipv4(Arc::clone(&watched))));
        }
        if v4 || v6 {
            finders.push(Box::new(Ipv6(Arc::clone(&watched))));
        }
        if names {
            finders.push(Box::new(Domains(Arc::clone(&watched))));
        }
        if v4 || v6 || names {
            finders.push(Box::new(WindowsDns(watched)));
        }
        if !self.emails.is_empty() {
            finders.push(Box::new(Emails(MailSet::new(self.emails))));
        }
        if !self.hashes.is_empty() {
            finders.push(Box::new(Hashes(HashSet::new(&self.hashes))));
        }
        if !self.fingerprints.is_empty() {
            finders.push(Box::new(Fingerprints::new(&self.fingerprints)));
        }
        if !self.literals.is_empty() {
            finders.push(Box::new(Literals::new(&self.literals)));
        }
        finders
    }
}

/// The host of a canonical URL.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(scheme, rest)| {
        let is_scheme = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte));
        if is_scheme && scheme.starts_with(|first: char| first.is_ascii_alphabetic()) { rest } else { url }
    });
    let bracket = if rest.starts_with('[') { rest.find(']').map_or(0, |at| at + 1) } else { 0 };
    let end = rest[bracket..].find([':', '/', '?']).map_or(rest.len(), |at| bracket + at);
    &rest[..end]
}

fn parse<A: FromStr>(value: &str) -> Result<A, &'static str> {
    value.parse().map_err(|_| "not an address in canonical form")
}

fn network<A: FromStr>(value: &str, most: u32) -> Result<(A, u32), &'static str> {
    let (address, bits) = value.split_once('/').ok_or("not a network in canonical form")?;
    let bits = bits.parse().ok().filter(|&bits| bits <= most).ok_or("not a prefix length")?;
    Ok((parse(address)?, bits))
}
