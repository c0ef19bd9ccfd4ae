//! Records that are made of named values: JSON objects, and `key=value` pairs.
//!
//! Both readers are strict: what they do not understand to the last byte is no record of such a shape, for the
//! parts that they name must be the ones that the log format's own reader reads.

use crate::{json, pairs};

/// How values are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// One JSON object.
    Json,
    /// `key=value` with one blank between, after an optional head without any.
    Pairs,
}

/// A value: where its key begins, and its text (of a string, what is between the quotes).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// Where its key begins.
    pub key: usize,
    /// Where its text begins.
    pub start: usize,
    /// One past its text.
    pub end: usize,
    /// Whether its text may be put in place of another's: it holds nothing that a reader treats apart.
    pub plain: bool,
}

impl Member {
    /// Its text.
    pub fn of<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        &text[self.start..self.end]
    }
}

/// The paths of members, in the order of the record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paths {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Paths {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let begins = std::iter::once(&0).chain(&self.ends);
        begins.zip(&self.ends).map(|(&begin, &end)| &self.bytes[begin..end])
    }

    /// The place of the first member of that path.
    pub fn place(&self, path: &[u8]) -> Option<usize> {
        self.iter().position(|known| known == path)
    }

    /// Bytes that they take, about.
    pub fn size(&self) -> usize {
        self.bytes.len() + size_of_val(&*self.ends)
    }

    fn push(&mut self, path: &[u8]) {
        self.bytes.extend_from_slice(path);
        self.ends.push(self.bytes.len());
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }
}

/// The members of one record; kept from one record to the next for its memory.
#[derive(Default)]
pub struct Members {
    /// All of them, in the order of the record.
    pub each: Vec<Member>,
    /// Their paths, where [`read`](Self::read) has read them.
    pub paths: Paths,
}

/// Members of one record.
const MOST: usize = 400;

impl Members {
    /// Forget them.
    pub fn clear(&mut self) {
        self.each.clear();
        self.paths.clear();
    }

    /// Read a record; false if it is none.
    pub fn read(&mut self, syntax: Syntax, text: &[u8]) -> bool {
        self.clear();
        match syntax {
            Syntax::Json => json::read(text, self).is_some(),
            Syntax::Pairs => pairs::read(text, self).is_some(),
        }
    }

    /// Add one; None if there are too many.
    pub fn add(&mut self, path: &[u8], key: usize, (start, end): (usize, usize), plain: bool) -> Option<()> {
        self.paths.push(path);
        self.each.push(Member { key, start, end, plain });
        (self.each.len() <= MOST).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(syntax: Syntax, text: &str) -> Option<Vec<(String, String, bool)>> {
        let mut members = Members::default();
        let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        members.read(syntax, text.as_bytes()).then(|| {
            let each = members.paths.iter().zip(&members.each);
            each.map(|(path, one)| (shown(path), text[one.start..one.end].to_owned(), one.plain)).collect()
        })
    }

    fn texts(syntax: Syntax, text: &str) -> Option<Vec<String>> {
        read(syntax, text).map(|found| found.iter().map(|(path, text, _)| format!("{path}:{text}")).collect())
    }

    #[test]
    fn json() {
        let found = texts(Syntax::Json, r#"{"a":"x","b.c": {"d":-1.5,"e":[1,{"f":"g"}],"h":null}, "i":{} } "#);
        let expected = ["a:x", "b.c:", "b.c.d:-1.5", "b.c.e:", "b.c.e:1", "b.c.e:", "b.c.e.f:g", "b.c.h:null", "i:"];
        assert_eq!(found.unwrap(), expected);
        for bad in [
            "",
            "[1]",
            r#"{"a"}"#,
            r#"{"a":1,}"#,
            r#"{"a":01}"#,
            r#"{"a":1e9}"#,
            r#"{"a":1}x"#,
            r#"{"\u0061":1}"#,
            r#"{"a":"x"#,
            r#"{"a":+1}"#,
            "{\"a\":\"\t\"}",
            r#"{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}}"#,
        ] {
            assert_eq!(texts(Syntax::Json, bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_plain() {
        let plain = |text: &str| read(Syntax::Json, &format!(r#"{{"a":"{text}"}}"#)).unwrap()[0].2;
        assert!(plain("x y") && plain(r"a\/b\n"));
        assert!(!plain("") && !plain("-") && !plain("é") && !plain(r"\u0041"));
    }

    #[test]
    fn pairs() {
        let found = texts(Syntax::Pairs, r#"<13>date=2021-01-07 a="x y" b=1 c="" "#);
        assert_eq!(found.unwrap(), [":<13>", "date:2021-01-07", "a:x y", "b:1", "c:"]);
        assert_eq!(texts(Syntax::Pairs, "Jan  7 gw a=1").unwrap(), [":Jan  7 gw ", "a:1"]);
        for bad in ["", "x", "a=1  b=2", r#"a="x" "y""#, "a=1,b=2", r#"a="x\"y""#, "a=1 2b=3", "a=b=c", "a=1 b"] {
            assert_eq!(texts(Syntax::Pairs, bad), None, "{bad}");
        }
    }
}
