"""Layouts in which a month stands by its name."""

from __future__ import annotations

from traque.model import Stamp
from traque.timestamps._pieces import (
    COLON,
    COMMA,
    DASH,
    MONTHS,
    SLASH,
    SPACE,
    WEEKDAYS,
    byte_at,
    days_of,
    half_marked,
    is_letter,
    name_at,
    number_at,
    read_clock,
    read_zone,
    skip_spaces,
    stamp_of,
    year_at,
)


def read_syslog(text: bytes, at: int) -> Stamp | None:
    year: int | None = None
    before = number_at(text, at, 4, 4)
    if before is not None and byte_at(text, before[1]) == SPACE:
        year, at = before[0], skip_spaces(text, before[1])
    month = name_at(text, at, MONTHS)
    if month < 0 or byte_at(text, at + 3) != SPACE:
        return None
    day = number_at(text, skip_spaces(text, at + 3), 1, 2)
    if day is None:
        return None
    at = day[1] + 1 if byte_at(text, day[1]) == COMMA else day[1]
    if byte_at(text, at) != SPACE:
        return None
    at = skip_spaces(text, at)
    after = number_at(text, at, 4, 4)
    if after is not None and year is None and byte_at(text, after[1]) == SPACE:
        year, at = after[0], skip_spaces(text, after[1])
    clock = read_clock(text, at)
    if clock is None:
        return None
    if year is not None:
        clock = half_marked(text, *clock)
    zone, end = read_zone(text, clock[1])
    if is_letter(text[end - 1]) and byte_at(text, end) != COLON:
        zone = None
    days = days_of(2000 if year is None else year, month + 1, day[0])
    return stamp_of(days, clock[0], zone, dated=year is not None)


def read_clf(text: bytes, at: int) -> Stamp | None:
    date = _day_month_year(text, at, SLASH)
    if date is None or byte_at(text, date[1]) not in b": ":
        return None
    clock = read_clock(text, date[1] + 1)
    return None if clock is None else stamp_of(date[0], clock[0], read_zone(text, clock[1])[0])


def read_day_month(text: bytes, at: int) -> Stamp | None:
    if name_at(text, at, WEEKDAYS) >= 0:
        at += 3
        if byte_at(text, at) == COMMA:
            at += 1
        if byte_at(text, at) != SPACE:
            return None
        at = skip_spaces(text, at)
    date = _day_month_year(text, at, DASH) or _day_month_year(text, at, SPACE) or _month_day_year(text, at)
    if date is None or byte_at(text, date[1]) != SPACE:
        return None
    clock = read_clock(text, skip_spaces(text, date[1]))
    if clock is None:
        return None
    of_day, end = half_marked(text, *clock)
    return stamp_of(date[0], of_day, read_zone(text, end)[0])


def _day_month_year(text: bytes, at: int, mark: int) -> tuple[int, int] | None:
    """``07/Jan/2021`` with ``mark`` between, as days since 1970."""
    day = number_at(text, at, 1, 2)
    if day is None or byte_at(text, day[1]) != mark:
        return None
    month = name_at(text, day[1] + 1, MONTHS)
    if month < 0 or byte_at(text, day[1] + 4) != mark:
        return None
    year = year_at(text, day[1] + 5)
    if year is None:
        return None
    days = days_of(year[0], month + 1, day[0])
    return None if days is None else (days, year[1])


def _month_day_year(text: bytes, at: int) -> tuple[int, int] | None:
    """``Jan-07-21``, as days since 1970."""
    month = name_at(text, at, MONTHS)
    if month < 0 or byte_at(text, at + 3) != DASH:
        return None
    day = number_at(text, at + 4, 1, 2)
    year = year_at(text, day[1] + 1) if day is not None and byte_at(text, day[1]) == DASH else None
    days = None if day is None or year is None else days_of(year[0], month + 1, day[0])
    return None if days is None or year is None else (days, year[1])


def read_apache_error(text: bytes, at: int) -> Stamp | None:
    if name_at(text, at, WEEKDAYS) < 0 or byte_at(text, at + 3) != SPACE:
        return None
    at = skip_spaces(text, at + 3)
    month = name_at(text, at, MONTHS)
    if month < 0 or byte_at(text, at + 3) != SPACE:
        return None
    day = number_at(text, skip_spaces(text, at + 3), 1, 2)
    if day is None or byte_at(text, day[1]) != SPACE:
        return None
    clock = read_clock(text, skip_spaces(text, day[1]))
    if clock is None:
        return None
    zone, end = read_zone(text, half_marked(text, *clock)[1])
    year = number_at(text, skip_spaces(text, end), 4, 4) if byte_at(text, end) == SPACE else None
    if year is None:
        return None
    if zone is None:
        zone = read_zone(text, year[1])[0]
    return stamp_of(days_of(year[0], month + 1, day[0]), half_marked(text, *clock)[0], zone)
