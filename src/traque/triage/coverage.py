"""Coverage: on which days each stream was searched, and where it is silent.

A record is timed in each 64 KiB block, and every record between two times that lie more than an hour
apart (:class:`traque.scan.matches.TimeSample`). So a silence of more than an hour always has a timed
record on each side, and between two *joined* times every UTC day has records.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, timedelta
from typing import Final

import msgspec
from msgspec.structs import replace

from traque.model import Gap, StreamCoverage, Window

SILENCE_FLOOR: Final = 3600.0
"""Seconds; a shorter silence is never a gap."""
SILENCE_FACTOR: Final = 20
"""A silence longer than this many median intervals of the stream is a gap."""

BACK: Final = 300.0
"""Seconds: a record that is earlier than the one before it by more was not written in order."""
HOURS_OF: Final = 20_000
"""Days of streams whose hours a result keeps: some two megabytes of JSON."""


class TimelineState(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What a :class:`Timeline` holds once its source has ended, to be kept and made one again."""

    first: float | None = None
    last: float | None = None
    busy: tuple[tuple[float, float], ...] = ()
    silences: tuple[tuple[float, float], ...] = ()
    intervals: tuple[tuple[int, int], ...] = ()
    volume: tuple[tuple[int, int], ...] = ()
    days: tuple[int, ...] = ()
    backward: int = 0
    furthest_back: float = 0.0

    def since(self, day: int) -> TimelineState:
        """What is left of it from a day (since 1970) on; of its pace, all."""
        begin = day * 86_400.0
        if self.last is None or self.first is None or self.last < begin:
            return TimelineState()
        return TimelineState(
            first=max(self.first, begin),
            last=self.last,
            busy=tuple((max(one, begin), other) for one, other in self.busy if other >= begin),
            silences=tuple((max(one, begin), other) for one, other in self.silences if other >= begin),
            intervals=self.intervals,
            volume=tuple((hour, records) for hour, records in self.volume if hour >= day * 24),
            days=tuple(on for on in self.days if on >= day),
        )

    def until(self, day: int) -> TimelineState:
        """What is left of it before a day; of its pace, all."""
        end = day * 86_400.0
        if self.last is None or self.first is None or self.first >= end:
            return TimelineState()
        return TimelineState(
            first=self.first,
            last=min(self.last, end),
            busy=tuple((one, min(other, end)) for one, other in self.busy if one < end),
            silences=tuple((one, min(other, end)) for one, other in self.silences if one < end),
            intervals=self.intervals,
            volume=tuple((hour, records) for hour, records in self.volume if hour < day * 24),
            days=tuple(on for on in self.days if on < day),
        )


