"""The first hour: what rotation destroys next, what to look at first, whom to ask.

How long a stream is kept is judged from what is there: the span from its oldest record to its newest, and how
often a new file was begun. Nothing is known of what was archived elsewhere, and the words say so.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from traque.expressions import expression
from traque.model import (
    Coverage,
    FromLedger,
    Lead,
    Plan,
    PlanStep,
    Sighting,
    SourceCoverage,
    StreamCoverage,
    Verdict,
)

STEPS: Final = 20
"""Steps of each list that are kept."""
NAMED: Final = 2
"""Accounts or hosts that are named for one indicator."""

_NUMBERED: Final = expression(r"\.\d{1,4}(?:\.[A-Za-z0-9]+)?$")
_DOORS: Final = (
    (
        "VPN",
        frozenset({"openvpn", "pulsesecure", "strongswan", "wireguard", "netscaler"}),
        re.compile(r"(?i)vpn|anyconnect|globalprotect|\bssl.?vpn"),
    ),
    ("webmail", frozenset({"exchange"}), re.compile(r"(?i)webmail|owa\b|roundcube|zimbra|sogo|outlook")),
    ("SSH", frozenset({"sshd", "dropbear"}), re.compile(r"(?i)\bssh|auth\.log|\bsecure\b")),
    (
        "cloud sign-ins",
        frozenset({"entra", "okta", "m365", "google", "cloudtrail"}),
        re.compile(r"(?i)sign.?in|entra|okta|azuread|cloudtrail"),
    ),
)
"""Where an identity is accepted from outside, in the order in which to look; format or name tells."""


def first_hour(sightings: Sequence[Sighting], coverage: Coverage, leads: Sequence[Lead] = ()) -> Plan:
    """The plan, from what was seen and what was searched."""
    grave = [s for s in sightings if s.verdict not in (Verdict.TRACE, Verdict.SELF)]
    seen = {part.stream: 0 for sighting in grave for part in sighting.sources}
    for sighting in grave:
        for part in sighting.sources:
            seen[part.stream] += part.count
    gone = _gone(coverage)
    look = (*_accepted(grave, leads), *_called(grave), *_lost(coverage, seen, gone))
    return Plan(
        freeze=tuple(_freeze(coverage, seen, gone))[:STEPS],
        look=(*look, *_doors(coverage, seen, gone))[:STEPS],
        ask=tuple(_ask(coverage, seen))[:STEPS],
    )


def _gone(coverage: Coverage) -> frozenset[str]:
    """The streams of which only a ledger tells: there is nothing left to freeze or to read."""
    ledgers: dict[str, set[FromLedger | None]] = defaultdict(set)
    for source in coverage.sources:
        ledgers[source.stream].add(source.ledger)
    return frozenset(name for name, of in ledgers.items() if of == {FromLedger.ALONE})


class _Kept:
    """How long a stream seems to be kept."""

    def __init__(self, stream: StreamCoverage, sources: Sequence[SourceCoverage]) -> None:
        from statistics import median

        self.stream = stream
        begins = sorted(s.first for s in sources if s.first is not None and not s.duplicate_of)
        steps = [(after - before).total_seconds() for before, after in pairwise(begins) if after > before]
        self.every = timedelta(seconds=median(steps)) if steps else None
        self.newest = begins[-1] if begins else datetime.max.replace(tzinfo=UTC)
        self.files = len(begins)
        self.numbered = sum(1 for source in sources if _NUMBERED.search(source.path)) * 2 > len(sources) > 1

    @property
    def before(self) -> datetime | None:
        """When the next file is begun and the oldest one goes, going by those that are there."""
        return None if self.every is None else self.newest + self.every


def _freeze(coverage: Coverage, seen: dict[str, int], gone: frozenset[str]) -> Iterator[PlanStep]:
    by_stream: dict[str, list[SourceCoverage]] = defaultdict(list)
    for source in coverage.sources:
        by_stream[source.stream].append(source)
    kept = [_Kept(stream, by_stream[stream.name]) for stream in coverage.streams if stream.name not in gone]
    kept.sort(
        key=lambda one: (
            not one.numbered,
            one.every is None,
            one.every or timedelta(0),
            -seen.get(one.stream.name, 0),
            one.stream.name,
        )
    )
    for one in kept:
        yield PlanStep(
            subject=one.stream.name,
            what="stop its rotation and copy all its files, the oldest first",
            why=_retention(one, seen.get(one.stream.name, 0)),
            owner=one.stream.owner,
            before=one.before,
        )


def _retention(kept: _Kept, sighted: int) -> str:
    stream, here = kept.stream, f"; {_many(sighted, 'record')} with indicators" if sighted else ""
    if stream.first is None or stream.last is None:
        return f"its records have no readable time: how long it is kept is not known{here}"
    days = max(1, (stream.last - stream.first).days)
    span = f"{_many(days, 'day')} ({stream.first:%Y-%m-%d} to {stream.last:%Y-%m-%d})"
    if kept.every is None:
        return f"one file holds {span}; what overwrites it is not known{here}"
    way = "numbered" if kept.numbered else "dated"
    next_one = "; whether the oldest are deleted is not known"
    if kept.numbered:
        next_one = ": the next rotation deletes the oldest"
    return f"{kept.files} {way} files hold {span}, a new one {_every(kept.every)}{next_one}{here}"


def _every(step: timedelta) -> str:
    hours = step.total_seconds() / 3600
    return (
        f"every {round(hours / 24)} days"
        if hours >= 36
        else "every day"
        if hours >= 18
        else f"every {hours:.1g} hours"
    )


def _accepted(sightings: Sequence[Sighting], leads: Sequence[Lead]) -> Iterator[PlanStep]:
    """Accounts that were accepted from what is listed, then from what is like it; each once."""
    found: dict[str, str] = {}
    for sighting in sightings:
        for account in sighting.accepted[:NAMED]:
            found.setdefault(account, f"accepted from {sighting.indicator.value}, which is listed")
    for lead in leads:
        if lead.verdict is Verdict.AUTHENTICATED:
            for account in lead.accounts[:NAMED]:
                found.setdefault(account, f"accepted from {lead.value}, which is on no list but is a lead")
    for account, why in found.items():
        yield PlanStep(subject=account, what="disable the account and read all it did", why=why)


def _called(sightings: Sequence[Sighting]) -> Iterator[PlanStep]:
    """Hosts of ours that called what is listed, those that were answered first."""
    found: dict[str, str] = {}
    for verdict, did in ((Verdict.OUTBOUND, "called"), (Verdict.OUTBOUND_ATTEMPT, "tried to call")):
        for sighting in sightings:
            for asset in sighting.assets_by_verdict.get(verdict, ())[:NAMED]:
                found.setdefault(asset, f"{did} {sighting.indicator.value}")
    for asset, why in found.items():
        yield PlanStep(subject=asset, what="isolate the host and keep its memory", why=why)


def _lost(coverage: Coverage, seen: dict[str, int], gone: frozenset[str]) -> Iterator[PlanStep]:
    """Streams with indicators whose logs are not there any more."""
    lost = [stream for stream in coverage.streams if stream.name in gone and seen.get(stream.name)]
    for stream in sorted(lost, key=lambda stream: -seen[stream.name]):
        yield PlanStep(
            subject=stream.name,
            what="find a copy of its logs (backups, a collector): only the ledger tells of them",
            why=f"{_many(seen[stream.name], 'record')} with indicators",
            owner=stream.owner,
        )


def _doors(coverage: Coverage, seen: dict[str, int], gone: frozenset[str]) -> Iterator[PlanStep]:
    missing = []
    for door, formats, name in _DOORS:
        streams = [s for s in coverage.streams if s.format in formats or name.search(s.name)]
        if not streams:
            missing.append(door)
        there = [stream for stream in streams if stream.name not in gone]
        for stream in sorted(there, key=lambda s: -seen.get(s.name, 0)):
            sighted = seen.get(stream.name, 0)
            yield PlanStep(
                subject=stream.name,
                what=f"read its log-ins ({door}): accounts, hours, addresses",
                why=f"{_many(sighted, 'record')} with indicators" if sighted else "no indicator in it",
                owner=stream.owner,
            )
    if missing:
        why = "none is among what was searched; an identity is accepted there"
        yield PlanStep(subject=", ".join(missing), what="find these logs and hunt in them", why=why)


def _ask(coverage: Coverage, seen: dict[str, int]) -> Iterator[PlanStep]:
    owners: dict[str, list[StreamCoverage]] = defaultdict(list)
    for stream in coverage.streams:
        if stream.owner:
            owners[stream.owner].append(stream)
    ranked = sorted(owners.items(), key=lambda item: (-sum(seen.get(s.name, 0) for s in item[1]), item[0]))
    for owner, streams in ranked:
        holes = sum(len(stream.gaps) for stream in streams)
        sighted = sum(seen.get(stream.name, 0) for stream in streams)
        names = ", ".join(stream.name for stream in streams[:5])
        about = [f"{_many(sighted, 'record')} with indicators"] if sighted else []
        about += [_many(holes, "gap")] if holes else []
        yield PlanStep(
            subject=owner,
            what=f"ask about {names}",
            why=" and ".join(about) or "how long it is kept, and what it does not log",
        )
    nameless = [stream.name for stream in coverage.streams if not stream.owner]
    if nameless:
        why = "no owner is named for them in traque.toml"
        yield PlanStep(subject=", ".join(nameless[:5]), what="find out who answers for them", why=why)


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
