//! The layouts, by name. What each reads is said in `traque.timestamps.LAYOUTS`.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::pieces::{
    MINUTE, SECOND, byte, clock, days, digits, fraction, is_weekday, moment, month_name, number, spaces, value, year,
    zone,
};
use super::{Layout, Stamp};

const LEVELS: [&[u8]; 6] = [b"INFO", b"WARN", b"ERROR", b"DEBUG", b"FATAL", b"TRACE"];

/// The keys of times that are written apart.
static DATE: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("date="));
static TIME: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("time="));
static TZ: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("tz="));
static TIMEZONE: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("timezone="));

/// `auto` looks for a time that begins in this many bytes.
const SEARCHED: usize = 512;

/// The layout of that name.
pub fn by_name(name: &str) -> Option<Layout> {
    Some(match name {
        "iso" => iso,
        "iso-tz" => iso_tz,
        "syslog" => syslog,
        "clf" => clf,
        "day-month" => day_month,
        "epoch" => epoch,
        "fortigate" => fortigate,
        "apache-error" => apache_error,
        "us-slash" => |text, at| slash(text, at, false),
        "eu-slash" => |text, at| slash(text, at, true),
        "yymmdd" => yymmdd,
        "glog" => glog,
        "tai64n" => tai64n,
        "auto" => auto,
        _ => return None,
    })
}

fn dated(days: i64, of_day: i64, zone: Option<i64>) -> Stamp {
    Stamp { us: moment(days, of_day, zone), zoned: zone.is_some(), dated: true }
}

fn iso(text: &[u8], at: usize) -> Option<Stamp> {
    let count = digits(text, at);
    if count != 4 {
        return basic_iso(text, at, count);
    }
    let mark = byte(text, at + 4);
    let (month, end) = number(text, at + 5, 1, 2)?;
    if !matches!(mark, b'-' | b'/' | b'.' | b':') || byte(text, end) != mark {
        return None;
    }
    let (day, end) = number(text, end + 1, 1, 2)?;
    let (of_day, end) = match byte(text, end) {
        b'T' | b't' => clock(text, end + 1, true),
        b' ' => clock(text, spaces(text, end), true).map(|read| half_marked(text, read)),
        b'_' | b'\t' => clock(text, end + 1, true).map(|read| half_marked(text, read)),
        // 2021-01-07-04:00 is a day and a zone.
        b'-' | b',' | b';' => clock(text, end + 1, false).map(|read| half_marked(text, read)),
        _ => None,
    }?;
    Some(dated(days(value(&text[at..at + 4]), month, day)?, of_day, zone(text, end).0))
}

fn basic_iso(text: &[u8], at: usize, count: usize) -> Option<Stamp> {
    let clock_at = match count {
        14 => at + 8,
        8 if matches!(byte(text, at + 8), b'T' | b't' | b' ' | b'_' | b'-') => at + 9,
        _ => return None,
    };
    let written = if count == 8 { clock(text, clock_at, false) } else { None };
    let (of_day, end) = written.or_else(|| clock_of_six(text, clock_at))?;
    let day = days(value(&text[at..at + 4]), two(text, at + 4), two(text, at + 6))?;
    Some(dated(day, of_day, zone(text, end).0))
}

/// The value of the two digits at `at`.
fn two(text: &[u8], at: usize) -> i64 {
    value(&text[at..at + 2])
}

/// `hhmmss` with fraction, in microseconds of the day.
fn clock_of_six(text: &[u8], at: usize) -> Option<(i64, usize)> {
    if digits(text, at) != 6 {
        return None;
    }
    let (hour, minute, second) = (two(text, at), two(text, at + 2), two(text, at + 4));
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (fraction, end) = fraction(text, at + 6);
    Some(((hour * 60 + minute) * MINUTE + second.min(59) * SECOND + fraction, end))
}

fn iso_tz(text: &[u8], at: usize) -> Option<Stamp> {
    let stamp = iso(text, at)?;
    let east = if stamp.zoned { None } else { zone_apart(text, at) };
    Some(east.map_or(stamp, |east| Stamp { us: stamp.us - east * MINUTE, zoned: true, ..stamp }))
}

