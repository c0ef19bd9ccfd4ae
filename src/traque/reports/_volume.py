"""How much a stream wrote on a day, against its own median day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from statistics import median_low
from typing import Final

from traque.model import StreamCoverage

LEVELS: Final = ("thin", "low", "searched", "many")
"""From far fewer records than the stream's median day to far more; the names are classes of the page."""
_BOUNDS: Final = (25, 60, 160)
"""Per cent of the median below which each level lies."""


def median_day(stream: StreamCoverage) -> int:
    """Records of its median day with any."""
    return median_low(stream.by_day.values()) if stream.by_day else 0


def level(records: int, median: int) -> str:
    """How ``records`` compare with the median: one of :data:`LEVELS`, empty for none."""
    if not records:
        return ""
    share = records * 100 / median if median else 100
    return LEVELS[sum(share >= bound for bound in _BOUNDS)]


def runs(stream: StreamCoverage) -> Iterator[tuple[datetime, datetime, str]]:
    """Stretches of whole UTC days in a row with the same level, those without records left out."""
    median = median_day(stream)
    days = sorted((date.fromisoformat(day), level(many, median)) for day, many in stream.by_day.items())
    known = enumerate(days)
    for (_, found), same in groupby(known, key=lambda one: (one[1][0].toordinal() - one[0], one[1][1])):
        first, *rest = [day for _, (day, _) in same]
        last = rest[-1] if rest else first
        yield _midnight(first), _midnight(last) + timedelta(days=1), found


def thin_days(stream: StreamCoverage) -> list[str]:
    """The days with far fewer records than the median day."""
    median = median_day(stream)
    return [day for day, many in stream.by_day.items() if level(many, median) == LEVELS[0]]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), UTC)
