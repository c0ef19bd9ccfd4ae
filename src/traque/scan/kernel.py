"""The fast engine: the Rust kernel behind the protocol of :mod:`traque.scan.matches`.

Same signature and same answers as :mod:`traque.scan.oracle`, which specifies it. The kernel
returns packed columns; records, hits and samples become Python objects only when they are
looked at.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Generic, TypeVar, overload

from traque.model import Members, Observable, Shape, Stamp, TimeRule
from traque.observables import sought
from traque.scan.matches import (
    ALONE,
    Batch,
    Counted,
    Grouping,
    Hit,
    MatchedRecord,
    Relation,
    TimeSample,
    Total,
)
from traque.timestamps import packed

if TYPE_CHECKING:
    from traque import _kernel
    from traque._kernel import File, Lookout

NAME: Final = "kernel"

_RELATIONS: Final = (Relation.EXACT, Relation.SUBDOMAIN, Relation.NETWORK, Relation.HOST)
"""In the order of their numbers in the packed form."""

_RECORD: Final = struct.Struct("<6Q")
"""offset, length, line, text_offset, and where its part of the texts and of the hits ends."""

_HIT: Final = struct.Struct("<QQII")
"""start, end, indicator, relation."""

_SAMPLE: Final = struct.Struct("<QQqQ")
"""offset, line, microseconds, and flags."""

_NO_KINDS: Final = memoryview(b"").cast("I")

_READ, _ZONED, _DATED, _JOINED = 1, 2, 4, 8
_EMPTY: Final = Batch()


def profile() -> str:
    """How the extension was built: ``release`` or ``debug``. ImportError without the extension."""
    from traque import _kernel

    return _kernel.PROFILE


def version() -> str:
    """The extension's version. ImportError without the extension."""
    from traque import _kernel

    return _kernel.VERSION


def paths() -> list[str]:
    """The sets of instructions that can scan on this processor, the fastest first.

    ImportError without the extension.
    """
    from traque import _kernel

    return _kernel.paths()


def compile(  # noqa: A001 - the name every engine has
    observables: Sequence[Observable], path: str | None = None
) -> KernelEngine:
    """A compiled set; ``Hit.indicator`` is the index in ``observables``.

    It scans by ``path``, one of :func:`paths`, or else by the fastest.
    ValueError for an observable that is not in canonical form or of a kind without a finder;
    ImportError without the extension.
    """
    from traque import _kernel

    return KernelEngine(
        _kernel.Engine(
            list(sought(observables)),
            path,
        )
    )


class KernelEngine:
    """A compiled set of observables; immutable, shared between threads."""

    name = NAME

    def __init__(self, engine: _kernel.Engine) -> None:
        self._engine = engine

    def scanner(self, times: Sequence[TimeRule] = ()) -> KernelScanner:
        """A scanner for one stream; ``times`` are tried in order on each record that is timed.

        ValueError for a layout that is not one.
        """
        return KernelScanner(self._engine.scanner([packed(rule) for rule in times]))

    def split(
        self, file: File, times: Sequence[TimeRule] = (), lookout: Lookout | None = None
    ) -> KernelSplit:
        """See :class:`~traque.scan.matches.SplittingEngine`."""
        from traque import _kernel

        return KernelSplit(_kernel.Split(self._engine, [packed(rule) for rule in times], file, lookout))


class KernelScanner:
    """Scans one stream without holding the interpreter's lock. One per source."""

    def __init__(self, scanner: _kernel.Scanner) -> None:
        self._scanner = scanner

    @property
    def records(self) -> int:
        """Records (lines) ended so far."""
        return self._scanner.records

    def feed(self, *chunks: bytes) -> Batch:
        """Scan the next bytes, in one piece or in several."""
        return _batch(*self._scanner.feed(*chunks))

    def read(self, file: File, begin: int, end: int, lookout: Lookout | None = None) -> tuple[Batch, int]:
        """See :class:`~traque.scan.matches.ReadingScanner`."""
        columns, reached = self._scanner.read(file, begin, end, lookout)
        return _batch(*columns), reached

    def finish(self) -> Batch:
        """The stream has ended."""
        return _batch(*self._scanner.finish())

    def group(self, grouping: Grouping) -> None:
        """Tell the kinds of records. ValueError, from :meth:`feed`, for a bad shape or layout."""
        self._scanner.group(
            lambda: compiled(grouping.shapes, grouping.times),
            list(grouping.inside),
            list(grouping.marks),
            grouping.clock,
            grouping.after,
        )

    def trust(self, kind: int, judged_at: int) -> None:
        """From now on the records of this kind that begin after ``judged_at`` are counted."""
        self._scanner.trust(kind, judged_at)

    def settle(self) -> Batch:
        """Count those records of the last batch whose kind was trusted by one before them."""
        return _batch(*self._scanner.settle())

    def counted(self) -> list[Counted]:
        """What was counted, in the order of the kinds' numbers."""
        kinds, (records, hits, texts, *_) = self._scanner.counted()
        make = _Records(records, hits, texts, _NO_KINDS)
        return [
            Counted(
                kind,
                _total(inside),
                _total(outside),
                {role: dict(counts) for role, counts in values},
                make(2 * place),
                make(2 * place + 1),
            )
            for place, (kind, inside, outside, values) in enumerate(kinds)
        ]