fn yymmdd(text: &[u8], at: usize) -> Option<Stamp> {
    let count = digits(text, at);
    let step = if matches!(count, 6 | 12) { 2 } else { 3 };
    if step == 3 {
        for (at, mark) in [(at, b'/'), (at + 3, b'/'), (at + 6, b' ')] {
            let (_, end) = number(text, at, 2, 2)?;
            if byte(text, end) != mark {
                return None;
            }
        }
    }
    let end = at + 2 * step + 2;
    let (of_day, end) = if count == 12 {
        clock_of_six(text, end)
    } else if byte(text, end) == b' ' {
        let clock_at = spaces(text, end);
        clock(text, clock_at, false).or_else(|| clock_of_six(text, clock_at))
    } else {
        None
    }?;
    let year = two(text, at);
    let day = days(year + if year >= 70 { 1900 } else { 2000 }, two(text, at + step), two(text, at + 2 * step))?;
    Some(dated(day, of_day, zone(text, end).0))
}

fn glog(text: &[u8], at: usize) -> Option<Stamp> {
    let level = matches!(byte(text, at), b'I' | b'W' | b'E' | b'F');
    if !level || digits(text, at + 1) != 4 || byte(text, at + 5) != b' ' {
        return None;
    }
    let (of_day, _) = clock(text, at + 6, false)?;
    let day = days(2000, two(text, at + 1), two(text, at + 3))?;
    Some(Stamp { dated: false, ..dated(day, of_day, None) })
}

fn tai64n(text: &[u8], at: usize) -> Option<Stamp> {
    let label = text.get(at..)?.strip_prefix(b"@40000000")?.get(..16)?;
    if byte(text, at + 25).is_ascii_alphanumeric() {
        return None;
    }
    let hex = |digits: &[u8]| {
        digits.iter().try_fold(0_i64, |value, &digit| {
            let digit = match digit {
                b'0'..=b'9' => digit - b'0',
                b'a'..=b'f' => digit - b'a' + 10,
                _ => return None,
            };
            Some(value * 16 + i64::from(digit))
        })
    };
    let (second, nanosecond) = (hex(&label[..8])? - 10, hex(&label[8..])?);
    (second >= 0 && nanosecond < 1000 * SECOND).then_some(Stamp {
        us: second * SECOND + nanosecond / 1000,
        zoned: true,
        dated: true,
    })
}

fn syslog(text: &[u8], at: usize) -> Option<Stamp> {
    let spaced_year = |at| number(text, at, 4, 4).filter(|&(_, end)| byte(text, end) == b' ');
    let before = spaced_year(at);
    let at = before.map_or(at, |(_, end)| spaces(text, end));
    let month = month_name(text, at)?;
    if byte(text, at + 3) != b' ' {
        return None;
    }
    let (day, end) = number(text, spaces(text, at + 3), 1, 2)?;
    let end = end + usize::from(byte(text, end) == b',');
    if byte(text, end) != b' ' {
        return None;
    }
    let at = spaces(text, end);
    let after = if before.is_none() { spaced_year(at) } else { None };
    let at = after.map_or(at, |(_, end)| spaces(text, end));
    let year = before.or(after).map(|(year, _)| year);
    let read = clock(text, at, false)?;
    let (of_day, end) = if year.is_some() { half_marked(text, read) } else { read };
    let (mut east, end) = zone(text, end);
    if text[end - 1].is_ascii_alphabetic() && byte(text, end) != b':' {
        east = None;
    }
    let day = days(year.unwrap_or(2000), month, day)?;
    Some(Stamp { dated: year.is_some(), ..dated(day, of_day, east) })
}

fn clf(text: &[u8], at: usize) -> Option<Stamp> {
    let (day, end) = day_month_year(text, at, b'/')?;
    if !matches!(byte(text, end), b':' | b' ') {
        return None;
    }
    let (of_day, end) = clock(text, end + 1, false)?;
    Some(dated(day, of_day, zone(text, end).0))
}

fn day_month(text: &[u8], mut at: usize) -> Option<Stamp> {
    if is_weekday(text, at) {
        at += 3;
        at += usize::from(byte(text, at) == b',');
        if byte(text, at) != b' ' {
            return None;
        }
        at = spaces(text, at);
    }
    let (day, end) = day_month_year(text, at, b'-')
        .or_else(|| day_month_year(text, at, b' '))
        .or_else(|| month_day_year(text, at))?;
    if byte(text, end) != b' ' {
        return None;
    }
    let (of_day, end) = half_marked(text, clock(text, spaces(text, end), false)?);
    Some(dated(day, of_day, zone(text, end).0))
}

