"""Excel workbooks (XLSX): each sheet is a table, its header among its first rows.

A cell counts with its stored value, dates as dates; formulas are not computed. Hidden sheets are read too.

Format: ECMA-376, part 1, section 18 (SpreadsheetML)
"""

from __future__ import annotations

from typing import Final

from traque import spreadsheet
from traque.bulletins import _office, _xml
from traque.bulletins._document import Document
from traque.bulletins._reader import BulletinReader
from traque.errors import MalformedBulletin
from traque.model import Bulletin

_BOOK: Final = "xl/workbook.xml"
_NOTHING: Final = b"<nothing/>"
_WIDEST: Final = 256
"""Columns that are read."""


def _sniff(head: bytes, name: str) -> float:
    return _office.sniff(head, name, "xl/", ".xlsx")


def _read(data: bytes, name: str) -> tuple[Bulletin, ...]:
    package = _office.Package(data, name)
    document = Document(package.head(SPEC.name))
    book, targets = package.needed(_BOOK), package.targets(_BOOK)
    properties = _xml.at(book, "workbookPr")
    since_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    try:
        strings = spreadsheet.shared_strings([package.data("xl/sharedStrings.xml") or _NOTHING])
        dates = spreadsheet.date_formats(package.data("xl/styles.xml") or _NOTHING)
        for sheet in _xml.below(book, "sheet"):
            title, target = sheet.get("name", ""), targets.get(_xml.attribute(sheet, "id"), "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            table = package.data(part)
            if table is None:
                document.note(f"the sheet {title!r} has no table: it was left out")
                continue
            document.heading(f"sheet {title}", title)
            found = spreadsheet.rows([table], strings, dates, since_1904=since_1904)
            rows = [(f"sheet {title}, row {row.number}", _cells(row, document)) for row in found]
            if rows:
                document.table(rows)
            for target in package.targets(part).values():
                document.link(f"sheet {title}", target)
    except spreadsheet.BadSheet as error:
        raise MalformedBulletin(
            f"the workbook cannot be read: {error}", where=name, remedy="save it anew, or export it as CSV"
        ) from None
    return (document.bulletin(),)


def _cells(row: spreadsheet.Row, document: Document) -> list[str]:
    if row.wider or max(row.cells) >= _WIDEST:
        document.note(f"columns beyond the {_WIDEST}th were not read")
    last = max((column for column in row.cells if column < _WIDEST), default=-1)
    return [str(row.cells.get(column, "")) for column in range(last + 1)]


SPEC: Final = BulletinReader(
    name="xlsx",
    title="Excel workbooks (XLSX)",
    extensions=(".xlsx", ".xlsm"),
    sniff=_sniff,
    read=_read,
    binary=True,
)
"""The reader."""
