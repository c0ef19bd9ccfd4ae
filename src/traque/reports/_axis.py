"""Where a moment stands on a picture, from 0 to 100 % of its width, and what is written below."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from traque.model import HuntResult
from traque.reports._language import Words

_TICKS: Final = 12
_STEPS: Final = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200)
"""Months between two ticks."""


class Axis:
    """Time from ``start`` to ``end``, both whole UTC days."""

    def __init__(self, moments: Iterable[datetime]) -> None:
        known = list(moments)
        self.start = _midnight(min(known))
        self.end = _midnight(max(known)) + timedelta(days=1)
        self._span = (self.end - self.start).total_seconds()

    def at(self, moment: datetime) -> float:
        """Per cent of the width, within it."""
        place = (moment - self.start).total_seconds() / self._span * 100
        return min(max(place, 0.0), 100.0)

    def ticks(self, words: Words) -> list[tuple[float, str]]:
        """Places and names: days of a short stretch, else months, else years."""
        days = int(self._span // 86_400)
        if days <= 62:
            step = max(1, -(-days // _TICKS))
            moments = [self.start + timedelta(days=day) for day in range(0, days, step)]
            return [(self.at(moment), f"{moment:%m-%d}") for moment in moments]
        first = self.start.year * 12 + self.start.month - 1 + (self.start.day > 1)
        last = self.end.year * 12 + self.end.month - 1
        step = next((step for step in _STEPS if (last - first) / step < _TICKS), _STEPS[-1])
        months = [month for month in range(first, last + 1) if month % step == 0]
        named: list[tuple[float, str]] = []
        for month in months:
            moment = datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)
            if moment < self.end:
                named.append((self.at(moment), self._name(moment, step, words, not named)))
        return named

    def _name(self, moment: datetime, step: int, words: Words, first: bool) -> str:
        if step >= 12:
            return str(moment.year)
        short = words(f"month.{moment.month}")[:4].rstrip("e") if words.language == "fr" else ""
        name = short or words(f"month.{moment.month}")[:3]
        return f"{name} {moment.year}" if first or moment.month <= step else name


def axis_of(result: HuntResult) -> Axis | None:
    """The axis that holds every sighting, every stream and the window; None when nothing has a time."""
    moments = [m for s in result.sightings for m in (s.first_seen, s.last_seen) if m is not None]
    moments += [m for s in result.coverage.streams for m in (s.first, s.last) if m is not None]
    moments += [result.hunt.since] if result.hunt.since else []
    moments += [result.hunt.until - timedelta(seconds=1)] if result.hunt.until else []
    return Axis(moments) if moments else None


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
