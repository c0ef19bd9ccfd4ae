"""What only a ledger still knows: a source whose log is not there, judged from the ledger's rows.

It has counts, days and verdicts, and no text. Where a format does not state to the ledger what its records
say of a value, the ledger knows that it stood there, and no more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from traque.diagnostics import Diagnostics
from traque.hunt.question import Question
from traque.hunt.restoring import Restored
from traque.ledger import Fact, KnownSource, Row
from traque.model import FromLedger, Verdict, Window
from traque.scan.matches import Relation
from traque.sources import decoders
from traque.triage.judge import Judgement, judge
from traque.triage.perimeter import Perimeter
from traque.triage.tally import Tally

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
PRESENCE: Final = Judgement(
    verdict=Verdict.UNCLEAR,
    why="its log is no longer there, and the ledger holds of its records only that the value stood in them",
    at_worst=Verdict.AUTHENTICATED,
)

_ANYONES: Final = Perimeter()
"""Facts know what was inside."""


class Recalled(Restored):
    """A source of the ledger as a search that found what ``rows`` say."""

    def __init__(
        self,
        source: KnownSource,
        path: str,
        question: Question,
        diagnostics: Diagnostics,
        *,
        rows: Iterable[Row],
        facts: Sequence[Fact | None],
    ) -> None:
        super().__init__(path, source.read(), question, diagnostics)
        self.ledger = FromLedger.ALONE
        self._known = source
        if source.partial:
            self.complete = False
            self.state = self.state or "forgotten"
            self.why = self.why or source.partial
        self.tallies: dict[int, Tally] = {}
        self.outside: dict[int, Tally] = {}
        grouped: dict[int, list[Row]] = defaultdict(list)
        for row in rows:
            grouped[row.indicator].append(row)
        for indicator, mine in sorted(grouped.items()):  # pseudonyms have another order
            self._recall(indicator, mine, facts, diagnostics)

    def _recall(
        self, indicator: int, rows: Sequence[Row], facts: Sequence[Fact | None], diagnostics: Diagnostics
    ) -> None:
        stated = [row for row in rows if row.relation is not Relation.HOST]
        example = f"{self._question.observables[indicator].value} in {self.path}"
        if beside(rows):
            diagnostics.note("ledger-only-host", example)
        if not stated:
            return
        tally, outside = Tally(), Tally()
        for row in stated:
            _add(tally, outside, row, facts[row.fact], self._question)
        self.tallies[indicator] = tally
        if outside.count:
            self.outside[indicator] = outside
        if may_be_fewer(stated, self._known):
            diagnostics.note("ledger-at-most", example)
        if any(is_presence(row, facts) for row in stated):
            diagnostics.note("ledger-own-times", example)


def judgement_of(row: Row, fact: Fact | None) -> Judgement:
    """What the records of a row say of its value."""
    known = PRESENCE if fact is None else judge(fact.event(), fact.place, _ANYONES)
    return msgspec.structs.replace(known, inward=row.inward, outward=row.outward)


def moments(row: Row) -> tuple[datetime | None, datetime | None]:
    """The first and the last moment of a row; none without a day."""
    if row.day is None:
        return None, None
    return EPOCH + timedelta(microseconds=row.first), EPOCH + timedelta(microseconds=row.last)


def _add(tally: Tally, outside: Tally, row: Row, fact: Fact | None, question: Question) -> None:
    judgement = judgement_of(row, fact)
    first, last = moments(row)
    tally.add_all(judgement, first, last, row.relation, row.records)
    if first is not None and last is not None and is_outside(question.window, first, last):
        outside.add_all(judgement, first, last, row.relation, row.records)


def is_outside(window: Window, first: datetime, last: datetime) -> bool:
    """Whether nothing between two moments lies in the window: what may lie in it is never called outside."""
    before = window.since is not None and last < window.since
    after = window.until is not None and first >= window.until
    return before or after


def is_presence(row: Row, facts: Sequence[Fact | None]) -> bool:
    """Whether nothing is held of the row's records but that they had the value, and a time or none.

    Of the others the format itself has confirmed the time.
    """
    return facts[row.fact] is None


def beside(rows: Iterable[Row]) -> int:
    """Records of one source with the host of a URL that are more than those with the URL itself."""
    hosts = urls = 0
    for row in rows:
        if row.relation is Relation.HOST:
            hosts += row.records
        else:
            urls += row.records
    return max(0, hosts - urls)


def may_be_fewer(rows: Sequence[Row], source: KnownSource) -> bool:
    """Whether a record may be counted several times.

    One that holds several values of a network or a domain; and one whose values are plain text in the bytes
    of a source that was decoded, and read so too.
    """
    values = defaultdict(set)
    for row in rows:
        values[row.day].add(row.value)
    if any(len(of_day) > 1 for of_day in values.values()):
        return True
    decoder = decoders.registry().get(source.read().encoding) if None in values and len(values) > 1 else None
    return decoder is not None and not decoder.whole
