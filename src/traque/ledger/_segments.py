"""Segments: what is known of sources and files, as lines of JSON under Zstandard.

A line is an object with one member, ``source`` or ``file``. Of several lines for one number or path, in the
order of the manifest and of the lines, the last counts; ``"gone": true`` takes it off.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from traque.errors import LedgerDamaged
from traque.ledger import _disk
from traque.ledger._known import KnownFile, KnownSource
from traque.ledger._manifest import DataFile

FOLDER: Final = "sources"
_LEVEL: Final = 3
_MOST: Final = 4 << 30
"""Bytes that a segment may unfold to."""


class _Line(msgspec.Struct, frozen=True, omit_defaults=True):
    source: KnownSource | None = None
    file: KnownFile | None = None


class Known:
    """The sources by number, the files by path."""

    def __init__(self) -> None:
        self.sources: dict[int, KnownSource] = {}
        self.files: dict[str, KnownFile] = {}
        self._holders: dict[int, set[str]] = defaultdict(set)

    def take(self, line: KnownSource | KnownFile) -> None:
        """A line of a segment."""
        if isinstance(line, KnownSource):
            if line.gone:
                self.sources.pop(line.number, None)
            else:
                self.sources[line.number] = line
        else:
            self._take_file(line)

    def holding(self, number: int, *, parts: bool = False) -> list[KnownFile]:
        """The files that hold a source; with ``parts`` also those that hold only its beginning."""
        return [
            self.files[path]
            for path in sorted(self._holders.get(number, ()))
            if parts or any(m.number == number and not m.part for m in self.files[path].members)
        ]

    def _take_file(self, file: KnownFile) -> None:
        before = self.files.pop(file.path, None)
        for member in before.members if before is not None else ():
            self._holders[member.number].discard(file.path)
        if not file.gone:
            self.files[file.path] = file
            for member in file.members:
                self._holders[member.number].add(file.path)


def read(folder: Path, segments: Iterable[DataFile]) -> Known:
    """What all segments say. FileNotFoundError when one is gone, LedgerDamaged when one is broken."""
    known = Known()
    for segment in segments:
        for line in lines(folder, segment):
            known.take(line)
    return known


def lines(folder: Path, segment: DataFile) -> list[KnownSource | KnownFile]:
    """The lines of one segment."""
    import zstandard

    path = folder / segment.name
    data = path.read_bytes()
    try:
        text = zstandard.ZstdDecompressor().decompress(data, max_output_size=_MOST)
        found = msgspec.json.Decoder(_Line).decode_lines(text)
    except (zstandard.ZstdError, msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise LedgerDamaged(f"it is damaged: {error}", where=str(path), remedy=REPAIR) from None
    if len(found) != segment.rows:
        raise LedgerDamaged(
            f"it holds {len(found):,} lines, and the manifest says {segment.rows:,}", where=str(path)
        )
    return [line.source or line.file for line in found if line.source or line.file]  # type: ignore[misc]


REPAIR: Final = "traque ledger verify lists what is damaged; bring the file back from a copy of the ledger"


def write(folder: Path, name: str, made: int, content: Iterable[KnownSource | KnownFile]) -> DataFile:
    """Write a segment; it counts once the manifest names it."""
    import zstandard

    found = [_Line(source=c) if isinstance(c, KnownSource) else _Line(file=c) for c in content]
    data = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(
        msgspec.json.Encoder().encode_lines(found)
    )
    path = folder / FOLDER / name
    path.parent.mkdir(exist_ok=True)
    _disk.write(path, data)
    import hashlib

    return DataFile(
        name=f"{FOLDER}/{name}",
        bytes=len(data),
        rows=len(found),
        sha256=hashlib.sha256(data).hexdigest(),
        made=made,
    )
