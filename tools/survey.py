"""Writes what traque makes of every source below a folder, as a table: ``tools/survey.py FOLDER TABLE``.

A row a source: in which containers it lies, which decoder or encoding, which log format, and how many of its
records are understood, dated and have endpoints. The last two columns, ``what`` and ``why``, are written by
hand and kept: what the folder or the file's name says that it is, and why a number is low. Comments and
empty lines are no records. ``addressed`` are records in which an address stands by a plain expression;
``endpoints`` are those of them whose source or destination is known. What another program decodes (nfcapd)
has no numbers.
"""

from __future__ import annotations

import ipaddress
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from traque.diagnostics import Diagnostics
from traque.errors import SourceError
from traque.hunt.decoding import DecodedText
from traque.logs import recognise
from traque.model import Event
from traque.sources import Source, open_entry, walk
from traque.sources.decoders import Reading, decoder_for
from traque.sources.encoding import Transcoder, detect
from traque.sources.framing import framed_head, framing_of
from traque.sources.recognise import encoded_container
from traque.sources.streams import HEAD

COLUMNS: Final = (
    "path", "container", "decoder", "format",
    "records", "parsed", "dated", "addressed", "endpoints",
    "what", "why",
)  # fmt: skip
LOW: Final = 0.95
"""A share below this needs a reason."""

_IPV4: Final = re.compile(rb"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\d)")
_IPV6: Final = re.compile(rb"(?<![\w:.])[0-9A-Fa-f:]*:[0-9A-Fa-f]*:[0-9A-Fa-f:]+(?![\w.])")
_ENDS: Final = ("source.ip", "destination.ip")


class Row(NamedTuple):
    """One source."""

    path: str
    container: str
    decoder: str
    format: str
    records: int = 0
    parsed: int = 0
    dated: int = 0
    addressed: int = 0
    endpoints: int = 0
    what: str = ""
    why: str = ""

    def low(self) -> list[str]:
        """The counts that are below :data:`LOW` of what they could be."""
        shares = (
            ("parsed", self.parsed, self.records),
            ("dated", self.dated, self.records),
            ("endpoints", self.endpoints, self.addressed),
        )
        return [name for name, count, whole in shares if count < LOW * whole]


def survey(folder: Path) -> Iterator[Row]:
    """A row for each source below the folder, in the order of a hunt."""
    diagnostics = Diagnostics()
    for entry in walk([folder], diagnostics=diagnostics):
        for source in open_entry(entry, diagnostics=diagnostics):
            yield _row(source, source.path.split(f"{folder.name}/", 1)[-1])


def _row(source: Source, path: str) -> Row:
    try:
        head = source.head()
        data = b"".join(_chunks(source))
    except SourceError:
        return Row(path, "+".join(source.container), "", "unreadable")
    container, encoding = "+".join(source.container), detect(head)
    decoder = decoder_for(head, source.name)
    if decoder is not None and decoder.program:
        return Row(path, container, decoder.name, decoder.name)  # another program reads it
    if decoder is not None:
        text = DecodedText(decoder, Reading(iter((data,)), source.name))
        lines, encoding = b"".join(text.batches()), decoder.name
        head = lines[:HEAD]
    elif (encoded := encoded_container(head, source.name)) is not None:
        return Row(path, container, "", encoded)
    else:
        if encoding != "utf-8":
            data, head = (_as_utf8(encoding, part) for part in (data, head))
        framing = framing_of(head)
        lines = data if framing is None else framing.feed(data) + framing.finish()
        head = framed_head(head)
    if decoder is not None and not lines:
        return Row(path, container, decoder.name, decoder.name)
    found = recognise(head, source.path)
    counts = [0] * 5
    for line in lines.split(b"\n"):
        record = line.removeprefix(b"\xef\xbb\xbf").strip(b"\r")
        if record.strip() and not record.startswith(b"#"):
            event = found.reader.parse(record)
            has = _has_address(record)
            for at, one in enumerate((True, event, event and event.time, has, has and _has_ends(event))):
                counts[at] += bool(one)
    return Row(path, container, "" if encoding == "utf-8" else encoding, found.format, *counts)


def _chunks(source: Source) -> Iterator[bytes]:
    try:
        yield from source.chunks()
    except SourceError:
        return  # what was read before is surveyed


def _as_utf8(encoding: str, data: bytes) -> bytes:
    transcoder = Transcoder(encoding)
    return transcoder.feed(data) + transcoder.finish()


def _has_ends(event: Event | None) -> bool:
    return event is not None and any(name in event.fields for name in _ENDS)


def _has_address(record: bytes) -> bool:
    return any(_is_address(found[0]) for form in (_IPV4, _IPV6) for found in form.finditer(record))


def _is_address(text: bytes) -> bool:
    try:
        address = ipaddress.ip_address(text.decode())
    except ValueError:
        return False
    return not (address.is_unspecified or (text.count(b":") == 2 and b"::" not in text))


def read_table(path: Path) -> list[Row]:
    """The rows of a table that was written."""
    lines = path.read_text().splitlines()[1:] if path.exists() else []
    cells = [line.split("\t") for line in lines]
    return [Row(*row[:4], *map(int, row[4:9]), *row[9:]) for row in cells]


def write_table(path: Path, rows: list[Row]) -> None:
    """One row a line, with tabs between."""
    lines = ("\t".join(map(str, row)) for row in (COLUMNS, *rows))
    path.write_text("".join(f"{line}\n" for line in lines))


def main(folder: str, table: str) -> None:
    """Measure again; what was written by hand stays."""
    by_hand = {row.path: (row.what, row.why) for row in read_table(Path(table))}
    rows = []
    for row in survey(Path(folder)):
        what, why = by_hand.get(row.path, ("", ""))
        rows.append(row._replace(what=what, why=why))
    write_table(Path(table), rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
