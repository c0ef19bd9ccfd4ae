"""What a ledger holds: the document of ``traque ledger status``."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from traque.ledger import _manifest
from traque.ledger._known import KnownSource, Reading
from traque.ledger._store import Ledger
from traque.ledger.upkeep import overdue
from traque.model.ledger import LedgerKey, LedgerKind, LedgerSource, LedgerStatus, LedgerStream
from traque.triage.coverage import Timeline, by_day, cover
from traque.triage.streams import Carrier, name_streams


def status(path: Path, now: datetime) -> LedgerStatus:
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
    return LedgerStatus(
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
        retention_days=manifest.settings.retention_days,
        legal_basis=manifest.settings.legal_basis,
        inner=manifest.settings.inner,
        forgotten_before=None
        if manifest.forgotten is None
        else datetime.fromtimestamp(manifest.forgotten * 86_400, UTC).date().isoformat(),
        removed={one.date.isoformat(): one.sources for one in manifest.removed},
        overdue=tuple(
            source.number
            for source in overdue(ledger.sources.values(), manifest.settings.retention_days, now)
        ),
        held=tuple(source.number for source, _ in known if source.hold),
        keys=tuple(_keys(ledger)),
        kinds=tuple(_kinds(ledger)),
        streams=tuple(_stream(name, group) for name, group in sorted(streams.items())),
        sources=tuple(
            _source(ledger, source, reading, name)
            for (source, reading), name in zip(known, names, strict=True)
        ),
    )


def _keys(ledger: Ledger) -> list[LedgerKey]:
    """Those that sources have."""
    used = Counter(source.key for source in ledger.sources.values())
    return [
        LedgerKey(number=number, sources=count, **msgspec.structs.asdict(ledger.manifest.keys[number]))
        for number, count in sorted(used.items())
    ]


def _kinds(ledger: Ledger) -> list[LedgerKind]:
    kinds = dict.fromkeys(file.kind for file in ledger.manifest.rows)
    held = [[file for file in ledger.manifest.rows if file.kind == kind] for kind in kinds]
    return [
        LedgerKind(
            kind=files[0].kind,
            files=len(files),
            rows=sum(file.rows for file in files),
            bytes=sum(file.bytes for file in files),
        )
        for files in held
    ]


def _stream(name: str, group: list[Reading]) -> LedgerStream:
    timelines = [Timeline.restored(reading.timeline) for reading in group]
    span = cover(timelines)
    return LedgerStream(
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


def _source(ledger: Ledger, source: KnownSource, reading: Reading, stream: str) -> LedgerSource:
    return LedgerSource(
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
