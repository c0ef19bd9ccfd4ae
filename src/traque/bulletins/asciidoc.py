"""AsciiDoc: sections, tables, lists and listings, as ESET publishes its indicators.

The rules of lists and prose are used on the text without its marks. Where a link leads is a reference.

Format: https://docs.asciidoctor.org/asciidoc/latest/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from traque.bulletins import _markup
from traque.bulletins._build import Head
from traque.bulletins._document import Document
from traque.bulletins._reader import BulletinReader
from traque.expressions import expression
from traque.model import Bulletin

_TITLE = expression(r"(={1,6})\s+(\S.*)$")
_TABLE = expression(r"\|={3,}\s*$")
_BLOCK = expression(r"(?:-{4,}|\.{4,}|={4,}|\*{4,}|_{4,}|\+{4,}|--)\s*$")
_COMMENT_BLOCK = expression(r"/{4,}\s*$")
_ATTRIBUTE = expression(r":!?[\w-]+!?:(?:\s|$)|\[[^\]]*=[^\]]*\]\s*$|\[\[?[\w%.#, -]+\]\]?\s*$")
_COLUMNS = expression(r"cols\s*=\s*\"?([^\"\]]*)")
_CELL = expression(r"(?:^|\s)(?:\d*(?:\.\d+)?[+*])?[<^>.]*[adehlmsv]?(?<!\\)\|")
_MARKS: Final = (
    re.compile(rb"(?m)^={2,6} \S"),
    re.compile(rb"(?m)^\|={3,}\s*$"),
    re.compile(rb"(?m)^-{4,}\s*$"),
    re.compile(rb"(?m)^:[\w-]+:(?: |$)"),
)


def _sniff(head: bytes, name: str) -> float:
    marks = sum(mark.search(head) is not None for mark in _MARKS)
    titled = re.match(rb"\s*(?:(?:///?|:)[^\n]*\n\s*)*={1,6} \S", head) is not None
    if titled and marks:
        return 0.9
    return 0.3 if name.lower().endswith(SPEC.extensions) and (titled or marks) else 0.0


def _read(data: bytes, _name: str) -> tuple[Bulletin, ...]:
    document = Document(Head(format=SPEC.name))
    lines = iter(enumerate(data.decode("utf-8", "replace").splitlines(), 1))
    columns = 0
    for number, line in lines:
        where = f"line {number}"
        if title := _TITLE.match(line):
            document.head.title = document.head.title or _markup.plain(title[2])
            document.heading(where, _linkless(document, where, title[2]))
        elif _TABLE.match(line):
            _table(document, lines, columns)
            columns = 0
        elif _COMMENT_BLOCK.match(line):
            next((None for _, inner in lines if _COMMENT_BLOCK.match(inner)), None)
        elif _ATTRIBUTE.match(line):
            columns = _stated_columns(line)
        elif not line.startswith("//") and not _BLOCK.match(line):
            state = document.line if _markup.is_item(line) else document.paragraph
            state(where, _linkless(document, where, line.removeprefix(".")))
    return (document.bulletin(),)


def _table(document: Document, lines: Iterator[tuple[int, str]], columns: int) -> None:
    """Take the table whose opening line was just read; its cells stand on one line or on several."""
    cells: list[tuple[int, str]] = []
    for number, line in lines:
        if _TABLE.match(line):
            break
        first, *others = _CELL.split(_linkless(document, f"line {number}", line, bare=False))
        if first.strip() and cells:  # the cell of the line above goes on
            cells[-1] = (cells[-1][0], f"{cells[-1][1]} {first.strip()}")
        cells += [(number, other.replace("\\|", "|")) for other in others]
        columns = columns or len(others)
    columns = columns or 1
    rows = [cells[start : start + columns] for start in range(0, len(cells), columns)]
    document.table([(f"line {row[0][0]}", [_markup.plain_cell(text) for _, text in row]) for row in rows])


def _stated_columns(line: str) -> int:
    """The number of columns that ``[cols="1,3*"]`` states; 0 when it states none."""
    stated = _COLUMNS.search(line)
    if not stated:
        return 0
    parts = [part.strip() for part in re.split(r"[,;]", stated[1]) if part.strip()]
    return sum(int(many[1]) if (many := re.match(r"(\d{1,3})\*", part)) else 1 for part in parts)


def _linkless(document: Document, where: str, line: str, *, bare: bool = True) -> str:
    line, targets = _markup.without_asciidoc_links(line)
    for target in targets:
        document.link(where, target)
    return _markup.plain(line) if bare else line


SPEC: Final = BulletinReader(
    name="asciidoc",
    title="AsciiDoc",
    extensions=(".adoc", ".asciidoc", ".asc"),
    sniff=_sniff,
    read=_read,
)
"""The reader."""
