"""The specification of time reading, which the kernel's time parser equals, byte for byte.

Plain scanning, integer arithmetic, ASCII only. A reading function takes ``(text, at)`` and answers a
:class:`~traque.model.Stamp` or None; what follows the time is ignored, except that a number is never cut
short. Rules that all layouts share:

* **Clock**: ``hh:mm:ss``, hour of one or two digits below 24, second 60 is read as 59. Fraction: a dot and
  any number of digits, or a comma and exactly 3, 6 or 9 (in CSV a comma ends a field); digits past the
  sixth are cut off.
* **Zone**: ``Z``; ``+hh``, ``+hhmm``, ``+hh:mm`` (or ``-``) up to 15 hours; or one of :data:`ZONES`, in
  upper case. One space may stand before it, but ``+hh`` alone follows the clock directly. Text that is no
  zone leaves the time unzoned.
* **Date**: years 1970 to 2199, and the day must exist. Two-digit years: 70-99 are 1970-1999, 00-69 are
  2000-2069 (POSIX). Month and weekday names are the first three English letters, in any case.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from types import MappingProxyType
from typing import Final

from traque.model import Stamp, TimeRule

LAYOUTS: Final = MappingProxyType(
    {
        "iso": "2021-01-07T04:18:07.123456+00:00 and relatives: 'T', 't', '_', spaces or a tab between, "
        "'-', ',' or ';' too where there are seconds; '-', '/', '.' or ':' inside the date; seconds "
        "optional, AM/PM where no T stands; 20210107T041807Z, 20210107 04:18:07, 20210107041807",
        "iso-tz": "as iso; where that states no zone, the tz=+0100 that stands anywhere after it",
        "syslog": "Jan  7 04:18:07 (RFC 3164, no year); 2021 Jan  7 04:18:07; Jan  7 2021 04:18:07; a zone "
        "after it is +hhmm, or a name that ':' follows (a word there is the host's name); with a year also "
        "AM/PM",
        "clf": "07/Jan/2021:04:18:07 +0000 (web servers); a space may stand for the first ':'",
        "day-month": "Thu, 07 Jan 2021 04:18:07 +0000 (RFC 5322), 07-Jan-2021 04:18:07.123 (BIND, PHP), "
        "Jan-07-21 04:18:07 (ASSP); "
        "weekday optional, years of two or four digits, AM/PM optional",
        "epoch": "1609993087.123: seconds (10 digits), ms (13), us (16), ns (19), no letter after it; UTC",
        "fortigate": 'date=2021-01-07 time=04:18:07 and, anywhere in the text, tz="+0100" or timezone="CET"',
        "apache-error": "Fri Dec 16 01:46:23.123456 2005 (ctime); a zone may stand before or after the year",
        "us-slash": "01/07/2021 04:18:07 PM: month first; or year-less 01/07-04:18:07; seconds and "
        "AM/PM optional",
        "eu-slash": "07/01/2021 04:18:07 or 07.01.2021 04:18:07: day first, else as us-slash; both also "
        "with '-' inside the date where the year has four digits",
        "yymmdd": "210107  4:18:07 (MySQL), 210107 041807 (Hadoop), 21/01/07 04:18:07 (Spark), "
        "210107041807.123 (3proxy)",
        "glog": "I0107 04:18:07.123456 (Google's glog, Kubernetes' klog): a level's letter, month, day",
        "tai64n": "@400000005ff68b890756b5b3 (multilog): TAI as daemontools count it, 10 s before UTC",
        "auto": "at the beginning: iso, syslog, clf, day-month, apache-error, epoch, glog, tai64n, yymmdd "
        "(with slashes where a level's word follows), or a slash date that reads one way only; else the "
        "first of iso, syslog, clf, day-month, apache-error, fortigate (at its 'date=') that begins in the "
        "first 512 bytes and follows no letter or digit",
    }
)
"""Every layout by name, with what it reads."""

ZONES: Final = MappingProxyType(
    {
        b"Z": 0, b"UT": 0, b"UTC": 0, b"GMT": 0, b"WET": 0, b"WEST": 60, b"CET": 60, b"CEST": 120,
        b"EET": 120, b"EEST": 180, b"MSK": 180, b"EST": -300, b"EDT": -240, b"MDT": -360, b"PST": -480,
        b"PDT": -420, b"AKST": -540, b"AKDT": -480, b"HST": -600, b"JST": 540, b"AEST": 600, b"AEDT": 660,
        b"NZST": 720, b"NZDT": 780,
    }
)  # fmt: skip
"""Zone names that mean one thing, in minutes east of UTC (CST, IST, BST, MST, AST... mean several)."""

SKIPPED: Final = b" \t:=\"'[(*"
"""Bytes that may stand between an anchor (or the beginning) and the time."""

SEARCHED: Final = 512
"""``auto`` looks for a time that begins in this many bytes."""

_SECOND: Final = 1_000_000
_MINUTE: Final = 60 * _SECOND
_DAY: Final = 86_400 * _SECOND
_MONTHS: Final = (
    b"jan",
    b"feb",
    b"mar",
    b"apr",
    b"may",
    b"jun",
    b"jul",
    b"aug",
    b"sep",
    b"oct",
    b"nov",
    b"dec",
)
_LEVELS: Final = (b"INFO", b"WARN", b"ERROR", b"DEBUG", b"FATAL", b"TRACE")
_WEEKDAYS: Final = (b"mon", b"tue", b"wed", b"thu", b"fri", b"sat", b"sun")
_FIRST_YEAR, _LAST_YEAR = 1970, 2199
_SPACE, _TAB, _COMMA, _DASH, _DOT, _SLASH, _COLON, _PLUS = b" \t,-./:+"


def read(record: bytes, rules: Sequence[TimeRule]) -> Stamp | None:
    """The time of ``record`` by the first of ``rules`` that reads one, else None.

    Where a rule reads: *anchor*: after the first occurrence of its bytes in the record, wherever that is.
    *column*: the bytes of that column, no further; each occurrence of ``separator`` ends one, quotes mean
    nothing. *neither*: at the beginning, after an optional UTF-8 byte order mark and an optional ``<PRI>``
    (one to three digits), which may be followed by an RFC 5424 version (one or two digits and a space).
    In all three, :data:`SKIPPED` bytes before the time are passed over. ``fortigate`` searches from there on.
    KeyError for a layout that is not one.
    """
    for rule in rules:
        reader = _readers()[rule.layout]
        text, at = record, 0
        if rule.anchor:
            at = record.find(rule.anchor)
            if at < 0:
                continue
            at += len(rule.anchor)
        elif rule.column >= 0:
            columns = record.split(rule.separator, rule.column + 1) if rule.separator else [record]
            if rule.column >= len(columns):
                continue
            text = columns[rule.column]
        else:
            at = _after_priority(record)
        while _byte(text, at) in SKIPPED:
            at += 1
        stamp = reader(text, at)
        if stamp is not None:
            return stamp
    return None


def _after_priority(record: bytes) -> int:
    at = 3 if record.startswith(b"\xef\xbb\xbf") else 0
    if _byte(record, at) != ord("<"):
        return at
    digits = _digits(record, at + 1)
    end = at + 1 + digits
    if not 1 <= digits <= 3 or _byte(record, end) != ord(">"):
        return at
    at = end + 1
    version = _digits(record, at)
    if 1 <= version <= 2 and _byte(record, at + version) == _SPACE:
        return at + version + 1
    return at


# Pieces. Each answers (value, end) or None.


def _byte(text: bytes, at: int) -> int:
    """The byte at ``at``; 0 past the end of the text (no layout has a NUL)."""
    return text[at] if at < len(text) else 0


def _is_digit(byte: int) -> bool:
    return 0x30 <= byte <= 0x39


def _is_letter(byte: int) -> bool:
    return 0x41 <= byte <= 0x5A or 0x61 <= byte <= 0x7A


def _digits(text: bytes, at: int) -> int:
    """How many digits begin at ``at``."""
    end = at
    while _is_digit(_byte(text, end)):
        end += 1
    return end - at


def _number(text: bytes, at: int, least: int, most: int) -> tuple[int, int] | None:
    """A number of ``least`` to ``most`` digits that no digit follows."""
    count = _digits(text, at)
    if not least <= count <= most:
        return None
    return int(text[at : at + count]), at + count


def _spaces(text: bytes, at: int) -> int:
    while _byte(text, at) == _SPACE:
        at += 1
    return at


def _name(text: bytes, at: int, names: tuple[bytes, ...]) -> int:
    """The index of the three-letter name at ``at``, else -1."""
    word = text[at : at + 3].lower()
    return names.index(word) if word in names else -1


def _days(year: int, month: int, day: int) -> int | None:
    """Days since 1970-01-01 in the proleptic Gregorian calendar; None if there is no such day."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if not (_FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= 12 and day >= 1):
        return None
    if day > (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]:
        return None
    # Years begin in March here, so that the leap day is a year's last.
    shifted = year if month > 2 else year - 1
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return shifted * 365 + shifted // 4 - shifted // 100 + shifted // 400 + day_of_year - 719_468


