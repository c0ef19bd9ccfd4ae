//! The pieces that times are made of. Each answers a value and where it ends, or nothing.

pub const SECOND: i64 = 1_000_000;
pub const MINUTE: i64 = 60 * SECOND;
const DAY: i64 = 1440 * MINUTE;

/// Zone names that mean one thing, in minutes east of UTC.
const ZONES: [(&[u8], i64); 24] = [
    (b"Z", 0),
    (b"UT", 0),
    (b"UTC", 0),
    (b"GMT", 0),
    (b"WET", 0),
    (b"WEST", 60),
    (b"CET", 60),
    (b"CEST", 120),
    (b"EET", 120),
    (b"EEST", 180),
    (b"MSK", 180),
    (b"EST", -300),
    (b"EDT", -240),
    (b"MDT", -360),
    (b"PST", -480),
    (b"PDT", -420),
    (b"AKST", -540),
    (b"AKDT", -480),
    (b"HST", -600),
    (b"JST", 540),
    (b"AEST", 600),
    (b"AEDT", 660),
    (b"NZST", 720),
    (b"NZDT", 780),
];

/// The byte at `at`; 0 past the end (no layout has a NUL).
#[inline]
pub fn byte(text: &[u8], at: usize) -> u8 {
    text.get(at).copied().unwrap_or(0)
}

/// How many digits begin at `at`.
#[inline]
pub fn digits(text: &[u8], at: usize) -> usize {
    text.get(at..).map_or(0, |rest| rest.iter().take_while(|byte| byte.is_ascii_digit()).count())
}

/// The value of at most 18 digits.
#[inline]
pub fn value(digits: &[u8]) -> i64 {
    digits.iter().fold(0, |value, &digit| value * 10 + i64::from(digit - b'0'))
}

/// A number of `least` to `most` digits that no digit follows.
#[inline]
pub fn number(text: &[u8], at: usize, least: usize, most: usize) -> Option<(i64, usize)> {
    let (mut value, mut end) = (0, at);
    loop {
        let digit = byte(text, end).wrapping_sub(b'0');
        if digit > 9 {
            return (end - at >= least).then_some((value, end));
        }
        if end - at == most {
            return None;
        }
        value = value * 10 + i64::from(digit);
        end += 1;
    }
}

/// The place after the spaces at `at`.
#[inline]
pub fn spaces(text: &[u8], mut at: usize) -> usize {
    while byte(text, at) == b' ' {
        at += 1;
    }
    at
}

/// The three letters at `at` in lower case; something else where others stand.
#[inline]
fn three(text: &[u8], at: usize) -> [u8; 3] {
    // No other byte becomes a letter by this bit.
    text.get(at..).and_then(<[u8]>::first_chunk).map_or([0; 3], |three: &[u8; 3]| three.map(|byte| byte | 0x20))
}

/// The month (1 to 12) whose three letters stand at `at`.
#[inline]
pub fn month_name(text: &[u8], at: usize) -> Option<i64> {
    Some(match &three(text, at) {
        b"jan" => 1,
        b"feb" => 2,
        b"mar" => 3,
        b"apr" => 4,
        b"may" => 5,
        b"jun" => 6,
        b"jul" => 7,
        b"aug" => 8,
        b"sep" => 9,
        b"oct" => 10,
        b"nov" => 11,
        b"dec" => 12,
        _ => return None,
    })
}

/// Whether the three letters of a weekday stand at `at`.
pub fn is_weekday(text: &[u8], at: usize) -> bool {
    matches!(&three(text, at), b"mon" | b"tue" | b"wed" | b"thu" | b"fri" | b"sat" | b"sun")
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar, if there is such a day.
pub fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1970..=2199).contains(&year) || !(1..=longest).contains(&day) {
        return None;
    }
    // Years begin in March here, so that the leap day is a year's last.
    let shifted = if month > 2 { year } else { year - 1 };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + day_of_year - 719_468)
}

/// A year of two or four digits.
pub fn year(text: &[u8], at: usize) -> Option<(i64, usize)> {
    let (year, end) = number(text, at, 2, 4)?;
    match end - at {
        2 => Some((year + if year >= 70 { 1900 } else { 2000 }, end)),
        4 => Some((year, end)),
        _ => None,
    }
}

/// `hh:mm:ss` with fraction, in microseconds of the day.
pub fn clock(text: &[u8], at: usize, seconds_optional: bool) -> Option<(i64, usize)> {
    let (hour, end) = number(text, at, 1, 2).filter(|&(hour, _)| hour <= 23)?;
    if byte(text, end) != b':' {
        return None;
    }
    let (minute, end) = number(text, end + 1, 2, 2).filter(|&(minute, _)| minute <= 59)?;
    let of_day = (hour * 60 + minute) * MINUTE;
    if byte(text, end) != b':' {
        return seconds_optional.then_some((of_day, end));
    }
    let (second, end) = number(text, end + 1, 2, 2).filter(|&(second, _)| second <= 60)?;
    let (fraction, end) = fraction(text, end);
    Some((of_day + second.min(59) * SECOND + fraction, end))
}

/// A fraction of a second in microseconds; 0 where there is none.
pub fn fraction(text: &[u8], at: usize) -> (i64, usize) {
    let (mark, count) = (byte(text, at), digits(text, at + 1));
    if mark == b'.' && count > 0 || mark == b',' && matches!(count, 3 | 6 | 9) {
        let kept = count.min(6);
        let scale = 10_i64.pow(6 - kept as u32);
        (value(&text[at + 1..at + 1 + kept]) * scale, at + 1 + count)
    } else {
        (0, at)
    }
}

/// Minutes east of UTC; none, and `at`, where no zone stands.
pub fn zone(text: &[u8], at: usize) -> (Option<i64>, usize) {
    let spaced = byte(text, at) == b' ';
    let begin = at + usize::from(spaced);
    if matches!(byte(text, begin), b'+' | b'-') {
        return offset(text, begin, at, spaced);
    }
    let letters = text.get(begin..).unwrap_or(&[]).iter().take(5).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let end = begin + letters;
    let after = byte(text, end);
    if after.is_ascii_alphanumeric() || after == b'_' {
        return (None, at);
    }
    match ZONES.iter().find(|&&(name, _)| text.get(begin..end) == Some(name)) {
        Some(&(_, minutes)) => (Some(minutes), end),
        None => (None, at),
    }
}

fn offset(text: &[u8], begin: usize, at: usize, spaced: bool) -> (Option<i64>, usize) {
    let count = digits(text, begin + 1);
    let mut end = begin + 1 + count;
    let two = |from: usize| value(&text[from..from + 2]);
    let (hours, minutes) = match count {
        4 => (two(begin + 1), two(begin + 3)),
        2 => {
            let more = if byte(text, end) == b':' { number(text, end + 1, 2, 2) } else { None };
            match more {
                Some((minutes, after)) => {
                    end = after;
                    (two(begin + 1), minutes)
                }
                None if spaced => return (None, at),
                None => (two(begin + 1), 0),
            }
        }
        _ => return (None, at),
    };
    if hours > 15 || minutes > 59 {
        return (None, at);
    }
    let east = hours * 60 + minutes;
    (Some(if text[begin] == b'-' { -east } else { east }), end)
}

/// Day, time of day and zone as one moment.
pub fn moment(days: i64, of_day: i64, zone: Option<i64>) -> i64 {
    days * DAY + of_day - zone.unwrap_or(0) * MINUTE
}