class KernelSplit:
    """Scans one large file, by several threads without the interpreter's lock."""

    def __init__(self, split: _kernel.Split) -> None:
        self._split = split

    @property
    def bytes(self) -> int:
        """Bytes told so far."""
        return self._split.bytes

    @property
    def records(self) -> int:
        """Records told so far."""
        return self._split.records

    def help(self) -> None:
        """Let one more thread scan ahead."""
        self._split.help()

    def next(self, lookout: Lookout | None = None) -> Batch | None:
        """What the next parts brought; None behind the last."""
        columns = self._split.next(lookout)
        return None if columns is None else _batch(*columns)

    def finish(self) -> Batch:
        """There are no more: the last record is timed."""
        return _batch(*self._split.finish())

    def close(self) -> None:
        """End the threads."""
        self._split.close()


@lru_cache(maxsize=64)
def compiled(shapes: tuple[Shape, ...], times: tuple[TimeRule, ...]) -> _kernel.Shapes:
    """The shapes of a format, compiled once for all its sources. ValueError for a bad shape or layout."""
    from traque import _kernel

    return _kernel.Shapes(
        [shape for shape in shapes if isinstance(shape, str)],
        [_named(shape) for shape in shapes if isinstance(shape, Members)],
        [packed(rule) for rule in times],
    )


def _named(
    shape: Members,
) -> tuple[bool, list[tuple[str, list[tuple[str, str]]]], list[tuple[str, str]], str]:
    given = [(path, [_condition(one) for one in conditions]) for path, conditions in shape.given]
    return shape.syntax == "json", given, list(shape.roles), shape.others


def _condition(written: str) -> tuple[str, str]:
    name = {"=": "text", "@": "same"}.get(written[:1])
    return (written, "") if name is None else (name, written[1:])


def _total(total: tuple[int, int, int, list[int | None]]) -> Total:
    count, first, last, (source_bytes, destination_bytes) = total
    return Total(count, first, last, source_bytes, destination_bytes)


def _batch(records: bytes, hits: bytes, texts: bytes, samples: bytes, kinds: bytes) -> Batch:
    if not records and not samples:
        return _EMPTY
    each = memoryview(kinds).cast("I")
    return Batch(
        _Column(len(records) // _RECORD.size, _Records(records, hits, texts, each)),
        samples_of(samples),
        each,
    )


def samples_of(packed_samples: bytes) -> list[TimeSample]:
    """Time samples as the extension packs them."""
    return [
        TimeSample(
            offset,
            line,
            Stamp(us, bool(flags & _ZONED), bool(flags & _DATED)) if flags & _READ else None,
            bool(flags & _JOINED),
        )
        for offset, line, us, flags in _SAMPLE.iter_unpack(packed_samples)
    ]


T = TypeVar("T")


class _Column(Sequence[T], Generic[T]):
    """A sequence whose items are made when they are asked for."""

    def __init__(self, length: int, make: Callable[[int], T]) -> None:
        self._length = length
        self._make = make

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        if isinstance(index, slice):
            return [self._make(place) for place in range(*index.indices(self._length))]
        if not -self._length <= index < self._length:
            raise IndexError(index)
        return self._make(index % self._length)

    def __iter__(self) -> Iterator[T]:
        return map(self._make, range(self._length))


class _Records:
    """Makes the records of a batch."""

    def __init__(self, records: bytes, hits: bytes, texts: bytes, kinds: memoryview[int]) -> None:
        self._kinds = kinds
        self._records = records
        self._hits = hits
        self._texts = texts

    def __call__(self, index: int) -> MatchedRecord:
        at = index * _RECORD.size
        offset, length, line, text_offset, text_end, hits_end = _RECORD.unpack_from(self._records, at)
        text_start, hits_start = 0, 0
        if index:
            *_, text_start, hits_start = _RECORD.unpack_from(self._records, at - _RECORD.size)
        packed = self._hits[hits_start * _HIT.size : hits_end * _HIT.size]
        return MatchedRecord(
            offset,
            length,
            line,
            self._texts[text_start:text_end],
            text_offset,
            tuple(
                Hit(start, end, indicator, _RELATIONS[relation])
                for start, end, indicator, relation in _HIT.iter_unpack(packed)
            ),
            self._kinds[index] if self._kinds else ALONE,
        )
