//! The forms of records that are made of named values: all that is not a value's text.
//!
//! Records of a log are written like those before. What stood before, between and behind their values is remembered,
//! as a tree, in which one way is gone for each record: only its values are read anew. A record that leaves the tree
//! is read from its beginning ([`Members::read`]), and its form is put in.

use std::mem::take;

use crate::fits::Fits;
use crate::members::{Member, Members, Syntax};
use crate::pairs;
use crate::runs::begins;
use crate::scalars::Sort;

/// Forms that are remembered, and their bytes, about.
const FORMS: usize = 256;
const BYTES: usize = 4 << 20;

/// Remembers forms, and what their members are.
#[derive(Default)]
pub struct Forms {
    /// What records begin with, by their syntax.
    begin: [Branches; 2],
    fits: Vec<Fits>,
    bytes: usize,
}

/// The ways on from a place: only one of them can be gone, for what the readers have read alike they read on alike.
#[derive(Default)]
struct Branches {
    values: Vec<Value>,
    ends: Vec<End>,
}

/// A value, and what stands before it.
struct Value {
    before: Piece,
    key: Key,
    sort: Sort,
    then: Branches,
}

/// The end of a record, and what stands before it.
struct End {
    before: Piece,
    form: usize,
}

/// What is no value.
#[derive(PartialEq)]
struct Piece {
    text: Box<[u8]>,
    /// The objects and arrays that begin in it: where, and their keys.
    opened: Vec<(usize, Key)>,
}

/// Where the key of a member is.
#[derive(Clone, Copy, PartialEq)]
enum Key {
    /// In the piece before it, at that place.
    Here(usize),
    /// It is the key of another member, the array in which this one stands.
    Of(usize),
}

impl Forms {
    /// Read a record; answered is the number of its form, None if it is no record.
    pub fn read(&mut self, syntax: Syntax, text: &[u8], members: &mut Members) -> Option<usize> {
        members.clear();
        if let Some(form) = self.known(syntax, text, members) {
            return Some(form);
        }
        members.read(syntax, text).then(|| self.learn(syntax, text, members))
    }

    /// What the members of a form are to shapes.
    pub fn fits(&mut self, form: usize) -> &mut Fits {
        &mut self.fits[form]
    }

    /// Add the members of a record of a known form; those of another may be added in part.
    fn known(&self, syntax: Syntax, text: &[u8], members: &mut Members) -> Option<usize> {
        let (text, mut at) = match syntax {
            Syntax::Json => (text, 0),
            Syntax::Pairs => (pairs::trimmed(text), pairs::head(text, members)?),
        };
        let each = &mut members.each;
        let mut branches = &self.begin[syntax as usize];
        loop {
            let gone = branches.values.iter().find_map(|value| {
                let start = value.before.end(text, at)?;
                Some((value, start, value.sort.end(text, start)?))
            });
            let Some((value, start, (end, plain))) = gone else { break };
            value.before.open(at, each);
            each.push(Member { key: value.key.at(at, each), start, end, plain });
            (at, branches) = (end, &value.then);
        }
        let end = branches.ends.iter().find(|end| *end.before.text == text[at..])?;
        end.before.open(at, each);
        Some(end.form)
    }

    /// Put in the form of a record that was read.
    fn learn(&mut self, syntax: Syntax, text: &[u8], members: &Members) -> usize {
        if self.fits.len() == FORMS || self.bytes > BYTES {
            *self = Self::default();
        }
        let Self { begin: branches, fits, bytes } = self;
        let (text, heads) = match syntax {
            Syntax::Json => (text, 0),
            Syntax::Pairs => (pairs::trimmed(text), 1),
        };
        let form = fits.len();
        fits.push(Fits::new(members.paths.clone()));
        *bytes += members.paths.size();
        let (head, rest) = members.each.split_at(heads);
        let mut begin = head.last().map_or(0, |head| head.end);
        let mut branches = &mut branches[syntax as usize];
        let mut opened = Vec::new();
        for member in rest {
            let key = Key::of(member, begin, &members.each);
            if is_opened(member, text) {
                opened.push((member.start - begin, key));
                continue;
            }
            let before = Piece { text: text[begin..member.start].into(), opened: take(&mut opened) };
            let sort = match (syntax, before.text.last()) {
                (Syntax::Json, Some(b'"')) => Sort::Text,
                (Syntax::Json, _) => Sort::Word,
                (Syntax::Pairs, Some(b'"')) => Sort::Quoted,
                (Syntax::Pairs, _) => Sort::Bare,
            };
            let known = branches.values.iter().position(|value| value.sort == sort && value.before == before);
            let index = known.unwrap_or_else(|| {
                *bytes += size_of::<Value>() + before.text.len();
                branches.values.push(Value { before, key, sort, then: Branches::default() });
                branches.values.len() - 1
            });
            branches = &mut branches.values[index].then;
            begin = member.end;
        }
        branches.ends.push(End { before: Piece { text: text[begin..].into(), opened }, form });
        form
    }
}

