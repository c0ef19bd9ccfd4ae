"""Stretches of time in sentences: since, between, from ... to, throughout; in English and French."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Final, NamedTuple

from traque.bulletins import _dates
from traque.bulletins._dates import Period, Written
from traque.expressions import expression
from traque.model import Window

_SINCE: Final = (
    r"since|depuis|d[èe]s|starting|beginning|going\s+back|dat(?:es|ed|ing|ant|ent|e)\s+(?:back|d[eu])"
    r"|as\s+(?:early|far\s+back)\s+as|[àa]\s+(?:partir|compter)\s+d[eu]|remont(?:e|ent|ant|er)\s+(?:au|[àa])"
    r"|(?:began|begun|begins?|started|starts?|commenced|first\s+(?:seen|observed|detected|identified|spotted|appeared)"
    r"|commenc[ée]+|d[ée]but[ée]+|d[ée]butant)"
)
_BETWEEN: Final = r"between|entre"
_RANGE: Final = r"from|du|de|d['’]|(?:period|p[ée]riode|time\s?frame|dates?|window)\s*:"
_DURING: Final = (
    r"throughout|during|over\s+the\s+course\s+of|in\s+the\s+course\s+of"
    r"|au\s+cours\s+d[eu]|durant|pendant|tout\s+au\s+long\s+d[eu]|courant"
)
_INTRO = expression(
    rf"(?<![\w'’-])(?:(?P<since>{_SINCE})|(?P<during>{_DURING})|(?P<between>{_BETWEEN})|(?P<range>{_RANGE}))(?:(?<=['’])|(?![\w-]))",
    re.IGNORECASE,
)
_FILLER = expression(
    r"(?:\s*(?:[:(]|l['’]|d['’]|\b(?:at\s+least|as\s+(?:early|far\s+back)\s+as|approximately|around|about|circa|roughly|to"
    r"|au\s+moins|environ|the|le|la|les|de|du|au|en|in|on|at|from|d[èe]s|mois\s+(?:de\b|d['’])|month\s+of|early\s+as)(?:\b|(?<=['’]))(?![\s-]*(?:of\b|mid\b))))*\s*",
    re.IGNORECASE,
)
_TO: Final = r"[-–—]|until|till|through(?:out)?|up\s+to|to|au|[àa]|jusqu['’]\s*(?:au|en|[àa]|aux)?"
_AND: Final = r"(?:and|et)"
_THEN: Final = r"(?!\w)(?:\s+(?:at\s+least|the|le|la|au|en|in|on)\b(?=\s))*?\s*"
_UNTIL = expression(rf"\s*,?\s*(?:{_AND}\s+)?(?:{_TO}){_THEN}", re.IGNORECASE)
_AND_THEN = expression(rf"\s*,?\s*(?:(?:{_AND}\s+)?(?:{_TO})|{_AND}){_THEN}", re.IGNORECASE)
_ONWARDS = expression(r"\s*,?\s*(?:on|onwards?|forward)\b", re.IGNORECASE)
_LOOK: Final = expression(r"\d")


class Stated(NamedTuple):
    """A stretch, and where it stands in the text."""

    window: Window
    start: int
    end: int


def find(text: str) -> Iterator[Stated]:
    """Every stretch of time that ``text`` states, in order; what is no date is passed over."""
    after = 0
    for intro in _INTRO.finditer(text):
        if intro.start() < after:
            continue
        word = intro.lastgroup or ""
        if not _LOOK.search(text, intro.end(), intro.end() + 80):
            continue
        if found := _stretch(text, word, intro.end()):
            window, after = found
            yield Stated(window, intro.start(), after)


def _stretch(text: str, word: str, at: int) -> tuple[Window, int] | None:
    first = _date(text, at)
    if first is None:
        return None
    until = (_AND_THEN if word == "between" else _UNTIL).match(text, first.end)
    second = _dates.read(text, until.end()) if until else None
    if until and second is None and (filled := _date(text, until.end())):
        second = filled
    if second is not None and (both := _both(first, second)):
        return _window(both[0].start, both[1].end), second.end
    alone = first.period()
    if alone is None:
        return None
    if word == "during":
        return _window(alone.start, alone.end), first.end
    if word in ("range", "between") and not _ONWARDS.match(text, first.end):
        return None
    return _window(alone.start, None), first.end


def _date(text: str, at: int) -> Written | None:
    """The date at ``at``, with the words that may stand before it or without them."""
    filler = _FILLER.match(text, at)
    return _dates.read(text, filler.end()) if filler else None


def _both(first: Written, second: Written) -> tuple[Period, Period] | None:
    """``between March and July 2021``: what the first leaves out is in the second."""
    end = second.period(first.year)
    if end is None:
        return None
    last = first.period(end.start.year, end.start.month)
    if last is not None and last.start > end.start and first.year is None:  # from November to March
        last = first.period(end.start.year - 1, end.start.month)
    return (last, end) if last is not None and last.start < end.end else None


def _window(since: date, until: date | None) -> Window:
    return Window(_midnight(since), None if until is None else _midnight(until))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
