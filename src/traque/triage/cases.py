"""Cases: sightings that belong together. A case never changes a record's verdict.

Three kinds: one *asset* or one *account* that several indicators touched, and a *chain*: probes or failed
log-ins, then a success on the same asset, with the same account or from the same address. When a verdict
began is known from the evidence, which keeps the first record of each; when it ended, only where an address
has no other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from traque.model import Case, CaseMember, Lead, Sighting, Verdict, worst

CASES: Final = 50
MEMBERS: Final = 200
"""What is kept; ``members_of`` counts all."""
CHAIN: Final = timedelta(days=30)
"""An attempt longer before a success is not of its chain."""
_TOUCHED: Final = frozenset(Verdict) - {Verdict.BLOCKED, Verdict.TRACE, Verdict.SELF}
"""A control that denied is no touch: probes knock on every address."""
_TRIED: Final = (Verdict.BLOCKED, Verdict.CONTACT, Verdict.ANSWERED, Verdict.AUTH_FAILED)
_LATE: Final = datetime.max.replace(tzinfo=UTC)


class _Step:
    """All records of one verdict of one address: what a case is made of."""

    def __init__(self, part: Sighting | Lead, verdict: Verdict) -> None:
        self.verdict = verdict
        self.listed = isinstance(part, Sighting)
        if isinstance(part, Sighting):
            self.value, self.kind = part.indicator.value, part.indicator.kind
            self.count = part.verdicts[verdict]
            begin = next((e for e in part.evidence if e.verdict is verdict), None)
            alone = len(part.verdicts) == 1
            held = {seen.path: seen.stream for seen in part.sources}
            where = held.get(begin.path) if begin is not None and not alone else None
            self.streams = (where,) if where else tuple(dict.fromkeys(held.values()))
            self.assets = frozenset(part.assets_by_verdict.get(verdict, ()))
            self.accounts = frozenset(part.accepted if verdict is Verdict.AUTHENTICATED else part.accounts)
            self.first = part.first_seen if alone else begin.time if begin is not None else None
            self.last = part.last_seen if alone else None
        else:
            self.value, self.kind, self.count = part.value, part.kind, part.count
            self.streams, self.accounts = part.streams, frozenset(part.accounts)
            ours = part.evidence.fields if part.evidence is not None else {}
            names = ("destination.ip", "host.name", "observer.name", "url.domain")
            self.assets = frozenset(str(ours[name]) for name in names if ours.get(name))
            self.first, self.last = part.first_seen, part.last_seen

    def member(self) -> CaseMember:
        """The step as the document shows it."""
        many = len(self.accounts)
        about = f" over {many} accounts" if self.verdict is Verdict.AUTH_FAILED and many > 1 else ""
        listed = "" if self.listed else ", an address that no bulletin lists"
        return CaseMember(
            kind=self.kind,
            value=self.value,
            verdict=self.verdict,
            count=self.count,
            first_seen=self.first,
            last_seen=self.last,
            streams=self.streams,
            listed=self.listed,
            text=f"{self.verdict}: {_count(self.count, 'record')}{about} from {self.value}{listed}",
        )


def cases(sightings: Sequence[Sighting], leads: Sequence[Lead] = ()) -> tuple[Case, ...]:
    """All cases, chains first, then worst first."""
    steps = [
        _Step(sighting, verdict)
        for sighting in sightings
        for verdict in sighting.verdicts
        if verdict not in (Verdict.TRACE, Verdict.SELF)
    ]
    steps += [_Step(lead, lead.verdict) for lead in leads]
    listed = [step for step in steps if step.listed and step.verdict in _TOUCHED]
    found = [*_chains(steps), *_shared(listed, "account"), *_shared(listed, "asset")]
    order = list(Verdict)
    found.sort(key=lambda case: (case.kind != "chain", order.index(case.verdict), -case.members_of))
    return tuple(found[:CASES])


def _shared(steps: Sequence[_Step], kind: str) -> Iterator[Case]:
    """Assets or accounts that several indicators touched; those that the same ones did are one case."""
    touching: dict[str, list[_Step]] = defaultdict(list)
    for step in steps:
        for name in sorted(step.accounts if kind == "account" else step.assets):  # the same in every run
            touching[name].append(step)
    grouped: dict[tuple[int, ...], list[str]] = defaultdict(list)
    for name, members in touching.items():
        if len({member.value for member in members}) > 1:
            grouped[tuple(map(id, members))].append(name)
    for names in grouped.values():
        members = touching[names[0]]
        values = {member.value for member in members}
        names.sort()
        subject = names[0] if len(names) == 1 else f"{len(names)} {kind}s ({_few(names)})"
        yield _case(
            kind,
            subject,
            f"{subject}: touched by {len(values)} indicators ({_few(sorted(values))}), {_order(members)}",
            members,
            accounts=names if kind == "account" else (),
            steps=(f"look at {_few(names)} as one incident: all streams, from the first of these times on",),
        )


def _chains(steps: Sequence[_Step]) -> Iterator[Case]:
    tries = [step for step in steps if step.verdict in _TRIED and step.first is not None]
    for success in steps:
        if success.verdict is not Verdict.AUTHENTICATED or success.first is None:
            continue
        before = [step for step in tries if _leads_to(step, success)]
        failed = [step for step in before if step.verdict is Verdict.AUTH_FAILED]
        if not failed and not any(step.value == success.value for step in before):
            continue
        members = [*before, success]
        accounts = sorted({name for step in failed for name in step.accounts})
        probes = {step.value for step in before if step.verdict is not Verdict.AUTH_FAILED}
        parts = [f"probes from {_count(probes, 'address')}"] if probes else []
        if failed:
            sources = _count({step.value for step in failed}, "address")
            parts.append(f"failed log-ins over {_count(accounts, 'account')} from {sources}")
        who = _few(sorted(success.accounts)) or "an account"
        unlisted = "" if success.listed else ", which no bulletin lists,"
        parts.append(
            f"{who} accepted from {success.value}{unlisted} at {success.first:%Y-%m-%d %H:%M:%S} UTC"
        )
        yield _case(
            "chain",
            who,
            ", then ".join(parts),
            members,
            accounts=sorted(success.accounts),
            steps=(
                f"take {who} as stolen: disable it, end its sessions, read all it did since",
                "check the other accounts that were tried for a success from any address",
            ),
        )


def _leads_to(step: _Step, success: _Step) -> bool:
    if step.first is None or success.first is None or not step.first < success.first:
        return False
    if success.first - (step.last or step.first) > CHAIN and success.first - step.first > CHAIN:
        return False
    # A lead shares an asset, account or network with listed ones by its nature; a stream links as well.
    if step.value == success.value:
        return True
    if step.verdict is Verdict.BLOCKED:  # controls block strangers all day long
        return False
    return bool(step.assets & success.assets or step.accounts & success.accounts) or (
        not success.listed and bool(set(step.streams) & set(success.streams))
    )


def _case(
    kind: str,
    subject: str,
    text: str,
    members: Sequence[_Step],
    *,
    accounts: Iterable[str],
    steps: tuple[str, ...],
) -> Case:
    ordered = sorted(members, key=lambda step: (step.first or _LATE, step.value))
    return Case(
        kind=kind,
        subject=subject,
        text=text,
        verdict=worst(step.verdict for step in members),
        first_seen=min((step.first for step in members if step.first is not None), default=None),
        last_seen=max((step.last for step in members if step.last is not None), default=None),
        members=tuple(step.member() for step in ordered[:MEMBERS]),
        members_of=len(ordered),
        accounts=tuple(accounts)[:MEMBERS],
        next_steps=steps,
    )


def _order(members: Sequence[_Step]) -> str:
    timed = sorted((step for step in members if step.first is not None), key=lambda step: step.first or _LATE)
    if not timed:
        return "at unknown times"
    return f"first {timed[0].verdict} by {timed[0].value}, last {timed[-1].verdict} by {timed[-1].value}"


def _count(things: Iterable[str] | int, noun: str) -> str:
    many = things if isinstance(things, int) else len(set(things))
    plural = f"{noun}es" if noun.endswith("s") else f"{noun}s"
    return f"{many} {noun if many == 1 else plural}"


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
