"""Would we have seen it? What the records of a stream could show at all.

Each record that is looked at is judged as if its outside end were an indicator: the verdict that comes out is
one that this stream can show. What its format never says, no record of it can.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from traque.model import Control, Event, Initiator, Loss, Outcome, Sight, StreamSight, Verdict
from traque.triage.judge import INBOUND, OUTBOUND, judge
from traque.triage.locate import ASKED, Place
from traque.triage.perimeter import Perimeter

ASKED_OF: Final = (
    Verdict.AUTHENTICATED,
    Verdict.OUTBOUND,
    Verdict.OUTBOUND_ATTEMPT,
    Verdict.SESSION,
    Verdict.AUTH_FAILED,
    Verdict.ANSWERED,
    Verdict.CONTACT,
    Verdict.BLOCKED,
)
"""The verdicts that a stream is asked about; the others say that a record tells nothing."""
ONLY_DENIALS: Final = "only denials"
"""How the remark begins on a stream that logs nothing else."""
MANY: Final = 100
"""Records from which on it says something that none of them shows more than denials."""


class Sample:
    """What was looked at of one source: outcomes, and the verdicts that its records could have."""

    def __init__(self) -> None:
        self.records = 0
        self.outcomes: Counter[str] = Counter()
        self.verdicts: Counter[Verdict] = Counter()
        self.by_format: dict[str, set[Outcome]] = defaultdict(set)
        """The outcomes seen, by the formats of the records: a file may hold strays of another."""

    def see(self, event: Event, perimeter: Perimeter) -> None:
        """Look at one more record."""
        self.records += 1
        self.outcomes[event.outcome.value] += 1
        self.by_format[event.format].add(event.outcome)
        self.verdicts[could_be(event, perimeter)] += 1


def could_be(event: Event, perimeter: Perimeter) -> Verdict:
    """The verdict of a record if its outside end were listed; ``unclear`` where no end is known as ours."""
    if ASKED in event.fields:
        return judge(event, Place.ASKED, perimeter).verdict
    ends = [str(event.fields.get(name, "")) for name in ("source.ip", "client.ip", "destination.ip")]
    known = [end for end in ends if end]
    if known and all(map(perimeter.is_inside, known)) and event.initiator is not Initiator.UNKNOWN:
        return INBOUND[event.outcome]  # among our own: what it would say of a stranger
    return judge(event, Place.CARRIED, perimeter).verdict


def sayable(
    name: str, stated: Mapping[str, frozenset[Outcome]], samples: Iterable[Sample]
) -> frozenset[Outcome] | None:
    """The outcomes that a stream in the format ``name`` can have; None where that is not ``stated``.

    Strays of other formats in its files add what these state, else what they were seen to say.
    """
    own = stated.get(name)
    if not own:
        return None
    can = set(own)
    for sample in samples:
        for other, seen in sample.by_format.items():
            can |= stated.get(other) or seen
    return frozenset(can)


def sight(
    stream: str,
    *,
    samples: Iterable[Sample],
    found: Iterable[Verdict],
    can: frozenset[Outcome] | None,
    control: Control | None,
    losses: Sequence[Loss] = (),
    limit: str = "",
) -> StreamSight:
    """One row of the matrix.

    ``found`` are the verdicts of the stream's sightings, ``can`` the outcomes that its format knows (None:
    not stated), ``limit`` what its devices leave out without a word.
    """
    total = Sample()
    for sample in samples:
        total.records += sample.records
        total.outcomes += sample.outcomes
        total.verdicts += sample.verdicts
    shown = {*total.verdicts, *found}
    only_denied = set(total.outcomes) == {Outcome.DENIED.value} and not shown & _LET_THROUGH
    reachable = None if can is None else {table[outcome] for table in (INBOUND, OUTBOUND) for outcome in can}
    verdicts: dict[Verdict, Sight] = {}
    for verdict in ASKED_OF:
        if verdict in shown:
            verdicts[verdict] = Sight.SHOWN
        elif reachable is not None and verdict not in reachable:
            verdicts[verdict] = Sight.NEVER
        elif only_denied and total.records >= MANY and verdict in _LET_THROUGH:
            verdicts[verdict] = Sight.UNLIKELY
        else:
            verdicts[verdict] = Sight.POSSIBLE
    return StreamSight(
        stream=stream,
        records=total.records,
        verdicts=verdicts,
        outcomes=dict(sorted(total.outcomes.items())),
        control=control,
        remarks=(
            *_remarks(total, verdicts, control, only_denied=only_denied),
            *(loss.said for loss in losses),
            *((limit,) if limit else ()),
        ),
    )


_LET_THROUGH: Final = frozenset(
    {
        Verdict.AUTHENTICATED,
        Verdict.OUTBOUND,
        Verdict.SESSION,
        Verdict.AUTH_FAILED,
        Verdict.ANSWERED,
        Verdict.CONTACT,
    }
)
"""Verdicts that something was let through for."""


def _remarks(
    total: Sample,
    verdicts: dict[Verdict, Sight],
    control: Control | None,
    *,
    only_denied: bool,
) -> Iterable[str]:
    if not total.records:
        yield "no record of it was understood: whatever is found there is unclear"
    elif only_denied:
        yield (
            f"{ONLY_DENIALS} in the {total.records} records looked at: what is let through does not seem "
            "to be logged, so a session or a log-in would not be seen here"
        )
    unclear = total.verdicts[Verdict.UNCLEAR]
    if unclear and unclear * 2 >= total.records:
        yield (
            f"{unclear} of the {total.records} records looked at would be unclear: they do not tell who "
            "opened, or neither end is known as yours (--own)"
        )
    never = [verdict for verdict, answer in verdicts.items() if answer is Sight.NEVER]
    if never:
        yield f"its format never says: {', '.join(never)}"
    if control is not None and not control.found:
        yield f"{control.value} stands in its own records and was not found there: do not rely on it"
