"""Facts: what records say of a value in them. Never verdicts, which each hunt derives anew."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from traque.model import Initiator, Outcome
from traque.triage.locate import Place


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What :func:`traque.triage.judge.judge` needs of a record to judge it again.

    ``place`` is the value's. ``source`` and ``destination`` are the classes of the two ends: ``inside``,
    ``outside``, ``name``, or ``""`` for none. ``direction`` is the record's ``network.direction``.
    """

    format: str = ""
    place: Place = Place.UNKNOWN
    initiator: Initiator = Initiator.UNKNOWN
    outcome: Outcome = Outcome.UNKNOWN
    why: str = ""
    source: str = ""
    destination: str = ""
    direction: str = ""


PRESENCE = Fact()
"""Fact number 0: the value stands in the records, and nothing more is known."""


class Facts:
    """The ledger's list of facts; a fact's number is its place in it. It only grows."""

    def __init__(self, known: Iterable[Fact] = ()) -> None:
        self.all = list(known) or [PRESENCE]
        self._numbers = {fact: number for number, fact in enumerate(self.all)}

    def number(self, fact: Fact) -> int:
        """The number of a fact, new if need be."""
        number = self._numbers.setdefault(fact, len(self.all))
        if number == len(self.all):
            self.all.append(fact)
        return number
