"""Makes one result of the hunts of several sites: sums, in which no source counts twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import NamedTuple

import msgspec

from traque.errors import UsageError
from traque.model import (
    Diagnostic,
    Direction,
    Evidence,
    HuntResult,
    IndicatorRef,
    OutsideWindow,
    SeenIn,
    Sighting,
    Verdict,
    ladder,
    worst,
)
from traque.model.result import ByteCount
from traque.proof import merged_coverage as coverage
from traque.proof.merged_answer import follows
from traque.proof.reading import Read
from traque.triage import validity
from traque.triage.order import worst_first
from traque.triage.tally import bounded, choose_evidence

_Key = tuple[str, str]


class _Part(NamedTuple):
    """A sighting of one site, with what is left of its sources."""

    site: str
    sighting: Sighting
    sources: tuple[SeenIn, ...]


def merge(reads: Sequence[Read], sites: Sequence[str]) -> HuntResult:
    """The results of ``reads`` as one; ``sites`` name them, and stand before every source and stream.

    Results of one site may have the same name: their streams are then the same ones. A source that two of
    them hold (by its SHA-256 where both have it; else by its first lines, size, records and times) counts
    once; of a log that has grown the longer counts. UsageError where the questions differ.
    """
    results = [read.result for read in reads]
    _same_question(results)
    repeats = coverage.repeats(results, sites)
    parts: dict[_Key, list[_Part]] = {}
    for number, (result, site) in enumerate(zip(results, sites, strict=True)):
        for sighting in result.sightings:
            left = tuple(seen for seen in sighting.sources if (number, seen.path) not in repeats)
            key = (sighting.indicator.kind, sighting.indicator.value)
            if left:
                parts.setdefault(key, []).append(_Part(site, sighting, left))
    sightings = bounded(sorted((_sighting(held) for held in parts.values()), key=worst_first))
    covered = coverage.merged(results, sites, repeats)
    counted = [  # as a hunt counts: all that it searched
        source
        for number, result in enumerate(results)
        for source in result.coverage.sources
        if (number, source.path) not in repeats
    ]
    hunts = [result.hunt for result in results]
    result = HuntResult(
        hunt=msgspec.structs.replace(
            hunts[0],
            started=min(hunt.started for hunt in hunts),
            finished=max(hunt.finished for hunt in hunts),
            engine=_joined(hunt.engine for hunt in hunts),
            version=_joined(hunt.version for hunt in hunts),
            own=_union(hunt.own for hunt in hunts),
            internal=_union(hunt.internal for hunt in hunts),
            zone=_joined(hunt.zone for hunt in hunts),
            source_map=_joined(hunt.source_map for hunt in hunts),
            paths=_union(hunt.paths for hunt in hunts),
            excluded=_union(hunt.excluded for hunt in hunts),
            interrupted=any(hunt.interrupted for hunt in hunts),
            bytes=sum(source.bytes for source in counted),
            records=sum(source.records for source in counted),
            program=hunts[0].program if len({hunt.program for hunt in hunts}) == 1 else "",
            made_of=tuple(read.digest for read in reads),
        ),
        bulletins=results[0].bulletins,
        findings=(),
        sightings=sightings,
        not_seen=tuple(ref for key, ref in _asked(results[0]).items() if key not in parts),
        coverage=covered,
        diagnostics=_diagnostics(results, len(repeats)),
        reference=tuple({reference: None for result in results for reference in result.reference}),
    )
    return follows(result, [coverage.Hunted(*one) for one in zip(count(), results, sites)], repeats)


def _same_question(results: Sequence[HuntResult]) -> None:
    first = results[0]
    for result in results:
        if result.hunt.filtered:
            raise UsageError(
                "a part of a result cannot be merged", remedy="merge the whole ones, then filter"
            )
        if (result.hunt.since, result.hunt.until) != (first.hunt.since, first.hunt.until):
            raise UsageError(
                "the hunts asked for different windows", remedy="hunt again with the same --since and --until"
            )
        if _asked(result).keys() != _asked(first).keys():
            raise UsageError(
                "the hunts asked for different indicators", remedy="hunt again with the same bulletins"
            )
        if any(sum(seen.verdicts.values()) != seen.count for s in result.sightings for seen in s.sources):
            raise UsageError("a result does not say what each source showed", remedy="hunt again")


def _asked(result: HuntResult) -> dict[_Key, IndicatorRef]:
    refs = [*(s.indicator for s in result.sightings), *result.not_seen]
    return {(ref.kind, ref.value): ref for ref in refs}


def _sighting(parts: Sequence[_Part]) -> Sighting:
    """One sighting of what each site saw of an indicator."""
    sightings = [part.sighting for part in parts]
    sources = [seen for part in parts for seen in part.sources]
    ref = sightings[0].indicator
    order = ladder(ref.role)
    verdicts: Counter[Verdict] = Counter()
    relations: Counter[str] = Counter()
    for seen in sources:
        verdicts.update(seen.verdicts)
        relations.update(seen.relations)
    first = min((s.first_seen for s in sources if s.first_seen is not None), default=None)
    last = max((s.last_seen for s in sources if s.last_seen is not None), default=None)
    invalid = validity.outside(ref, first, last)
    at_worst = [s.at_worst for s in sightings if s.at_worst is not None]
    total = sum(seen.count for seen in sources)
    assets = {v: _union(s.assets_by_verdict.get(v, ()) for s in sightings) for v in order}
    return msgspec.structs.replace(
        sightings[0],
        count=total,
        first_seen=first,
        last_seen=last,
        outside_window=_outside([seen.outside_window for seen in sources], ref.role),
        verdict=worst(verdicts, ref.role),
        verdicts={verdict: verdicts[verdict] for verdict in order if verdict in verdicts},
        direction=_direction(s.direction for s in sightings),
        assets=_union(s.assets for s in sightings),
        assets_by_verdict={verdict: names for verdict, names in assets.items() if names},
        ports=tuple(sorted({port for s in sightings for port in s.ports})),
        bytes=ByteCount(
            inward=_sum(seen.inward for seen in sources), outward=_sum(seen.outward for seen in sources)
        ),
        sources=tuple(
            msgspec.structs.replace(
                seen, path=f"{part.site}/{seen.path}", stream=coverage.named(part.site, seen.stream)
            )
            for part in parts
            for seen in part.sources
        ),
        evidence=choose_evidence(_evidence(parts), ref.role),
        relations=dict(sorted(relations.items())),
        undated=sum(seen.undated for seen in sources),
        accounts=_union(s.accounts for s in sightings),
        at_worst=worst(at_worst, ref.role) if at_worst else None,
        evidence_of=total,
        outside_validity=invalid,
        confidence=validity.confidence(ref, invalid),
        enrichment={key: value for s in reversed(sightings) for key, value in s.enrichment.items()},
        accepted=_union(s.accepted for s in sightings),
        exchanges=_exchanges(parts),
    )


def _exchanges(parts: Sequence[_Part]) -> int | None:
    """Known where all of them were seen by one hunt: which ones two hunts share is in no result."""
    counted = [part for part in parts if part.sighting.exchanges is not None]
    whole = len(counted) == 1 and len(counted[0].sources) == len(counted[0].sighting.sources)
    return counted[0].sighting.exchanges if whole else None


def _evidence(parts: Iterable[_Part]) -> Iterator[Evidence]:
    for part in parts:
        kept = {seen.path for seen in part.sources}
        for record in part.sighting.evidence:
            if record.path in kept:
                yield coverage.at_site(record, part.site)


def _outside(parts: Sequence[OutsideWindow | None], role: str | None) -> OutsideWindow | None:
    known = [part for part in parts if part is not None]
    if not known:
        return None
    return OutsideWindow(
        count=sum(part.count for part in known),
        first_seen=min(part.first_seen for part in known),
        last_seen=max(part.last_seen for part in known),
        verdict=worst([part.verdict for part in known], role),
    )


def _direction(directions: Iterable[Direction]) -> Direction:
    known = {direction for direction in directions if direction is not Direction.UNKNOWN}
    return Direction.BOTH if len(known) > 1 else next(iter(known), Direction.UNKNOWN)


def _diagnostics(results: Sequence[HuntResult], repeated: int) -> tuple[Diagnostic, ...]:
    """What each hunt remarked, added up by code, with the sources that several of them hold."""
    found: dict[str, Diagnostic] = {}
    for one in (diagnostic for result in results for diagnostic in result.diagnostics):
        known = found.get(one.code)
        found[one.code] = one if known is None else _added(known, one)
    if repeated:
        said = Diagnostic(code="source-duplicate", count=repeated, examples=(), text="held by several hunts")
        known = found.get(said.code)
        found[said.code] = said if known is None else _added(known, said)
    return tuple(sorted(found.values(), key=lambda one: (not one.incomplete, one.code)))


def _added(one: Diagnostic, more: Diagnostic) -> Diagnostic:
    examples = tuple(dict.fromkeys((*one.examples, *more.examples)))
    return msgspec.structs.replace(
        one, count=one.count + more.count, examples=examples[:5], incomplete=one.incomplete or more.incomplete
    )


def _union(names: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for some in names for name in some))


def _joined(texts: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(text for text in texts if text))


def _sum(numbers: Iterable[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None