def _year(text: bytes, at: int) -> tuple[int, int] | None:
    """A year of two or four digits."""
    found = _number(text, at, 2, 4)
    if found is None or found[1] - at == 3:
        return None
    year, end = found
    if end - at == 2:
        year += 1900 if year >= 70 else 2000
    return year, end


def _clock(text: bytes, at: int, *, seconds_optional: bool = False) -> tuple[int, int] | None:
    """``hh:mm:ss`` with fraction, as microseconds of the day."""
    hour = _number(text, at, 1, 2)
    if hour is None or hour[0] > 23 or _byte(text, hour[1]) != _COLON:
        return None
    minute = _number(text, hour[1] + 1, 2, 2)
    if minute is None or minute[0] > 59:
        return None
    of_day = (hour[0] * 60 + minute[0]) * _MINUTE
    if _byte(text, minute[1]) != _COLON:
        return (of_day, minute[1]) if seconds_optional else None
    second = _number(text, minute[1] + 1, 2, 2)
    if second is None or second[0] > 60:
        return None
    fraction, end = _fraction(text, second[1])
    return of_day + min(second[0], 59) * _SECOND + fraction, end


def _fraction(text: bytes, at: int) -> tuple[int, int]:
    """A fraction of a second in microseconds; ``(0, at)`` where there is none."""
    mark, count = _byte(text, at), _digits(text, at + 1)
    if (mark == _DOT and count > 0) or (mark == _COMMA and count in (3, 6, 9)):
        return int(text[at + 1 : at + 1 + min(count, 6)].ljust(6, b"0")), at + 1 + count
    return 0, at


