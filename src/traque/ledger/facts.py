"""What the records of a declared shape say of a value in them, reduced to what a judgement needs.

Verdicts are never held: :func:`traque.triage.judge.judge` makes them anew of the event that a fact stands
for. Of records without a shape, of those that their format does not understand, and of hashes only the
presence is held.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

import msgspec

from traque import timestamps
from traque.ledger.oracle import written
from traque.logs import RecordReader
from traque.model import Event, Initiator, Observable, Outcome
from traque.observables import registry
from traque.triage.judge import end_of, judge
from traque.triage.locate import Place, locate
from traque.triage.perimeter import Perimeter, parse_address

_INSIDE: Final = "127.0.0.1"
_OUTSIDE: Final = "outside.invalid"
_AMOUNT: Final = re.compile(r"\b\d+ (bytes|packets)\b")
"""What differs in the words of records that are judged alike."""
_VALUES: Final = ("email-addr", "ipv4-addr", "ipv6-addr")
"""Kinds of values that no fact has in its words, whatever the ledger holds of its records."""
_DIRECTION: Final = "network.direction"


class End(StrEnum):
    """What an end of an exchange is."""

    NONE = "none"
    """The record does not name it."""
    INSIDE = "inside"
    OUTSIDE = "outside"
    NAME = "name"
    """A name, which is never known as inside."""


class Fact(msgspec.Struct, frozen=True):
    """What a record says of a value that stands at ``place``; both ends by their class."""

    format: str
    place: Place
    initiator: Initiator
    outcome: Outcome
    why: str
    source: End
    destination: End
    direction: str
    """As the record states it."""

    def event(self) -> Event:
        """An event that is judged as the record was."""
        ends = (("source", self.source), ("destination", self.destination))
        fields: dict[str, str | int] = {}
        for side, end in ends:
            if end is End.INSIDE:
                fields[f"{side}.ip"] = _INSIDE
            elif end is not End.NONE:
                fields[f"{side}.domain"] = _OUTSIDE
        if self.direction:
            fields[_DIRECTION] = self.direction
        return Event(
            format=self.format, fields=fields, initiator=self.initiator, outcome=self.outcome, why=self.why
        )


class Told(msgspec.Struct, frozen=True):
    """A fact, and the bytes from and to the value: source's (0) or destination's (1), and how many.

    How many they are counts where it is the same in all records that tell this.
    """

    fact: Fact
    inward: tuple[int, int] | None
    outward: tuple[int, int] | None


class Teller:
    """Tells facts of the records of one format."""

    def __init__(self, reader: RecordReader, perimeter: Perimeter) -> None:
        self.reader = reader
        self.perimeter = perimeter

    def tell(self, kind: str, value: bytes, record: bytes) -> Told | None:
        """What ``record`` says of a value, which is as its table has it; None for its presence only."""
        text = written(kind, value)
        event = self.reader.parse(record)
        if event is None or event.time is None or not text.isascii():
            return None
        if timestamps.read(record, self.reader.times) != event.time:
            return None
        place = locate(Observable(kind, text), event)
        judged = judge(event, place, self.perimeter)
        theirs = 0 if place is Place.SOURCE else 1
        return Told(
            fact=Fact(
                format=event.format,
                place=place,
                initiator=event.initiator,
                outcome=event.outcome,
                why=_impersonal(_AMOUNT.sub(r"\1", event.why)),
                source=self._class(end_of(event, "source")),
                destination=self._class(end_of(event, "destination")),
                direction=str(event.fields.get(_DIRECTION, "")),
            ),
            inward=None if judged.inward is None else (theirs, judged.inward),
            outward=None if judged.outward is None else (1 - theirs, judged.outward),
        )

    def _class(self, end: str) -> End:
        if not end:
            return End.NONE
        if self.perimeter.is_inside(end):
            return End.INSIDE
        return End.NAME if parse_address(end) is None else End.OUTSIDE


def _impersonal(words: str) -> str:
    """Words without the values that stand in them."""
    for kind in _VALUES:
        text = words.encode()
        spans = sorted((found.start, -found.end) for found in registry()[kind].find(text))
        kept, at = [], 0
        for start, end in spans:
            if start >= at:
                kept.append(text[at:start])
                at = -end
        words = b"...".join((*kept, text[at:])).decode("utf-8", "replace")
    return words
