"""What a stream's records hold, added up while they pass: the ledger's rows, and what coverage is told by.

:mod:`traque.ledger.oracle` specifies the rows, :class:`traque.scan.matches.TimeSample` the samples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

import msgspec

from traque.ledger.facts import Fact, Teller, Told
from traque.ledger.inside import NOTHING, Inside
from traque.ledger.oracle import KINDS, Row, in_order
from traque.model import Stamp, TimeRule
from traque.scan.kernel import compiled, samples_of
from traque.scan.matches import TimeSample
from traque.timestamps import packed

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class SourceClock(Protocol):
    """Says what the stamps of a source mean."""

    def moment(self, stamp: Stamp) -> datetime:
        """The moment that ``stamp`` names, in UTC."""

    def shift(self, begin: int, *, zoned: bool, dated: bool) -> int | None:
        """Microseconds from the stamps of the hour that begins at ``begin`` to UTC, if all the same."""


class Written(msgspec.Struct, frozen=True):
    """A draft of rows of one kind: its name below the folder, and how many are in it."""

    kind: str
    name: str
    rows: int


class Collector:
    """Collects the rows of one stream. Not thread-safe; scans without holding the interpreter's lock.

    ``times`` are tried in order on each record, ``clock`` says what they mean; what is ``inside`` is held by
    pseudonyms, without a secret not at all. Facts are told by ``teller``, if its format has shapes. It works
    by ``path``, one of :func:`traque.scan.kernel.paths`, or by the fastest. ValueError for a layout or a
    shape that is not one, ImportError without the extension.
    """

    def __init__(
        self,
        times: Sequence[TimeRule],
        clock: SourceClock,
        inside: Inside = NOTHING,
        *,
        teller: Teller | None = None,
        path: str | None = None,
    ) -> None:
        from traque import _kernel

        def shift(begin: int, zoned: bool, dated: bool) -> int | None:
            return clock.shift(begin, zoned=zoned, dated=dated)

        def moment(us: int, zoned: bool, dated: bool) -> int:
            return (clock.moment(Stamp(us, zoned, dated)) - _EPOCH) // _MICROSECOND

        self._collector = _kernel.Collector(
            [packed(rule) for rule in times],
            list(inside.networks),
            [name.encode() for name in inside.domains],
            inside.secret,
            shift,
            moment,
            path,
        )
        self._teller = teller
        self._told: list[Told | None] = [None]
        if teller is not None and teller.reader.shapes:
            shapes = compiled(teller.reader.shapes, teller.reader.times)
            self._collector.tell(shapes, list(teller.perimeter.inside))

    @property
    def records(self) -> int:
        """Records (lines) ended so far."""
        return self._collector.records

    @property
    def size(self) -> int:
        """Rows held, of which some may be alike."""
        return self._collector.size

    @property
    def memory(self) -> int:
        """Bytes of memory that they take."""
        return self._collector.memory

    @property
    def told(self) -> Sequence[Told | None]:
        """What was told so far, by the numbers of :attr:`Row.fact`; None for a presence only."""
        return self._told

    def feed(self, *chunks: bytes) -> list[TimeSample]:
        """Read the next bytes, in one piece or in several; answered are the samples of a scanner."""
        return self._take(*self._collector.feed(*chunks))

    def finish(self) -> list[TimeSample]:
        """The stream has ended."""
        return self._take(*self._collector.finish())

    def add_up(self) -> None:
        """Make one row of those that are alike."""
        self._collector.add_up()

    def write(self, folder: Path, stem: str, source: int, number: Callable[[Fact], int]) -> list[Written]:
        """Write the rows so far, as drafts ``kind=NAME/STEM.draft``, and forget them, also where that fails.

        A draft is what :func:`traque.ledger._rows.merge` makes a file of, with others.
        ``source`` is the number of their source, ``number`` says those of facts, from 1 on. OSError where a
        file cannot be written.
        """
        facts = [
            (0, None, None) if told is None else (number(told.fact), told.inward, told.outward)
            for told in self._told
        ]
        return [Written(*draft) for draft in self._collector.write(folder, stem, source, facts)]

    def take(self) -> list[Row]:
        """The rows so far, in order of kind and value; they are forgotten here. For tests."""
        return in_order(
            Row(kind, value, day, fact, count, first, last, *self._bytes(fact, count, sums))
            for kind in KINDS
            for value, day, fact, count, first, last, sums in self._collector.take(kind)
        )

    def _take(self, samples: bytes, fresh: list[tuple[str, bytes, bytes]]) -> list[TimeSample]:
        if self._teller is not None:
            self._told += [self._teller.tell(*one) for one in fresh]
        return samples_of(samples)

    def _bytes(self, fact: int, count: int, sums: list[int | None]) -> Iterator[int | None]:
        told = self._told[fact]
        for bytes_of in (None, None) if told is None else (told.inward, told.outward):
            if bytes_of is None:
                yield None
            else:
                which, each = bytes_of
                summed = sums[which]
                yield each * count if summed is None else summed