def _zone(text: bytes, at: int) -> tuple[int | None, int]:
    """Minutes east of UTC; ``(None, at)`` where no zone stands."""
    spaced = _byte(text, at) == _SPACE
    begin = at + 1 if spaced else at
    sign = _byte(text, begin)
    if sign in (_PLUS, _DASH):
        return _offset(text, begin, at, spaced=spaced)
    end = begin
    while _is_letter(_byte(text, end)) and end - begin <= 4:
        end += 1
    minutes = ZONES.get(text[begin:end])
    after = _byte(text, end)
    if minutes is None or _is_letter(after) or _is_digit(after) or after == ord("_"):
        return None, at
    return minutes, end


def _offset(text: bytes, begin: int, at: int, *, spaced: bool) -> tuple[int | None, int]:
    count = _digits(text, begin + 1)
    end = begin + 1 + count
    if count == 4:
        hours, minutes = (int(text[begin + 1 : begin + 3]), int(text[begin + 3 : begin + 5]))
    elif count == 2:
        hours, minutes = int(text[begin + 1 : begin + 3]), 0
        more = _number(text, end + 1, 2, 2) if _byte(text, end) == _COLON else None
        if more is not None:
            minutes, end = more
        elif spaced:
            return None, at
    else:
        return None, at
    if hours > 15 or minutes > 59:
        return None, at
    east = hours * 60 + minutes
    return (-east if text[begin] == _DASH else east), end


