"""Tables of any layout: ``,`` ``;`` tab or ``|``, with a header or without.

Columns are recognised by their names (:mod:`traque.bulletins._columns`), those without a known name
by their content: a cell that is wholly one or several observables is a value. A value column beside a
type column takes the kind from there; a column of STIX patterns is read as such. Several values in a
cell are taken apart. Columns of victims and of references are never indicators, and prose in a
description is not searched for values.

Validity comes only from columns that state it; first and last seen go in the description.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from traque.bulletins import _columns, _table
from traque.bulletins._build import (
    ADDRESS,
    HASH,
    NOT_FOR_DETECTION,
    PATTERN,
    Builder,
    Context,
    Head,
    is_asked,
    observe,
)
from traque.bulletins._columns import Column
from traque.bulletins._fields import confidence, moment, pap_tag, tlp
from traque.bulletins._reader import BulletinReader
from traque.bulletins._stix_values import state_pattern
from traque.errors import MalformedBulletin, ObservableError
from traque.expressions import expression
from traque.model import Bulletin, Observable
from traque.observables import RANGE, is_literal, lone
from traque.observables import registry as kinds

_SEPARATORS = expression(r"[\s,;|]+")
_WORDS: Final = frozenset(
    {"description", "type", "pattern", "pattern_type", "tlp", "pap", "confidence", "actors", "ignored"}
    | {"valid_from", "valid_until", "first_seen", "last_seen"}
)
"""Meanings of columns whose cells are never looked at for values."""

_SILENT: Final = frozenset({"value", "type", "pattern", "pattern_type", "victim", "reference", "ignored"})
"""Meanings of columns that say nothing of the other cells of their row but what kind they are."""

_NOT_VALUES: Final = {
    "victim": "it names a victim, not the attacker",
    "reference": "a reference for the reader, not an indicator",
}
_HASHED = expression(
    r"(?:[0-9a-f]{32},[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\s*(?:\n|$)){1,20}(?:[0-9a-f]{32},|\Z)"
)
"""Lines of MD5 and an event's UUID."""
_NAME: Final = 4
"""Words up to which a cell may be the name of a column."""
_RULES: Final = frozenset({"yara", "sigma"})


def _sniff(head: bytes, _name: str) -> float:
    text = head.decode("utf-8", "replace")
    if text.lstrip().startswith(("{", "[{", "<")) or (delimiter := _table.delimiter_of(text)) is None:
        return 0.0
    first = next((cells for _, cells in _table.rows(text, delimiter) if not cells[0].startswith("#")), [])
    if _columns.is_header(first):
        return 0.8
    return 0.5 if any(map(_form, map(str.strip, first))) else 0.3


def _read(data: bytes, name: str) -> tuple[Bulletin, ...]:
    text = data.decode("utf-8", "replace")
    if _HASHED.match(text):
        raise MalformedBulletin(
            "this is hashes.csv of a MISP feed: MD5 of its values, which no log holds, and not of files",
            where=name,
            remedy="name the folder of the feed, with manifest.json and the events",
        )
    delimiter = _table.delimiter_of(text)
    if delimiter is None:
        raise MalformedBulletin(
            "the rows do not have the same number of cells", where=name, remedy="check the delimiter"
        )
    builder = Builder(Head(format=SPEC.name))
    state_rows(builder, ((f"line {line}", cells) for line, cells in _table.rows(text, delimiter)))
    return (builder.bulletin(),)


def state_rows(
    builder: Builder, rows: Iterable[tuple[str, list[str]]], headings: tuple[str, ...] = ()
) -> None:
    """State or refuse every value of a table's rows, each of which comes with its place.

    ``headings`` are the titles that the table stands below.
    """
    table: list[Column] | None = None
    for where, cells in rows:
        if cells[0].lstrip().startswith("#") and not (
            table is None and _columns.is_header([cells[0].lstrip("# "), *cells[1:]])
        ):
            continue
        if table is None:
            cells = [cells[0].lstrip("# "), *cells[1:]]  # noqa: PLW2901 (a header may be a comment)
            if _columns.is_header(cells) or not any(map(_form, map(str.strip, cells))):
                table = _columns.columns(cells)
                continue
            table = [Column("")] * len(cells)
        _row(builder, table, cells, where, headings)


def names_columns(cells: Sequence[str]) -> bool:
    """Whether a row is a header for certain: it names columns of values or victims, and holds no value."""
    unnamed = Column("")
    short = [cell for cell in cells if len(cell.split()) <= _NAME]
    named = _columns.is_header(short) or any(map(holds_no_indicators, short))
    return named and not any(_cell(unnamed, cell.strip()).holds_value for cell in cells)


def is_clean(rows: Sequence[tuple[str, list[str]]]) -> bool:
    """Whether no cell that should hold values mixes them with words; the first row is the header."""
    table = _columns.columns(rows[0][1])
    return not any(
        column.meaning == "value" and cell.strip() and _mixed(_cell(column, cell.strip()))
        for _, cells in rows[1:]
        for column, cell in zip(table, cells, strict=False)
    )


def holds_no_indicators(name: str) -> bool:
    """Whether a column of that name holds victims or references."""
    return _columns.columns([name])[0].meaning in _NOT_VALUES


def _mixed(cell: _Cell) -> bool:
    return cell.holds_value and not all(found for _, found in cell.parts)


