"""Names with their counts, in bounded memory, and the same ones however the counting was cut into parts."""

from __future__ import annotations

from bisect import insort
from collections import Counter
from typing import Final, TypeVar
from zlib import crc32

COUNTED: Final = 1000
"""Names that are counted. The kernel counts as many values of a part (``values.rs``)."""

T = TypeVar("T", str, int)


class Names(Counter[T]):
    """How often each name came; of more than :data:`COUNTED` those that come first by their CRC-32.

    A name that is among the first of all is among the first of any part, so its count is exact whatever the
    order in which names come and wherever they were counted before.
    """

    def __init__(self) -> None:
        super().__init__()
        self._ordered: list[tuple[int, bytes, T]] = []

    def count(self, name: T, more: int = 1) -> None:
        """Count a name ``more`` times; the empty one is none."""
        if name in self:
            self[name] += more
        elif name == "":
            return
        elif len(self) < COUNTED:
            self[name] = more
        else:
            self._count_beyond(name, more)

    def _count_beyond(self, name: T, more: int) -> None:
        ordered = self._ordered
        if len(ordered) != len(self):
            ordered[:] = sorted(map(_place, self))
        place = _place(name)
        if place < ordered[-1]:
            del self[ordered.pop()[2]]
            insort(ordered, place)
            self[name] = more


def _place(name: T) -> tuple[int, bytes, T]:
    text = str(name).encode("utf-8", "surrogatepass")
    return crc32(text), text, name


def top(names: Counter[T], most: int | None = None) -> tuple[T, ...]:
    """Names, most frequent first, ties in name order; all, or so many."""
    return tuple(name for name, _ in sorted(names.items(), key=lambda item: (-item[1], item[0]))[:most])