class Timeline:
    """The times of one source, fed in stream order, in bounded memory.

    Times no further apart than :data:`SILENCE_FLOOR` are joined into busy stretches at once, since no
    rule calls such an interval a gap; longer ones are kept, and there are never more of them than hours.
    All moments are seconds since 1970, UTC.
    """

    def __init__(self) -> None:
        self.first: float | None = None
        self.last: float | None = None
        self.busy: list[tuple[float, float]] = []
        self.silences: list[tuple[float, float]] = []
        self.intervals: dict[int, int] = {}
        self.volume: dict[int, int] = {}
        """Records of each UTC hour since 1970."""
        self.backward = 0
        self.furthest_back = 0.0
        self._days: set[int] = set()
        self._previous: tuple[float, int, int] | None = None  # seconds, line, hour

    def add(self, seconds: float, line: int, *, joined: bool = False) -> None:
        """A record at ``line`` is timed ``seconds`` since 1970, UTC.

        ``joined``: no silence of more than :data:`SILENCE_FLOOR` lies between it and the one before.
        """
        if self.first is None or self.last is None:
            self.first = self.last = seconds
        elif seconds > self.last:
            self.last = seconds
        elif seconds < self.first:
            self.first = seconds
        hour = int(seconds // 3600)
        previous, self._previous = self._previous, (seconds, line, hour)
        if previous is None:
            self._days.add(hour // 24)
            self.busy.append((seconds, seconds))
            self._count(hour, 1)
            return
        before, before_line, before_hour = previous
        if hour // 24 != before_hour // 24:
            self._days.update(_span(before_hour // 24, hour // 24) if joined else (hour // 24,))
        start, end = (before, seconds) if before < seconds else (seconds, before)
        if before - seconds > BACK:
            self.backward += 1
            self.furthest_back = max(self.furthest_back, before - seconds)
        records = line - before_line if line > before_line else 1
        bucket = _bucket((end - start) / records)
        self.intervals[bucket] = self.intervals.get(bucket, 0) + records
        if end - start > SILENCE_FLOOR and not joined:
            self.silences.append((start, end))
            self.busy.append((end, end))
            self._count(hour, records)
            return
        if hour == before_hour:
            self._count(hour, records)
        else:
            self._share_out(start, end, records)
        since, until = self.busy[-1]
        if not since <= start <= until:
            self.busy.append((start, end))
        elif end > until:
            self.busy[-1] = (since, end)

    def _share_out(self, start: float, end: float, records: int) -> None:
        """The records after ``start``, each to its hour: the last at ``end``, the others evenly."""
        first, last = int(start // 3600), int(end // 3600)
        given = 0
        for hour in range(first, last):
            until = round((records - 1) * ((hour + 1) * 3600 - start) / (end - start))
            self._count(hour, until - given)
            given = until
        self._count(last, records - given)

    def _count(self, hour: int, records: int) -> None:
        self.volume[hour] = self.volume.get(hour, 0) + records

    def after(self, moment: datetime) -> int:
        """Records in the hours that begin after ``moment``."""
        hour = int(moment.timestamp() // 3600)
        if self.last is None or self.last < hour * 3600:
            return 0
        return sum(records for at, records in self.volume.items() if at > hour)

    def pause(self) -> None:
        """What comes next has no known distance to what came before: records without a time lie between."""
        self._previous = None

    def state(self) -> TimelineState:
        """All that :func:`cover` and the other functions here look at."""
        return TimelineState(
            first=self.first,
            last=self.last,
            busy=tuple(self.busy),
            silences=tuple(self.silences),
            intervals=tuple(sorted(self.intervals.items())),
            volume=tuple(sorted(self.volume.items())),
            days=tuple(sorted(self._days)),
            backward=self.backward,
            furthest_back=self.furthest_back,
        )

    @classmethod
    def restored(cls, state: TimelineState) -> Timeline:
        """The timeline of a source that is not read again; nothing can be added to it."""
        timeline = cls()
        timeline.first, timeline.last = state.first, state.last
        timeline.busy, timeline.silences = list(state.busy), list(state.silences)
        timeline.intervals.update(state.intervals)
        timeline.volume.update(state.volume)
        timeline._days.update(state.days)
        timeline.backward, timeline.furthest_back = state.backward, state.furthest_back
        return timeline

    @property
    def days(self) -> AbstractSet[int]:
        """UTC days since 1970 with a timed record."""
        return self._days


class StreamDays(msgspec.Struct, frozen=True, kw_only=True):
    """What the timelines of one stream add up to; ``days`` are days since 1970 with records."""

    first: datetime | None
    last: datetime | None
    gaps: tuple[Gap, ...]
    days: frozenset[int]


def cover(timelines: Sequence[Timeline]) -> StreamDays:
    """The days and gaps of a stream from the timelines of all its sources."""
    firsts = [t.first for t in timelines if t.first is not None]
    lasts = [t.last for t in timelines if t.last is not None]
    if not firsts:
        return StreamDays(first=None, last=None, gaps=(), days=frozenset())
    longest = max(SILENCE_FLOOR, SILENCE_FACTOR * median_interval(timelines))
    whole_day = 86_400.0  # a shorter silence cannot hold a whole UTC day
    bridge = min(longest, whole_day)
    busy = [stretch for t in timelines for stretch in t.busy]
    busy += [(start, end) for t in timelines for start, end in t.silences if end - start <= bridge]
    return StreamDays(
        first=_moment(min(firsts)),
        last=_moment(max(lasts)),
        gaps=tuple(_gaps(busy, longest)),
        days=frozenset(day for timeline in timelines for day in timeline.days),
    )


def by_day(timelines: Sequence[Timeline]) -> dict[str, int]:
    """Records of each UTC day that has any, in order; a day that is known to have some has at least one."""
    return {day: sum(hours) for day, hours in by_hour(timelines).items()}


def by_hour(timelines: Sequence[Timeline]) -> dict[str, tuple[int, ...]]:
    """The 24 hours of each UTC day that has records: so many in each, which add up to the day's.

    Where no more is known of a day than that it has some, one is counted in its first hour.
    """
    total: dict[int, list[int]] = defaultdict(lambda: [0] * 24)
    for timeline in timelines:
        uncounted = set(timeline.days)
        for hour, records in timeline.volume.items():
            day = hour // 24
            if records and day in timeline.days:
                total[day][hour % 24] += records
                uncounted.discard(day)
        for day in uncounted:
            total[day][0] += 1
    return {_day(day).isoformat(): tuple(total[day]) for day in sorted(total)}


def with_hours(streams: Iterable[StreamCoverage]) -> tuple[StreamCoverage, ...]:
    """``streams``, without their hours where all together have more than :data:`HOURS_OF` days."""
    kept = tuple(streams)
    if sum(len(stream.by_hour) for stream in kept) <= HOURS_OF:
        return kept
    return tuple(replace(stream, by_hour={}) for stream in kept)


def median_interval(timelines: Sequence[Timeline]) -> float:
    """Seconds between two records of the stream, half being closer, within 1 % (0 without two)."""
    shares: Counter[int] = Counter()
    for timeline in timelines:
        for bucket, records in timeline.intervals.items():
            shares[bucket] += records
    half = shares.total() / 2
    passed = 0
    for bucket, records in sorted(shares.items()):
        passed += records
        if passed >= half:
            return _seconds(bucket)
    return 0.0


def _span(one: int, other: int) -> range:
    return range(min(one, other), max(one, other) + 1)


def _bucket(seconds: float) -> int:
    """Intervals in steps of 1 %; everything under a millisecond is one bucket."""
    return round(math.log(max(seconds, 0.001)) * 100)


def _seconds(bucket: int) -> float:
    return math.exp(bucket / 100)


def gaps_between(busy: Sequence[tuple[datetime, datetime]]) -> tuple[Gap, ...]:
    """The gaps between stretches in which a stream is known to be busy, where its pace is not known."""
    stretches = [(since.timestamp(), until.timestamp()) for since, until in busy]
    return tuple(_gaps(stretches, SILENCE_FLOOR)) if stretches else ()


def _gaps(busy: list[tuple[float, float]], longest: float) -> Iterable[Gap]:
    busy.sort()
    reached = busy[0][1]
    for start, end in busy:
        if start > reached:
            gap = _gap(reached, start, longest)
            if gap is not None:
                yield gap
        reached = max(reached, end)


def _gap(start: float, end: float, longest: float) -> Gap | None:
    first_whole, after = -(-start // 86_400), end // 86_400
    days = int(after - first_whole)
    if days >= 1:
        whole = _day(int(first_whole)), _day(int(after) - 1)
        stretch = f"{whole[0]}" if days == 1 else f"{whole[0]} to {whole[1]}"
        why = f"{days} whole UTC day{'s' if days > 1 else ''} without records: {stretch}"
        return Gap(start=_moment(start), end=_moment(end), kind="days", why=why)
    if end - start > longest:
        hours = (end - start) / 3600
        return Gap(
            start=_moment(start),
            end=_moment(end),
            kind="silence",
            why=f"{hours:.1f} h without records, more than {SILENCE_FACTOR} median intervals",
        )
    return None


def asked_days(window: Window, earliest: datetime | None, now: datetime) -> range | None:
    """The UTC days (since 1970) that a window asks for; None where no window was asked for.

    An open end is ``now``. An open start is ``earliest``, the first record of any stream: before it
    nothing is known to exist.
    """
    if window == Window():
        return None
    since = window.since or earliest
    until = window.until or now
    if since is None or since >= until:
        return range(0)
    return range(int(since.timestamp() // 86_400), int(-(-until.timestamp() // 86_400)))


def expected_days(asked: range, since: datetime | None, until: datetime | None) -> range:
    """The asked days on which a stream is expected that stood there from ``since`` to ``until``."""
    first = asked.start if since is None else int(since.timestamp() // 86_400)
    after = asked.stop if until is None else int(-(-until.timestamp() // 86_400))
    return range(max(asked.start, first), max(asked.start, first, min(asked.stop, after)))


def searched(asked: range, streams: Iterable[tuple[frozenset[int], range]]) -> int:
    """The asked days on which every stream has records, or is not expected: ``(days, expected days)``."""
    absent: set[int] = set()
    for days, expected in streams:
        absent.update(day for day in expected if day not in days)
    return len(asked) - len(absent)


def covered(days: frozenset[int], asked: range) -> int:
    """How many of the asked days are among ``days``."""
    ordered = sorted(days)
    return bisect_left(ordered, asked.stop) - bisect_left(ordered, asked.start)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _day(day: int) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)).date()
