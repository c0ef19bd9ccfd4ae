"""What several hunts searched together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

import msgspec

from traque.model import (
    Coverage,
    Evidence,
    ExpectedCoverage,
    HuntResult,
    SourceCoverage,
    StreamCoverage,
)
from traque.triage import losses
from traque.triage.coverage import asked_days, covered, expected_days, gaps_between, searched, with_hours
from traque.triage.window import window_of

_Place = tuple[int, str]
"""The number of a result, and the path of a source in it."""
Repeats = Mapping[_Place, str]
"""The sources that another result holds too, with the path of the one that counts."""


class Hunted(NamedTuple):
    """One of the results, its number, and the site it is of."""

    number: int
    result: HuntResult
    site: str


def at_site(record: Evidence, site: str) -> Evidence:
    """The record with its site before its path."""
    return msgspec.structs.replace(record, path=f"{site}/{record.path}")


def named(site: str, stream: str) -> str:
    """The name of a stream among those of several sites."""
    return f"{site}: {stream}"


def repeats(results: Sequence[HuntResult], sites: Sequence[str]) -> dict[_Place, str]:
    """The sources that another result holds too, with the path of the one that counts."""
    places: dict[_Place, SourceCoverage] = {
        (number, source.path): source
        for number, result in enumerate(results)
        for source in result.coverage.sources
        if not source.duplicate_of
    }
    alike: dict[str, list[_Place]] = defaultdict(list)
    for place, source in places.items():
        if source.fingerprint or source.sha256:
            alike[source.fingerprint or source.sha256].append(place)
    found: dict[_Place, str] = {}
    for group in alike.values():
        kept: list[_Place] = []
        for place in sorted(group, key=lambda p: (-places[p].bytes, p)):
            original = next((k for k in kept if k[0] != place[0] and _same(places[place], places[k])), None)
            if original is None:
                kept.append(place)
            else:
                found[place] = f"{sites[original[0]]}/{original[1]}"
    return found


def _same(one: SourceCoverage, longer: SourceCoverage) -> bool:
    """Whether they are the same log, or ``one`` is an earlier state of it."""
    grown = one.path == longer.path and one.first == longer.first and one.bytes < longer.bytes
    if one.sha256 and longer.sha256 and one.complete and longer.complete:
        return one.sha256 == longer.sha256 or (grown and one.fingerprint == longer.fingerprint)
    if not one.fingerprint or one.fingerprint != longer.fingerprint:
        return False
    facts = [(s.bytes, s.records, s.first, s.last) for s in (one, longer)]
    return grown or facts[0] == facts[1]


def merged(results: Sequence[HuntResult], sites: Sequence[str], repeated: dict[_Place, str]) -> Coverage:
    """The coverage of all results, each source and each stream with its site before it."""
    sources = tuple(_sources(results, sites, repeated))
    expected = tuple(_expected(results, sites))
    there = {source.stream for source in sources if not source.duplicate_of}
    groups: dict[str, list[StreamCoverage]] = defaultdict(list)
    for result, site in zip(results, sites, strict=True):
        for stream in result.coverage.streams:
            if named(site, stream.name) in there:
                groups[named(site, stream.name)].append(stream)
    firsts = [stream.first for group in groups.values() for stream in group if stream.first is not None]
    asked = asked_days(
        window_of(results[0]), min(firsts, default=None), max(result.hunt.started for result in results)
    )
    streams = []
    spans = []
    for name, group in sorted(groups.items()):
        days = frozenset(_number(day) for stream in group for day in stream.by_day)
        expects = _days(name, expected, asked)
        spans.append((days, expects))
        carried = [source for source in sources if source.stream == name]
        streams.append(_stream(name, group, carried, days, None if asked is None else expects))
    spans += [
        (frozenset[int](), expected_days(asked or range(0), one.since, one.until))
        for one in expected
        if one.missing
    ]
    whole = None if asked is None else searched(asked, spans) if groups else 0
    return Coverage(
        streams=with_hours(streams),
        sources=sources,
        window_covered=None if asked is None else bool(groups) and whole == len(asked),
        asked_days=None if asked is None else len(asked),
        searched_days=whole,
        expected=expected,
    )


def _sources(
    results: Sequence[HuntResult], sites: Sequence[str], repeated: dict[_Place, str]
) -> Iterator[SourceCoverage]:
    for number, (result, site) in enumerate(zip(results, sites, strict=True)):
        for source in result.coverage.sources:
            twin = repeated.get((number, source.path), "")
            yield msgspec.structs.replace(
                source,
                path=f"{site}/{source.path}",
                stream=named(site, source.stream),
                duplicate_of=f"{site}/{source.duplicate_of}" if source.duplicate_of else twin,
            )


def _expected(results: Sequence[HuntResult], sites: Sequence[str]) -> Iterator[ExpectedCoverage]:
    """The expected streams; one that two hunts of a site expect is there when one of them had it."""
    found: dict[str, ExpectedCoverage] = {}
    for result, site in zip(results, sites, strict=True):
        for one in result.coverage.expected:
            name = named(site, one.name)
            streams = tuple(named(site, stream) for stream in one.streams)
            known = found.get(name)
            if known is not None:
                streams = tuple(sorted({*known.streams, *streams}))
            found[name] = msgspec.structs.replace(
                one,
                name=name,
                streams=streams,
                sources=one.sources + (known.sources if known is not None else 0),
                missing=one.missing and (known is None or known.missing),
            )
    yield from found.values()


def _days(name: str, expected: Sequence[ExpectedCoverage], asked: range | None) -> range:
    if asked is None:
        return range(0)
    spans = [expected_days(asked, one.since, one.until) for one in expected if name in one.streams]
    return range(min(s.start for s in spans), max(s.stop for s in spans)) if spans else asked


def _stream(
    name: str,
    group: Sequence[StreamCoverage],
    sources: Sequence[SourceCoverage],
    days: frozenset[int],
    expects: range | None,
) -> StreamCoverage:
    counted = sum(source.records for source in sources if not source.duplicate_of)
    first = min((stream.first for stream in group if stream.first is not None), default=None)
    last = max((stream.last for stream in group if stream.last is not None), default=None)
    rates = [(s.parse_rate, s.records) for s in group if s.parse_rate is not None]
    weight = sum(records for _, records in rates)
    fullest = _fullest(group)
    told = losses.larger if any(source.duplicate_of for source in sources) else losses.merged
    return msgspec.structs.replace(
        group[0],
        name=name,
        first=first,
        last=last,
        gaps=group[0].gaps if len(group) == 1 else gaps_between([b for s in group for b in _busy(s)]),
        sources=len(sources),
        records=counted,
        days=len(days),
        asked_days=None if expects is None else len(expects),
        asked_days_covered=None if expects is None else covered(days, expects),
        parse_rate=sum(rate * records for rate, records in rates) / weight if weight else None,
        owner=next((stream.owner for stream in group if stream.owner), ""),
        by_day={day: stream.by_day[day] for day, stream in fullest.items()},
        by_hour={day: stream.by_hour[day] for day, stream in fullest.items() if day in stream.by_hour},
        losses=told([loss for stream in group for loss in stream.losses]),
    )


def _fullest(group: Sequence[StreamCoverage]) -> dict[str, StreamCoverage]:
    """Of a day that several hunts searched the one that has most: mostly they searched the same records."""
    found: dict[str, StreamCoverage] = {}
    for stream in group:
        for day, records in stream.by_day.items():
            if day not in found or records > found[day].by_day[day]:
                found[day] = stream
    return dict(sorted(found.items()))


def _busy(stream: StreamCoverage) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of a stream between its gaps."""
    begin = stream.first
    for gap in stream.gaps:
        if begin is not None:
            yield begin, gap.start
        begin = gap.end
    if begin is not None and stream.last is not None:
        yield begin, stream.last


def _number(day: str) -> int:
    moment = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)
    return int(moment.timestamp() // 86_400)
