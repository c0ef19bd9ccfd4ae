"""XLSX workbooks (ECMA-376): each sheet is a source whose records are the rows, as JSON objects.

The first row of names is the header; a row above it, and every row of a sheet without one, has the letters of
its columns for names. Numbers that are shown as dates are written as dates, addresses that are stored as
numbers as addresses where the column's name says so. ``@row`` is the row's number. Strings that no cell has,
comments, links and other text of the workbook are one more source, ``other parts``; what every workbook has
(styles, themes, the program's name) is not searched. What is no readable workbook is opened as a zip.
"""

from __future__ import annotations

import zipfile
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from typing import Final

import msgspec

from traque.errors import SourceCorrupt, SourceError, SourceLimit
from traque.expressions import expression
from traque.sources.containers import zip_
from traque.sources.containers._spec import Archive, Member, Note
from traque.sources.containers._zip_headers import is_workbook, members_by_headers
from traque.sources.limits import UNPACK_IT, Limits
from traque.sources.streams import Seekable, Stream
from traque.sources.values import plain
from traque.spreadsheet import BadSheet, Book, Row, book, column_name, date_formats, rows, shared_strings

_BOOK: Final = "xl/workbook.xml"
_LINKS: Final = "xl/_rels/workbook.xml.rels"
_STRINGS: Final = "xl/sharedStrings.xml"
_STYLES: Final = "xl/styles.xml"
_SMALL: Final = 64 << 20
"""Bytes of a part that is read whole."""
_HEADERS: Final = 16
"""Rows among which the header is looked for."""
_BATCH: Final = 256 * 1024
_USUAL: Final = (
    "[Content_Types].xml", "_rels/.rels", "docProps/app.xml", "docProps/core.xml",
    "xl/theme/", "xl/calcChain.xml", "xl/printerSettings/", _BOOK, _LINKS, _STYLES, _STRINGS,
)  # fmt: skip
_UNFOLDED: Final = ("xl/embeddings/", "xl/media/")

_encode = msgspec.json.Encoder().encode


def _members(stream: Stream, note: Note) -> Generator[Member, None, None]:
    with zip_.seekable(stream) as file:
        try:
            parts = {info.orig_filename: info for info in zip_.directory(file) if not zip_.is_folder(info)}
        except SourceError as error:
            file.seek(0)
            yield from members_by_headers(Stream(zip_.pieces_of(file, None)))
            raise error from None
        try:
            workbook = _Workbook(file, parts)
        except (SourceError, BadSheet) as error:
            note(f"it is searched as an archive, without its rows: {error}")
            for info in parts.values():
                yield _member(file, info)
        else:
            yield from workbook.members()
        stream.check()


def _member(file: Seekable, info: zipfile.ZipInfo) -> Member:
    return Member(
        name=info.orig_filename,
        pieces=zip_.content(file, info),
        mtime=zip_.mtime_of(info),
        stored=max(info.compress_size, 1),
    )


