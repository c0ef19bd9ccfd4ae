"""Word documents (DOCX): paragraphs, tables and notes; headers and footers for their sharing marks.

Deleted text of tracked changes is not read, and where a link leads is a reference.

Format: ECMA-376, part 1, section 17 (WordprocessingML)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from traque.bulletins import _office, _xml
from traque.bulletins._document import Document
from traque.bulletins._reader import BulletinReader
from traque.model import Bulletin

_BODY: Final = "word/document.xml"
_NOTES: Final = ("word/footnotes.xml", "word/endnotes.xml", "word/comments.xml")
_CONTAINERS: Final = frozenset(
    {"sdt", "sdtContent", "customXml", "ins", "smartTag", "body", "footnote", "endnote", "comment"}
)
_BREAKS: Final = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_SKIPPED: Final = frozenset({"Fallback", "del", "moveFrom"})
"""The second form of a drawing, and what tracked changes took away."""
_COLUMNS: Final = 2


def _sniff(head: bytes, name: str) -> float:
    return _office.sniff(head, name, "word/", ".docx")


def _read(data: bytes, name: str) -> tuple[Bulletin, ...]:
    package = _office.Package(data, name)
    document = Document(package.head(SPEC.name))
    for part in sorted(package.names):
        if part.startswith(("word/header", "word/footer")) and part.endswith(".xml"):
            document.mark(_xml.text(package.part(part)))
    _Story(document, package, _BODY, "line {} of the text").take(package.needed(_BODY))
    for part in _NOTES:
        if (root := package.part(part)) is not None:
            _Story(document, package, part, f"line {{}} of {part[5:-4]}").take(root)
    return (document.bulletin(),)


class _Story:
    """One run of paragraphs and tables: the body, or the notes."""

    def __init__(self, document: Document, package: _office.Package, part: str, place: str) -> None:
        self._document = document
        self._place = place
        self._number = 0
        self._targets = package.targets(part)

    def take(self, container: Any) -> None:
        """Take every block of a container, in order."""
        for element in container:
            name = _xml.local(element)
            if name == "p":
                self._paragraph(element)
            elif name == "tbl":
                self._table(element)
            elif name in _CONTAINERS:
                self.take(element)

    def _paragraph(self, element: Any) -> None:
        self._links(element)
        style = _xml.at(element, "pPr", "pStyle")
        heading = style is not None and _xml.attribute(style, "val").lower().startswith(("heading", "title"))
        for line in "".join(_text(element)).split("\n"):
            state = self._document.heading if heading and line.strip() else self._document.line
            state(self._next(), line)

    def _table(self, element: Any) -> None:
        self._links(element)
        rows = [
            (self._next(), [_cell(cell) for cell in _xml.children(row, "tc")])
            for row in _xml.children(element, "tr")
        ]
        rows = [(where, cells) for where, cells in rows if cells]
        if any(len(cells) >= _COLUMNS for _, cells in rows):
            self._document.table(rows)
            return
        for where, cells in rows:  # a frame around text
            for line in cells[0].split("\n"):
                self._document.line(where, line)

    def _links(self, element: Any) -> None:
        for link in _xml.below(element, "hyperlink"):
            self._document.link(
                self._place.format(self._number + 1), self._targets.get(_xml.attribute(link, "id"), "")
            )

    def _next(self) -> str:
        self._number += 1
        return self._place.format(self._number)


def _cell(cell: Any) -> str:
    return "\n".join("".join(_text(paragraph)) for paragraph in _xml.below(cell, "p")).strip()


def _text(element: Any) -> Iterator[str]:
    for child in element:
        name = _xml.local(child)
        if name == "t":
            yield child.text or ""
        elif name in _BREAKS:
            yield _BREAKS[name]
        elif name == "p":  # a text box inside the paragraph
            yield "\n"
            yield from _text(child)
            yield "\n"
        elif name not in _SKIPPED and name not in ("pPr", "rPr"):
            yield from _text(child)


SPEC: Final = BulletinReader(
    name="docx",
    title="Word documents (DOCX)",
    extensions=(".docx", ".docm"),
    sniff=_sniff,
    read=_read,
    binary=True,
)
"""The reader."""
