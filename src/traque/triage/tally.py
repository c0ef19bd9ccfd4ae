"""Tallies: what one source says of one indicator, added up record by record, in bounded memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeVar

import msgspec

from traque.model import Direction, Evidence, Sighting, Verdict, ladder
from traque.triage.judge import Judgement
from traque.triage.names import Names, top

NAMES_KEPT: Final = 200
"""Assets (of each verdict), accounts and ports kept of one source: the most frequent. Counts are exact."""
EVIDENCE_KEPT: Final = 12
"""Records kept word for word: the first and the last, the first of each verdict, and a spread."""
AT_LENGTH: Final = 2_000
"""Sightings (the worst) with a spread; of further ones only first, last and the first of each verdict."""


T = TypeVar("T", str, int)


FLOWS_KEPT: Final = 16_384
"""Flows told apart in one source."""
HOLDERS: Final = 50
"""Accounts of one source whose accepted log-ins are kept: first, last and a few between."""
LOG_INS_KEPT: Final = 6


class Spread:
    """A bounded choice of evidence: first, last, the first of each verdict, and every n-th between."""

    def __init__(self, keep: int = EVIDENCE_KEPT) -> None:
        self._keep = keep
        self._stride = 1
        self._seen = 0
        self._firsts: dict[Verdict, Evidence] = {}
        self._spread: list[Evidence] = []
        self._last: Evidence | None = None

    def wants(self, verdict: Verdict, moment: datetime | None) -> bool:
        """Whether :meth:`add` would keep such a record (so that others need not be built)."""
        return (
            verdict not in self._firsts
            or self._is_due()
            or self._is_last(moment)
            or self._is_first(verdict, moment)
        )

    def skip(self) -> None:
        """Count a record that is not kept."""
        self._seen += 1

    def add(self, evidence: Evidence) -> None:
        """Take one record."""
        if self._is_first(evidence.verdict, evidence.time):
            self._firsts[evidence.verdict] = evidence
        if self._is_last(evidence.time):
            self._last = evidence
        if self._is_due():
            self._spread.append(evidence)
            if len(self._spread) > self._keep:
                self._spread = self._spread[::2]
                self._stride *= 2
        self._seen += 1

    def reach(self, evidence: Evidence) -> None:
        """Take the earliest or the latest of records that were counted together.

        Unlike with :meth:`add` they need not come in stream order. First, last and the first of each
        verdict are what :meth:`add` would have kept; between them only records that came alone are.
        """
        known = self._firsts.get(evidence.verdict)
        if known is None or _before(evidence, known):
            self._firsts[evidence.verdict] = evidence
        if self._last is None or not _before(evidence, self._last):
            self._last = evidence

    def _is_due(self) -> bool:
        return self._keep > 0 and self._seen % self._stride == 0

    def _is_first(self, verdict: Verdict, moment: datetime | None) -> bool:
        known = self._firsts.get(verdict)
        return known is None or (moment is not None and (known.time is None or moment < known.time))

    def _is_last(self, moment: datetime | None) -> bool:
        return self._last is None or (
            moment is not None and (self._last.time is None or moment >= self._last.time)
        )

    def kept(self) -> list[Evidence]:
        """What was kept, each record once."""
        last = [self._last] if self._last is not None else []
        return _distinct([*self._firsts.values(), *last, *self._spread])


def _before(one: Evidence, other: Evidence) -> bool:
    """Whether ``one``, which has a time, is earlier; of one moment, earlier in the stream."""
    return other.time is None or (
        one.time is not None and (one.time, one.offset) < (other.time, other.offset)
    )


class Tally:
    """One indicator in one source (or, after :meth:`merge`, in all of them)."""

    def __init__(self, keep: int = EVIDENCE_KEPT) -> None:
        self.verdicts: Counter[Verdict] = Counter()
        self.relations: Counter[str] = Counter()
        self.directions: set[Direction] = set()
        self.assets: dict[Verdict, Names[str]] = {}
        self.accounts: Names[str] = Names()
        self.accepted: Names[str] = Names()
        """The accounts of records with verdict ``authenticated``; these lie between the two moments."""
        self.accepted_first: datetime | None = None
        self.accepted_last: datetime | None = None
        self.log_ins: dict[str, Spread] = {}
        """Accepted log-ins by account, for what is said of a regular."""
        self.ports: Names[int] = Names()
        self.at_worst: set[Verdict] = set()
        self.count = 0
        self.undated = 0
        self.first: datetime | None = None
        self.last: datetime | None = None
        self.inward: int | None = None
        self.outward: int | None = None
        self.spread = Spread(keep)
        self.flows: set[int] | None = None

    def add_flow(self, flow: int) -> None:
        """Note one direction of a flow, by a number that is the same for both, in bounded memory."""
        self.flows = self.flows or set()
        if len(self.flows) < FLOWS_KEPT:
            self.flows.add(flow)

    def wants_log_in(self, judgement: Judgement, moment: datetime | None) -> bool:
        """Whether :meth:`add_log_in` would keep such a record."""
        if judgement.verdict is not Verdict.AUTHENTICATED or not judgement.account:
            return False
        known = self.log_ins.get(judgement.account)
        if known is None:
            return len(self.log_ins) < HOLDERS
        if known.wants(judgement.verdict, moment):
            return True
        known.skip()
        return False

    def add_log_in(self, account: str, evidence: Evidence) -> None:
        """Keep a record in which the account was accepted, one that :meth:`wants_log_in`."""
        self.log_ins.setdefault(account, Spread(LOG_INS_KEPT // 2)).add(evidence)

    def add(self, judgement: Judgement, moment: datetime | None, relation: str) -> None:
        """Count one record."""
        self.add_all(judgement, moment, moment, relation, 1)
        self.assets[judgement.verdict].count(judgement.asset)
        self.accounts.count(judgement.account)
        if judgement.verdict is Verdict.AUTHENTICATED:
            self.accepted.count(judgement.account)
        if judgement.port is not None:
            self.ports.count(judgement.port)

    def add_all(
        self, judgement: Judgement, first: datetime | None, last: datetime | None, relation: str, count: int
    ) -> None:
        """Count records that are judged alike; the judgement's bytes are those of all of them.

        Their assets, accounts and ports are counted by :meth:`add_names`.
        """
        self.count += count
        self.verdicts[judgement.verdict] += count
        self.relations[relation] += count
        if first is None or last is None:
            self.undated += count
        else:
            self._reach(first, last)
            if judgement.verdict is Verdict.AUTHENTICATED:
                self._accept(first, last)
        if judgement.direction is not Direction.UNKNOWN:
            self.directions.add(judgement.direction)
        if judgement.at_worst is not None:
            self.at_worst.add(judgement.at_worst)
        if judgement.verdict not in self.assets:
            self.assets[judgement.verdict] = Names()
        self.inward = _sum(self.inward, judgement.inward)
        self.outward = _sum(self.outward, judgement.outward)

    def add_names(
        self,
        verdict: Verdict,
        assets: Mapping[str, int],
        accounts: Mapping[str, int],
        ports: Mapping[int, int],
    ) -> None:
        """Count our ends, accounts and ports of records with this verdict."""
        ends = self.assets.setdefault(verdict, Names())
        for asset, count in assets.items():
            ends.count(asset, count)
        for account, count in accounts.items():
            self.accounts.count(account, count)
            if verdict is Verdict.AUTHENTICATED:
                self.accepted.count(account, count)
        for port, count in ports.items():
            self.ports.count(port, count)

    def close(self) -> None:
        """All records of the source were counted: of many names only the most frequent are still needed."""
        for names in (self.accounts, self.accepted, *self.assets.values()):
            _cut(names)
        _cut(self.ports)

    def merge(self, other: Tally) -> None:
        """Add another source's tally; evidence is chosen later, by :func:`choose_evidence`."""
        self.count += other.count
        self.undated += other.undated
        self.verdicts += other.verdicts
        self.relations += other.relations
        self.directions |= other.directions
        self.at_worst |= other.at_worst
        for verdict, assets in other.assets.items():
            self.assets.setdefault(verdict, Names()).update(assets)
        self.accounts.update(other.accounts)
        self.accepted.update(other.accepted)
        if other.accepted_first is not None and other.accepted_last is not None:
            self._accept(other.accepted_first, other.accepted_last)
        self.ports.update(other.ports)
        if other.first is not None and other.last is not None:
            self._reach(other.first, other.last)
        self.inward = _sum(self.inward, other.inward)
        self.outward = _sum(self.outward, other.outward)
        if other.flows:
            self.flows = (self.flows or set()) | other.flows

    def _reach(self, first: datetime, last: datetime) -> None:
        self.first = first if self.first is None else min(self.first, first)
        self.last = last if self.last is None else max(self.last, last)

    def _accept(self, first: datetime, last: datetime) -> None:
        self.accepted_first = min(self.accepted_first or first, first)
        self.accepted_last = max(self.accepted_last or last, last)

    def assets_by(self, order: Sequence[Verdict]) -> dict[Verdict, tuple[str, ...]]:
        """Our ends, by the verdicts of their records in ``order``, the most frequent first."""
        return {verdict: top(self.assets[verdict]) for verdict in order if self.assets.get(verdict)}

    @property
    def direction(self) -> Direction:
        """The one direction of all records, ``both``, or ``unknown``."""
        if len(self.directions) > 1:
            return Direction.BOTH
        return next(iter(self.directions), Direction.UNKNOWN)


