"""Layouts in which a month stands by its number, and times that are counted."""

from __future__ import annotations

from traque.model import Stamp
from traque.timestamps._pieces import (
    COLON,
    COMMA,
    DASH,
    DOT,
    MINUTE,
    SECOND,
    SLASH,
    SPACE,
    TAB,
    byte_at,
    clock_of_six,
    count_digits,
    days_of,
    half_day,
    half_marked,
    is_digit,
    is_letter,
    number_at,
    read_clock,
    read_fraction,
    read_zone,
    skip_spaces,
    stamp_of,
    value_at,
    year_at,
    zone_apart,
)


def read_iso(text: bytes, at: int) -> Stamp | None:
    count = count_digits(text, at)
    if count != 4:
        return _read_basic_iso(text, at, count)
    mark = byte_at(text, at + 4)
    month = number_at(text, at + 5, 1, 2)
    if mark not in (DASH, SLASH, DOT, COLON) or month is None or byte_at(text, month[1]) != mark:
        return None
    day = number_at(text, month[1] + 1, 1, 2)
    between = 0 if day is None else byte_at(text, day[1])
    if day is None or between not in b"Tt _\t-,;":
        return None
    clock_at = skip_spaces(text, day[1]) if between == SPACE else day[1] + 1
    # 2021-01-07-04:00 is a day and a zone.
    clock = read_clock(text, clock_at, seconds_optional=between not in b"-,;")
    if clock is None:
        return None
    if between not in b"Tt":
        clock = half_marked(text, *clock)
    days = days_of(int(text[at : at + 4]), month[0], day[0])
    return stamp_of(days, clock[0], read_zone(text, clock[1])[0])


def _read_basic_iso(text: bytes, at: int, count: int) -> Stamp | None:
    if count == 14:
        clock_at = at + 8
    elif count == 8 and byte_at(text, at + 8) in b"Tt _-":
        clock_at = at + 9
    else:
        return None
    clock = read_clock(text, clock_at) if count == 8 else None
    if clock is None:
        clock = clock_of_six(text, clock_at)
        if clock is None:
            return None
    days = days_of(int(text[at : at + 4]), int(text[at + 4 : at + 6]), int(text[at + 6 : at + 8]))
    return stamp_of(days, clock[0], read_zone(text, clock[1])[0])


def read_iso_tz(text: bytes, at: int) -> Stamp | None:
    stamp = read_iso(text, at)
    if stamp is None or stamp.zoned:
        return stamp
    east = zone_apart(text, at)
    return stamp if east is None else Stamp(stamp.us - east * MINUTE)


def read_epoch(text: bytes, at: int) -> Stamp | None:
    count = count_digits(text, at)
    scale = {10: SECOND, 13: 1000, 16: 1, 19: 0}.get(count)
    if scale is None:
        return None
    value, end = int(text[at : at + count]), at + count
    if scale == 0:
        us = value // 1000
    else:
        fraction, end = read_fraction(text, end)
        us = value * scale + fraction * scale // SECOND
    return None if is_letter(byte_at(text, end)) else Stamp(us)


def read_fortigate(text: bytes, at: int) -> Stamp | None:
    date, time = value_at(text, at, b"date="), value_at(text, at, b"time=")
    if date is None or time is None:
        return None
    year = number_at(text, date, 4, 4)
    month = number_at(text, date + 5, 2, 2)
    day = number_at(text, date + 8, 2, 2)
    clock = read_clock(text, time)
    if year is None or month is None or day is None or clock is None:
        return None
    if byte_at(text, date + 4) != DASH or byte_at(text, date + 7) != DASH:
        return None
    east = zone_apart(text, at)
    return stamp_of(days_of(year[0], month[0], day[0]), clock[0], east)


def read_us_slash(text: bytes, at: int) -> Stamp | None:
    return _read_slash(text, at, day_first=False)


def read_eu_slash(text: bytes, at: int) -> Stamp | None:
    return _read_slash(text, at, day_first=True)


def _read_slash(text: bytes, at: int, *, day_first: bool) -> Stamp | None:
    first = number_at(text, at, 1, 2)
    if first is None:
        return None
    mark = byte_at(text, first[1])
    second = number_at(text, first[1] + 1, 1, 2)
    if second is None or not (mark in (SLASH, DASH) or (mark == DOT and day_first)):
        return None
    year, at = None, second[1]
    if byte_at(text, at) == mark:
        # 21-01-07 is more often a year that comes first.
        year = number_at(text, at + 1, 4, 4) if mark == DASH else year_at(text, at + 1)
        if year is None:
            return None
        at = year[1]
    elif mark == DASH:
        return None
    if byte_at(text, at) == COMMA:
        at += 1
    if byte_at(text, at) not in ((DASH,) if year is None else (DASH, SPACE, TAB)):
        return None
    clock = read_clock(text, at + 1, seconds_optional=True)
    if clock is None:
        return None
    of_day, end = half_day(text, *clock)
    month, day = (second[0], first[0]) if day_first else (first[0], second[0])
    days = days_of(2000 if year is None else year[0], month, day)
    return None if of_day < 0 else stamp_of(days, of_day, read_zone(text, end)[0], dated=year is not None)


def read_yymmdd(text: bytes, at: int) -> Stamp | None:
    count = count_digits(text, at)
    if count in (6, 12):
        parts, end = [int(text[at + i : at + i + 2]) for i in (0, 2, 4)], at + 6
    else:
        parts, end = [], at
        for mark in (SLASH, SLASH, SPACE):
            part = number_at(text, end, 2, 2)
            if part is None or byte_at(text, part[1]) != mark:
                return None
            parts.append(part[0])
            end = part[1] if mark == SPACE else part[1] + 1
    year, month, day = parts
    if count == 12:
        clock = clock_of_six(text, end)
    elif byte_at(text, end) == SPACE:
        clock_at = skip_spaces(text, end)
        clock = read_clock(text, clock_at) or clock_of_six(text, clock_at)
    else:
        return None
    days = days_of(year + (1900 if year >= 70 else 2000), month, day)
    return None if clock is None else stamp_of(days, clock[0], read_zone(text, clock[1])[0])


def read_glog(text: bytes, at: int) -> Stamp | None:
    if byte_at(text, at) not in b"IWEF" or count_digits(text, at + 1) != 4 or byte_at(text, at + 5) != SPACE:
        return None
    clock = read_clock(text, at + 6)
    days = days_of(2000, int(text[at + 1 : at + 3]), int(text[at + 3 : at + 5]))
    return None if clock is None else stamp_of(days, clock[0], None, dated=False)


def read_tai64n(text: bytes, at: int) -> Stamp | None:
    label = text[at + 1 : at + 25]
    after = byte_at(text, at + 25)
    if byte_at(text, at) != ord("@") or len(label) < 24 or is_letter(after) or is_digit(after):
        return None
    if not label.startswith(b"40000000") or any(digit not in b"0123456789abcdef" for digit in label):
        return None
    second, nanosecond = int(label[8:16], 16) - 10, int(label[16:], 16)
    if second < 0 or nanosecond >= 1000 * SECOND:
        return None
    return Stamp(second * SECOND + nanosecond // 1000)
