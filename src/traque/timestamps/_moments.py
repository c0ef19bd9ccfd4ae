"""From stamps and file names to moments; the kernel has no part in this."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache, lru_cache

import msgspec

from traque.model import Stamp


class YearRule(msgspec.Struct, frozen=True):
    """Which year a year-less time belongs to: ``year``, else the latest that fits ``latest``.

    ``latest`` is when the source ends at the latest (:func:`rotation_date`, else its modification time),
    UTC-aware.
    """

    year: int | None
    latest: datetime


def resolve(stamp: Stamp, *, zone: tzinfo, year_rule: YearRule) -> datetime:
    """The moment that ``stamp`` names, in UTC.

    An unzoned time is wall-clock time in ``zone``: an hour that daylight saving repeats is taken the first
    time, an hour that it skips as if the clock had not been moved yet. A year-less time takes
    ``year_rule.year``, else the latest year that puts it no later than one day after ``year_rule.latest``.
    29 February goes to the nearest leap year before.
    """
    wall = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=stamp.us)
    moment = _moment(wall, stamp, zone)
    if stamp.dated:
        return moment
    limit = year_rule.latest.astimezone(UTC) + timedelta(days=1)
    newest = max(1971, limit.year + 1 if year_rule.year is None else year_rule.year)
    # Ten years back there is always a 29 February, even across 1900 or 2100.
    for year in range(newest, newest - 10, -1):
        try:
            # An offset may have carried the time into the year before or after the one that was meant.
            moment = _moment(wall.replace(year=year + wall.year - 2000), stamp, zone)
        except ValueError:
            continue
        if year_rule.year is not None or moment <= limit:
            break
    return moment


def _moment(wall: datetime, stamp: Stamp, zone: tzinfo) -> datetime:
    return wall.replace(tzinfo=UTC if stamp.zoned else zone).astimezone(UTC)


def rotation_date(name: str) -> datetime | None:
    """The end of the period that a file's name states: the first moment after that day or month, in UTC.

    Days: ``-20210111``, ``2021-01-11``, ``2021_01_11``, ``2021.01.11``, also with a clock time after it
    (which is not used) and as folders ``2021/01/11``. Months: ``2021-03``, ``_202103``, ``2021/03``. The
    file's own name is asked first, then its folders from the inside out; of several dates in one part the
    latest counts. A part that is a bare number (a port, a version, an identifier) states nothing, unless it
    is a day in eight digits.
    """
    parts = [part for part in name.replace("\\", "/").split("/") if part]
    for index in range(len(parts) - 1, -1, -1):
        end = _stated(parts[index])
        if end is None:
            _, _, folders = _name_patterns()
            end = _latest(folders, "/".join(parts[max(0, index - 2) : index + 1]))
        if end is not None:
            return end
    return None


@lru_cache(maxsize=4096)
def _stated(part: str) -> datetime | None:
    """What one part of a path states: many hosts name their files alike."""
    day, month, _ = _name_patterns()
    return _latest(day, part) or _latest(month, part)


def _latest(pattern: re.Pattern[str], text: str) -> datetime | None:
    ends = [end for found in pattern.finditer(text) if (end := _period_end(found)) is not None]
    return max(ends, default=None)


@cache
def _name_patterns() -> tuple[re.Pattern[str], ...]:
    year = r"(?P<year>199\d|20\d\d)"
    clock = r"(?:[-_T.]?\d\d(?:[-_:.]?\d\d){0,2}Z?)?"
    return (
        re.compile(
            rf"(?<!\d){year}(?P<mark>[-_.]?)(?P<month>\d\d)(?P=mark)(?P<day>\d\d)(?={clock}(?![0-9A-Za-z]))"
        ),
        re.compile(rf"(?<![0-9A-Za-z])(?<!\d\.){year}(?:[-_]|(?<=[-_.]....))(?P<month>\d\d)(?![0-9A-Za-z])"),
        re.compile(rf"(?:^|/){year}/(?P<month>\d\d)(?:/(?P<day>\d\d))?$"),
    )


def _period_end(found: re.Match[str]) -> datetime | None:
    group = found.groupdict()
    year, month, day = int(group["year"]), int(group["month"]), group.get("day")
    try:
        if day is not None:
            return datetime(year, month, int(day), tzinfo=UTC) + timedelta(days=1)
        first = datetime(year, month, 1, tzinfo=UTC)
    except ValueError:
        return None
    return (first + timedelta(days=31)).replace(day=1)
