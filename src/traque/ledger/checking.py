"""Whether a ledger is what it was when it was written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from traque.errors import LedgerDamaged, LedgerError
from traque.ledger import _disk, _manifest, _rows, _segments
from traque.ledger._manifest import DataFile
from traque.ledger._store import Ledger
from traque.model.ledger import LedgerChecked

SAMPLED: Final = 1 << 16
"""Rows of a file up to which all are looked at; of a larger one, those that begin with its first byte."""


def check(path: Path) -> LedgerChecked:
    """Compare every file with its SHA-256, its size and its rows with the manifest, and sample their order.

    What is wrong is told, not raised. UsageError where there is no ledger.
    """
    try:
        ledger = Ledger.open(path)
    except LedgerError as error:
        return LedgerChecked(
            ledger=str(path), sequence=0, files=0, bytes=0, rows=0, sources=0, faults=(str(error),)
        )
    manifest = ledger.manifest
    faults = [fault for file in manifest.files for fault in _faults(path, file)]
    known = _segments.Known()
    if not faults:
        known = ledger.known
        faults += _unknown(ledger)
    return LedgerChecked(
        ledger=str(path),
        sequence=manifest.sequence,
        files=len(manifest.files) + 1,
        bytes=sum(file.bytes for file in manifest.files) + (path / _manifest.NAME).stat().st_size,
        rows=sum(file.rows for file in manifest.rows),
        sources=len(known.sources),
        faults=tuple(faults),
    )


def _faults(folder: Path, file: DataFile) -> Iterator[str]:
    path = folder / file.name
    try:
        size, found = path.stat().st_size, _disk.digest(path)
    except OSError as error:
        yield f"{file.name}: {error.strerror or error}"
        return
    if size != file.bytes:
        yield f"{file.name}: it has {size:,} bytes, and had {file.bytes:,} when it was written"
    elif found != file.sha256:
        yield f"{file.name}: its SHA-256 is {found}, and was {file.sha256} when it was written"
    elif file.kind:
        yield from _row_faults(path, file)
    else:
        try:
            _segments.lines(folder, file)
        except LedgerDamaged as error:
            yield f"{file.name}: {error.what}"


def _row_faults(path: Path, file: DataFile) -> Iterator[str]:
    first, last = bytes.fromhex(file.first), bytes.fromhex(file.last)
    end = last + b"\0" if file.rows <= SAMPLED else first[:1] + b"\xff" * 8
    before: tuple[bytes, int, int, int] | None = None
    seen = 0
    try:
        for _, line in _rows.find(file.kind, [str(path)], [], [(first, end)]):
            now = (line.value, line.source, -1 << 31 if line.day is None else line.day, line.fact)
            if before is not None and now <= before:
                yield f"{file.name}: its rows are out of order at {line.value!r}"
                return
            before = now
            seen += 1
    except (OSError, ValueError) as error:
        yield f"{file.name}: {error}"
        return
    if file.rows <= SAMPLED and seen != file.rows:
        yield f"{file.name}: it holds {seen:,} rows, and the manifest says {file.rows:,}"


def _unknown(ledger: Ledger) -> Iterator[str]:
    """What the segments name and is not there."""
    keys, sources = len(ledger.manifest.keys), ledger.sources
    for source in sources.values():
        if not 0 <= source.key < keys or not 0 < source.number < ledger.manifest.number:
            yield f"source {source.number}: it has no key, or a number that was never given"
    for file in ledger.files.values():
        lost = [member.number for member in file.members if member.number not in sources]
        if lost:
            yield f"the file {file.path}: it holds source {lost[0]}, which is not there"
