"""Hot indicators: records that a format's shapes make alike are judged once and counted by the scanner.

Grouping only saves work: counts, verdicts, times, the part outside the window, assets, accounts, ports and
bytes are those of judging each record; of the evidence, so are the first, the last and the first of each
verdict. It begins once a source has shown :data:`HOT` records with a match, and a kind of records is counted
only after its first was judged here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import msgspec

from traque import timestamps
from traque.hunt.clock import EPOCH, HOUR, MICROSECOND, Clock
from traque.hunt.question import Question
from traque.logs import RecordReader
from traque.model import Event
from traque.scan.matches import ALONE, GroupingScanner, Hit, MatchedRecord, Relation, Total
from traque.triage.judge import Judgement
from traque.triage.locate import Place
from traque.triage.properties import FIELDS

HOT: Final = 1000
"""Records with a match in one source before any are grouped."""


class Judged(NamedTuple):
    """One indicator confirmed in a record, and what the record says of it."""

    hit: Hit
    relation: Relation
    place: Place
    judgement: Judgement


class Alike(NamedTuple):
    """Records of one kind that the scanner counted, inside the window asked for and outside."""

    judged: Sequence[Judged]
    inside: Total
    outside: Total
    earliest: MatchedRecord
    latest: MatchedRecord

    def sum_up(
        self, one: Judged, total: Total
    ) -> tuple[Judgement, datetime | None, datetime | None, Relation, int]:
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


def _moment(us: int) -> datetime:
    return EPOCH + timedelta(microseconds=us)


class Kinds:
    """Decides which kinds of one source's records are counted, and remembers how they are judged."""

    def __init__(
        self,
        scanner: GroupingScanner,
        reader: RecordReader,
        question: Question,
        clock: Clock,
    ) -> None:
        self._scanner = scanner
        self._reader = reader
        self._observables = question.observables
        self._marks = question.marks
        self._window = question.window
        self._clock = clock
        self._judged: dict[int, Sequence[Judged]] = {}
        self._matched = 0
        self._grouping = False

    def judged(self, record: MatchedRecord, event: Event | None, judged: Sequence[Judged]) -> None:
        """One record was judged; from the next chunk on those of its kind are counted, if it is trusted."""
        if record.kind == ALONE or record.kind in self._judged or event is None or event.time is None:
            return
        # Of a user agent or a file the whole field counts, and shapes say nothing of it.
        if any(self._observables[hit.indicator].kind in FIELDS for hit in record.hits):
            return
        # The scanner's time must be the one that the format itself understands.
        if timestamps.read(record.text, self._reader.times) == event.time:
            self._judged[record.kind] = judged
            self._scanner.trust(record.kind)

    def end_of_batch(self, matched: int) -> None:
        """A chunk with so many matched records was judged."""
        self._matched += matched
        if not self._grouping and self._matched >= HOT:
            self._grouping = True
            self._scanner.group(self._reader.shapes, self._reader.times, self._marks, self._hour)

    def counted(self) -> Iterator[Alike]:
        """What the scanner counted, to be added up."""
        if self._grouping:
            for kind in self._scanner.counted():
                yield Alike(self._judged[kind.kind], kind.inside, kind.outside, kind.earliest, kind.latest)

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
