"""The ledger's list of facts (:mod:`traque.ledger.facts`)."""

from __future__ import annotations

from collections.abc import Iterable

from traque.ledger.facts import Fact

PRESENCE = 0
"""The number of no fact: the value stands in the records, and nothing more is known."""


class Facts:
    """A fact's number is its place in the list, which only grows; the first is none."""

    def __init__(self, known: Iterable[Fact | None] = ()) -> None:
        self.all = list(known) or [None]
        self._numbers = {fact: number for number, fact in enumerate(self.all)}

    def number(self, fact: Fact) -> int:
        """The number of a fact, new if need be."""
        number = self._numbers.setdefault(fact, len(self.all))
        if number == len(self.all):
            self.all.append(fact)
        return number
