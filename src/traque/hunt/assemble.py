"""Builds the result document from what the workers found."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

from traque import __version__
from traque.diagnostics import Diagnostics
from traque.hunt.covering import coverage_of
from traque.hunt.hashes import hashed, program
from traque.hunt.options import HuntOptions
from traque.hunt.owning import own_assets
from traque.hunt.question import Question
from traque.hunt.search import SourceSearch
from traque.model import (
    Bulletin,
    HuntResult,
    IndicatorRef,
    OutsideWindow,
    SeenIn,
    Sighting,
    Verdict,
    ladder,
    worst,
)
from traque.model.result import BulletinInfo, ByteCount, HuntInfo
from traque.triage import validity
from traque.triage.names import top
from traque.triage.order import worst_first
from traque.triage.streams import Carrier, name_streams
from traque.triage.tally import Tally, bounded, choose_evidence, in_order


def assemble(
    question: Question,
    bulletins: Sequence[Bulletin],
    searches: Sequence[SourceSearch],
    diagnostics: Diagnostics,
    *,
    options: HuntOptions,
    paths: Sequence[str],
    started: datetime,
    interrupted: bool,
) -> HuntResult:
    """The answer, worst sightings first."""
    streams = name_streams([carrier(search) for search in searches])
    stated = options.source_map
    sightings = _sightings(question, searches, streams)
    seen = {(s.indicator.kind, s.indicator.value) for s in sightings}
    for bulletin in bulletins:
        for refused in bulletin.refused:
            diagnostics.note("indicator-refused", f"{refused.value}: {refused.reason}")
    for ref in question.ageless:
        diagnostics.note("age-unknown", ref.value)
    return HuntResult(
        hunt=HuntInfo(
            started=started,
            finished=datetime.now(UTC),
            since=question.window.since,
            until=question.window.until,
            engine=question.engine.name,
            version=__version__,
            window_from=question.window_from,
            max_age=options.max_age,
            own=options.own + (stated.own if stated else ()),
            internal=options.internal + (stated.internal if stated else ()),
            trusted_proxies=options.trusted_proxies + (stated.trusted_proxies if stated else ()),
            zone=str(question.zone),
            source_map=stated.path if stated else "",
            paths=tuple(paths),
            excluded=options.exclude,
            interrupted=interrupted,
            bytes=sum(s.bytes for s in searches),
            records=sum(s.records for s in searches),
            program=program() if options.hash_program else "",
        ),
        bulletins=tuple(_bulletin_info(bulletin) for bulletin in bulletins),
        findings=tuple(own_assets(question.refs, question.owned, bulletins)),
        sightings=tuple(sightings),
        not_seen=tuple(ref for ref in question.refs if (ref.kind, ref.value) not in seen),
        coverage=coverage_of(searches, streams, question.window, started, stated.streams if stated else ()),
        diagnostics=diagnostics.report(),
    )


def carrier(search: SourceSearch) -> Carrier:
    """What names the stream of a source."""
    name = search.mapped.name if search.mapped is not None else ""
    return Carrier(path=search.path, format=search.format, device=search.device, name=name)


def _sightings(
    question: Question, searches: Sequence[SourceSearch], streams: Sequence[str]
) -> list[Sighting]:
    holders: dict[int, list[tuple[SourceSearch, str]]] = defaultdict(list)
    for search, stream in zip(searches, streams, strict=True):
        for index in search.tallies:
            holders[index].append((search, stream))
    sightings = [_sighting(question.refs[index], index, held) for index, held in holders.items()]
    return list(bounded(sorted(sightings, key=worst_first)))


def _sighting(ref: IndicatorRef, index: int, held: Sequence[tuple[SourceSearch, str]]) -> Sighting:
    total = Tally()
    outside = Tally()
    for search, _ in held:
        total.merge(search.tallies[index])
        if index in search.outside:
            outside.merge(search.outside[index])
    order = ladder(ref.role)
    invalid = validity.outside(ref, total.first, total.last)
    assets = total.assets_by(order)
    return Sighting(
        indicator=ref,
        count=total.count,
        first_seen=total.first,
        last_seen=total.last,
        outside_window=_outside(outside, ref.role),
        verdict=worst(total.verdicts, ref.role),
        verdicts={verdict: total.verdicts[verdict] for verdict in order if verdict in total.verdicts},
        direction=total.direction,
        assets=tuple(dict.fromkeys(name for names in assets.values() for name in names)),
        assets_by_verdict=assets,
        ports=tuple(in_order(total.ports)),
        bytes=ByteCount(inward=total.inward, outward=total.outward),
        sources=tuple(
            _seen_in(
                search,
                stream,
                search.tallies[index],
                _outside(search.outside.get(index, Tally()), ref.role),
                order,
            )
            for search, stream in held
        ),
        evidence=choose_evidence(
            (e for search, _ in held for e in search.tallies[index].spread.kept()), ref.role
        ),
        relations=dict(sorted(total.relations.items())),
        undated=total.undated,
        accounts=top(total.accounts),
        at_worst=worst(total.at_worst, ref.role) if total.at_worst else None,
        evidence_of=total.count,
        outside_validity=invalid,
        confidence=validity.confidence(ref, invalid),
        accepted=top(total.accepted),
        exchanges=len(total.flows) if total.flows else None,
    )


def _outside(tally: Tally, role: str | None) -> OutsideWindow | None:
    if tally.first is None or tally.last is None:
        return None
    return OutsideWindow(
        count=tally.count,
        first_seen=tally.first,
        last_seen=tally.last,
        verdict=worst(tally.verdicts, role),
    )


def _seen_in(
    search: SourceSearch, stream: str, tally: Tally, outside: OutsideWindow | None, order: Sequence[Verdict]
) -> SeenIn:
    return SeenIn(
        path=search.path,
        stream=stream,
        count=tally.count,
        first_seen=tally.first,
        last_seen=tally.last,
        verdicts={verdict: tally.verdicts[verdict] for verdict in order if verdict in tally.verdicts},
        undated=tally.undated,
        relations=dict(sorted(tally.relations.items())),
        outside_window=outside,
        inward=tally.inward,
        outward=tally.outward,
    )


def _bulletin_info(bulletin: Bulletin) -> BulletinInfo:
    kinds = Counter(indicator.observable.kind for indicator in bulletin.indicators)
    return BulletinInfo(
        id=bulletin.id,
        title=bulletin.title,
        producer=bulletin.producer,
        published=bulletin.published,
        tlp=bulletin.tlp,
        pap=bulletin.pap,
        actors=bulletin.actors,
        window=bulletin.window,
        indicators=len(bulletin.indicators),
        kinds=dict(sorted(kinds.items())),
        refused=bulletin.refused,
        path=bulletin.path,
        format=bulletin.format,
        notes=bulletin.notes,
        role=bulletin.role,
        statements=bulletin.statements,
        paths=bulletin.paths,
        modified=bulletin.modified,
        files=hashed(bulletin.paths or (bulletin.path,)) if bulletin.format != "values" else (),
    )