def _stamp(days: int | None, of_day: int, zone: int | None, *, dated: bool = True) -> Stamp | None:
    if days is None:
        return None
    us = days * _DAY + of_day - (zone or 0) * _MINUTE
    return Stamp(us, zoned=zone is not None, dated=dated)


# Layouts.


def _read_iso(text: bytes, at: int) -> Stamp | None:
    count = _digits(text, at)
    if count != 4:
        return _read_basic_iso(text, at, count)
    mark = _byte(text, at + 4)
    month = _number(text, at + 5, 1, 2)
    if mark not in (_DASH, _SLASH, _DOT, _COLON) or month is None or _byte(text, month[1]) != mark:
        return None
    day = _number(text, month[1] + 1, 1, 2)
    between = 0 if day is None else _byte(text, day[1])
    if day is None or between not in b"Tt _\t-,;":
        return None
    clock_at = _spaces(text, day[1]) if between == _SPACE else day[1] + 1
    # 2021-01-07-04:00 is a day and a zone.
    clock = _clock(text, clock_at, seconds_optional=between not in b"-,;")
    if clock is None:
        return None
    if between not in b"Tt":
        clock = _half_marked(text, *clock)
    days = _days(int(text[at : at + 4]), month[0], day[0])
    return _stamp(days, clock[0], _zone(text, clock[1])[0])


def _read_basic_iso(text: bytes, at: int, count: int) -> Stamp | None:
    if count == 14:
        clock_at = at + 8
    elif count == 8 and _byte(text, at + 8) in b"Tt _-":
        clock_at = at + 9
    else:
        return None
    clock = _clock(text, clock_at) if count == 8 else None
    if clock is None:
        clock = _clock_of_six(text, clock_at)
        if clock is None:
            return None
    days = _days(int(text[at : at + 4]), int(text[at + 4 : at + 6]), int(text[at + 6 : at + 8]))
    return _stamp(days, clock[0], _zone(text, clock[1])[0])


def _clock_of_six(text: bytes, at: int) -> tuple[int, int] | None:
    """``hhmmss`` with fraction, as microseconds of the day."""
    if _digits(text, at) != 6:
        return None
    hour, minute, second = (int(text[at + i : at + i + 2]) for i in (0, 2, 4))
    if hour > 23 or minute > 59 or second > 60:
        return None
    fraction, end = _fraction(text, at + 6)
    return ((hour * 60 + minute) * 60 + min(second, 59)) * _SECOND + fraction, end


def _read_syslog(text: bytes, at: int) -> Stamp | None:
    year: int | None = None
    before = _number(text, at, 4, 4)
    if before is not None and _byte(text, before[1]) == _SPACE:
        year, at = before[0], _spaces(text, before[1])
    month = _name(text, at, _MONTHS)
    if month < 0 or _byte(text, at + 3) != _SPACE:
        return None
    day = _number(text, _spaces(text, at + 3), 1, 2)
    if day is None:
        return None
    at = day[1] + 1 if _byte(text, day[1]) == _COMMA else day[1]
    if _byte(text, at) != _SPACE:
        return None
    at = _spaces(text, at)
    after = _number(text, at, 4, 4)
    if after is not None and year is None and _byte(text, after[1]) == _SPACE:
        year, at = after[0], _spaces(text, after[1])
    clock = _clock(text, at)
    if clock is None:
        return None
    if year is not None:
        clock = _half_marked(text, *clock)
    zone, end = _zone(text, clock[1])
    if _is_letter(text[end - 1]) and _byte(text, end) != _COLON:
        zone = None
    days = _days(2000 if year is None else year, month + 1, day[0])
    return _stamp(days, clock[0], zone, dated=year is not None)


def _read_clf(text: bytes, at: int) -> Stamp | None:
    date = _day_month_year(text, at, _SLASH)
    if date is None or _byte(text, date[1]) not in b": ":
        return None
    clock = _clock(text, date[1] + 1)
    return None if clock is None else _stamp(date[0], clock[0], _zone(text, clock[1])[0])


