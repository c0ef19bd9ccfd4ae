"""Reduces a result to what may leave the house."""

from __future__ import annotations

from traque.model import HuntResult
from traque.model.counts import CountedBulletin, CountedIndicator, Counts
from traque.proof.statement import scope
from traque.reports import shortfalls


def counts(result: HuntResult) -> Counts:
    """The counts of ``result``: every field is named here, so that nothing can slip through."""
    return Counts(
        bulletins=tuple(
            CountedBulletin(
                id=bulletin.id,
                producer=bulletin.producer,
                indicators=bulletin.indicators,
                files_sha256=tuple(file.sha256 for file in bulletin.files),
            )
            for bulletin in result.bulletins
        ),
        since=result.hunt.since,
        until=result.hunt.until,
        hunted=result.hunt.started,
        version=result.hunt.version,
        seen=tuple(
            CountedIndicator(
                kind=sighting.indicator.kind,
                value=sighting.indicator.value,
                verdict=str(sighting.verdict),
                count=sighting.count,
                undated=sighting.undated,
                first_seen=sighting.first_seen,
                last_seen=sighting.last_seen,
            )
            for sighting in result.sightings
        ),
        not_seen=len(result.not_seen),
        complete=not shortfalls(result),
        streams=len(result.coverage.streams),
        asked_days=result.coverage.asked_days,
        searched_days=result.coverage.searched_days,
        scope=scope(result),
        part=bool(result.hunt.filtered),
    )
