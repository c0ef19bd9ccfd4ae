"""What becomes of a ledger in time: merged, purged, forgotten, held."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

import msgspec

from traque.errors import LedgerHeld, UsageError
from traque.ledger import _rows
from traque.ledger._known import KnownSource, Look
from traque.ledger._values import Asked, question, urls_at
from traque.ledger._writer import Purge, Writer
from traque.model import Observable

_SHOWN: Final = 5
"""Held sources that a refusal names."""


def purge(writer: Writer, now: datetime) -> int:
    """Remove the rows that are older than the ledger's retention, but those of sources under a legal hold.

    Answers of how many sources. Without a setting nothing is removed.
    """
    days = writer.settings.retention_days
    if days is None:
        return 0
    before = _day_of((now.astimezone(UTC) - timedelta(days=days)).date())
    return _remove_before(writer, before, f"rows of days before {_date(before)} went with the retention")


def overdue(sources: Iterable[KnownSource], retention_days: int | None, now: datetime) -> list[KnownSource]:
    """The sources with rows that are older than the retention, held ones too."""
    if retention_days is None:
        return []
    before = _day_of((now.astimezone(UTC) - timedelta(days=retention_days)).date())
    return [source for source in sources if _is_before(source, before)]


def compact(writer: Writer, now: datetime) -> int:
    """Merge all files of each table into one, and remove what is past the retention; of how many sources."""
    purged = purge(writer, now)
    if not purged:
        writer.commit(rewrite=True)
    return purged


def forget_before(writer: Writer, day: date) -> int:
    """Remove the rows of days before ``day``; of how many sources. LedgerHeld for any under a legal hold."""
    before = _day_of(day)
    _refuse([s for s in writer.known.sources.values() if s.hold and _is_before(s, before)])
    return _remove_before(writer, before, f"rows of days before {day} were forgotten")


def forget_sources(writer: Writer, numbers: Iterable[int]) -> int:
    """Remove sources with all their rows; how many. LedgerHeld, UsageError for a number that is none."""
    sources = _named(writer, numbers)
    _refuse([source for source in sources if source.hold])
    for source in sources:
        writer.drop(source.number)
    writer.commit(rewrite=True)
    return len(sources)


def forget_values(writer: Writer, values: Sequence[Observable]) -> int:
    """Remove values, with all below names and inside networks, and the URLs at them; how many there were.

    LedgerHeld when one of them stands in a source under a legal hold, UsageError for a kind that is not held.
    """
    dropped: dict[str, set[bytes]] = {}
    touched: set[int] = set()
    for value in values:
        asked = question(value)
        if asked is None:
            raise UsageError(f"values of the kind {value.kind} are in no ledger", where=value.value)
        for one in (asked, *urls_at(value)):
            for found in _lines(writer, one):
                dropped.setdefault(one.table, set()).add(found.value)
                touched.add(found.source)
    sources = [writer.known.sources[number] for number in sorted(touched & set(writer.known.sources))]
    _refuse([source for source in sources if source.hold])
    if not dropped:
        return 0
    for source in sources:
        writer.put(_reduced(source, "values of it were forgotten"))
    writer.commit(purge=Purge(values={table: tuple(sorted(found)) for table, found in dropped.items()}))
    return sum(map(len, dropped.values()))


def hold(writer: Writer, numbers: Iterable[int], reason: str) -> int:
    """Put sources under a legal hold, or lift it with an empty ``reason``; how many changed."""
    changed = [source for source in _named(writer, numbers) if source.hold != reason]
    for source in changed:
        writer.put(msgspec.structs.replace(source, hold=reason))
    if changed:
        writer.commit()
    return len(changed)


def _remove_before(writer: Writer, before: int, why: str) -> int:
    sources = list(writer.known.sources.values())
    held = tuple(source.number for source in sources if source.hold)
    old = [source for source in sources if not source.hold and _is_before(source, before)]
    if not old:
        return 0
    for source in old:
        is_empty = source.last is None or source.last < before
        if is_empty:
            writer.empty(source.number)
        writer.put(_reduced(source, why, since=before, is_empty=is_empty))
    writer.forgotten = max(before, writer.forgotten or before)
    writer.commit(purge=Purge(before=before, kept=held))
    return len(old)


def _is_before(source: KnownSource, before: int) -> bool:
    """Whether a source has rows of days before this one; one without times has the day that it was added."""
    if source.first is not None:
        return source.first < before
    return bool(source.rows) and source.added is not None and _day_of(source.added.date()) < before


def _reduced(
    source: KnownSource, why: str, *, since: int | None = None, is_empty: bool = False
) -> KnownSource:
    """A source of which rows are gone: it is not read again by ``add``, nor believed by a hunt."""
    reading = source.read()
    timeline = reading.timeline if since is None else reading.timeline.since(since)
    reading = msgspec.structs.replace(reading, timeline=timeline, near=Look(), far=Look())
    days = timeline.days
    return msgspec.structs.replace(
        source,
        partial=why,
        rows=0 if is_empty else source.rows,
        first=days[0] if days else None,
        last=days[-1] if days else None,
        reading=msgspec.Raw(msgspec.json.encode(reading)),
    )


def _named(writer: Writer, numbers: Iterable[int]) -> list[KnownSource]:
    found = []
    for number in dict.fromkeys(numbers):
        source = writer.known.sources.get(number)
        if source is None:
            raise UsageError(f"the ledger has no source {number}", remedy="traque ledger status lists them")
        found.append(source)
    return found


def _lines(writer: Writer, asked: Asked) -> Iterable[_rows.Line]:
    files = [str(writer.folder / file.name) for file in writer.manifest.rows if file.kind == asked.table]
    return (line for _, line in _rows.find(asked.table, files, asked.points, asked.ranges)) if files else ()


def _refuse(held: Sequence[KnownSource]) -> None:
    if held:
        names = ", ".join(f"{source.number} ({source.path}: {source.hold})" for source in held[:_SHOWN])
        more = f" and {len(held) - _SHOWN} more" if len(held) > _SHOWN else ""
        raise LedgerHeld(
            f"nothing was removed: under a legal hold are {names}{more}",
            remedy="lift it with: traque ledger hold --lift",
        )


def _day_of(day: date) -> int:
    return day.toordinal() - date(1970, 1, 1).toordinal()


def _date(day: int) -> date:
    return date.fromordinal(day + date(1970, 1, 1).toordinal())
