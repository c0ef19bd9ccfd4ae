"""Hot indicators: records that a format's shapes make alike are judged once and counted by the scanner.

Grouping only saves work: counts, verdicts, times, the part outside the window, assets, accounts, ports and
bytes are those of judging each record; of the evidence, so are the first, the last and the first of each
verdict. It begins once a source has shown :data:`HOT` records with a match, and a kind of records is counted
only after its first was judged here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import msgspec

from traque import timestamps
from traque.hunt.clock import EPOCH, HOUR, MICROSECOND, Clock
from traque.hunt.question import Question
from traque.logs import RecordReader
from traque.model import Event, Verdict
from traque.scan.matches import (
    ALONE,
    Batch,
    Counted,
    Grouping,
    GroupingScanner,
    Hit,
    MatchedRecord,
    Relation,
    Total,
)
from traque.triage.judge import Judgement, judge
from traque.triage.locate import Place
from traque.triage.perimeter import Perimeter
from traque.triage.properties import FIELDS
from traque.triage.tally import Tally

HOT: Final = 64
"""Records with a match in one source before any are grouped: shapes have their price, too."""

VALUE_FIELDS: Final = {
    "source": ("source.ip", "source.domain"),
    "destination": ("destination.ip", "destination.domain"),
    "source_ip": ("source.ip",),
    "destination_ip": ("destination.ip",),
    "source_port": ("source.port",),
    "destination_port": ("destination.port",),
    "account": ("user.name",),
    "domain": ("url.domain", "destination.domain"),
}
"""The fields that hold the values of a role."""


def are_many(records: int) -> bool:
    """Whether so many matched records of one source are worth being counted by kind."""
    return records >= HOT


class Judged(NamedTuple):
    """One indicator confirmed in a record, and what the record says of it."""

    hit: Hit
    relation: Relation
    place: Place
    judgement: Judgement


def add_alike(tally: Tally, outside: Tally, alike: Counted, one: Judged, names: Names) -> None:
    """Count the records of a kind, judged as ``one``; ``outside`` has those outside the window."""
    for total in (alike.inside, alike.outside):
        if total.count:
            tally.add_all(*_sum_up(one, total))
    if alike.outside.count:
        outside.add_all(*_sum_up(one, alike.outside))
    tally.add_names(one.judgement.verdict, *names)


def _sum_up(one: Judged, total: Total) -> tuple[Judgement, datetime | None, datetime | None, Relation, int]:
    """What :meth:`traque.triage.tally.Tally.add_all` takes."""
    by_side = {"source": total.source_bytes, "destination": total.destination_bytes}
    theirs = one.place.value
    ours = "destination" if one.place is Place.SOURCE else "source"
    judgement = msgspec.structs.replace(
        one.judgement,
        inward=_all(one.judgement.inward, by_side.get(theirs), total.count),
        outward=_all(one.judgement.outward, by_side[ours], total.count),
    )
    return judgement, _moment(total.first), _moment(total.last), one.relation, total.count


def _all(each: int | None, summed: int | None, count: int) -> int | None:
    """The bytes of ``count`` records: summed, unless they all state the same."""
    if each is None:
        return None
    return each * count if summed is None else summed


class Names(NamedTuple):
    """How often each of our ends, each account and each port came in the records of a kind."""

    assets: Mapping[str, int]
    accounts: Mapping[str, int]
    ports: Mapping[int, int]


def names_of(alike: Counted, one: Judged, event: Event | None, perimeter: Perimeter) -> Names:
    """The names that judging each record of a kind would have given, of which ``one`` is a judgement."""
    count = alike.inside.count + alike.outside.count
    judged = one.judgement
    if alike.values and event is not None and judged.verdict is not Verdict.SELF:
        judged = judge(_marked(event, alike.values), one.place, perimeter)
    return Names(
        judged.asset.counts if isinstance(judged.asset, _Text) else {judged.asset: count},
        judged.account.counts if isinstance(judged.account, _Text) else {judged.account: count},
        judged.port.counts
        if isinstance(judged.port, _Number)
        else {}
        if judged.port is None
        else {judged.port: count},
    )


class _Text(str):
    """A field's value in one record of a kind, which knows the values in all of them."""

    __slots__ = ("counts",)
    counts: Mapping[str, int]


class _Number(int):
    """The same of a number."""

    counts: Mapping[int, int]


def _marked(event: Event, values: Mapping[str, Mapping[str, int]]) -> Event:
    """The event with such values in its fields: the judgement then tells which of them it takes."""
    fields = dict(event.fields)
    for role, counts in values.items():
        for name in VALUE_FIELDS[role]:
            value = fields.get(name)
            if isinstance(value, str):
                fields[name] = text = _Text(value)
                text.counts = counts
            elif value is not None:
                fields[name] = number = _Number(value)
                number.counts = {int(text): count for text, count in counts.items()}
    return msgspec.structs.replace(event, fields=fields)


def _moment(us: int) -> datetime:
    return EPOCH + timedelta(microseconds=us)


class Kinds:
    """Decides which kinds of one source's records are counted."""

    def __init__(
        self,
        scanner: GroupingScanner,
        reader: RecordReader,
        question: Question,
        clock: Clock,
    ) -> None:
        self._scanner = scanner
        self._times = reader.times
        self._observables = question.observables
        self._window = question.window
        self._clock = clock
        self._trusted: set[int] = set()
        scanner.group(
            Grouping(
                shapes=reader.shapes,
                times=reader.times,
                inside=question.perimeter.inside,
                marks=question.marks,
                clock=self._hour,
                after=HOT,
            )
        )

    def left(self, batch: Batch) -> Iterator[MatchedRecord]:
        """The records to judge: one of each kind, and those that are not counted."""
        kinds = batch.kinds
        if not kinds:
            yield from batch.matched
            return
        trusted = self._trusted
        for index, kind in enumerate(kinds):
            if kind not in trusted:
                yield batch.matched[index]
        yield from self._scanner.settle().matched

    def judged(self, record: MatchedRecord, event: Event | None) -> None:
        """One record was judged; those of its kind after it are counted, if it is trusted."""
        if record.kind == ALONE or event is None or event.time is None:
            return
        # Of a user agent or a file the whole field counts, and shapes say nothing of it.
        if any(self._observables[hit.indicator].kind in FIELDS for hit in record.hits):
            return
        # The scanner's time must be the one that the format itself understands.
        if timestamps.read(record.text, self._times) == event.time:
            self._trusted.add(record.kind)
            self._scanner.trust(record.kind, record.offset)

    def counted(self) -> Sequence[Counted]:
        """What the scanner counted, to be added up."""
        return self._scanner.counted()

    def _hour(self, begin: int, zoned: bool, dated: bool) -> tuple[int, bool] | None:
        """A clock: see :data:`traque.scan.matches.Clock`.

        Daylight saving, the year that a year-less time takes, and the window's edges may split an hour.
        """
        shift = self._clock.shift(begin, zoned=zoned, dated=dated)
        if shift is None:
            return None
        first = _moment(begin + shift)
        last = first + (HOUR - 1) * MICROSECOND
        if any(
            edge is not None and first < edge <= last for edge in (self._window.since, self._window.until)
        ):
            return None
        return shift, not self._window.holds(first)
