"""What a ledger holds: the document of ``traque ledger status``."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from traque.ledger import _manifest
from traque.ledger._known import Key, KnownSource, Reading
from traque.ledger._manifest import Settings
from traque.ledger._store import Ledger
from traque.ledger.upkeep import overdue
from traque.model import Gap
from traque.triage.coverage import Timeline, by_day, cover
from traque.triage.streams import Carrier, name_streams


class KindHeld(msgspec.Struct, frozen=True, kw_only=True):
    """One table: its files, rows and bytes."""

    kind: str
    files: int
    rows: int
    bytes: int


class StreamHeld(msgspec.Struct, frozen=True, kw_only=True):
    """One stream: what days of it the ledger holds, and where it is silent."""

    name: str
    format: str
    sources: int
    records: int
    bytes: int
    first: datetime | None
    last: datetime | None
    days: int
    gaps: tuple[Gap, ...]
    by_day: dict[str, int]


class SourceHeld(msgspec.Struct, frozen=True, kw_only=True):
    """One source; ``there`` is whether a file that holds it is still where it was."""

    number: int
    path: str
    stream: str
    format: str
    records: int
    bytes: int
    rows: int
    first: datetime | None
    last: datetime | None
    added: datetime | None
    key: int
    complete: bool
    why: str
    hold: str
    partial: str
    there: bool


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """What the ledger holds. ``ratio`` is of its bytes on the disk to those of the logs, decompressed."""

    schema: str = "traque/ledger-status/1"
    ledger: str
    sequence: int
    written: datetime
    version: str
    files: int
    bytes: int
    rows: int
    raw_bytes: int
    records: int
    ratio: float | None
    first: datetime | None
    last: datetime | None
    days: int
    settings: Settings
    forgotten_before: str | None
    overdue: tuple[int, ...]
    held: tuple[int, ...]
    keys: tuple[Key, ...]
    kinds: tuple[KindHeld, ...]
    streams: tuple[StreamHeld, ...]
    sources: tuple[SourceHeld, ...]


def status(path: Path, now: datetime) -> Status:
    """What the ledger in ``path`` holds. Raises as :meth:`traque.ledger.Ledger.open`."""
    ledger = Ledger.open(path)
    known = [(source, source.read()) for _, source in sorted(ledger.sources.items())]
    manifest = ledger.manifest
    names = name_streams(
        [
            Carrier(path=source.path, format=reading.format, device=reading.whole.device, name=source.stream)
            for source, reading in known
        ]
    )
    streams: dict[str, list[Reading]] = defaultdict(list)
    for (_, reading), name in zip(known, names, strict=True):
        streams[name].append(reading)
    size = sum(file.bytes for file in manifest.files) + (path / _manifest.NAME).stat().st_size
    raw = sum(reading.bytes for _, reading in known)
    everything = cover([Timeline.restored(reading.timeline) for _, reading in known])
    return Status(
        ledger=str(path),
        sequence=manifest.sequence,
        written=manifest.written,
        version=manifest.version,
        files=len(manifest.files) + 1,
        bytes=size,
        rows=sum(file.rows for file in manifest.rows),
        raw_bytes=raw,
        records=sum(reading.records for _, reading in known),
        ratio=size / raw if raw else None,
        first=everything.first,
        last=everything.last,
        days=len(everything.days),
        settings=manifest.settings,
        forgotten_before=None
        if manifest.forgotten is None
        else datetime.fromtimestamp(manifest.forgotten * 86_400, UTC).date().isoformat(),
        overdue=tuple(
            source.number
            for source in overdue(ledger.sources.values(), manifest.settings.retention_days, now)
        ),
        held=tuple(source.number for source, _ in known if source.hold),
        keys=manifest.keys,
        kinds=tuple(_kinds(ledger)),
        streams=tuple(_stream(name, group) for name, group in sorted(streams.items())),
        sources=tuple(
            _source(ledger, source, reading, name)
            for (source, reading), name in zip(known, names, strict=True)
        ),
    )


def _kinds(ledger: Ledger) -> list[KindHeld]:
    kinds = dict.fromkeys(file.kind for file in ledger.manifest.rows)
    held = [[file for file in ledger.manifest.rows if file.kind == kind] for kind in kinds]
    return [
        KindHeld(
            kind=files[0].kind,
            files=len(files),
            rows=sum(file.rows for file in files),
            bytes=sum(file.bytes for file in files),
        )
        for files in held
    ]


def _stream(name: str, group: list[Reading]) -> StreamHeld:
    timelines = [Timeline.restored(reading.timeline) for reading in group]
    span = cover(timelines)
    return StreamHeld(
        name=name,
        format=group[0].format,
        sources=len(group),
        records=sum(reading.records for reading in group),
        bytes=sum(reading.bytes for reading in group),
        first=span.first,
        last=span.last,
        days=len(span.days),
        gaps=span.gaps,
        by_day=by_day(timelines),
    )


def _source(ledger: Ledger, source: KnownSource, reading: Reading, stream: str) -> SourceHeld:
    return SourceHeld(
        number=source.number,
        path=source.path,
        stream=stream,
        format=reading.format,
        records=reading.records,
        bytes=reading.bytes,
        rows=source.rows,
        first=_moment(reading.timeline.first),
        last=_moment(reading.timeline.last),
        added=source.added,
        key=source.key,
        complete=reading.complete,
        why=reading.why,
        hold=source.hold,
        partial=source.partial,
        there=any(Path(file.path).exists() for file in ledger.known.holding(source.number)),
    )


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
