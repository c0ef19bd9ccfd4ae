"""The pieces of a time: numbers, names, clock, fraction, zone, day; by the rules that ``_reading`` states.

What reads a piece answers its value and where it ends, or None.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from traque.model import Stamp

ZONES: Final = MappingProxyType(
    {
        b"Z": 0, b"UT": 0, b"UTC": 0, b"GMT": 0, b"WET": 0, b"WEST": 60, b"CET": 60, b"CEST": 120,
        b"EET": 120, b"EEST": 180, b"MSK": 180, b"EST": -300, b"EDT": -240, b"MDT": -360, b"PST": -480,
        b"PDT": -420, b"AKST": -540, b"AKDT": -480, b"HST": -600, b"JST": 540, b"AEST": 600, b"AEDT": 660,
        b"NZST": 720, b"NZDT": 780,
    }
)  # fmt: skip
"""Zone names that mean one thing, in minutes east of UTC (CST, IST, BST, MST, AST... mean several)."""

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
DAY: Final = 86_400 * SECOND
MONTHS: Final = (
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
WEEKDAYS: Final = (b"mon", b"tue", b"wed", b"thu", b"fri", b"sat", b"sun")
_FIRST_YEAR, _LAST_YEAR = 1970, 2199
SPACE, TAB, COMMA, DASH, DOT, SLASH, COLON, PLUS = b" \t,-./:+"


def byte_at(text: bytes, at: int) -> int:
    """The byte at ``at``; 0 past the end of the text (no layout has a NUL)."""
    return text[at] if at < len(text) else 0


def is_digit(byte: int) -> bool:
    return 0x30 <= byte <= 0x39


def is_letter(byte: int) -> bool:
    return 0x41 <= byte <= 0x5A or 0x61 <= byte <= 0x7A


def count_digits(text: bytes, at: int) -> int:
    """How many digits begin at ``at``."""
    end = at
    while is_digit(byte_at(text, end)):
        end += 1
    return end - at


def number_at(text: bytes, at: int, least: int, most: int) -> tuple[int, int] | None:
    """A number of ``least`` to ``most`` digits that no digit follows."""
    count = count_digits(text, at)
    if not least <= count <= most:
        return None
    return int(text[at : at + count]), at + count


def skip_spaces(text: bytes, at: int) -> int:
    while byte_at(text, at) == SPACE:
        at += 1
    return at


def name_at(text: bytes, at: int, names: tuple[bytes, ...]) -> int:
    """The index of the three-letter name at ``at``, else -1."""
    word = text[at : at + 3].lower()
    return names.index(word) if word in names else -1


def days_of(year: int, month: int, day: int) -> int | None:
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


def year_at(text: bytes, at: int) -> tuple[int, int] | None:
    """A year of two or four digits."""
    found = number_at(text, at, 2, 4)
    if found is None or found[1] - at == 3:
        return None
    year, end = found
    if end - at == 2:
        year += 1900 if year >= 70 else 2000
    return year, end


def read_clock(text: bytes, at: int, *, seconds_optional: bool = False) -> tuple[int, int] | None:
    """``hh:mm:ss`` with fraction, as microseconds of the day."""
    hour = number_at(text, at, 1, 2)
    if hour is None or hour[0] > 23 or byte_at(text, hour[1]) != COLON:
        return None
    minute = number_at(text, hour[1] + 1, 2, 2)
    if minute is None or minute[0] > 59:
        return None
    of_day = (hour[0] * 60 + minute[0]) * MINUTE
    if byte_at(text, minute[1]) != COLON:
        return (of_day, minute[1]) if seconds_optional else None
    second = number_at(text, minute[1] + 1, 2, 2)
    if second is None or second[0] > 60:
        return None
    fraction, end = read_fraction(text, second[1])
    return of_day + min(second[0], 59) * SECOND + fraction, end


def clock_of_six(text: bytes, at: int) -> tuple[int, int] | None:
    """``hhmmss`` with fraction, as microseconds of the day."""
    if count_digits(text, at) != 6:
        return None
    hour, minute, second = (int(text[at + i : at + i + 2]) for i in (0, 2, 4))
    if hour > 23 or minute > 59 or second > 60:
        return None
    fraction, end = read_fraction(text, at + 6)
    return ((hour * 60 + minute) * 60 + min(second, 59)) * SECOND + fraction, end


def half_day(text: bytes, of_day: int, at: int) -> tuple[int, int]:
    """``of_day`` by the AM or PM at ``at``, one space before it or none; -1 for an hour of no such clock."""
    begin = at + 1 if byte_at(text, at) == SPACE else at
    word = text[begin : begin + 2].lower()
    if word not in (b"am", b"pm") or is_letter(byte_at(text, begin + 2)):
        return of_day, at
    half = 12 * 60 * MINUTE
    if not half // 12 <= of_day < half + half // 12:
        return -1, at
    return of_day % half + (half if word == b"pm" else 0), begin + 2


def half_marked(text: bytes, of_day: int, at: int) -> tuple[int, int]:
    """As :func:`half_day` where the word may be another one: after an hour of no such clock it is."""
    halved = half_day(text, of_day, at)
    return (of_day, at) if halved[0] < 0 else halved


def read_fraction(text: bytes, at: int) -> tuple[int, int]:
    """A fraction of a second in microseconds; ``(0, at)`` where there is none."""
    mark, count = byte_at(text, at), count_digits(text, at + 1)
    if (mark == DOT and count > 0) or (mark == COMMA and count in (3, 6, 9)):
        return int(text[at + 1 : at + 1 + min(count, 6)].ljust(6, b"0")), at + 1 + count
    return 0, at


def read_zone(text: bytes, at: int) -> tuple[int | None, int]:
    """Minutes east of UTC; ``(None, at)`` where no zone stands."""
    spaced = byte_at(text, at) == SPACE
    begin = at + 1 if spaced else at
    sign = byte_at(text, begin)
    if sign in (PLUS, DASH):
        return read_offset(text, begin, at, spaced=spaced)
    end = begin
    while is_letter(byte_at(text, end)) and end - begin <= 4:
        end += 1
    minutes = ZONES.get(text[begin:end])
    after = byte_at(text, end)
    if minutes is None or is_letter(after) or is_digit(after) or after == ord("_"):
        return None, at
    return minutes, end


def read_offset(text: bytes, begin: int, at: int, *, spaced: bool) -> tuple[int | None, int]:
    count = count_digits(text, begin + 1)
    end = begin + 1 + count
    if count == 4:
        hours, minutes = (int(text[begin + 1 : begin + 3]), int(text[begin + 3 : begin + 5]))
    elif count == 2:
        hours, minutes = int(text[begin + 1 : begin + 3]), 0
        more = number_at(text, end + 1, 2, 2) if byte_at(text, end) == COLON else None
        if more is not None:
            minutes, end = more
        elif spaced:
            return None, at
    else:
        return None, at
    if hours > 15 or minutes > 59:
        return None, at
    east = hours * 60 + minutes
    return (-east if text[begin] == DASH else east), end


def zone_apart(text: bytes, at: int) -> int | None:
    """The zone of the first ``tz=`` from ``at`` on, without one of the first ``timezone=``."""
    for key in (b"tz=", b"timezone="):
        zone = value_at(text, at, key)
        if zone is not None:
            return None if byte_at(text, zone) == SPACE else read_zone(text, zone)[0]
    return None


def value_at(text: bytes, at: int, key: bytes) -> int | None:
    """Where the value of the first ``key`` that follows no letter, digit or '_' begins, past a quote."""
    while (found := text.find(key, at)) >= 0:
        before = text[found - 1] if found > 0 else 0
        at = found + len(key)
        if not (is_letter(before) or is_digit(before) or before == ord("_")):
            return at + 1 if byte_at(text, at) == ord('"') else at
    return None


def stamp_of(days: int | None, of_day: int, zone: int | None, *, dated: bool = True) -> Stamp | None:
    if days is None:
        return None
    us = days * DAY + of_day - (zone or 0) * MINUTE
    return Stamp(us, zoned=zone is not None, dated=dated)