class _Cell(msgspec.Struct, frozen=True):
    """One cell: its text and the values it is made of, each with its observable when its form is one's.

    ``certain`` is that of a cell whose spelling leaves no question.
    """

    column: Column
    text: str
    parts: tuple[tuple[str, Observable | None], ...]
    certain: Observable | None = None

    @property
    def holds_value(self) -> bool:
        """Whether at least one part is an observable."""
        return any(found for _, found in self.parts)


def _cell(column: Column, text: str) -> _Cell:
    if column.meaning in _WORDS:
        return _Cell(column, text, ((text, None),))
    if (certain := lone(text)) is not None:
        return _Cell(column, text, ((text, certain),), certain)
    whole = _form(text)
    if whole is None:
        parts = tuple((part, _form(part)) for part in _SEPARATORS.split(text) if part)
        if len(parts) > 1 and any(found for _, found in parts):
            return _Cell(column, text, parts)
    return _Cell(column, text, ((text, whole),))


def _row(
    builder: Builder, table: Sequence[Column], cells: Sequence[str], where: str, headings: tuple[str, ...]
) -> None:
    if len(cells) > len(table):
        table = [*table, *[Column("")] * (len(cells) - len(table))]
    row = [_cell(column, text) for column, cell in zip(table, cells, strict=False) if (text := cell.strip())]
    by_meaning = {cell.column.meaning: cell.text for cell in reversed(row) if cell.column.meaning}
    silent = not headings and by_meaning.keys() <= _SILENT and all(cell.column.meaning for cell in row)
    context = Context(where=where) if silent else _context(row, by_meaning, where, headings)
    for cell in row:
        meaning, name = cell.column.meaning, cell.column.name
        if meaning == "pattern":
            named = _below(context, name)
            state_pattern(builder, cell.text, by_meaning.get("pattern_type", "").lower(), named)
        elif meaning == "value":
            _value(builder, cell, row, by_meaning.get("type", ""), _below(context, name))
        elif meaning in _NOT_VALUES and cell.holds_value:
            builder.refuse(cell.text, NOT_FOR_DETECTION, _NOT_VALUES[meaning], where=context.where)
        elif not meaning and cell.holds_value:
            _value(builder, cell, row, "", _below(context, name))


def _below(context: Context, name: str) -> Context:
    """The context of a cell in the column of that name, which may state a role."""
    return msgspec.structs.replace(context, words=(*context.words, name)) if name else context


def _value(builder: Builder, cell: _Cell, row: Sequence[_Cell], type_word: str, context: Context) -> None:
    """One cell of a value column; its kind comes from the column, the type column, or its form."""
    kind = cell.column.kind or (_columns.asked_kind(type_word) if type_word else None)
    if cell.certain is not None and (kind is None or is_asked(cell.certain, cell.text, kind)):
        builder.keep(cell.certain, cell.text, context)
        return
    if (span := RANGE.fullmatch(cell.text)) is not None:
        builder.state_range(span, context)
        return
    if kind is None and type_word and not cell.holds_value:
        kind = type_word.strip().lower()
    if kind in _RULES:
        builder.refuse(cell.text, PATTERN, f"a {kind} rule, not a value", kind=kind, where=context.where)
    elif kind is not None and kind not in (ADDRESS, HASH) and kind not in kinds():
        builder.not_searched(cell.text, kind, context.where)
    elif kind is not None and is_literal(kind):
        others = tuple(other.text for other in row if other is not cell and _says_kind(other))
        builder.state(cell.text, kind, msgspec.structs.replace(context, together=others))
    else:
        for value, found in cell.parts:
            if found and kind in (None, HASH):
                builder.keep(found, value, context)
            else:
                builder.state(value, kind, context)


def _says_kind(cell: _Cell) -> bool:
    """A value of a column that is named like its kind."""
    return cell.column.meaning == "value" and cell.column.kind is not None


def _form(text: str) -> Observable | None:
    """The observable that ``text`` wholly is."""
    try:
        return observe(text, None)
    except ObservableError:
        return None


def _context(
    row: Sequence[_Cell], by_meaning: dict[str, str], where: str, headings: tuple[str, ...]
) -> Context:
    described = [
        *headings,
        *(cell.text for cell in row if cell.column.meaning == "description" or _is_remark(cell)),
    ]
    seen = _seen(by_meaning.get("first_seen"), by_meaning.get("last_seen"))
    return Context(
        tlp=tlp(by_meaning.get("tlp", "")),
        pap=pap_tag(f"pap:{by_meaning.get('pap', '')}"),
        confidence=confidence(by_meaning.get("confidence")),
        valid_from=moment(by_meaning.get("valid_from")),
        valid_until=moment(by_meaning.get("valid_until")),
        description="; ".join(dict.fromkeys(filter(None, (*described, seen)))),
        words=tuple(described),
        actors=tuple(_names(by_meaning.get("actors", ""))),
        where=where,
    )


def _is_remark(cell: _Cell) -> bool:
    """Words in a table without a header."""
    return not cell.column.name and not cell.holds_value and any(map(str.isalpha, cell.text))


def _seen(first: str | None, last: str | None) -> str:
    if first and last:
        return f"seen from {first} to {last}"
    return f"first seen {first}" if first else f"last seen {last}" if last else ""


def _names(cell: str) -> Iterator[str]:
    """``['APT31']``, ``APT31, ZIRCONIUM``: the names in a cell."""
    yield from (name for part in re.split(r"[,;|]", cell.strip("[] ")) if (name := part.strip(" '\"")))


SPEC: Final = BulletinReader(
    name="csv",
    title="tables with a delimiter (CSV, TSV)",
    extensions=(".csv", ".tsv", ".tab"),
    sniff=_sniff,
    read=_read,
)
"""The reader."""
