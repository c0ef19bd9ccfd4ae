"""The manifest of an evidence bag (``traque/evidence-bag/1``): which records are in it, and where from."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from traque.model.result import HashedFile

BAG_SCHEMA: Final = "traque/evidence-bag/1"


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What a record is evidence of: an indicator, and what it amounts to."""

    kind: str
    value: str
    verdict: str
    why: str
    match: str
    offset: int


class BagRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One record: the file of the bag that holds it, and where it stood.

    ``sha256`` is of the file in the bag, which is the record byte for byte; ``cut``: of a record of
    ``length`` bytes only the part around the match was kept. ``chain`` is the SHA-256 of the chain before (of
    the digest of the result, for the first), a line end, and this entry in canonical JSON without ``chain``:
    no entry can be taken out, added or moved without all the later ones changing.
    """

    file: str
    sha256: str
    source: str
    line: int
    length: int
    cut: bool
    time: datetime | None
    shows: tuple[Shown, ...]
    chain: str = ""


class BagSource(msgspec.Struct, frozen=True, kw_only=True):
    """A source of records in the bag. ``sha256``, where asked for, is of its decompressed bytes."""

    path: str
    stream: str
    format: str
    bytes: int
    records: int
    complete: bool
    fingerprint: str
    sha256: str


class BagManifest(msgspec.Struct, frozen=True, kw_only=True):
    """``manifest.json`` of a bag. ``chain`` is that of the last record, ``result`` the result's digest."""

    schema: str = BAG_SCHEMA
    result: str
    hunted: datetime
    version: str
    bulletins: tuple[str, ...]
    files: tuple[HashedFile, ...]
    """The bulletins' files."""
    sources: tuple[BagSource, ...]
    records: tuple[BagRecord, ...]
    chain: str
