"""Makes the coverage certificate of a result: the question, the denominator, the map, and what follows."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence

from traque.errors import UsageError
from traque.model import HuntResult
from traque.model.certificate import (
    AskedQuestion,
    Certificate,
    CertifiedBulletin,
    CertifiedSource,
    CertifiedStream,
    Clocks,
    RefusedKind,
    SeenVerdict,
    State,
    Tool,
)
from traque.proof import days as by_day
from traque.proof.statement import scope, statement
from traque.reports import clock_remarks, shortfalls

_CLOCK_CODES = ("record-undated", "year-guessed", "year-from-mtime", "clock-spread")
_EXAMPLES = 5


def certify(result: HuntResult, digest: str) -> Certificate:
    """The certificate of ``result``, whose document has this digest; it depends on nothing else.

    UsageError for a part of a result.
    """
    if result.hunt.filtered:
        raise UsageError("this is a part of a result: only a whole one can be certified")
    days = by_day.span(result)
    streams = tuple(by_day.rows(result, days))
    seen = Counter(str(sighting.verdict) for sighting in result.sightings)
    return Certificate(
        scope=scope(result),
        statement=tuple(statement(result, streams)),
        question=_question(result),
        seen=tuple(SeenVerdict(verdict=verdict, indicators=many) for verdict, many in seen.items()),
        not_seen=len(result.not_seen),
        complete=not shortfalls(result),
        shortfalls=tuple(shortfalls(result)),
        first_day=by_day.name(days.start) if days else "",
        last_day=by_day.name(days.stop - 1) if days else "",
        streams=streams,
        sources=tuple(_sources(result)),
        clocks=_clocks(result, streams),
        duplicates=sum(bool(source.duplicate_of) for source in result.coverage.sources),
        refused=tuple(_refused(result)),
        tool=Tool(
            name="traque",
            version=result.hunt.version,
            engine=result.hunt.engine,
            sha256=result.hunt.program,
            data=result.reference,
        ),
        result=digest,
    )


def _question(result: HuntResult) -> AskedQuestion:
    refs = [s.indicator for s in result.sightings] + list(result.not_seen)
    lines = sorted({f"{ref.kind} {ref.value}\n" for ref in refs})
    return AskedQuestion(
        bulletins=tuple(
            CertifiedBulletin(
                id=bulletin.id,
                title=bulletin.title,
                producer=bulletin.producer,
                published=bulletin.published,
                modified=bulletin.modified,
                tlp=bulletin.tlp,
                indicators=bulletin.indicators,
                refused=len(bulletin.refused),
                kinds=bulletin.kinds,
                files=bulletin.files,
            )
            for bulletin in result.bulletins
        ),
        indicators=len(lines),
        indicators_sha256=hashlib.sha256("".join(lines).encode("utf-8", "backslashreplace")).hexdigest(),
        kinds=dict(sorted(Counter(line.split(" ", 1)[0] for line in lines).items())),
        since=result.hunt.since,
        until=result.hunt.until,
        window_from=result.hunt.window_from,
        as_of=result.hunt.started,
        own=result.hunt.own,
        excluded=result.hunt.excluded,
    )


def _sources(result: HuntResult) -> Iterator[CertifiedSource]:
    for source in result.coverage.sources:
        yield CertifiedSource(
            path=source.path,
            stream=source.stream,
            bytes=source.bytes,
            records=source.records,
            complete=source.complete,
            state=source.state,
            why=source.why,
            duplicate_of=source.duplicate_of,
            fingerprint=source.fingerprint,
            sha256=source.sha256,
        )


def _clocks(result: HuntResult, streams: Sequence[CertifiedStream]) -> Clocks:
    remarks = [
        f"{diagnostic.text} ({diagnostic.count:,})"
        for diagnostic in result.diagnostics
        if diagnostic.code in _CLOCK_CODES
    ]
    for stream in streams:
        remarks += [f"{stream.name}: {said}" for said in clock_remarks(stream.clock)]
    return Clocks(
        zone=result.hunt.zone,
        undated=sum(source.undated for source in result.coverage.sources),
        records=result.hunt.records,
        remarks=tuple(remarks),
    )


def _refused(result: HuntResult) -> Iterator[RefusedKind]:
    values: dict[str, list[str]] = {}
    for bulletin in result.bulletins:
        for refused in bulletin.refused:
            values.setdefault(refused.code, []).append(refused.value)
    for code, found in sorted(values.items()):
        yield RefusedKind(code=code, count=len(found), examples=tuple(found[:_EXAMPLES]))


__all__ = ["State", "certify"]
