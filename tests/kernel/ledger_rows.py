"""Rows of the ledger as a test writes and reads them, and what is true of them by their definition."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import strategies as st

from traque import _kernel

DAY = 86_400_000_000
NUMBERS = "IiIQqqqqQ"
WIDTHS = {"ipv4-addr": 4, "ipv6-addr": 16, "md5": 16, "sha1": 20, "sha256": 32, "sha512": 64}
TEXTS = ("domain-name", "url", "email-addr")
TABLES = (*WIDTHS, *TEXTS)


class Row(NamedTuple):
    value: bytes
    source: int
    day: int | None
    fact: int
    count: int
    first: int
    last: int
    inward: int | None
    outward: int | None

    @property
    def key(self) -> tuple[Any, ...]:
        """What rows are ordered by: no day comes before all days."""
        return (self.value, self.source, self.day is not None, self.day or 0, self.fact)


def summed(rows: Iterable[Row]) -> list[Row]:
    """Rows in order, those of the same key added up."""
    sums: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        held = sums.get(row.key)
        sums[row.key] = row if held is None else _sum(held, row)
    return [sums[key] for key in sorted(sums)]


def _sum(one: Row, two: Row) -> Row:
    def known(left: int | None, right: int | None) -> int | None:
        return right if left is None else left if right is None else left + right

    return one._replace(
        count=one.count + two.count,
        first=min(one.first, two.first),
        last=max(one.last, two.last),
        inward=known(one.inward, two.inward),
        outward=known(one.outward, two.outward),
    )


def packed(rows: Sequence[Row]) -> Any:
    """The columns that the kernel takes."""
    ends = accumulate(len(row.value) for row in rows)
    lines = [
        (
            row.source,
            -(2**31) if row.day is None else row.day,
            *row[3:7],
            *(-1 if n is None else n for n in row[7:]),
            end,
        )
        for row, end in zip(rows, ends, strict=True)
    ]
    columns = zip(*lines, strict=True) if lines else [()] * len(NUMBERS)
    numbers = [
        struct.pack(f"<{len(lines)}{code}", *column) for code, column in zip(NUMBERS, columns, strict=True)
    ]
    return (*numbers, b"".join(row.value for row in rows))


def write(kind: str, path: Path, rows: Iterable[Row]) -> tuple[int, int, str, bytes, bytes]:
    return _kernel.write_rows(kind, path, packed(sorted(rows, key=lambda row: row.key)))


def find(
    kind: str, files: Sequence[Path], points: Sequence[bytes] = (), ranges: Sequence[tuple[bytes, bytes]] = ()
) -> list[tuple[int, Row]]:
    queries, *columns, values = _kernel.find_rows(kind, files, points, ranges)
    *numbers, ends = (
        struct.unpack(f"<{len(column) // struct.calcsize(f'<{code}')}{code}", column)
        for code, column in zip(NUMBERS, columns, strict=True)
    )
    asked = struct.unpack(f"<{len(queries) // 4}I", queries)
    lines = zip(asked, zip(*numbers, strict=True), pairwise((0, *ends)), strict=True)
    return [
        (
            query,
            Row(
                values[begin:end],
                line[0],
                None if line[1] == -(2**31) else line[1],
                *line[2:6],
                *(None if n == -1 else n for n in line[6:]),
            ),
        )
        for query, line, (begin, end) in lines
    ]


def everything(kind: str, files: Sequence[Path]) -> list[Row]:
    """All rows of files, by a range that holds every value."""
    return [row for _, row in find(kind, files, ranges=[(b"", b"\xff" * 80)])]


def values(kind: str) -> st.SearchStrategy[bytes]:
    """Few different ones, so that they meet; also the least and the greatest, and those that begin alike."""
    if kind in WIDTHS:
        width = WIDTHS[kind]
        bytes_ = st.sampled_from(b"\x00\x01\x7f\x80\xff")
        return st.lists(bytes_, min_size=2, max_size=2).map(
            lambda ends: bytes(ends[:1]) * (width - 1) + bytes(ends[1:])
        )
    labels = st.lists(
        st.sampled_from(["com", "example", "a", "a-", "é", "\U0001f600", "x" * 70]), min_size=1, max_size=4
    )
    return labels.map(lambda parts: ".".join(parts).encode())


@st.composite
def rows(draw: st.DrawFn, kind: str) -> Row:
    day = draw(st.none() | st.integers(-3, 3) | st.sampled_from([-100_000, 18_262, 100_000]))
    first = last = 0
    if day is not None:
        moments = st.integers(0, DAY - 1) | st.integers(0, 86_399).map(lambda second: second * 1_000_000)
        first, last = sorted((day * DAY + draw(moments), day * DAY + draw(moments)))
    octets = st.none() | st.integers(0, 2**40)
    return Row(
        draw(values(kind)),
        draw(st.integers(0, 3) | st.just(2**32 - 1)),
        day,
        draw(st.integers(0, 2) | st.just(2**32 - 1)),
        draw(st.integers(1, 3) | st.just(2**40)),
        first,
        last,
        draw(octets),
        draw(octets),
    )
