"""The coverage of a result: each stream from its sources, against what was asked and what is expected."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from traque.hunt.expected import Expectations
from traque.hunt.search import SourceSearch
from traque.model import Coverage, Loss, StreamCoverage, Window
from traque.source_map import ExpectedStream
from traque.triage.coverage import StreamDays, asked_days, by_hour, cover, covered, searched, with_hours
from traque.triage.losses import merged

_Beside = tuple[str, str]
"""A format and a folder."""
_Told = tuple[SourceSearch, Loss]


def coverage_of(
    searches: Sequence[SourceSearch],
    streams: Sequence[str],
    window: Window,
    now: datetime,
    declared: Sequence[ExpectedStream] = (),
) -> Coverage:
    """What was searched; ``streams`` are the sources' names of their streams, ``declared`` those expected."""
    members: dict[str, list[SourceSearch]] = defaultdict(list)
    for search, stream in zip(searches, streams, strict=True):
        members[stream].append(search)
    spans = {name: cover([s.timeline for s in group]) for name, group in members.items() if _counts(group)}
    earliest = min((span.first for span in spans.values() if span.first is not None), default=None)
    asked = asked_days(window, earliest, now)
    expected = Expectations(declared, members)
    beside = _losses_beside(searches)
    whole = None
    if asked is not None:
        there = [(span.days, expected.days(name, asked)) for name, span in spans.items()]
        absent = [(frozenset[int](), days) for days in expected.absent(asked)]
        whole = searched(asked, [*there, *absent]) if spans else 0
    return Coverage(
        streams=with_hours(
            replace(
                _stream(name, members[name], span, asked, expected), losses=_losses(members[name], beside)
            )
            for name, span in sorted(spans.items())
        ),
        sources=tuple(s.coverage(stream) for s, stream in zip(searches, streams, strict=True)),
        window_covered=None if asked is None else bool(spans) and whole == len(asked),
        asked_days=None if asked is None else len(asked),
        searched_days=whole,
        expected=expected.coverage(window),
    )


def _counts(group: Sequence[SourceSearch]) -> bool:
    """A stream counts for coverage when it holds any record at all."""
    return any(search.records for search in group)


def _stream(
    name: str,
    group: Sequence[SourceSearch],
    span: StreamDays,
    asked: range | None,
    expected: Expectations,
) -> StreamCoverage:
    days = None if asked is None else expected.days(name, asked)
    rated = [(s.parse_rate, s.records) for s in group if s.parse_rate is not None]
    weight = sum(records for _, records in rated)
    hourly = by_hour([s.timeline for s in group if not s.duplicate_of])
    return StreamCoverage(
        name=name,
        format=group[0].format,
        first=span.first,
        last=span.last,
        gaps=span.gaps,
        sources=len(group),
        records=sum(s.records for s in group if not s.duplicate_of),
        days=len(span.days),
        asked_days=None if days is None else len(days),
        asked_days_covered=None if days is None else covered(span.days, days),
        parse_rate=sum(rate * records for rate, records in rated) / weight if weight else None,
        owner=next((s.mapped.owner for s in group if s.mapped is not None and s.mapped.owner), "")
        or expected.owner(name),
        by_day={day: sum(hours) for day, hours in hourly.items()},
        by_hour=hourly,
    )


def _place(search: SourceSearch) -> _Beside:
    return search.format, search.path.rpartition("/")[0]


def _losses_beside(searches: Sequence[SourceSearch]) -> dict[_Beside, list[_Told]]:
    """What sources say of all of their format in their folder (a sensor that lost packets)."""
    found: dict[_Beside, list[_Told]] = defaultdict(list)
    for search in searches:
        if not search.duplicate_of:
            found[_place(search)] += [(search, loss) for loss in search.losses_beside]
    return found


def _losses(group: Sequence[SourceSearch], beside: Mapping[_Beside, Sequence[_Told]]) -> tuple[Loss, ...]:
    """What the sources of a stream say, and those beside them."""
    own = [loss for search in group if not search.duplicate_of for loss in search.told_losses]
    members = set(map(id, group))
    places = dict.fromkeys(_place(search) for search in group)
    told = [loss for place in places for by, loss in beside.get(place, ()) if id(by) not in members]
    return merged([*own, *told])
