"""Dates as people write them, in English and French: each is a stretch of whole days.

``2021``, ``early 2021``, ``début 2021``, ``March 2021``, ``mi-mars 2021``, ``1 January 2021``,
``January 1st, 2021``, ``1er janvier 2021``, ``2021-01-01``, ``01/02/2021``, ``Q1 2021``,
``premier trimestre 2021``, ``summer 2020``.
Where one has two readings (``01/02/2021``, ``winter 2020``) the stretch holds both: a search window rather
begins too early than too late.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final, NamedTuple

from traque.expressions import expression

_MONTHS: Final = (
    r"jan(?:uary|v(?:ier)?)?",
    r"feb(?:ruary)?|f[ée]v(?:r(?:ier)?)?",
    r"mar(?:ch|s)?",
    r"apr(?:il)?|avr(?:il)?",
    r"may|mai",
    r"june?|juin",
    r"july?|juil(?:let)?",
    r"aug(?:ust)?|ao[uû]t",
    r"sep(?:t(?:emb(?:er|re))?)?",
    r"oct(?:ob(?:er|re))?",
    r"nov(?:emb(?:er|re))?",
    r"dec(?:ember)?|d[ée]c(?:embre)?",
)
_MONTH: Final = "|".join(_MONTHS)
_MONTH_WORDS: Final = tuple(re.compile(names, re.IGNORECASE) for names in _MONTHS)
_YEAR: Final = r"(?P<year>(?:19[89]|20\d)\d)(?!\w|-\d|[.,]\d)"
_DAY: Final = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|[èe]me|e)?"
_OF: Final = r"(?:\s+(?:of|de|du)\s+|\s+d['’]|[\s,]+)"

_PARTS: Final = (
    ("early", r"early|(?:the\s+)?(?:very\s+)?(?:beginning|start)|(?:le\s+|du\s+|au\s+)?(?:tout\s+)?d[ée]but"),
    ("mid", r"mid|(?:the\s+)?middle|mi|(?:le\s+|du\s+|au\s+)?milieu"),
    ("late", r"late|(?:the\s+)?end|(?:la\s+)?fin"),
)
_PART = expression(
    "(?:" + "|".join(f"(?P<{name}>{words})" for name, words in _PARTS) + r")"
    r"(?:\s+of(?:\s+the)?|\s+in|\s+du\s+mois|\s+de|\s+d(?=['’])|\s*-)?\s*(?:['’])?"
    r"(?:(?:of\s+)?(?:the\s+)?year\s+(?:of\s+)?|l['’]ann[ée]e\s+|(?:the\s+)?month\s+of\s+|mois\s+de\s+)?\s*",
    re.IGNORECASE,
)
_ORDINALS: Final = (
    r"first|1st|premier|1er|Q1|T1",
    r"second|2nd|deuxi[èe]me|2[èe]?(?:me)?|Q2|T2",
    r"third|3rd|troisi[èe]me|3[èe]?(?:me)?|Q3|T3",
    r"fourth|last|4th|quatri[èe]me|dernier|4[èe]?(?:me)?|Q4|T4",
)
_ORDINAL_WORDS: Final = tuple(re.compile(words, re.IGNORECASE) for words in _ORDINALS)
_SEASONS: Final = (
    (3, re.compile(r"spring|printemps", re.IGNORECASE)),
    (6, re.compile(r"summer|[ée]t[ée]", re.IGNORECASE)),
    (9, re.compile(r"autumn|fall|automne", re.IGNORECASE)),
    (12, re.compile(r"winter|hiver", re.IGNORECASE)),
)


class Period(NamedTuple):
    """Whole days, the last one excluded."""

    start: date
    end: date


class Written(NamedTuple):
    """A date in a text: what is known of it, and where it ends."""

    match: re.Match[str]
    make: Callable[[re.Match[str], int, int], Period | None]
    part: str
    end: int

    @property
    def year(self) -> int | None:
        """The year that is written, if one is."""
        return int(stated) if (stated := self.match.groupdict().get("year")) else None

    def period(self, year: int | None = None, month: int | None = None) -> Period | None:
        """The stretch; ``year`` and ``month`` stand in for those that are not written. None: no such date."""
        known = self.year or year
        if known is None:
            return None
        try:
            found = self.make(self.match, known, month or 0)
        except ValueError:  # 31 February
            return None
        return _narrowed(found, self.part) if found else None


def read(text: str, at: int) -> Written | None:
    """The date that begins at ``at``."""
    part = _PART.match(text, at)
    begin = part.end() if part else at
    for shape, make in _SHAPES:
        if found := shape.match(text, begin):
            return Written(found, make, part.lastgroup or "" if part else "", found.end())
    return None


def _month_of(word: str) -> int:
    return next(number for number, names in enumerate(_MONTH_WORDS, 1) if names.fullmatch(word))


def _months(year: int, month: int, count: int) -> Period:
    after = year * 12 + month - 1 + count
    return Period(date(year, month, 1), date(after // 12, after % 12 + 1, 1))


def _one_day(day: date) -> Period:
    return Period(day, day + timedelta(days=1))


def _iso_day(found: re.Match[str], year: int, _month: int) -> Period:
    return _one_day(date(year, int(found["month"]), int(found["day"])))


def _iso_month(found: re.Match[str], year: int, _month: int) -> Period | None:
    month = int(found["month"])
    return _months(year, month, 1) if 1 <= month <= 12 else None


def _figures(found: re.Match[str], year: int, _month: int) -> Period | None:
    """``01/02/2021``: the day before the month or after it, as the figures allow."""
    one, two = int(found["one"]), int(found["two"])
    days = [
        date(year, m, d) for d, m in {(one, two), (two, one)} if 1 <= m <= 12 and 1 <= d <= _last(year, m)
    ]
    return Period(min(days), max(days) + timedelta(days=1)) if days else None


def _last(year: int, month: int) -> int:
    return (_months(year, month, 1).end - timedelta(days=1)).day


def _named_day(found: re.Match[str], year: int, _month: int) -> Period:
    return _one_day(date(year, _month_of(found["month"]), int(found["day"])))


def _named_month(found: re.Match[str], year: int, _month: int) -> Period:
    return _months(year, _month_of(found["month"]), 1)


def _quarter(found: re.Match[str], year: int, _month: int) -> Period:
    place = next(n for n, words in enumerate(_ORDINAL_WORDS) if words.fullmatch(found["place"]))
    halves = (found.groupdict().get("half") or "").lower() in ("half", "semestre", "semester")
    if halves:
        return _months(year, 1 if place == 0 else 7, 6)
    return _months(year, 1 + 3 * place, 3)


def _season(found: re.Match[str], year: int, _month: int) -> Period:
    first = next(month for month, words in _SEASONS if words.fullmatch(found["season"]))
    if first == 12:  # of this year or of the one before
        return Period(date(year - 1, 12, 1), date(year + 1, 4, 1))
    return _months(year, first, 4)


def _whole_year(_found: re.Match[str], year: int, _month: int) -> Period:
    return _months(year, 1, 12)


def _bare_day(found: re.Match[str], year: int, month: int) -> Period | None:
    return _one_day(date(year, month, int(found["day"]))) if month else None


def _narrowed(whole: Period, part: str) -> Period:
    """``early``, ``mid`` or ``late`` in a stretch: a third of it, and a little more on each side."""
    days = (whole.end - whole.start).days
    if not part or days < 28:
        return whole
    third = timedelta(days=days // 3)
    if part == "early":
        return Period(whole.start, whole.start + third)
    if part == "late":
        return Period(_month_begin(whole.end - third, days), whole.end)
    return Period(_month_begin(whole.start + third, days), whole.end - third + timedelta(days=2))


def _month_begin(day: date, days: int) -> date:
    """The first of the month where the stretch is of several months."""
    return day.replace(day=1) if days > 31 else day


def _shape(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_FULL: Final = r"(?P<year>(?:19[89]|20\d)\d)"
_SHAPES: Final = (
    (_shape(rf"{_FULL}[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})(?:T\d\d:\d\d\S*)?(?!\d)"), _iso_day),
    (_shape(rf"{_FULL}[-/](?P<month>0[1-9]|1[0-2])(?![\d-])"), _iso_month),
    (_shape(rf"(?P<one>\d{{1,2}})[-/.](?P<two>\d{{1,2}})[-/.]{_FULL}(?!\d)"), _figures),
    (_shape(rf"(?P<month>0[1-9]|1[0-2])/{_FULL}(?![\d/])"), _iso_month),
    (_shape(rf"{_DAY}{_OF}(?P<month>{_MONTH})\b\.?(?:{_OF}{_YEAR})?"), _named_day),
    (_shape(rf"(?P<month>{_MONTH})\b\.?\s+{_DAY}(?!\d|[.,:]\d)(?:,?\s+(?:of\s+)?{_YEAR})?"), _named_day),
    (_shape(rf"(?P<month>{_MONTH})\b\.?(?:{_OF}{_YEAR})?"), _named_month),
    (_shape(rf"(?P<place>[QT][1-4])(?:{_OF}|\s*[-/]\s*){_YEAR}"), _quarter),
    (
        _shape(
            rf"(?:the\s+|le\s+|du\s+|au\s+)?(?P<place>{'|'.join(_ORDINALS)})\s+"
            rf"(?P<half>quarter|half|semester|trimestre|semestre)(?:{_OF}(?:l['’]ann[ée]e\s+)?{_YEAR})?"
        ),
        _quarter,
    ),
    (
        _shape(
            rf"(?:l['’]|the\s+)?(?P<season>{'|'.join(names.pattern for _, names in _SEASONS)}){_OF}{_YEAR}"
        ),
        _season,
    ),
    (_shape(rf"(?:(?:the\s+)?year\s+|(?:l['’])?ann[ée]e\s+)?{_YEAR}"), _whole_year),
    (_shape(rf"{_DAY}(?=\s*(?:[-–—]|to\b|and\b|et\b|au\b|à\b|until\b|through\b))"), _bare_day),
)
"""The forms, the most telling first."""
