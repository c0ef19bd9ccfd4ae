"""The ledger's own question: when, where and how often were these values seen? No log is read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from traque.hunt.recalling import beside, is_presence, judgement_of, may_be_fewer, moments
from traque.ledger import KnownSource, Ledger, Row
from traque.ledger.oracle import holds
from traque.model import LedgerInfo, Observable, ladder, worst
from traque.model.seen import SeenAnswer, SeenSource, SeenValue
from traque.scan.matches import Relation
from traque.triage.coverage import TimelineState
from traque.triage.tally import Tally

VALUES: Final = 20
"""Values of a network or a domain that are named."""

_Found = Mapping[int, Sequence[Row]]


class _Span(msgspec.Struct, frozen=True, kw_only=True):
    """Of what is kept of a source, how much there was and from when to when."""

    records: int
    complete: bool = True
    timeline: TimelineState = TimelineState()


def seen(ledger: Ledger, asked: Sequence[Observable]) -> SeenAnswer:
    """What ``ledger`` says of the observables ``asked``, which are in canonical form."""
    found: dict[int, dict[int, list[Row]]] = defaultdict(dict)
    beside_it = Counter[int]()
    for number, rows in ledger.find(asked, hosts=True).items():
        grouped: dict[int, list[Row]] = defaultdict(list)
        for row in rows:
            grouped[row.indicator].append(row)
        for indicator, mine in grouped.items():
            beside_it[indicator] += beside(mine)
            if stated := [row for row in mine if row.relation is not Relation.HOST]:
                found[indicator][number] = stated
    insides = ledger.hidden
    hidden = {one for one in asked if not all(holds(one, inside) for inside in insides)}
    missing = [one for place, one in enumerate(asked) if place not in found]
    only_host = {asked[place] for place, records in beside_it.items() if records} - hidden
    sources = ledger.sources.values()
    spans = [msgspec.json.decode(source.reading, type=_Span) for source in sources]
    return SeenAnswer(
        ledger=LedgerInfo(
            path=str(ledger.path),
            sequence=ledger.manifest.sequence,
            written=ledger.manifest.written,
            sources=len(sources),
            alone=len(sources),
            forgotten=sum(removed.sources for removed in ledger.manifest.removed),
        ),
        seen=tuple(_value(ledger, asked[place], found[place], beside_it[place]) for place in sorted(found)),
        not_seen=tuple(one for one in missing if one not in hidden | only_host),
        untold=tuple(one for one in missing if one in hidden),
        only_host=tuple(one for one in missing if one in only_host),
        lacks_key=ledger.lacks_key,
        records=sum(span.records for span in spans),
        first=_moment(min((s.timeline.first for s in spans if s.timeline.first is not None), default=None)),
        last=_moment(max((s.timeline.last for s in spans if s.timeline.last is not None), default=None)),
        incomplete=tuple(
            source.path
            for source, span in zip(sources, spans, strict=True)
            if source.partial or not span.complete
        ),
    )


def _value(ledger: Ledger, observable: Observable, found: _Found, beside_it: int) -> SeenValue:
    total = Tally()
    places = []
    for number, rows in found.items():
        tally = _tally(ledger, rows)
        total.merge(tally)
        places.append(_source(ledger.sources[number], tally, rows))
    every = [row for rows in found.values() for row in rows]
    held = Counter[str]()
    for row in every:
        held[row.value] += row.records
    often = sorted(held, key=lambda value: (-held[value], value))
    values = [value for value in often if value != observable.value]
    return SeenValue(
        kind=observable.kind,
        value=observable.value,
        records=total.count,
        first=total.first,
        last=total.last,
        days=_days(every),
        undated=total.undated,
        verdicts={verdict: total.verdicts[verdict] for verdict in ladder(None) if verdict in total.verdicts},
        sources=tuple(sorted(places, key=lambda place: (-place.records, place.path))),
        at_most=any(may_be_fewer(rows, ledger.sources[number]) for number, rows in found.items()),
        values=tuple(values[:VALUES]),
        others=max(0, len(values) - VALUES),
        host_only=beside_it,
        own_times=any(is_presence(row, ledger.facts) for row in every),
    )


def _tally(ledger: Ledger, rows: Sequence[Row]) -> Tally:
    tally = Tally()
    for row in rows:
        tally.add_all(judgement_of(row, ledger.facts[row.fact]), *moments(row), row.relation, row.records)
    return tally


def _source(source: KnownSource, tally: Tally, rows: Sequence[Row]) -> SeenSource:
    return SeenSource(
        path=source.path,
        stream=source.stream,
        records=tally.count,
        first=tally.first,
        last=tally.last,
        days=_days(rows),
        verdict=worst(tally.verdicts, None),
    )


def _days(rows: Sequence[Row]) -> int:
    return len({row.day for row in rows if row.day is not None})


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