def choose_evidence(
    evidence: Iterable[Evidence], role: str | None, keep: int = EVIDENCE_KEPT
) -> tuple[Evidence, ...]:
    """At most ``keep`` records: first and last, the first of each verdict (worst first), and a spread.

    They come in time order, undated ones last.
    """
    ordered = sorted(_distinct(evidence), key=_when)
    if len(ordered) <= keep:
        return tuple(ordered)
    chosen = _anchors(ordered, role)[:keep]
    rest = [e for e in ordered if e not in chosen]
    room = keep - len(chosen)
    chosen += [rest[index * len(rest) // room] for index in range(room)] if room and rest else []
    return tuple(sorted(_distinct(chosen), key=_when))


def bounded(sightings: Sequence[Sighting]) -> tuple[Sighting, ...]:
    """The sightings, worst first, those beyond :data:`AT_LENGTH` without the spread of their evidence."""
    return (
        *sightings[:AT_LENGTH],
        *(
            msgspec.structs.replace(
                one, evidence=tuple(sorted(_anchors(one.evidence, one.indicator.role), key=_when))
            )
            for one in sightings[AT_LENGTH:]
        ),
    )


def _anchors(ordered: Sequence[Evidence], role: str | None) -> list[Evidence]:
    """First, last and the first of each verdict, worst first, of evidence in time order."""
    if not ordered:
        return []
    firsts = {e.verdict: e for e in reversed(ordered)}
    last = next((e for e in reversed(ordered) if e.time is not None), ordered[-1])
    return _distinct([ordered[0], last, *(firsts[v] for v in ladder(role) if v in firsts)])


def _when(evidence: Evidence) -> tuple[bool, float, str, int]:
    time = evidence.time
    return (time is None, time.timestamp() if time else 0.0, evidence.path, evidence.offset)


def _distinct(evidence: Iterable[Evidence]) -> list[Evidence]:
    seen: dict[tuple[str, int], Evidence] = {}
    for one in evidence:
        seen.setdefault((one.path, one.line), one)
    return list(seen.values())


def _sum(total: int | None, more: int | None) -> int | None:
    return total if more is None else more + (total or 0)


def _cut(names: Names[T]) -> None:
    if len(names) > NAMES_KEPT:
        for name in set(names) - set(top(names, NAMES_KEPT)):
            del names[name]


def in_order(ports: Counter[int]) -> Sequence[int]:
    """Ports in number order."""
    return sorted(ports)
