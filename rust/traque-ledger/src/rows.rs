//! What the ledger holds: one row for a value, a source, a day and a fact.

/// The kinds that have a table of their own. All values of a table are equally made, so that the order of
/// their bytes is the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Four bytes, the first of the address first.
    Ipv4,
    /// Sixteen bytes.
    Ipv6,
    /// A name in lower case, its labels from the last to the first: `example.evil.www`. What is below a name
    /// follows it.
    DomainName,
    /// A URL without its scheme, then a space and the scheme where it has one: `evil.example/gate http`.
    Url,
    /// A mail address in canonical form.
    EmailAddr,
    /// 16 bytes.
    Md5,
    /// 20 bytes.
    Sha1,
    /// 32 bytes.
    Sha256,
    /// 64 bytes.
    Sha512,
}

impl Table {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Ipv4,
        Self::Ipv6,
        Self::DomainName,
        Self::Url,
        Self::EmailAddr,
        Self::Md5,
        Self::Sha1,
        Self::Sha256,
        Self::Sha512,
    ];

    /// The name of its folder: `kind=NAME`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ipv4 => "ipv4-addr",
            Self::Ipv6 => "ipv6-addr",
            Self::DomainName => "domain-name",
            Self::Url => "url",
            Self::EmailAddr => "email-addr",
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    /// The table of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.name() == name)
    }
}

/// What a row is of, beside its value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The number of the source in the ledger.
    pub source: u32,
    /// Days of UTC since 1970; None where the records have no time.
    pub day: Option<i32>,
    /// The number of what the records say of the value in the ledger's list of facts; 0 for its presence only.
    pub fact: u32,
}

/// What is counted of a row. Tallies of the same value, source, day and fact add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Records.
    pub count: u64,
    /// The first of them, in microseconds of UTC since 1970; meaningless without a day.
    pub first: i64,
    /// The last of them.
    pub last: i64,
    /// Bytes from the value to the other end, where the records state them.
    pub inward: Option<u64>,
    /// Bytes from the other end to the value.
    pub outward: Option<u64>,
}

impl Tally {
    /// The tally of both: counts and bytes add up (known bytes with unknown ones are those that are known), the
    /// first is the earlier one, the last the later.
    pub fn add(&mut self, other: &Self) {
        let sum = |one: Option<u64>, two: Option<u64>| match (one, two) {
            (Some(one), Some(two)) => Some(one.saturating_add(two)),
            (one, two) => one.or(two),
        };
        self.count = self.count.saturating_add(other.count);
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.inward = sum(self.inward, other.inward);
        self.outward = sum(self.outward, other.outward);
    }
}

/// A line of the ledger. Rows are in order of value, source, day, fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// As its table has it.
    pub value: Box<[u8]>,
    /// The number of the source in the ledger.
    pub source: u32,
    /// Days of UTC since 1970; None where the records have no time.
    pub day: Option<i32>,
    /// The number of what the records say of the value in the ledger's list of facts; 0 for its presence only.
    pub fact: u32,
    /// How many, from when to when.
    pub tally: Tally,
}

impl Row {
    /// What rows are ordered by; rows that agree in it are added up.
    #[must_use]
    pub fn key(&self) -> (&[u8], u32, Option<i32>, u32) {
        (&self.value, self.source, self.day, self.fact)
    }
}
