"""Sentences of a result in another language than English, which is what a result holds.

What the code says of a sighting, a case, a lead, a step is made of few sentences with names and numbers in
them. ``messages/sentences.<language>.json`` pairs each with its translation: ``{n}`` is taken as it stands,
``{n#}`` must be a number, ``{w*}`` a sentence of the table too, and ``{w?}`` is translated where it is one.
The first pair that fits counts. Names come from logs: a piece between two holes is looked for once, from left
to right, and what is longer than :data:`LONGEST` stays English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

LONGEST: Final = 4_000
DEPTH: Final = 6
"""Sentences within sentences."""
_NUMBER: Final = re.compile(r"[0-9][0-9,]*")
_HOLE: Final = re.compile(r"\{(\w+)([?*#]?)\}")


class _Hole(NamedTuple):
    name: str
    kind: str


class _Pair:
    """A sentence with holes, and its translation."""

    def __init__(self, english: str, other: str) -> None:
        self.other = other
        parts = _HOLE.split(english)
        self.pieces = parts[::3]
        self.holes = [_Hole(*named) for named in zip(parts[1::3], parts[2::3], strict=True)]

    def values(self, text: str) -> list[str] | None:
        """What stands in the holes, None where ``text`` is another sentence."""
        first, last = self.pieces[0], self.pieces[-1]
        if not text.startswith(first) or not text.endswith(last):
            return None
        if not self.holes:
            return [] if text == first else None
        found, at, end = [], len(first), len(text) - len(last)
        for piece in self.pieces[1:-1]:
            place = text.find(piece, at, end)
            if place < 0:
                return None
            found.append(text[at:place])
            at = place + len(piece)
        found.append(text[at:end] if at < end else "")
        return found if all(found) else None


class Sentences:
    """The sentences of one language."""

    def __init__(self, pairs: Sequence[tuple[str, str]], also: Callable[[str], str | None]) -> None:
        made = [_Pair(english, other) for english, other in pairs]
        begins = {pair.pieces[0][:1] for pair in made}
        self._pairs = {
            letter: [pair for pair in made if pair.pieces[0][:1] in ("", letter)] for letter in begins | {""}
        }
        """By the first letter of a sentence those that may be it, in their order."""
        self._also = also
        self._within = lru_cache(maxsize=4096)(self._search)

    def translated(self, text: str) -> str | None:
        """The translation of a sentence, None for one that the table does not have."""
        return self._within(text, DEPTH) if len(text) <= LONGEST else None

    def _search(self, text: str, depth: int) -> str | None:
        if known := self._also(text):
            return known
        for pair in self._pairs.get(text[:1], self._pairs[""]):
            values = pair.values(text)
            if values is not None and (said := self._filled(pair, values, depth)) is not None:
                return said
        return None

    def _filled(self, pair: _Pair, values: Sequence[str], depth: int) -> str | None:
        filled = {}
        for hole, value in zip(pair.holes, values, strict=True):
            inner = self._within(value, depth - 1) if hole.kind in ("*", "?") and depth else None
            if (inner is None and hole.kind == "*") or (hole.kind == "#" and not _NUMBER.fullmatch(value)):
                return None
            filled[hole.name] = value if inner is None else inner
        return _HOLE.sub(lambda hole: filled[hole[1]], pair.other)
