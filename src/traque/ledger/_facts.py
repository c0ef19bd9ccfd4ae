"""The ledger's list of facts (:mod:`traque.ledger.facts`): what its rows may say, by number."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from traque.ledger.facts import Fact


class Facts:
    """A fact's number is its place in the list, 0 is presence only. It only grows; for several threads."""

    def __init__(self, known: Iterable[Fact | None] = ()) -> None:
        self.all: list[Fact | None] = list(known) or [None]
        self._numbers = {fact: number for number, fact in enumerate(self.all) if fact is not None}
        self._lock = threading.Lock()

    def number(self, fact: Fact) -> int:
        """The number of a fact, new if need be."""
        with self._lock:
            number = self._numbers.setdefault(fact, len(self.all))
            if number == len(self.all):
                self.all.append(fact)
            return number