def _read_day_month(text: bytes, at: int) -> Stamp | None:
    if _name(text, at, _WEEKDAYS) >= 0:
        at += 3
        if _byte(text, at) == _COMMA:
            at += 1
        if _byte(text, at) != _SPACE:
            return None
        at = _spaces(text, at)
    date = _day_month_year(text, at, _DASH) or _day_month_year(text, at, _SPACE) or _month_day_year(text, at)
    if date is None or _byte(text, date[1]) != _SPACE:
        return None
    clock = _clock(text, _spaces(text, date[1]))
    if clock is None:
        return None
    of_day, end = _half_marked(text, *clock)
    return _stamp(date[0], of_day, _zone(text, end)[0])


def _day_month_year(text: bytes, at: int, mark: int) -> tuple[int, int] | None:
    """``07/Jan/2021`` with ``mark`` between, as days since 1970."""
    day = _number(text, at, 1, 2)
    if day is None or _byte(text, day[1]) != mark:
        return None
    month = _name(text, day[1] + 1, _MONTHS)
    if month < 0 or _byte(text, day[1] + 4) != mark:
        return None
    year = _year(text, day[1] + 5)
    if year is None:
        return None
    days = _days(year[0], month + 1, day[0])
    return None if days is None else (days, year[1])


def _month_day_year(text: bytes, at: int) -> tuple[int, int] | None:
    """``Jan-07-21``, as days since 1970."""
    month = _name(text, at, _MONTHS)
    if month < 0 or _byte(text, at + 3) != _DASH:
        return None
    day = _number(text, at + 4, 1, 2)
    year = _year(text, day[1] + 1) if day is not None and _byte(text, day[1]) == _DASH else None
    days = None if day is None or year is None else _days(year[0], month + 1, day[0])
    return None if days is None or year is None else (days, year[1])


def _read_epoch(text: bytes, at: int) -> Stamp | None:
    count = _digits(text, at)
    scale = {10: _SECOND, 13: 1000, 16: 1, 19: 0}.get(count)
    if scale is None:
        return None
    value, end = int(text[at : at + count]), at + count
    if scale == 0:
        us = value // 1000
    else:
        fraction, end = _fraction(text, end)
        us = value * scale + fraction * scale // _SECOND
    return None if _is_letter(_byte(text, end)) else Stamp(us)


def _read_fortigate(text: bytes, at: int) -> Stamp | None:
    date, time = _value(text, at, b"date="), _value(text, at, b"time=")
    if date is None or time is None:
        return None
    year = _number(text, date, 4, 4)
    month = _number(text, date + 5, 2, 2)
    day = _number(text, date + 8, 2, 2)
    clock = _clock(text, time)
    if year is None or month is None or day is None or clock is None:
        return None
    if _byte(text, date + 4) != _DASH or _byte(text, date + 7) != _DASH:
        return None
    east = _zone_apart(text, at)
    return _stamp(_days(year[0], month[0], day[0]), clock[0], east)


def _zone_apart(text: bytes, at: int) -> int | None:
    """The zone of the first ``tz=`` from ``at`` on, without one of the first ``timezone=``."""
    for key in (b"tz=", b"timezone="):
        zone = _value(text, at, key)
        if zone is not None:
            return None if _byte(text, zone) == _SPACE else _zone(text, zone)[0]
    return None


def _value(text: bytes, at: int, key: bytes) -> int | None:
    """Where the value of the first ``key`` that follows no letter, digit or '_' begins, past a quote."""
    while (found := text.find(key, at)) >= 0:
        before = text[found - 1] if found > 0 else 0
        at = found + len(key)
        if not (_is_letter(before) or _is_digit(before) or before == ord("_")):
            return at + 1 if _byte(text, at) == ord('"') else at
    return None


