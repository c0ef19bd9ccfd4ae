"""Stream by day: how well each was searched, from what the result says of streams and sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from statistics import median_low

from traque.model import ExpectedCoverage, Gap, HuntResult, SourceCoverage, StreamCoverage, stream_clock
from traque.model.certificate import CertifiedStream, Day, State
from traque.triage.coverage import SILENCE_FLOOR, asked_days, expected_days
from traque.triage.window import window_of

_BREAKS = frozenset({"truncated", "corrupt", "limit", "stopped", "unreadable", "encrypted"})


def span(result: HuntResult) -> range:
    """The UTC days (since 1970) that the map shows: the window asked for, else from first record to last."""
    firsts = [stream.first for stream in result.coverage.streams if stream.first is not None]
    lasts = [stream.last for stream in result.coverage.streams if stream.last is not None]
    asked = asked_days(window_of(result), min(firsts, default=None), result.hunt.started)
    if asked is not None:
        return asked
    if not firsts:
        return range(0)
    return range(_number(min(firsts)), _number(max(lasts)) + 1)


def rows(result: HuntResult, days: range) -> Iterator[CertifiedStream]:
    """A row for each stream, the expected ones that were not there first."""
    for missing in result.coverage.missing:
        yield _missing(missing, days)
    for stream in result.coverage.streams:
        sources = [s for s in result.coverage.sources if s.stream == stream.name]
        declared = [e for e in result.coverage.expected if stream.name in e.streams]
        yield _row(stream, sources, declared, days, result.hunt.started)


def _missing(one: ExpectedCoverage, days: range) -> CertifiedStream:
    expected = expected_days(days, one.since, one.until)
    cells = tuple(
        Day(name(day), State.ABSENT if day in expected else State.NOT_EXPECTED, 0, 0) for day in days
    )
    return CertifiedStream(
        name=one.name,
        owner=one.owner,
        format="",
        expected=True,
        missing=True,
        retention=one.retention,
        first=None,
        last=None,
        sources=one.sources,
        records=0,
        undated=0,
        median=0,
        understood=None,
        days=cells,
        states=_states(cells),
        years_from=(),
        year_guessed=False,
        ahead=0,
    )


def _row(
    stream: StreamCoverage,
    sources: Sequence[SourceCoverage],
    declared: Sequence[ExpectedCoverage],
    days: range,
    now: datetime,
) -> CertifiedStream:
    median = median_low(stream.by_day.values()) if stream.by_day else 0
    spans = [expected_days(days, one.since, one.until) for one in declared] or [days]
    expected = range(min(s.start for s in spans), max(s.stop for s in spans))
    broken = [source for source in sources if source.state in _BREAKS]
    ends = {_number(source.last) for source in broken if source.last is not None}
    begin = min((_number(s.first) if s.first is not None else days.start for s in broken), default=days.stop)
    silent = _silent_days(stream.gaps)
    lossy = {day for source in sources for day in source.losses}
    lossy |= {day for loss in stream.losses for day in loss.by_day}
    cells = []
    for day in days:
        records = stream.by_day.get(name(day), 0)
        if records:
            state = State.LOSSY if name(day) in lossy else State.SEARCHED
            state = State.TRUNCATED if day in ends else State.PARTIAL if day in silent else state
        elif day not in expected:
            state = State.NOT_EXPECTED
        else:
            state = State.UNREADABLE if day >= begin else State.ABSENT
        share = records * 100 // median if median else 0
        cells.append(Day(name(day), state, records, share, stream.by_hour.get(name(day), ())))
    ahead = (stream.last - now).total_seconds() if stream.last is not None else 0
    return CertifiedStream(
        name=stream.name,
        owner=stream.owner,
        format=stream.format,
        expected=bool(declared),
        missing=False,
        retention=next((one.retention for one in declared if one.retention is not None), None),
        first=stream.first,
        last=stream.last,
        sources=stream.sources,
        records=stream.records,
        undated=sum(source.undated for source in sources),
        median=median,
        understood=None if stream.parse_rate is None else round(stream.parse_rate * 1000),
        days=tuple(cells),
        states=_states(cells),
        years_from=tuple(sorted({source.year_from for source in sources if source.year_from})),
        year_guessed=any(source.year_guessed for source in sources),
        ahead=max(0, round(ahead)),
        clock=stream_clock(sources),
        losses=stream.losses,
    )


def _silent_days(gaps: Sequence[Gap]) -> frozenset[int]:
    """The days of which a gap takes more than an hour."""
    found: set[int] = set()
    for gap in gaps:
        start, end = gap.start.timestamp(), gap.end.timestamp()
        for day in range(_number(gap.start), _number(gap.end) + 1):
            if min(end, (day + 1) * 86_400) - max(start, day * 86_400) > SILENCE_FLOOR:
                found.add(day)
    return frozenset(found)


def _states(cells: Sequence[Day]) -> dict[State, int]:
    found = Counter(cell.state for cell in cells)
    return {state: found[state] for state in State if state in found}


def _number(moment: datetime) -> int:
    return int(moment.timestamp() // 86_400)


def name(day: int) -> str:
    """``2021-01-31``."""
    found: date = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)).date()
    return found.isoformat()
