//! Records that are JSON objects.

use crate::members::Members;
use crate::scalars::{Sort, name};

/// Objects and arrays inside each other.
const DEPTH: usize = 8;

/// Add the members of a record; None if it is none.
pub fn read(text: &[u8], members: &mut Members) -> Option<()> {
    let mut json = Json { text, at: 0, path: Vec::new(), members };
    if json.peek() != b'{' {
        return None;
    }
    json.object(DEPTH)?;
    json.blanks();
    (json.at == text.len()).then_some(())
}

struct Json<'t, 'm> {
    text: &'t [u8],
    at: usize,
    /// The path of what is being read.
    path: Vec<u8>,
    members: &'m mut Members,
}

impl Json<'_, '_> {
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

    /// Read something several times, with commas between, up to `end`; or not at all.
    fn list(&mut self, end: u8, mut each: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.at += 1;
        if self.take(end).is_some() {
            return Some(());
        }
        loop {
            each(self)?;
            if self.take(b',').is_none() {
                return self.take(end);
            }
        }
    }

    fn object(&mut self, depth: usize) -> Option<()> {
        self.list(b'}', |json| {
            json.blanks();
            let key = json.at;
            json.take(b'"')?;
            let start = json.at;
            json.at = name(json.text, start)?;
            let before = json.path.len();
            if before > 0 {
                json.path.push(b'.');
            }
            json.path.extend_from_slice(&json.text[start..json.at]);
            json.at += 1;
            json.take(b':')?;
            json.value(key, depth.checked_sub(1)?)?;
            json.path.truncate(before);
            Some(())
        })
    }

    fn value(&mut self, key: usize, depth: usize) -> Option<()> {
        self.blanks();
        match self.peek() {
            // What is no text and no number is there all the same.
            b'{' => {
                self.members.add(&self.path, key, (self.at, self.at), false)?;
                self.object(depth)
            }
            b'[' => {
                self.members.add(&self.path, key, (self.at, self.at), false)?;
                self.list(b']', |json| json.value(key, depth.checked_sub(1)?))
            }
            b'"' => {
                let start = self.at + 1;
                let (end, plain) = Sort::Text.end(self.text, start)?;
                self.at = end + 1;
                self.members.add(&self.path, key, (start, end), plain)
            }
            _ => {
                let start = self.at;
                let (end, plain) = Sort::Word.end(self.text, start)?;
                self.at = end;
                self.members.add(&self.path, key, (start, end), plain)
            }
        }
    }
}