def _read_apache_error(text: bytes, at: int) -> Stamp | None:
    if _name(text, at, _WEEKDAYS) < 0 or _byte(text, at + 3) != _SPACE:
        return None
    at = _spaces(text, at + 3)
    month = _name(text, at, _MONTHS)
    if month < 0 or _byte(text, at + 3) != _SPACE:
        return None
    day = _number(text, _spaces(text, at + 3), 1, 2)
    if day is None or _byte(text, day[1]) != _SPACE:
        return None
    clock = _clock(text, _spaces(text, day[1]))
    if clock is None:
        return None
    zone, end = _zone(text, _half_marked(text, *clock)[1])
    year = _number(text, _spaces(text, end), 4, 4) if _byte(text, end) == _SPACE else None
    if year is None:
        return None
    if zone is None:
        zone = _zone(text, year[1])[0]
    return _stamp(_days(year[0], month + 1, day[0]), _half_marked(text, *clock)[0], zone)


def _read_us_slash(text: bytes, at: int) -> Stamp | None:
    return _read_slash(text, at, day_first=False)


def _read_eu_slash(text: bytes, at: int) -> Stamp | None:
    return _read_slash(text, at, day_first=True)


def _read_slash(text: bytes, at: int, *, day_first: bool) -> Stamp | None:
    first = _number(text, at, 1, 2)
    if first is None:
        return None
    mark = _byte(text, first[1])
    second = _number(text, first[1] + 1, 1, 2)
    if second is None or not (mark in (_SLASH, _DASH) or (mark == _DOT and day_first)):
        return None
    year, at = None, second[1]
    if _byte(text, at) == mark:
        # 21-01-07 is more often a year that comes first.
        year = _number(text, at + 1, 4, 4) if mark == _DASH else _year(text, at + 1)
        if year is None:
            return None
        at = year[1]
    elif mark == _DASH:
        return None
    if _byte(text, at) == _COMMA:
        at += 1
    if _byte(text, at) not in ((_DASH,) if year is None else (_DASH, _SPACE, _TAB)):
        return None
    clock = _clock(text, at + 1, seconds_optional=True)
    if clock is None:
        return None
    of_day, end = _half_day(text, *clock)
    month, day = (second[0], first[0]) if day_first else (first[0], second[0])
    days = _days(2000 if year is None else year[0], month, day)
    return None if of_day < 0 else _stamp(days, of_day, _zone(text, end)[0], dated=year is not None)


def _half_day(text: bytes, of_day: int, at: int) -> tuple[int, int]:
    """``of_day`` by the AM or PM at ``at``, one space before it or none; -1 for an hour of no such clock."""
    begin = at + 1 if _byte(text, at) == _SPACE else at
    word = text[begin : begin + 2].lower()
    if word not in (b"am", b"pm") or _is_letter(_byte(text, begin + 2)):
        return of_day, at
    half = 12 * 60 * _MINUTE
    if not half // 12 <= of_day < half + half // 12:
        return -1, at
    return of_day % half + (half if word == b"pm" else 0), begin + 2


def _half_marked(text: bytes, of_day: int, at: int) -> tuple[int, int]:
    """As :func:`_half_day` where the word may be another one: after an hour of no such clock it is."""
    halved = _half_day(text, of_day, at)
    return (of_day, at) if halved[0] < 0 else halved


def _read_iso_tz(text: bytes, at: int) -> Stamp | None:
    stamp = _read_iso(text, at)
    if stamp is None or stamp.zoned:
        return stamp
    east = _zone_apart(text, at)
    return stamp if east is None else Stamp(stamp.us - east * _MINUTE)


def _read_yymmdd(text: bytes, at: int) -> Stamp | None:
    count = _digits(text, at)
    if count in (6, 12):
        parts, end = [int(text[at + i : at + i + 2]) for i in (0, 2, 4)], at + 6
    else:
        parts, end = [], at
        for mark in (_SLASH, _SLASH, _SPACE):
            part = _number(text, end, 2, 2)
            if part is None or _byte(text, part[1]) != mark:
                return None
            parts.append(part[0])
            end = part[1] if mark == _SPACE else part[1] + 1
    year, month, day = parts
    if count == 12:
        clock = _clock_of_six(text, end)
    elif _byte(text, end) == _SPACE:
        clock_at = _spaces(text, end)
        clock = _clock(text, clock_at) or _clock_of_six(text, clock_at)
    else:
        return None
    days = _days(year + (1900 if year >= 70 else 2000), month, day)
    return None if clock is None else _stamp(days, clock[0], _zone(text, clock[1])[0])