/// `07/Jan/2021` with `mark` between, as days since 1970.
fn day_month_year(text: &[u8], at: usize, mark: u8) -> Option<(i64, usize)> {
    let (day, end) = number(text, at, 1, 2)?;
    if byte(text, end) != mark {
        return None;
    }
    let month = month_name(text, end + 1)?;
    if byte(text, end + 4) != mark {
        return None;
    }
    let (year, end) = year(text, end + 5)?;
    Some((days(year, month, day)?, end))
}

/// `Jan-07-21`, as days since 1970.
fn month_day_year(text: &[u8], at: usize) -> Option<(i64, usize)> {
    let month = month_name(text, at)?;
    if byte(text, at + 3) != b'-' {
        return None;
    }
    let (day, end) = number(text, at + 4, 1, 2)?;
    if byte(text, end) != b'-' {
        return None;
    }
    let (year, end) = year(text, end + 1)?;
    Some((days(year, month, day)?, end))
}

fn epoch(text: &[u8], at: usize) -> Option<Stamp> {
    let count = digits(text, at);
    let end = at + count;
    let (us, end) = match count {
        19 => (value(&text[at..end - 3]), end),
        10 | 13 | 16 => {
            let scale = 10_i64.pow(16 - count as u32);
            let (fraction, after) = fraction(text, end);
            (value(&text[at..end]) * scale + fraction * scale / SECOND, after)
        }
        _ => return None,
    };
    (!byte(text, end).is_ascii_alphabetic()).then_some(Stamp { us, zoned: true, dated: true })
}

fn fortigate(text: &[u8], at: usize) -> Option<Stamp> {
    let (date, time) = (value_of(text, at, &DATE)?, value_of(text, at, &TIME)?);
    let (year, _) = number(text, date, 4, 4)?;
    let (month, _) = number(text, date + 5, 2, 2)?;
    let (day, _) = number(text, date + 8, 2, 2)?;
    let (of_day, _) = clock(text, time, false)?;
    if byte(text, date + 4) != b'-' || byte(text, date + 7) != b'-' {
        return None;
    }
    let east = zone_apart(text, at);
    Some(dated(days(year, month, day)?, of_day, east))
}

/// The zone of the first `tz=` from `at` on, without one of the first `timezone=`.
fn zone_apart(text: &[u8], at: usize) -> Option<i64> {
    let value = value_of(text, at, &TZ).or_else(|| value_of(text, at, &TIMEZONE))?;
    if byte(text, value) == b' ' { None } else { zone(text, value).0 }
}

/// Where the value of the first `key` begins, past a quote; no letter, digit or `_` stands before the key.
fn value_of(text: &[u8], mut at: usize, key: &Finder<'_>) -> Option<usize> {
    loop {
        let found = at + key.find(text.get(at..)?)?;
        at = found + key.needle().len();
        let before = found.checked_sub(1).map_or(0, |before| text[before]);
        if !(before.is_ascii_alphanumeric() || before == b'_') {
            return Some(at + usize::from(byte(text, at) == b'"'));
        }
    }
}

fn apache_error(text: &[u8], at: usize) -> Option<Stamp> {
    if !is_weekday(text, at) || byte(text, at + 3) != b' ' {
        return None;
    }
    let at = spaces(text, at + 3);
    let month = month_name(text, at)?;
    if byte(text, at + 3) != b' ' {
        return None;
    }
    let (day, end) = number(text, spaces(text, at + 3), 1, 2)?;
    if byte(text, end) != b' ' {
        return None;
    }
    let (of_day, end) = half_marked(text, clock(text, spaces(text, end), false)?);
    let (east, end) = zone(text, end);
    if byte(text, end) != b' ' {
        return None;
    }
    let (year, end) = number(text, spaces(text, end), 4, 4)?;
    let east = east.or_else(|| zone(text, end).0);
    Some(dated(days(year, month, day)?, of_day, east))
}

