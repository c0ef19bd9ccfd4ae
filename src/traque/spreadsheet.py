"""The sheets of XLSX workbooks, row by row as their XML streams by.

A cell counts with its stored value; formulas are not computed. A number that its format shows as a date is
one. Memory holds the shared strings and one row. Whatever the bytes, only :class:`BadSheet` is raised.

Format: ECMA-376, part 1, section 18 (SpreadsheetML); dates: 18.17.4.1, number formats: 18.8.30
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, Protocol

WIDEST: Final = 16_384
"""Columns of a sheet, as many as Excel has; cells beyond are left out, and the row says so."""
CELL: Final = 1 << 20
"""Characters of a cell (Excel: 32,767)."""
ROW: Final = 4 << 20
"""Characters of a row."""
STRINGS: Final = 256 << 20
"""Bytes that the shared strings may take."""
_OVERHEAD: Final = 64

Cell = str | int | float | bool


class BadSheet(ValueError):
    """The XML is broken, too large or not trusted; says what and where."""


class Row(NamedTuple):
    """A row with its number: cells by column index, and formulas that hold text of their own."""

    number: int
    cells: dict[int, Cell]
    formulas: dict[int, str]
    wider: bool
    """It has cells beyond the widest column."""


class Strings(Protocol):
    """The shared strings, by number."""

    def __len__(self) -> int: ...

    def __getitem__(self, place: int, /) -> str: ...


class Sheet(NamedTuple):
    """A sheet's title, and the part of the package that holds it."""

    title: str
    part: str


class Book(NamedTuple):
    """What the workbook part says."""

    sheets: tuple[Sheet, ...]
    since_1904: bool
    """Dates count from 1904, as old Macs did."""