def _read_glog(text: bytes, at: int) -> Stamp | None:
    if _byte(text, at) not in b"IWEF" or _digits(text, at + 1) != 4 or _byte(text, at + 5) != _SPACE:
        return None
    clock = _clock(text, at + 6)
    days = _days(2000, int(text[at + 1 : at + 3]), int(text[at + 3 : at + 5]))
    return None if clock is None else _stamp(days, clock[0], None, dated=False)


def _read_tai64n(text: bytes, at: int) -> Stamp | None:
    label = text[at + 1 : at + 25]
    after = _byte(text, at + 25)
    if _byte(text, at) != ord("@") or len(label) < 24 or _is_letter(after) or _is_digit(after):
        return None
    if not label.startswith(b"40000000") or any(digit not in b"0123456789abcdef" for digit in label):
        return None
    second, nanosecond = int(label[8:16], 16) - 10, int(label[16:], 16)
    if second < 0 or nanosecond >= 1000 * _SECOND:
        return None
    return Stamp(second * _SECOND + nanosecond // 1000)


def _read_auto(text: bytes, at: int) -> Stamp | None:
    stamp = _read_named(text, at) or _read_epoch(text, at) or _read_glog(text, at) or _read_tai64n(text, at)
    if stamp is None and (_digits(text, at) == 6 or _is_leveled(text, at)):
        stamp = _read_yymmdd(text, at)
    if stamp is not None:
        return stamp
    by_month, by_day = _read_us_slash(text, at), _read_eu_slash(text, at)
    if by_month == by_day or by_day is None:
        stamp = by_month
    elif by_month is None:
        stamp = by_day
    if stamp is not None:
        return stamp
    for begin in range(at, min(len(text), at + SEARCHED)):
        before = text[begin - 1] if begin > 0 else 0
        if _is_letter(before) or _is_digit(before):
            continue
        stamp = _read_named(text, begin)
        if stamp is None and text.startswith(b"date=", begin):
            stamp = _read_fortigate(text, begin)
        if stamp is not None:
            return stamp
    return None


def _is_leveled(text: bytes, at: int) -> bool:
    """Whether a level's word follows ``21/01/07 04:18:07``, as in the logs of Java's Hadoop and Spark."""
    return text[at + 17 : at + 18] == b" " and text.startswith(_LEVELS, at + 18)


def _read_named(text: bytes, at: int) -> Stamp | None:
    """A time in a layout that cannot be taken for another one."""
    if _name(text, at, _MONTHS) >= 0:
        return _read_syslog(text, at) or _read_day_month(text, at)
    if _name(text, at, _WEEKDAYS) >= 0:
        return _read_apache_error(text, at) or _read_day_month(text, at)
    count = _digits(text, at)
    if count in (1, 2):
        return _read_clf(text, at) or _read_day_month(text, at)
    return (_read_iso(text, at) or _read_syslog(text, at)) if count > 0 else None


@cache
def _readers() -> MappingProxyType[str, Callable[[bytes, int], Stamp | None]]:
    return MappingProxyType(
        {
            "iso": _read_iso,
            "iso-tz": _read_iso_tz,
            "syslog": _read_syslog,
            "clf": _read_clf,
            "day-month": _read_day_month,
            "epoch": _read_epoch,
            "fortigate": _read_fortigate,
            "apache-error": _read_apache_error,
            "us-slash": _read_us_slash,
            "eu-slash": _read_eu_slash,
            "yymmdd": _read_yymmdd,
            "glog": _read_glog,
            "tai64n": _read_tai64n,
            "auto": _read_auto,
        }
    )
