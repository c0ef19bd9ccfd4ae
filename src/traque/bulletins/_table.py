"""Rows of delimited text, however it was written."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import Final

from traque.expressions import expression

DELIMITERS: Final = (",", ";", "\t", "|")
_LOOK: Final = 64 * 1024
"""Characters looked at to recognise a table."""
_SHARE: Final = 0.8
"""Share of the rows that must have the commonest number of cells."""

_ROW_END = expression(r"\r\n?|\n")


def delimiter_of(text: str) -> str | None:
    """The delimiter that cuts ``text`` in rows of equal length, or None when none does."""
    # Only what ends a row for the csv module: a cell may hold U+0085 and the other ends of Unicode.
    lines = [line for line in _ROW_END.split(text[:_LOOK]) if line.strip() and not line.startswith("#")]
    best: tuple[float, int, str] | None = None
    for order, delimiter in enumerate(DELIMITERS):
        if not lines or not any(delimiter in line for line in lines):
            continue
        widths = Counter(len(cells) for _, cells in rows("\n".join(lines), delimiter))
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        share = count / max(1, widths.total())
        if width > 1 and share >= _SHARE and (best is None or (share, -order) > best[:2]):
            best = (share, -order, delimiter)
    return best[2] if best else None


def rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the number of its first line; empty rows are left out.

    A quote that is never closed would swallow the rest of the file: from there on quotes are read
    as plain characters, so no row is lost.
    """
    start = 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    pending: tuple[int, list[str]] | None = None
    try:
        for cells in reader:
            if pending and any(cell.strip() for cell in pending[1]):
                yield pending
            pending = (start, cells)
            start = reader.line_num + 1
    except csv.Error:  # a cell longer than the csv module takes: an open quote, or no table
        yield from _unquoted(text, delimiter, pending[0] if pending else 1)
        return
    if pending and start - pending[0] > 1 and text.count('"') % 2:
        yield from _unquoted(text, delimiter, pending[0])
    elif pending and any(cell.strip() for cell in pending[1]):
        yield pending


def _unquoted(text: str, delimiter: str, first: int) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(io.StringIO(text), 1):
        if number >= first and line.strip():
            yield number, [cell.strip('"') for cell in line.rstrip("\r\n").split(delimiter)]
