"""Excel workbooks (XLSX): each sheet is a table, its header among its first rows.

A cell counts with its stored value; formulas are not computed. Hidden sheets are read too.

Format: ECMA-376, part 1, section 18 (SpreadsheetML)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from traque.bulletins import _office, _xml
from traque.bulletins._document import Document
from traque.bulletins._reader import BulletinReader
from traque.model import Bulletin

_BOOK: Final = "xl/workbook.xml"
_COLUMN = re.compile(r"[A-Z]{1,3}")
_WIDEST: Final = 256
"""Columns that are read."""


def _sniff(head: bytes, name: str) -> float:
    return _office.sniff(head, name, "xl/", ".xlsx")


def _read(data: bytes, name: str) -> tuple[Bulletin, ...]:
    package = _office.Package(data, name)
    document = Document(package.head(SPEC.name))
    book, targets = package.needed(_BOOK), package.targets(_BOOK)
    strings = package.part("xl/sharedStrings.xml")
    shared = [] if strings is None else [_string(item) for item in _xml.children(strings, "si")]
    for sheet in _xml.below(book, "sheet"):
        title, target = sheet.get("name", ""), targets.get(_xml.attribute(sheet, "id"), "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        root = package.part(part)
        if root is None:
            document.note(f"the sheet {title!r} has no table: it was left out")
            continue
        document.heading(f"sheet {title}", title)
        rows = [(f"sheet {title}, row {number}", cells) for number, cells in _rows(root, shared, document)]
        if rows:
            document.table(rows)
        for target in package.targets(part).values():
            document.link(f"sheet {title}", target)
    return (document.bulletin(),)


def _rows(root: Any, shared: Sequence[str], document: Document) -> Iterator[tuple[str, list[str]]]:
    for position, row in enumerate(_xml.below(root, "row"), 1):
        cells: list[str] = []
        for cell in _xml.children(row, "c"):
            column = _column(cell.get("r", ""), len(cells))
            if column >= _WIDEST:
                document.note(f"columns beyond the {_WIDEST}th were not read")
                break
            cells += [""] * (column + 1 - len(cells))
            cells[column] = _value(cell, shared)
        if any(cells):
            yield row.get("r") or str(position), cells


def _column(reference: str, following: int) -> int:
    """The index of the column that ``BC12`` names."""
    if not (letters := _COLUMN.match(reference)):
        return following
    index = 0
    for letter in letters[0]:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def _value(cell: Any, shared: Sequence[str]) -> str:
    kind, stored = cell.get("t", "n"), _xml.text_at(cell, "v")
    if kind == "s":
        return shared[int(stored)] if stored.isdigit() and int(stored) < len(shared) else ""
    if kind == "inlineStr":
        inline = _xml.at(cell, "is")
        return _string(inline) if inline is not None else ""
    return "" if kind == "e" else stored


def _string(item: Any) -> str:
    """A shared or inline string: its runs, without the phonetic hints."""
    runs = [text.text or "" for text in _xml.children(item, "t")]
    runs += [text.text or "" for run in _xml.children(item, "r") for text in _xml.children(run, "t")]
    return "".join(runs).strip()


SPEC: Final = BulletinReader(
    name="xlsx",
    title="Excel workbooks (XLSX)",
    extensions=(".xlsx", ".xlsm"),
    sniff=_sniff,
    read=_read,
    binary=True,
)
"""The reader."""
