"""The segments of one direction of a TCP connection, in their order."""

from __future__ import annotations

from typing import Final, NamedTuple

from traque.sources.decoders._frames import At

EARLY: Final = 8
"""Segments that may wait for one before them."""


class Segment(NamedTuple):
    """What one segment carries, and where that stands in the stream."""

    sequence: int
    data: bytes
    at: At


class Turn(NamedTuple):
    """A segment whose turn it is, without what was seen before; ``gap``: what lies before it is missing."""

    segment: Segment
    gap: bool


class Ordering:
    """Takes segments as they come, gives them when it is their turn."""

    __slots__ = ("_early", "_next", "_opened")

    def __init__(self) -> None:
        self._next: int | None = None
        self._opened: int | None = None
        self._early: dict[int, Segment] = {}

    def begin(self, sequence: int) -> None:
        """A connection opens, perhaps another one with the same ports: its first byte has the next number."""
        if sequence != self._opened:
            self._opened = sequence
            self._next = (sequence + 1) & 0xFFFF_FFFF
            self._early.clear()

    def take(self, segment: Segment, *, patient: bool) -> list[Turn]:
        """Those that are due now. With ``patient`` one that comes early waits for what lies before it."""
        if not self._early and (not patient or self._ahead(segment.sequence) <= 0):
            return self._turn(segment)
        self._early[segment.sequence] = segment
        return self._due(lost=len(self._early) > EARLY)

    def rest(self) -> list[Turn]:
        """All that still waited: nothing more will come."""
        return self._due(lost=True)

    def _ahead(self, sequence: int) -> int:
        """Bytes between those that were taken and ``sequence``; negative for what was seen before."""
        ahead = 0 if self._next is None else (sequence - self._next) & 0xFFFF_FFFF
        return ahead if ahead < 0x8000_0000 else ahead - 0x1_0000_0000

    def _turn(self, segment: Segment) -> list[Turn]:
        ahead = self._ahead(segment.sequence)
        sequence, data, at = segment
        if ahead < 0:
            sequence, data = sequence - ahead, data[-ahead:]
            if not data:
                return []
        self._next = (sequence + len(data)) & 0xFFFF_FFFF
        return [Turn(Segment(sequence, data, at), ahead > 0)]

    def _due(self, *, lost: bool) -> list[Turn]:
        found: list[Turn] = []
        while self._early:
            sequence = min(self._early, key=self._ahead)
            if self._ahead(sequence) > 0 and not lost:
                break
            found += self._turn(self._early.pop(sequence))
        return found