class _Workbook:
    """A workbook whose strings are in memory."""

    def __init__(self, file: Seekable, parts: dict[str, zipfile.ZipInfo]) -> None:
        self._file = file
        self._parts = parts
        self._left = Limits().entry_floor
        self._book: Book = book(self._small(_BOOK), self._small(_LINKS))
        self._dates = date_formats(self._small(_STYLES)) if _STYLES in parts else frozenset()
        self._strings = _Strings(shared_strings(self._counted(_STRINGS)) if _STRINGS in parts else ())
        self._unread = [sheet.part for sheet in self._book.sheets if sheet.part in parts]

    def members(self) -> Iterator[Member]:
        """The sheets, then what else there is."""
        done: set[str] = set()
        titles: set[str] = set()
        for title, part in self._book.sheets:
            if part not in self._parts or part in done:
                continue
            done.add(part)
            name = title if title and title not in titles else f"{title} ({part})"
            titles.add(name)
            info = self._parts[part]
            yield Member(
                name=name,
                pieces=self._sheet(part),
                mtime=zip_.mtime_of(info),
                stored=max(info.compress_size, 1),
            )
        rest = [name for name in self._parts if name not in done and not name.startswith(_USUAL)]
        for name in rest:
            if name.startswith(_UNFOLDED):
                yield _member(self._file, self._parts[name])
        others = [name for name in rest if not name.startswith(_UNFOLDED)]
        if others or not all(self._strings.used):
            yield Member(name="other parts", pieces=self._others(others))

    def _sheet(self, part: str) -> Iterator[bytes]:
        columns: dict[int, str] | None = None
        lines: list[bytes] = []
        size = 0
        read = rows(self._counted(part), self._strings, self._dates, since_1904=self._book.since_1904)
        error: SourceError | None = None
        wider = False
        try:
            for place, row in enumerate(read):
                wider = wider or row.wider
                if columns is None and place < _HEADERS and _is_header(row):
                    columns = _names(row)
                lines.append(_record(row, columns or {}))
                size += len(lines[-1])
                if size >= _BATCH:
                    yield b"".join(lines)
                    lines, size = [], 0
        except BadSheet as bad:
            error = SourceCorrupt(f"{part}: {bad}")
        except SourceError as broken:
            error = broken
        self._unread = [other for other in self._unread if other != part]
        yield b"".join(lines)
        if error is None and wider:
            error = SourceCorrupt("it has cells beyond the last column that a sheet may have")
        if error is not None:
            raise error

    def _others(self, names: list[str]) -> Iterator[bytes]:
        for part in self._unread:  # of this pass: which strings they have must be known
            with suppress(SourceError):
                deque(self._sheet(part), maxlen=0)
        for text, used in zip(self._strings, self._strings.used, strict=True):
            if not used and text.strip():
                yield text.encode("utf-8", "replace") + b"\n"
        for name in names:
            yield from self._counted(name)
            yield b"\n"

    def _small(self, name: str) -> bytes:
        if name not in self._parts:
            raise SourceCorrupt(f"the workbook has no {name}")
        data = b""
        for piece in self._counted(name):
            data += piece
            if len(data) > _SMALL:
                raise SourceLimit(f"{name} unpacks to more than {_SMALL >> 20} MiB", remedy=UNPACK_IT)
        return data

    def _counted(self, name: str) -> Iterator[bytes]:
        """The bytes of a part, as long as the whole workbook may give more."""
        for piece in zip_.content(self._file, self._parts[name]):
            self._left -= len(piece)
            if self._left < 0:
                raise SourceLimit("its parts swell beyond what a workbook does", remedy=UNPACK_IT)
            yield piece


class _Strings:
    """The shared strings; remembers which a cell has."""

    def __init__(self, strings: Sequence[str]) -> None:
        self._strings = strings
        self.used = bytearray(len(strings))

    def __len__(self) -> int:
        return len(self._strings)

    def __iter__(self) -> Iterator[str]:
        return iter(self._strings)

    def __getitem__(self, place: int) -> str:
        self.used[place] = 1
        return self._strings[place]


_NAME: Final = expression(r"[^\W\d][\w .\-/()#%]{0,63}")


def _is_header(row: Row) -> bool:
    """At least two names, and nothing else."""
    return len(row.cells) > 1 and all(
        isinstance(value, str) and _NAME.fullmatch(value) for value in row.cells.values()
    )


def _names(row: Row) -> dict[int, str]:
    names: dict[int, str] = {}
    for column, value in row.cells.items():
        name = str(value)
        names[column] = name if name not in names.values() else f"{name} ({column_name(column)})"
    return names


def _record(row: Row, columns: dict[int, str]) -> bytes:
    record: dict[str, object] = {}
    for column, value in row.cells.items():
        name = columns.get(column) or column_name(column)
        record[name] = plain(value, name)
        if column in row.formulas:
            record[f"{name} (formula)"] = row.formulas[column]
    record["@row"] = row.number
    return _encode(record) + b"\n"


SPEC = Archive(
    name="xlsx",
    title="Excel workbook (XLSX)",
    recognise=is_workbook,
    suffixes=(".xlsx", ".xlsm"),
    magic=b"PK",
    shortest=22,
    members=_members,
)
