"""Taps the text that a hunt's scanner is fed: the records, exactly as a hunt sees them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from traque.model import TimeRule
from traque.scan.matches import TEXT_CAP, Batch, Engine, Scanner
from traque.sources.streams import HEAD

FIRST: Final = 10_000
"""Records of a source that are all tried; after them one is, in each block of :data:`BLOCK` bytes."""
BLOCK: Final = 64 * 1024

Take = Callable[[int, bytes, bool], None]
"""Told the number of a record (from 1), its bytes without the line end, and whether they were cut."""


class Sampler:
    """Cuts text into records, and hands over some of them, or every one; in bounded memory."""

    def __init__(self, take: Take, *, every: bool) -> None:
        self.head = b""
        """The first bytes of the text."""
        self.skipped = False
        """Not every record was handed over."""
        self._take = take
        self._all = every
        self._number = 1
        self._taken = 0
        self._at = 0  # of the chunk
        self._begin = 0  # of the record that is being gathered
        self._held: list[bytes] = []
        self._size = 0
        self._wanted = True
        self._next = 0  # where the next record that is wanted may begin

    def feed(self, chunk: bytes) -> None:
        """The next bytes of the text, cut anywhere."""
        if len(self.head) < HEAD:
            self.head += chunk[: HEAD - len(self.head)]
        at = 0
        while at < len(chunk):
            at = self._gather(chunk, at) if self._wanted else self._skip(chunk, at)
        self._at += len(chunk)

    def finish(self) -> None:
        """The text has ended."""
        if self._wanted and self._size:
            self._give()

    def _gather(self, chunk: bytes, at: int) -> int:
        end = chunk.find(b"\n", at)
        stop = len(chunk) if end < 0 else end
        if self._size < TEXT_CAP:
            self._held.append(chunk[at : min(stop, at + TEXT_CAP - self._size)])
        self._size += stop - at
        if end < 0:
            return stop
        self._give()
        self._begin = self._at + end + 1
        self._number += 1
        return end + 1

    def _skip(self, chunk: bytes, at: int) -> int:
        """To the first record that begins where one is wanted."""
        end = chunk.find(b"\n", max(at, self._next - self._at - 1))
        if end < 0:
            self._number += chunk.count(b"\n", at)
            self.skipped = self.skipped or at < len(chunk)
            return len(chunk)
        passed = chunk.count(b"\n", at, end + 1)
        self._number += passed
        self.skipped = True
        self._wanted = True
        self._begin = self._at + end + 1
        return end + 1

    def _give(self) -> None:
        self._take(self._number, b"".join(self._held), self._size > TEXT_CAP)
        self._held, self._size = [], 0
        self._taken += 1
        if not self._all and self._taken >= FIRST:
            self._next = (self._begin // BLOCK + 1) * BLOCK
            self._wanted = False


class TappedEngine:
    """An engine whose scanners of records (those that are given time rules) feed a sampler as well."""

    def __init__(self, engine: Engine, sampler: Sampler) -> None:
        self.name = engine.name
        self._engine = engine
        self._sampler = sampler

    def scanner(self, times: Sequence[TimeRule] | None = None) -> Scanner:
        """A scanner; without ``times`` it is one for raw bytes, which are no records."""
        if times is None:
            return self._engine.scanner()
        return _Tapped(self._engine.scanner(times), self._sampler)


class _Tapped:
    def __init__(self, scanner: Scanner, sampler: Sampler) -> None:
        self._scanner = scanner
        self._sampler = sampler

    @property
    def records(self) -> int:
        """Records ended so far."""
        return self._scanner.records

    def feed(self, *chunks: bytes) -> Batch:
        """Scan the next bytes, then sample them."""
        batch = self._scanner.feed(*chunks)
        for chunk in chunks:
            self._sampler.feed(chunk)
        return batch

    def finish(self) -> Batch:
        """The stream has ended."""
        self._sampler.finish()
        return self._scanner.finish()
