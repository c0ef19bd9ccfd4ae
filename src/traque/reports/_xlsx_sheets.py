"""Sheets of strings, numbers and times: whatever is foreign is a string, printable, and starts no formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from traque.reports._escape import printable
from traque.reports._language import Words

if TYPE_CHECKING:
    from xlsxwriter import Workbook

LONGEST: Final = 32_767
"""Characters that a cell can hold."""
ROWS: Final = 1_048_575
"""Rows below the head that a sheet can hold."""
_STARTS: Final = "=+-@\t\r\uff1d\uff0b\uff0d\uff20"

Cell = str | int | datetime | None


class Sheet(NamedTuple):
    """A sheet: its name in the catalogue (``x.``), its head, rows, and widths in characters."""

    name: str
    head: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    widths: Sequence[int]


class Sheets:
    """Sheets with a fixed and filtered head."""

    def __init__(self, book: Workbook, said: Words) -> None:
        self._book = book
        self._said = said
        self._head = book.add_format({"bold": True, "bottom": 1, "valign": "top"})
        self._text = book.add_format({"valign": "top", "text_wrap": False})
        self._quoted = book.add_format({"valign": "top", "quote_prefix": True})
        self._time = book.add_format({"valign": "top", "num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"})

    def add(
        self, name: str, head: Sequence[str], rows: Iterable[Sequence[Cell]], widths: Sequence[int]
    ) -> None:
        """A sheet; a head of empty keys is none."""
        self.put(Sheet(name, [self._said(key) if key else "" for key in head], rows, widths))

    def put(self, made: Sheet) -> None:
        """A sheet whose head is written out already."""
        name, head, rows, widths = made
        sheet: Any = self._book.add_worksheet(self._said(f"x.{name}"))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        first = 0
        if any(head):
            for column, key in enumerate(head):
                sheet.write_string(0, column, key, self._head)
            sheet.freeze_panes(1, 0)
            first = 1
        last = 0
        for last, row in enumerate(rows, first):
            if last > ROWS:
                break
            for column, value in enumerate(row):
                self._write(sheet, last, column, value)
        if first and last:
            sheet.autofilter(0, 0, last, len(head) - 1)

    def _write(self, sheet: Any, row: int, column: int, value: Cell) -> None:
        if isinstance(value, bool) or value is None or value == "":
            return
        if isinstance(value, int) and abs(value) < 1 << 53:
            sheet.write_number(row, column, value, self._text)
        elif isinstance(value, datetime) and value.year >= 1900:
            sheet.write_datetime(row, column, naive(value), self._time)
        else:
            shown = printable(str(value).replace("\u00a0", " ").replace("\u202f", " "))[:LONGEST]
            sheet.write_string(row, column, shown, self._quoted if shown[:1] in _STARTS else self._text)


def naive(moment: datetime) -> datetime:
    """UTC without saying so: the format knows no zones."""
    return moment.replace(tzinfo=None, microsecond=0)
