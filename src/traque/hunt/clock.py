"""When the records of one source were written: from stamps to moments, and how the years run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from traque import timestamps
from traque.model import Stamp

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
HOUR: Final = timedelta(hours=1) // MICROSECOND
_HALF_YEAR: Final = 183 * 86_400
_YEAR: Final = 366 * 86_400
_HOURS: Final = 4096
"""Hours whose shift is remembered: half a year."""


class Clock:
    """Resolves the stamps of a source in its zone and by its rule for years."""

    def __init__(self, zone: tzinfo, years: timestamps.YearRule) -> None:
        self._zone = zone
        self._is_utc = str(zone) == "UTC"
        self._years = years
        self._shifts: dict[tuple[int, bool, bool], int | None] = {}

    def moment(self, stamp: Stamp) -> datetime:
        """The moment that ``stamp`` names, in UTC."""
        return timestamps.resolve(stamp, zone=self._zone, year_rule=self._years)

    def seconds(self, stamp: Stamp) -> float:
        """The same in seconds since 1970; what is alike in an hour is worked out once."""
        us, zoned, dated = stamp.us, stamp.zoned, stamp.dated
        if dated and (zoned or self._is_utc):
            return us / 1e6
        hour = us // HOUR, zoned, dated
        try:
            shift = self._shifts[hour]
        except KeyError:
            if len(self._shifts) >= _HOURS:
                self._shifts.clear()
            shift = self._shifts[hour] = self.shift(hour[0] * HOUR, zoned=zoned, dated=dated)
        return self.moment(stamp).timestamp() if shift is None else (us + shift) / 1e6

    def shift(self, begin: int, *, zoned: bool, dated: bool) -> int | None:
        """Microseconds from the stamps of the hour that begins at ``begin`` to UTC.

        None where they are not the same for all: daylight saving begins or ends, or another year is taken.
        """
        try:
            first = self.moment(Stamp(begin, zoned, dated))
            last = self.moment(Stamp(begin + HOUR - 1, zoned, dated))
        except (ValueError, OverflowError):  # at the ends of time: the stamp itself may be inside
            return None
        return (first - EPOCH) // MICROSECOND - begin if (last - first) // MICROSECOND == HOUR - 1 else None


class YearWatch:
    """Tells whether year-less times, in file order, would span more than a year."""

    def __init__(self) -> None:
        self.seen = False
        self._previous: int | None = None
        self._travelled = 0.0
        self._furthest = 0.0

    def see(self, us: int) -> None:
        """The next year-less time, in microseconds as if of the year 2000."""
        self.seen = True
        if self._previous is not None:
            step = (us - self._previous) / 1e6
            if step < -_HALF_YEAR:  # from December to January
                step += _YEAR
            elif step > _HALF_YEAR:  # a late record of December after one of January
                step -= _YEAR
            self._travelled += step
            self._furthest = max(self._furthest, self._travelled)
        self._previous = us

    @property
    def folded(self) -> bool:
        """More than a year lies between two of them."""
        return self._furthest > _YEAR
