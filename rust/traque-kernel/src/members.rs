//! Records that are made of named values: JSON objects, and `key=value` pairs.
//!
//! Both readers are strict: what they do not understand to the last byte is no record of such a shape, for the
//! parts that they name must be the ones that the log format's own reader reads.

use crate::runs::run;

/// How values are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// One JSON object.
    Json,
    /// `key=value` with one blank between, after an optional head without any.
    Pairs,
}

/// A value: its path, where its key begins, and its text (of a string, what is between the quotes).
#[derive(Clone, Copy, Debug)]
pub struct Member {
    path: (usize, usize),
    /// Where its key begins.
    pub key: usize,
    /// Where its text begins.
    pub start: usize,
    /// One past its text.
    pub end: usize,
    /// Whether its text may be put in place of another's: it holds nothing that a reader treats apart.
    pub plain: bool,
}

/// The members of one record; kept from one record to the next for its memory.
#[derive(Default)]
pub struct Members {
    each: Vec<Member>,
    paths: Vec<u8>,
}

/// Objects and arrays inside each other.
const DEPTH: usize = 8;

/// Members of one record.
const MOST: usize = 400;

/// Digits of a number.
const DIGITS: usize = 18;

impl Members {
    /// All members, in the order of the record.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &Member)> {
        self.each.iter().map(|member| (&self.paths[member.path.0..member.path.1], member))
    }

    /// The place of the first member of that path.
    pub fn place(&self, path: &[u8]) -> Option<usize> {
        self.iter().position(|(known, _)| known == path)
    }

    /// The member at a place.
    pub fn at(&self, place: usize) -> &Member {
        &self.each[place]
    }

    /// The text of the member at a place.
    pub fn value<'t>(&self, place: usize, text: &'t [u8]) -> &'t [u8] {
        let member = &self.each[place];
        &text[member.start..member.end]
    }

    /// All paths, end to end.
    pub fn paths(&self) -> &[u8] {
        &self.paths
    }

    /// Where in them each ends.
    pub fn ends(&self) -> impl Iterator<Item = usize> {
        self.each.iter().map(|member| member.path.1)
    }

    /// Read a record; false if it is none.
    pub fn read(&mut self, syntax: Syntax, text: &[u8]) -> bool {
        self.each.clear();
        self.paths.clear();
        match syntax {
            Syntax::Json => Json { text, at: 0, members: self }.record().is_some(),
            Syntax::Pairs => self.pairs(text).is_some(),
        }
    }

    fn add(&mut self, path: &[u8], key: usize, (start, end): (usize, usize), plain: bool) -> Option<()> {
        let begin = self.paths.len();
        self.paths.extend_from_slice(path);
        self.each.push(Member { path: (begin, self.paths.len()), key, start, end, plain });
        (self.each.len() <= MOST).then_some(())
    }

    /// The head is a member without a name.
    fn pairs(&mut self, text: &[u8]) -> Option<()> {
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let text = text.strip_suffix(b" ").unwrap_or(text);
        let first = text.iter().position(|byte| *byte == b'=')?;
        let mut at = text[..first].iter().rposition(|byte| matches!(byte, b' ' | b'>')).map_or(0, |blank| blank + 1);
        let head = &text[..at];
        if !head.iter().all(|byte| matches!(byte, b' '..=b'~') && *byte != b'"') {
            return None;
        }
        self.add(b"", 0, (0, at), true)?;
        while at < text.len() {
            let key = at;
            let length = text[at..].iter().position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_'))?;
            at += length;
            if text[at] != b'=' || length == 0 || text[key].is_ascii_digit() {
                return None;
            }
            let name = &text[key..at];
            at += 1;
            let quoted = text.get(at) == Some(&b'"');
            at += usize::from(quoted);
            let start = at;
            let rest = &text[at..];
            at += if quoted { run(rest, |byte| !matches!(byte, b'"' | b'\\')) } else { run(rest, is_bare) };
            let span = (start, at);
            if quoted {
                if text.get(at) != Some(&b'"') {
                    return None;
                }
                at += 1;
            }
            self.add(name, key, span, is_plain(&text[span.0..span.1]))?;
            match text.get(at) {
                None => return Some(()),
                Some(b' ') => at += 1,
                Some(_) => return None,
            }
        }
        None
    }
}

/// A byte of a value without quotes.
fn is_bare(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b',' | b';' | b'=' | b'\\')
}

/// Readers leave out a value that is empty or `-`, and treat bytes that are no ASCII apart.
fn is_plain(text: &[u8]) -> bool {
    !matches!(text, b"" | b"-") && run(text, |byte| matches!(byte, b' '..=b'~')) == text.len()
}

