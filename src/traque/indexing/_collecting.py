"""An engine that finds nothing and keeps everything: its scanners collect the rows of a source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from traque.ledger import Fact
from traque.model import TimeRule
from traque.scan.matches import Batch, Scanner, TimeSample


class Written(Protocol):
    """A file of rows of one table."""

    @property
    def kind(self) -> str:
        """The table."""

    @property
    def name(self) -> str:
        """Its path below the folder."""

    @property
    def rows(self) -> int:
        """How many."""


class Collector(Protocol):
    """Collects the rows of one stream (:class:`traque.ledger.collector.Collector`)."""

    @property
    def records(self) -> int:
        """Records ended so far."""

    @property
    def size(self) -> int:
        """Rows held, of which some may be alike."""

    def add_up(self) -> None:
        """Make one row of those that are alike."""

    def feed(self, *chunks: bytes) -> Sequence[TimeSample]:
        """Read the next bytes."""

    def finish(self) -> Sequence[TimeSample]:
        """The stream has ended."""

    def write(self, folder: Path, stem: str, source: int, number: Callable[[Fact], int]) -> Sequence[Written]:
        """Write the rows so far as files below ``folder``, and forget them; ``number`` is of a fact."""


class CollectingEngine:
    """Makes the collectors of one source, by the time rules of its format.

    One that holds ``most`` rows adds them up; when many are left it is told to ``write`` them, and so is each
    at its end.
    """

    name = "ledger"

    def __init__(
        self,
        make: Callable[[Sequence[TimeRule]], Collector],
        most: int,
        write: Callable[[Collector], None],
    ) -> None:
        self._collectors: list[Collector] = []
        self._make = make
        self._most = most
        self._write = write

    def scanner(self, times: Sequence[TimeRule] = ()) -> Scanner:
        """A scanner of one stream of the source."""
        self._collectors.append(self._make(times))
        return _Collecting(self._collectors[-1], self)

    def look(self, collector: Collector) -> None:
        """A collector has taken rows."""
        if collector.size >= self._most:
            collector.add_up()
            if collector.size >= self._most // 2:
                self._write(collector)

    def finish(self) -> None:
        """The source has ended."""
        for collector in self._collectors:
            if collector.size:
                self._write(collector)
        self._collectors.clear()


class _Collecting:
    """A collector as a scanner."""

    def __init__(self, collector: Collector, engine: CollectingEngine) -> None:
        self._collector = collector
        self._engine = engine

    @property
    def records(self) -> int:
        """Records ended so far."""
        return self._collector.records

    def feed(self, *chunks: bytes) -> Batch:
        """Collect the rows of the next bytes."""
        samples = self._collector.feed(*chunks)
        self._engine.look(self._collector)
        return Batch(samples=samples)

    def finish(self) -> Batch:
        """The stream has ended."""
        return Batch(samples=self._collector.finish())
