//! The canonical form of what follows a URL's host (the oracle's `_url_form.py`).

use memchr::memchr;

/// What follows the host, normalised.
#[derive(Default)]
pub struct Rest {
    port: Option<u32>,
    /// Path and query.
    tail: Vec<u8>,
}

impl Rest {
    /// Read it anew from the bytes that are meant: whether this can follow a host.
    #[must_use]
    pub fn read(&mut self, text: &[u8]) -> bool {
        let text = text.strip_prefix(b".").unwrap_or(text);
        let (port, text) = match text.strip_prefix(b":") {
            Some(after) => {
                let digits = after.iter().take(5).take_while(|byte| byte.is_ascii_digit()).count();
                let (digits, rest) = after.split_at(digits);
                let port = digits.iter().fold(0, |port, &digit| port * 10 + u32::from(digit - b'0'));
                ((!digits.is_empty()).then_some(port), rest)
            }
            None => (None, text),
        };
        if port.is_some_and(|port| port > 65535) || !matches!(text.first(), None | Some(b'/' | b'?' | b'#')) {
            return false;
        }
        let text = &text[..memchr(b'#', text).unwrap_or(text.len())];
        let (path, query) = match memchr(b'?', text) {
            Some(mark) => (&text[..mark], &text[mark + 1..]),
            None => (text, &b""[..]),
        };
        let tail = &mut self.tail;
        tail.clear();
        percent_normal(path, tail);
        while tail.last() == Some(&b'/') {
            tail.pop();
        }
        if !query.is_empty() {
            tail.push(b'?');
            percent_normal(query, tail);
        }
        self.port = port;
        true
    }

    /// The whole URL.
    #[must_use]
    pub fn behind(&self, host: &[u8], scheme: Option<&[u8]>) -> Vec<u8> {
        let mut url = Vec::with_capacity(host.len() + self.tail.len() + 16);
        if let Some(scheme) = scheme {
            url.extend_from_slice(scheme);
            url.extend_from_slice(b"://");
        }
        self.append(host, scheme, &mut url);
        url
    }

    /// Add to `url` what comes after its scheme.
    pub fn append(&self, host: &[u8], scheme: Option<&[u8]>, url: &mut Vec<u8>) {
        url.extend_from_slice(host);
        if let Some(port) = self.port
            && !is_default(port, scheme)
        {
            url.extend(format!(":{port}").bytes());
        }
        url.extend_from_slice(&self.tail);
    }
}

fn is_default(port: u32, scheme: Option<&[u8]>) -> bool {
    match scheme {
        None => port == 80 || port == 443,
        Some(b"http" | b"ws") => port == 80,
        Some(b"https" | b"wss") => port == 443,
        Some(b"ftp") => port == 21,
        Some(_) => false,
    }
}

/// Percent-escapes in their one form, and an escape for each byte that must be one.
fn percent_normal(text: &[u8], out: &mut Vec<u8>) {
    let escape = |byte: u8, out: &mut Vec<u8>| out.extend(format!("%{byte:02X}").bytes());
    let mut rest = text;
    loop {
        let (plain, other) =
            rest.split_at(rest.iter().position(|&byte| !STANDS[usize::from(byte)]).unwrap_or(rest.len()));
        out.extend_from_slice(plain);
        match *other {
            [] => break,
            [b'%', high, low, ref after @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                let meant = crate::url_text::hex_pair(high, low);
                if meant.is_ascii_alphanumeric() || b"-._~".contains(&meant) {
                    out.push(meant);
                } else {
                    escape(meant, out);
                }
                rest = after;
            }
            [byte, ref after @ ..] => {
                escape(byte, out);
                rest = after;
            }
        }
    }
}

/// The bytes that stand for themselves in a path and in a query.
static STANDS: [bool; 256] = {
    let mut bytes = [false; 256];
    let mut byte = 0;
    while byte < 0x80 {
        bytes[byte] = byte as u8 != b'%' && !crate::url_text::ends(byte as u8);
        byte += 1;
    }
    bytes
};
