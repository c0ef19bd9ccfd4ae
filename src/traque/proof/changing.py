"""Compares a hunt with an earlier one: what is new."""

from __future__ import annotations

from collections.abc import Iterator

from traque.model import HuntResult, IndicatorRef, Sighting, ladder
from traque.model.changes import ChangedSighting, Changes
from traque.proof.reading import Read

_Key = tuple[str, str]


def changes(old: Read, new: Read) -> Changes:
    """What ``new`` says and ``old`` does not. Streams are told apart by their names."""
    before, after = _sightings(old.result), _sightings(new.result)
    asked, asks = _asked(old.result), _asked(new.result)
    both = [(before[key], after[key]) for key in after if key in before]
    grown = [change for one, other in both if (change := _grown(one, other)) is not None]
    known = {(found.code, found.indicator.value, found.asset) for found in old.result.findings}
    earlier = {stream.name for stream in old.result.coverage.streams}
    later = {stream.name for stream in new.result.coverage.streams}
    return Changes(
        old=old.digest,
        new=new.digest,
        appeared=tuple(_appeared(s, key in asked) for key, s in after.items() if key not in before),
        grown=tuple(grown),
        gone=tuple(_gone(s, key in asks) for key, s in before.items() if key not in after),
        same=len(both) - len(grown),
        listed=tuple(ref for key, ref in asks.items() if key not in asked),
        withdrawn=tuple(ref for key, ref in asked.items() if key not in asks),
        findings=tuple(
            found
            for found in new.result.findings
            if (found.code, found.indicator.value, found.asset) not in known
        ),
        streams_appeared=tuple(sorted(later - earlier)),
        streams_gone=tuple(sorted(earlier - later)),
        searched_days_before=old.result.coverage.searched_days,
        searched_days=new.result.coverage.searched_days,
        incomplete=new.result.incomplete,
    )


def _sightings(result: HuntResult) -> dict[_Key, Sighting]:
    return {(s.indicator.kind, s.indicator.value): s for s in result.sightings}


def _asked(result: HuntResult) -> dict[_Key, IndicatorRef]:
    refs = [*(s.indicator for s in result.sightings), *result.not_seen]
    return {(ref.kind, ref.value): ref for ref in refs}


def _streams(sighting: Sighting) -> tuple[str, ...]:
    return tuple(sorted({seen.stream for seen in sighting.sources}))


def _appeared(sighting: Sighting, was_asked: bool) -> ChangedSighting:
    return ChangedSighting(
        indicator=sighting.indicator,
        what=("not seen before",) if was_asked else ("newly listed",),
        verdict=sighting.verdict,
        verdict_before=None,
        count=sighting.count,
        count_before=0,
        first_seen=sighting.first_seen,
        last_seen=sighting.last_seen,
        streams=_streams(sighting),
    )


def _gone(sighting: Sighting, is_asked: bool) -> ChangedSighting:
    return ChangedSighting(
        indicator=sighting.indicator,
        what=("not seen any more",) if is_asked else ("no longer hunted",),
        verdict=None,
        verdict_before=sighting.verdict,
        count=0,
        count_before=sighting.count,
    )


def _grown(old: Sighting, new: Sighting) -> ChangedSighting | None:
    """How a sighting differs; None when it says the same."""
    streams = tuple(name for name in _streams(new) if name not in _streams(old))
    what = tuple(_differences(old, new, streams))
    if not what:
        return None
    return ChangedSighting(
        indicator=new.indicator,
        what=what,
        verdict=new.verdict,
        verdict_before=old.verdict,
        count=new.count,
        count_before=old.count,
        first_seen=new.first_seen,
        last_seen=new.last_seen,
        streams=streams,
    )


def _differences(old: Sighting, new: Sighting, streams: tuple[str, ...]) -> Iterator[str]:
    if old.verdict != new.verdict:
        order = ladder(new.indicator.role)
        worse = order.index(new.verdict) < order.index(old.verdict)
        yield f"{'worse' if worse else 'less bad'}: {old.verdict} became {new.verdict}"
    if old.count != new.count:
        more = new.count - old.count
        yield f"{abs(more):,} {'more' if more > 0 else 'fewer'} records"
    if old.first_seen and new.first_seen and new.first_seen < old.first_seen:
        yield "seen earlier than was known"
    if old.last_seen and new.last_seen and new.last_seen > old.last_seen:
        yield "seen later than before"
    if streams:
        yield "seen in other streams"