struct Json<'t, 'm> {
    text: &'t [u8],
    at: usize,
    members: &'m mut Members,
}

impl Json<'_, '_> {
    fn record(&mut self) -> Option<()> {
        let mut path = Vec::with_capacity(64);
        if self.peek() != b'{' {
            return None;
        }
        self.object(&mut path, DEPTH)?;
        self.blanks();
        (self.at == self.text.len()).then_some(())
    }

    fn peek(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\r' | b'\n') {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.blanks();
        (self.peek() == byte).then(|| self.at += 1)
    }

    fn object(&mut self, path: &mut Vec<u8>, depth: usize) -> Option<()> {
        self.take(b'{')?;
        self.blanks();
        if self.peek() == b'}' {
            self.at += 1;
            return Some(());
        }
        loop {
            self.blanks();
            let key = self.at;
            let (start, end, plain) = self.string()?;
            // A key that is written in another way is the same key to a reader.
            if !plain || self.text[start..end].contains(&b'\\') {
                return None;
            }
            self.take(b':')?;
            let before = path.len();
            if before > 0 {
                path.push(b'.');
            }
            path.extend_from_slice(&self.text[start..end]);
            self.value(path, key, depth.checked_sub(1)?)?;
            path.truncate(before);
            self.blanks();
            match self.peek() {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    return Some(());
                }
                _ => return None,
            }
        }
    }

    fn array(&mut self, path: &mut Vec<u8>, key: usize, depth: usize) -> Option<()> {
        self.take(b'[')?;
        self.blanks();
        if self.peek() == b']' {
            self.at += 1;
            return Some(());
        }
        loop {
            self.value(path, key, depth.checked_sub(1)?)?;
            self.blanks();
            match self.peek() {
                b',' => self.at += 1,
                b']' => {
                    self.at += 1;
                    return Some(());
                }
                _ => return None,
            }
        }
    }

    fn value(&mut self, path: &mut Vec<u8>, key: usize, depth: usize) -> Option<()> {
        self.blanks();
        let start = self.at;
        match self.peek() {
            // What is no text and no number is there all the same.
            b'{' => {
                self.members.add(path, key, (start, start), false)?;
                self.object(path, depth)
            }
            b'[' => {
                self.members.add(path, key, (start, start), false)?;
                self.array(path, key, depth)
            }
            b'"' => {
                let (start, end, plain) = self.string()?;
                let plain = plain && is_plain(&self.text[start..end]);
                self.members.add(path, key, (start, end), plain)
            }
            b't' => self.word(path, key, b"true"),
            b'f' => self.word(path, key, b"false"),
            b'n' => self.word(path, key, b"null"),
            _ => {
                self.number()?;
                self.members.add(path, key, (start, self.at), true)
            }
        }
    }

    fn word(&mut self, path: &[u8], key: usize, word: &[u8]) -> Option<()> {
        let start = self.at;
        self.text[self.at..].starts_with(word).then(|| self.at += word.len())?;
        self.members.add(path, key, (start, self.at), false)
    }

    /// What is between the quotes, and whether it holds only simple escapes.
    fn string(&mut self) -> Option<(usize, usize, bool)> {
        if self.peek() != b'"' {
            return None;
        }
        self.at += 1;
        let start = self.at;
        let mut plain = true;
        loop {
            self.at += run(&self.text[self.at..], |byte| !matches!(byte, b'"' | b'\\' | 0..=0x1f));
            match *self.text.get(self.at)? {
                b'"' => break,
                b'\\' => {
                    plain &=
                        matches!(self.text.get(self.at + 1)?, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't');
                    self.at += 2;
                }
                _ => return None,
            }
        }
        self.at += 1;
        Some((start, self.at - 1, plain))
    }

    fn digits(&mut self) -> usize {
        let begin = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        self.at - begin
    }

    /// A number without an exponent.
    fn number(&mut self) -> Option<()> {
        self.at += usize::from(self.peek() == b'-');
        let zero = self.peek() == b'0';
        let whole = self.digits();
        if whole == 0 || whole > DIGITS || (zero && whole > 1) {
            return None;
        }
        if self.peek() == b'.' {
            self.at += 1;
            if !(1..=DIGITS).contains(&self.digits()) {
                return None;
            }
        }
        (!matches!(self.peek(), b'e' | b'E')).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(syntax: Syntax, text: &str) -> Option<Vec<(String, String, bool)>> {
        let mut members = Members::default();
        let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        members.read(syntax, text.as_bytes()).then(|| {
            let each = members.iter();
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
