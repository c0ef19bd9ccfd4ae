"""Files of rows, as the compiled kernel writes, merges and searches them (docs/ledger-format.md)."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

from traque.ledger._values import Range

UNDATED: Final = -(2**31)
UNKNOWN: Final = -1

_Columns = tuple[bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes]
_NUMBERS: Final = "IiIQqqqqQ"
"""The numbers of a row, as columns: source, day, fact, records, first, last, inward, outward, and where its
value ends among all values."""


class Written(NamedTuple):
    """A file of rows that was written: how many, its size and digest, its least and its greatest value."""

    rows: int
    size: int
    sha256: str
    first: bytes
    last: bytes


class Line(NamedTuple):
    """A row of a table.

    ``day`` is None where the records have no time; ``first`` and ``last`` are microseconds of UTC since 1970,
    and mean nothing then. ``inward`` and ``outward`` are bytes from and to the value, None where unknown.
    """

    value: bytes
    source: int
    day: int | None
    fact: int
    records: int
    first: int
    last: int
    inward: int | None = None
    outward: int | None = None


def write(kind: str, path: str, lines: Iterable[Line]) -> Written:
    """Write rows, which are in order of value, source, day and fact, as a file."""
    from traque import _kernel

    return Written(*_kernel.write_rows(kind, path, _packed(list(lines))))


def merge(
    kind: str,
    inputs: Sequence[str],
    output: str,
    *,
    drop_sources: Sequence[int] = (),
    drop_before: int | None = None,
    drop_values: Sequence[bytes] = (),
) -> Written:
    """Write the rows of ``inputs`` as one file, equal ones added up, without those that are dropped.

    ``drop_before`` is a day since 1970; rows without a day stay. OSError when a file cannot be read or
    written, ValueError when one is damaged.
    """
    from traque import _kernel

    return Written(
        *_kernel.merge_rows(kind, list(inputs), output, list(drop_sources), drop_before, list(drop_values))
    )


def find(
    kind: str, files: Sequence[str], points: Sequence[bytes], ranges: Sequence[Range]
) -> Iterator[tuple[int, Line]]:
    """The rows of ``files`` whose value is one of ``points`` or lies in one of the half-open ``ranges``.

    With each comes the place of the question that it answers: the points first, then the ranges.
    """
    from traque import _kernel

    queries, *columns = _kernel.find_rows(kind, list(files), list(points), list(ranges))
    return zip(_numbers("I", queries), _unpacked(*columns), strict=True)


def _packed(lines: Sequence[Line]) -> _Columns:
    rows = [
        (
            line.source,
            UNDATED if line.day is None else line.day,
            line.fact,
            line.records,
            line.first,
            line.last,
            UNKNOWN if line.inward is None else line.inward,
            UNKNOWN if line.outward is None else line.outward,
            end,
        )
        for line, end in zip(lines, accumulate(len(line.value) for line in lines), strict=True)
    ]
    columns = zip(*rows, strict=True) if rows else [()] * len(_NUMBERS)
    source, day, fact, records, first, last, inward, outward, ends = (
        struct.pack(f"<{len(rows)}{code}", *column) for code, column in zip(_NUMBERS, columns, strict=True)
    )
    values = b"".join(line.value for line in lines)
    return source, day, fact, records, first, last, inward, outward, ends, values


def _unpacked(*columns: bytes) -> Iterator[Line]:
    *numbers, values = columns
    *read, ends = (_numbers(code, column) for code, column in zip(_NUMBERS, numbers, strict=True))
    for row, (begin, end) in zip(zip(*read, strict=True), pairwise((0, *ends)), strict=True):
        source, day, fact, records, first, last, inward, outward = row
        yield Line(
            values[begin:end],
            source,
            None if day == UNDATED else day,
            fact,
            records,
            first,
            last,
            None if inward == UNKNOWN else inward,
            None if outward == UNKNOWN else outward,
        )


def _numbers(code: str, packed: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(packed) // struct.calcsize(f'<{code}')}{code}", packed)
