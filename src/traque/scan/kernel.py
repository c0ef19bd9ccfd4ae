"""The fast engine: the Rust kernel behind the protocol of :mod:`traque.scan.matches`.

Same signature and same answers as :mod:`traque.scan.oracle`, which specifies it. The kernel
returns packed columns; records, hits and samples become Python objects only when they are
looked at.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, Generic, TypeVar, overload

from traque.model import Observable, Stamp, TimeRule
from traque.observables import finder, matches_below, spellings
from traque.scan.matches import Batch, Hit, MatchedRecord, Relation, TimeSample

if TYPE_CHECKING:
    from traque import _kernel

NAME: Final = "kernel"

_RELATIONS: Final = (Relation.EXACT, Relation.SUBDOMAIN, Relation.NETWORK, Relation.HOST)
"""In the order of their numbers in the packed form."""

_RECORD: Final = struct.Struct("<6Q")
"""offset, length, line, text_offset, and where its part of the texts and of the hits ends."""

_HIT: Final = struct.Struct("<QQII")
"""start, end, indicator, relation."""

_SAMPLE: Final = struct.Struct("<QQqQ")
"""offset, line, microseconds, and flags."""

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


def compile(observables: Sequence[Observable]) -> KernelEngine:  # noqa: A001 - the name every engine has
    """A compiled set; ``Hit.indicator`` is the index in ``observables``.

    ValueError for an observable that is not in canonical form or of a kind without a finder;
    ImportError without the extension.
    """
    from traque import _kernel

    return KernelEngine(
        _kernel.Engine(
            [
                (finder(observable), form.decode(), index, matches_below(observable))
                for index, observable in enumerate(observables)
                for form in spellings(observable)
            ]
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
        return KernelScanner(self._engine.scanner([_packed(rule) for rule in times]))


class KernelScanner:
    """Scans one stream without holding the interpreter's lock. One per source."""

    def __init__(self, scanner: _kernel.Scanner) -> None:
        self._scanner = scanner

    @property
    def records(self) -> int:
        """Records (lines) ended so far."""
        return self._scanner.records

    def feed(self, chunk: bytes) -> Batch:
        """Scan the next bytes."""
        return _batch(*self._scanner.feed(chunk))

    def finish(self) -> Batch:
        """The stream has ended."""
        return _batch(*self._scanner.finish())


def read_time(record: bytes, rules: Sequence[TimeRule]) -> Stamp | None:
    """What :func:`traque.timestamps.read` answers, read by the kernel. ValueError for an unknown layout."""
    from traque import _kernel

    found = _kernel.read_time(record, [_packed(rule) for rule in rules])
    return None if found is None else Stamp(*found)


def _packed(rule: TimeRule) -> tuple[str, bytes, int, bytes]:
    return rule.layout, rule.anchor, rule.column, rule.separator


def _batch(records: bytes, hits: bytes, texts: bytes, samples: bytes) -> Batch:
    if not records and not samples:
        return _EMPTY
    return Batch(
        _Column(len(records) // _RECORD.size, _Records(records, hits, texts)),
        _Column(len(samples) // _SAMPLE.size, _Samples(samples)),
    )


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


class _Records:
    """Makes the records of a batch."""

    def __init__(self, records: bytes, hits: bytes, texts: bytes) -> None:
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
        )


class _Samples:
    """Makes the time samples of a batch."""

    def __init__(self, samples: bytes) -> None:
        self._samples = samples

    def __call__(self, index: int) -> TimeSample:
        offset, line, us, flags = _SAMPLE.unpack_from(self._samples, index * _SAMPLE.size)
        stamp = Stamp(us, bool(flags & _ZONED), bool(flags & _DATED)) if flags & _READ else None
        return TimeSample(offset, line, stamp, bool(flags & _JOINED))