def book(workbook: bytes, relations: bytes) -> Book:
    """The sheets in their order; ``relations`` is the workbook's ``.rels`` part."""
    targets: dict[str, str] = {}
    sheets: list[tuple[str, str]] = []
    since_1904 = False

    def relation(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def part(name: str, attributes: dict[str, str]) -> None:
        nonlocal since_1904
        if name == "sheet":
            sheets.append((attributes.get("name", ""), attributes.get("id", "")))
        elif name == "workbookPr":
            since_1904 = attributes.get("date1904") in ("1", "true")

    _walk([relations], relation)
    _walk([workbook], part)
    return Book(tuple(Sheet(title, _part(targets.get(link, ""))) for title, link in sheets), since_1904)


def _part(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def date_formats(styles: bytes) -> frozenset[int]:
    """The cell formats (by index) that show a number as a date, of the ``styles`` part."""
    custom: dict[int, str] = {}
    formats: list[int] = []
    inside = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        if name == "numFmt":
            custom[_whole(attributes.get("numFmtId", ""))] = attributes.get("formatCode", "")
        elif name == "xf" and inside:
            formats.append(_whole(attributes.get("numFmtId", "")))
        elif name in ("cellXfs", "cellStyleXfs", "dxfs"):
            inside = name == "cellXfs"

    _walk([styles], start)
    dates = {number for number, code in custom.items() if _is_date(code)} | _DATES - custom.keys()
    return frozenset(index for index, number in enumerate(formats) if number in dates)


_SINCE_1900, _SINCE_1904 = map(datetime.fromisoformat, ("1899-12-30", "1904-01-01"))
_DATES: Final = {*range(14, 23), *range(27, 37), *range(50, 59)}
_NOT_SHOWN: Final = re.compile(r'"[^"]*"|\\.|\[(?![hms]+\])[^\]]*\]|_.|\*.')


def _is_date(code: str) -> bool:
    shown = _NOT_SHOWN.sub("", code.partition(";")[0]).lower()
    return "[" not in shown and any(letter in shown for letter in "ymdhs")


def shared_strings(pieces: Iterable[bytes]) -> list[str]:
    """The strings that cells refer to by number, of the ``sharedStrings`` part."""
    texts = _Texts()
    found: list[str] = []
    size = 0
    for _ in _fed(pieces, texts.start, texts.end, texts.data):
        for text in texts.taken():
            size += len(text) + _OVERHEAD
            if size > STRINGS:
                raise BadSheet(f"its shared strings take more than {STRINGS >> 20} MiB")
            found.append(text)
    return found


def rows(
    pieces: Iterable[bytes],
    strings: Strings = (),
    dates: Collection[int] = (),
    *,
    since_1904: bool = False,
) -> Iterator[Row]:
    """The rows of a ``worksheet`` part that have a cell with a value."""
    sheet = _Rows(strings, dates, _SINCE_1904 if since_1904 else _SINCE_1900)
    for _ in _fed(pieces, sheet.start, sheet.end, sheet.data):
        yield from sheet.taken()


class _Texts:
    """Collects the text of ``si`` elements: that of their runs, without phonetic hints."""

    def __init__(self) -> None:
        self._done: list[str] = []
        self._parts: list[str] = []
        self._wanted = self._hint = False
        self._size = 0

    def start(self, name: str, _: dict[str, str]) -> None:
        if name == "si":
            self._parts, self._size = [], 0
        elif name == "rPh":
            self._hint = True
        elif name == "t":
            self._wanted = not self._hint

    def end(self, name: str) -> None:
        if name == "si":
            self._done.append("".join(self._parts))
        elif name == "rPh":
            self._hint = False
        elif name == "t":
            self._wanted = False

    def data(self, text: str) -> None:
        if self._wanted:
            self._size += len(text)
            if self._size > CELL:
                raise BadSheet("a string in it is longer than a cell may be")
            self._parts.append(text)

    def taken(self) -> list[str]:
        done, self._done = self._done, []
        return done


class _Rows:
    """Collects rows."""

    def __init__(self, strings: Strings, dates: Collection[int], epoch: datetime) -> None:
        self._strings, self._dates, self._epoch = strings, dates, epoch
        self._done: list[Row] = []
        self._row = Row(0, {}, {}, wider=False)
        self._number = 0
        self._column = -1
        self._kind, self._style = "n", 0
        self._parts: dict[str, list[str]] = {}
        self._into = ""
        self._hint = False
        self._size = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            stated = _whole(attributes.get("r", ""))
            self._number = stated if stated > 0 else self._number + 1
            self._row, self._column, self._size = Row(self._number, {}, {}, wider=False), -1, 0
        elif name == "c":
            self._column = _column(attributes.get("r", ""), self._column + 1)
            self._kind, self._style = attributes.get("t", "n"), _whole(attributes.get("s", ""))
            self._parts = {}
        elif name == "rPh":
            self._hint = True
        elif name in ("v", "t", "f"):
            self._into = "" if self._hint else name

    def end(self, name: str) -> None:
        if name == "row":
            if self._row.cells:
                self._done.append(self._row)
        elif name == "c":
            self._cell()
        elif name == "rPh":
            self._hint = False
        elif name in ("v", "t", "f"):
            self._into = ""

    def data(self, text: str) -> None:
        if not self._into:
            return
        self._size += len(text)
        if self._size > ROW:
            raise BadSheet(f"row {self._number} is longer than {ROW >> 20} MiB")
        self._parts.setdefault(self._into, []).append(text)

    def taken(self) -> list[Row]:
        done, self._done = self._done, []
        return done

    def _cell(self) -> None:
        value = self._value("".join(self._parts.get("v", ())).strip())
        if value == "":
            return
        if self._column >= WIDEST:
            self._row = self._row._replace(wider=True)
            return
        self._row.cells[self._column] = value
        formula = "".join(self._parts.get("f", ()))
        if '"' in formula:
            self._row.formulas[self._column] = formula

    def _value(self, stored: str) -> Cell:
        if self._kind == "s":
            place = _whole(stored)
            return self._strings[place].strip() if 0 <= place < len(self._strings) else ""
        if self._kind == "inlineStr":
            return "".join(self._parts.get("t", ())).strip()
        if self._kind == "e":
            return ""
        if self._kind == "b":
            return stored == "1" if stored else ""
        return self._counted(stored) if self._kind == "n" else stored

    def _counted(self, stored: str) -> Cell:
        if len(stored) > 40:
            return stored
        try:
            number = float(stored)
        except ValueError:
            return stored
        if self._style in self._dates and 1 <= number < 2_958_466:
            moment = self._epoch + timedelta(milliseconds=round(number * 86_400_000))
            return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")
        whole = stored.lstrip("-").isdigit()
        return int(stored) if whole else number if abs(number) < float("inf") else stored


def _whole(text: str) -> int:
    """A number of a few digits; -1 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


_LETTERS: Final = re.compile(r"[A-Z]{1,3}")


def _column(reference: str, following: int) -> int:
    """The index of the column that ``BC12`` names."""
    letters = _LETTERS.match(reference)
    if letters is None:
        return following
    index = 0
    for letter in letters[0]:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def column_name(index: int) -> str:
    """The letters of a column: ``BC``."""
    name = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


_Start = Callable[[str, dict[str, str]], None]


def _walk(pieces: Iterable[bytes], start: _Start) -> None:
    for _ in _fed(pieces, start, lambda _: None, lambda _: None):
        pass


def _fed(
    pieces: Iterable[bytes], start: _Start, end: Callable[[str], None], data: Callable[[str], None]
) -> Iterator[None]:
    """Parses; gives control back after every piece. Names come without their prefixes."""
    from xml.parsers import expat

    parser = expat.ParserCreate()
    parser.buffer_text = True

    def bare(name: str) -> str:
        return name.rpartition(":")[2]

    def started(name: str, attributes: dict[str, str]) -> None:
        start(bare(name), {bare(key): value for key, value in attributes.items()})

    def refused(*_: Any) -> None:
        raise BadSheet("its XML declares a document type or entities, which no workbook does")

    parser.StartElementHandler = started
    parser.EndElementHandler = lambda name: end(bare(name))
    parser.CharacterDataHandler = data
    parser.StartDoctypeDeclHandler = refused
    try:
        for piece in pieces:
            for at in range(0, len(piece), _PIECE):
                parser.Parse(piece[at : at + _PIECE], False)
                yield
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise BadSheet(f"its XML is not well-formed: {error}") from None
    yield


_PIECE: Final = 64 * 1024