impl Piece {
    /// Where it ends, if it stands at a place.
    fn end(&self, text: &[u8], at: usize) -> Option<usize> {
        begins(&text[at..], &self.text).then_some(at + self.text.len())
    }

    /// Add the members that begin in it, which stands at a place.
    fn open(&self, at: usize, each: &mut Vec<Member>) {
        for &(start, key) in &self.opened {
            let start = at + start;
            each.push(Member { key: key.at(at, each), start, end: start, plain: false });
        }
    }
}

impl Key {
    fn of(member: &Member, begin: usize, each: &[Member]) -> Self {
        let shared = || each.iter().position(|other| other.key == member.key).unwrap_or_default();
        member.key.checked_sub(begin).map_or_else(|| Self::Of(shared()), Self::Here)
    }

    fn at(self, begin: usize, each: &[Member]) -> usize {
        match self {
            Self::Here(at) => begin + at,
            Self::Of(member) => each[member].key,
        }
    }
}

/// Whether a member is an object or an array.
fn is_opened(member: &Member, text: &[u8]) -> bool {
    member.start == member.end && matches!(text.get(member.start), Some(b'{' | b'['))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::changes::{Numbers, changed};

    const RECORDS: [(Syntax, &str); 9] = [
        (Syntax::Json, r#"{"ts":1614556800.542327,"uid":"C1","id.orig_h":"192.0.2.1","id.orig_p":58898,"local":true}"#),
        (
            Syntax::Json,
            r#"{"ts":1614556801.5,"uid":"C2","id.orig_h":"192.0.2.2","id.orig_p":0,"proto":"tcp","local":false}"#,
        ),
        (
            Syntax::Json,
            r#"{"timestamp":"2021-03-01T00:00:01","tls":{"subject":"CN=a, O=\"b\"","ja3":{"hash":"","x":[]}},"n":null} "#,
        ),
        (Syntax::Json, r#"{"dns":{"answers":[{"rdata":"192.0.2.7"},{"rdata":"-"}],"ttl":[1,-2.5,"é"]},"flow":{}}"#),
        (Syntax::Json, r#"{ "a" : "\u0041", "b":[[1],["x",{"c":2}]] }"#),
        (Syntax::Json, "{}"),
        (Syntax::Pairs, r#"date=2021-03-01 time=00:00:01 devname="FGT" srcip=192.0.2.5 action="accept" sentbyte=5138"#),
        (Syntax::Pairs, r#"<189>date=2021-03-01 devname="" msg="x y, é" srcip= sentbyte=1 "#),
        (Syntax::Pairs, "Jan  7 gw a=1 b=-\r"),
    ];

    #[test]
    fn known_forms_are_read_as_any_record() {
        let (mut forms, mut members, mut whole) = (Forms::default(), Members::default(), Members::default());
        let mut numbers = Numbers(1);
        let mut known = 0;
        for round in 0..60_000 {
            let (syntax, record) = RECORDS[numbers.below(RECORDS.len())];
            let text = if round < 20 { record.as_bytes().to_vec() } else { changed(record.as_bytes(), &mut numbers) };
            let before = forms.fits.len();
            let form = forms.read(syntax, &text, &mut members);
            let shown = String::from_utf8_lossy(&text);
            assert_eq!(form.is_some(), whole.read(syntax, &text), "{shown}");
            if let Some(form) = form {
                assert_eq!(members.each, whole.each, "{shown}");
                assert_eq!(forms.fits[form].paths, whole.paths, "{shown}");
                known += usize::from(forms.fits.len() == before);
            }
        }
        assert!(known > 5000, "{known}");
    }
}
