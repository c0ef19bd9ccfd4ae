"""Documents made for people (PDF, HTML, DOCX, XLSX, Markdown...), once they are lines, headings and tables.

Lines go through the rules of lists and prose (:class:`traque.bulletins.text.Prose`), tables whose header
names what they hold through those of tables (:mod:`traque.bulletins.csv`); other tables are lines with tabs.
Where a link leads is for the reader: its target is refused as a reference unless the text states it too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from traque.bulletins import csv
from traque.bulletins._build import NOT_FOR_DETECTION, Builder, Head
from traque.bulletins._fields import pap_tag, tlp_tag
from traque.bulletins.text import Prose
from traque.model import Bulletin

Row = tuple[str, list[str]]
"""The place of a row, and its cells."""

_HEADER_WITHIN: Final = 20
"""Rows among which the header of a table is looked for; those above it are its title."""
_FULL: Final = 2
"""Filled cells from which on a row is no title."""
_SENTENCE: Final = 6
_LONGEST: Final = 4000
"""Words from which on a line is a sentence that may go on, and characters of a paragraph."""
_LINKS: Final = 500
"""Link targets that are refused one by one."""
_OPENING: Final = 20_000
"""Characters in which a TLP or PAP mark of the whole document is looked for."""


class Document:
    """A bulletin in the making, filled from top to bottom; the links of all its pages judge each line."""

    def __init__(self, head: Head) -> None:
        self.head = head
        self._builder = Builder(head)
        self._blocks: list[_Line | _Heading | _Table] = []
        self._links: dict[str, str] = {}
        self._opening = ""

    def note(self, text: str) -> None:
        """Add a remark for the reader."""
        self._builder.note(text)

    def mark(self, text: str) -> None:
        """Look at ``text`` for sharing marks only (a page's header)."""
        if len(self._opening) < _OPENING:
            self._opening += f"{text}\n"

    def line(self, where: str, text: str) -> None:
        """A line of text."""
        self.mark(text)
        self._blocks.append(_Line(where, text))

    def paragraph(self, where: str, text: str, *, wide: int = 0) -> None:
        """A line that goes on with the sentence of the line before, if there was one.

        So a value at the beginning of a line is seen in its sentence. ``wide`` is how long a line must be to
        have been broken by the page.
        """
        before = self._blocks[-1] if self._blocks else None
        if isinstance(before, _Line) and _goes_on(before.text, wide) and text.strip():
            self._blocks[-1] = _Line(before.where, f"{before.text} {text.strip()}")
            self.mark(text)
        else:
            self.line(where, text)

    def heading(self, where: str, text: str) -> None:
        """The title of what follows."""
        self.mark(text)
        self._blocks.append(_Heading(where, text))

    def link(self, where: str, target: str) -> None:
        """Where a link leads."""
        if target.startswith(("http://", "https://", "mailto:")):
            self._links.setdefault(target, where)

    def table(self, rows: Sequence[Row]) -> None:
        """A table, its header among its first rows if it has one."""
        for _, cells in rows[:_HEADER_WITHIN]:
            self.mark(" ".join(cells))
        self._blocks.append(_Table(tuple(rows)))

    def bulletin(self) -> Bulletin:
        """Everything taken so far."""
        self.head.tlp = self.head.tlp or tlp_tag(self._opening)
        self.head.pap = self.head.pap or pap_tag(self._opening)
        prose = Prose(self._builder, linked=frozenset(_names(self._links)))
        lines: list[tuple[str, str]] = []
        for block in self._blocks:
            if isinstance(block, _Table):
                lines += self._table(block.rows, prose, lines)
                continue
            if isinstance(block, _Heading):
                _flush(prose, lines)
                prose.head("")
            lines.append((block.where, block.text))
        _flush(prose, lines)
        self._refuse_links()
        return self._builder.bulletin()

    def _table(
        self, rows: Sequence[Row], prose: Prose, before: list[tuple[str, str]]
    ) -> list[tuple[str, str]]:
        """Take the columns of values; what must be read as lines instead is given back."""
        if (at := _header(rows)) is None:
            return _joined(rows)
        before += _joined(rows[:at])
        _flush(prose, before)
        below = rows[at:]
        if csv.is_clean(below):
            csv.state_rows(self._builder, below, prose.headings)
            return []
        asides = {i for i, name in enumerate(below[0][1]) if csv.holds_no_indicators(name)}
        kept = set(range(max(len(cells) for _, cells in below))) - asides
        csv.state_rows(self._builder, [(place, _some(cells, asides)) for place, cells in below])
        return _joined([(place, _some(cells, kept)) for place, cells in below[1:]])

    def _refuse_links(self) -> None:
        others = {t: where for t, where in self._links.items() if not self._builder.states(t, None)}
        for target, where in list(others.items())[:_LINKS]:
            self._builder.refuse(target, NOT_FOR_DETECTION, "where a link leads: for the reader", where=where)
        if len(others) > _LINKS:
            self.note(f"{len(others) - _LINKS} more link targets are not listed")


class _Line(msgspec.Struct, frozen=True):
    where: str
    text: str


class _Heading(msgspec.Struct, frozen=True):
    where: str
    text: str


class _Table(msgspec.Struct, frozen=True):
    rows: tuple[Row, ...]


def _goes_on(text: str, wide: int) -> bool:
    """Whether a line is a sentence that has not come to its end."""
    words = text.split()
    return (
        wide <= len(text) <= _LONGEST
        and len(words) >= _SENTENCE
        and words[-1][-1] not in ".:!?;…"
        and "\t" not in text
    )


def _flush(prose: Prose, lines: list[tuple[str, str]]) -> None:
    prose.state(lines)
    lines.clear()


def _names(targets: Iterable[str]) -> Iterator[str]:
    """What a plain name or URL in the text must equal to be the reader's link: the target, and its host."""
    for target in targets:
        bare = target.partition(":")[2].strip("/").lower().removeprefix("www.")
        yield bare
        yield bare.split("/", 1)[0]


def _header(rows: Sequence[Row]) -> int | None:
    """The row that names the columns: the first of full width, if it does; rows above it are a title."""
    widest = min(_FULL, max((sum(map(bool, cells)) for _, cells in rows), default=0))
    for index, (_, cells) in enumerate(rows[:_HEADER_WITHIN]):
        if sum(map(bool, cells)) >= widest:
            return index if csv.names_columns(cells) else None
    return None


def _joined(rows: Iterable[Row]) -> list[tuple[str, str]]:
    return [(where, "\t".join(" ".join(cell.split()) for cell in cells)) for where, cells in rows]


def _some(cells: Sequence[str], wanted: set[int]) -> list[str]:
    return [cell for i, cell in enumerate(cells) if i in wanted] or [""]