fn slash(text: &[u8], at: usize, day_first: bool) -> Option<Stamp> {
    let (first, end) = number(text, at, 1, 2)?;
    let mark = byte(text, end);
    let (second, end) = number(text, end + 1, 1, 2)?;
    if !(matches!(mark, b'/' | b'-') || mark == b'.' && day_first) {
        return None;
    }
    let (year, end) = if byte(text, end) == mark {
        // 21-01-07 is more often a year that comes first.
        let (year, end) = if mark == b'-' { number(text, end + 1, 4, 4) } else { year(text, end + 1) }?;
        (Some(year), end)
    } else if mark == b'-' {
        return None;
    } else {
        (None, end)
    };
    let end = end + usize::from(byte(text, end) == b',');
    match (year, byte(text, end)) {
        (_, b'-') | (Some(_), b' ' | b'\t') => {}
        _ => return None,
    }
    let (of_day, end) = clock(text, end + 1, true)?;
    let (of_day, end) = half_day(text, of_day, end)?;
    let (month, day) = if day_first { (second, first) } else { (first, second) };
    let day = days(year.unwrap_or(2000), month, day)?;
    Some(Stamp { dated: year.is_some(), ..dated(day, of_day, zone(text, end).0) })
}

/// `of_day` by the AM or PM at `at`, one space before it or none; nothing for an hour that no such clock has.
fn half_day(text: &[u8], of_day: i64, at: usize) -> Option<(i64, usize)> {
    let begin = at + usize::from(byte(text, at) == b' ');
    let word = text.get(begin..begin + 2).unwrap_or(b"");
    let is_pm = word.eq_ignore_ascii_case(b"pm");
    if !(is_pm || word.eq_ignore_ascii_case(b"am")) || byte(text, begin + 2).is_ascii_alphabetic() {
        return Some((of_day, at));
    }
    let half = 12 * 60 * MINUTE;
    (half / 12..half + half / 12).contains(&of_day).then(|| (of_day % half + if is_pm { half } else { 0 }, begin + 2))
}

/// A clock's reading by the AM or PM after it, unless that word must be another one.
fn half_marked(text: &[u8], (of_day, at): (i64, usize)) -> (i64, usize) {
    half_day(text, of_day, at).unwrap_or((of_day, at))
}

fn auto(text: &[u8], at: usize) -> Option<Stamp> {
    let first = named(text, at).or_else(|| epoch(text, at)).or_else(|| glog(text, at)).or_else(|| tai64n(text, at));
    if first.is_some() {
        return first;
    }
    if (digits(text, at) == 6 || is_leveled(text, at))
        && let Some(stamp) = yymmdd(text, at)
    {
        return Some(stamp);
    }
    let by_slashes = match (slash(text, at, false), slash(text, at, true)) {
        (by_month, None) => by_month,
        (None, by_day) => by_day,
        (by_month, by_day) => by_month.filter(|_| by_month == by_day),
    };
    by_slashes.or_else(|| {
        (at..text.len().min(at + SEARCHED)).find_map(|begin| {
            if begin > 0 && text[begin - 1].is_ascii_alphanumeric() {
                return None;
            }
            let anywhere = || text[begin..].starts_with(b"date=").then(|| fortigate(text, begin)).flatten();
            named(text, begin).or_else(anywhere)
        })
    })
}

/// Whether a level's word follows `21/01/07 04:18:07`, as in the logs of Java's Hadoop and Spark.
fn is_leveled(text: &[u8], at: usize) -> bool {
    let after = text.get(at + 17..).and_then(|rest| rest.strip_prefix(b" "));
    after.is_some_and(|after| LEVELS.iter().any(|level| after.starts_with(level)))
}

/// A time in a layout that cannot be taken for another one.
fn named(text: &[u8], at: usize) -> Option<Stamp> {
    if month_name(text, at).is_some() {
        return syslog(text, at).or_else(|| day_month(text, at));
    }
    if is_weekday(text, at) {
        return apache_error(text, at).or_else(|| day_month(text, at));
    }
    match digits(text, at) {
        0 => None,
        1 | 2 => clf(text, at).or_else(|| day_month(text, at)),
        _ => iso(text, at).or_else(|| syslog(text, at)),
    }
}
