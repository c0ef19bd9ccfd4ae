//! The names that a ledger holds: those that may be some on the Internet.

/// Last labels that are no top-level domains (`traque.ledger.oracle.FILE_ENDINGS`).
#[rustfmt::skip]
const FILE_ENDINGS: [&[u8]; 49] = [
    b"asp", b"aspx", b"bat", b"bin", b"cfg", b"cgi", b"cmd", b"conf", b"css", b"csv",
    b"dat", b"dll", b"doc", b"docx", b"exe", b"gif", b"gz", b"htm", b"html", b"ico",
    b"ini", b"jpeg", b"jpg", b"js", b"json", b"jsp", b"lnk", b"log", b"mp4", b"pdf",
    b"php", b"png", b"ppt", b"pptx", b"rar", b"sql", b"svg", b"tar", b"tgz", b"tmp",
    b"ttf", b"txt", b"webp", b"woff", b"xls", b"xlsx", b"xml", b"yaml", b"yml",
];

/// Bytes of the longest of them.
pub const FILE_ENDING_MOST: usize = 4;

/// They as numbers, each in the slot of its own; 0 in the others.
static FILE_ENDING_SLOTS: [u32; 256] = {
    let mut slots = [0; 256];
    let mut at = 0;
    while at < FILE_ENDINGS.len() {
        assert!(FILE_ENDINGS[at].len() <= FILE_ENDING_MOST);
        let number = label_number(FILE_ENDINGS[at]);
        assert!(slots[slot(number)] == 0, "another factor is needed");
        slots[slot(number)] = number;
        at += 1;
    }
    slots
};

/// The slot of a number: by a factor that sends no two of the endings to one.
#[inline]
const fn slot(number: u32) -> usize {
    (number.wrapping_mul(0x3bab_6c39) >> 24) as usize
}

/// A number for the bytes of a label, at most four, in upper or in lower case.
#[inline]
const fn label_number(label: &[u8]) -> u32 {
    let mut number = 0;
    let mut at = 0;
    while at < label.len() {
        number = number << 8 | (label[at] | 0x20) as u32;
        at += 1;
    }
    number
}

/// Whether a last label, in upper or in lower case, is no top-level domain.
#[inline]
#[must_use]
pub fn is_file_ending(label: &[u8]) -> bool {
    if label.is_empty() || label.len() > FILE_ENDING_MOST {
        return false;
    }
    let number = label_number(label);
    FILE_ENDING_SLOTS[slot(number)] == number
}

/// Whether a name, of which only ASCII may be in upper case, is held.
#[must_use]
pub fn is_held(name: &[u8]) -> bool {
    let last = name.iter().rposition(|&byte| byte == b'.').map_or(0, |dot| dot + 1);
    let last = &name[last..];
    !(last[0].is_ascii_digit() || is_file_ending(last) || last.eq_ignore_ascii_case(b"arpa") && is_reverse(name))
}

/// Whether a name is an address written backwards.
fn is_reverse(name: &[u8]) -> bool {
    [&b"in-addr.arpa"[..], b"ip6.arpa"].iter().any(|top| {
        let Some(below) = name.len().checked_sub(top.len()) else { return false };
        name[below..].eq_ignore_ascii_case(top) && matches!(name[..below], [] | [.., b'.'])
    })
}

#[cfg(test)]
mod tests {
    use super::is_held;

    #[test]
    fn neither_files_nor_reversed_addresses_are_held() {
        for name in
            ["evil.example", "EVIL.Example", "x.phps", "gz.example", "a.arpa", "xin-addr.arpa", "b\u{fc}cher.example"]
        {
            assert!(is_held(name.as_bytes()), "{name}");
        }
        for name in
            ["setup.exe", "Setup.EXE", "a.tar.gz", "x.mp4", "2.0.192.in-addr.arpa", "IP6.ARPA", "a.b.ip6.arpa", "a.1b"]
        {
            assert!(!is_held(name.as_bytes()), "{name}");
        }
    }
}
