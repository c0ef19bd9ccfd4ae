"""What becomes of a ledger in time: merged, purged, forgotten, held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from traque.errors import LedgerHeld, UsageError
from traque.ledger import _rows
from traque.ledger._asking import Pseudonyms, asked_for
from traque.ledger._known import KnownSource, Look
from traque.ledger._manifest import Removed
from traque.ledger._secret import secret_of
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


class Forgotten(NamedTuple):
    """How many sources lost rows of their days, how many all that they had, and how many values are gone."""

    emptied: int
    sources: int
    values: int


def forget(
    writer: Writer,
    *,
    before: date | None = None,
    sources: Sequence[str] = (),
    values: Sequence[Observable] = (),
    key: Path | None = None,
) -> Forgotten:
    """Remove rows of days before ``before``, ``sources`` (:func:`named`) with all they have, and ``values``.

    Of a name also what is below it, of a network what is inside, and URLs at them. Gone from the disk when
    this returns. LedgerHeld, and nothing is removed, when any of it is under a legal hold; UsageError for a
    source that is none, for a value of a kind that no ledger holds, and for one that may have a pseudonym
    without the file of the ledger's ``key``.
    """
    wanted = named(writer, sources)
    day = None if before is None else _day_of(before)
    dropped, touched = _rows_of(writer, values, secret_of(writer.settings, key))
    old = [] if day is None else [s for s in writer.known.sources.values() if _is_before(s, day)]
    _refuse([source for source in (*wanted, *old, *touched) if source.hold])
    for source in wanted:
        writer.drop(source.number)
    for source in touched:
        if source.number in writer.known.sources:
            writer.put(_reduced(source, "values of it were forgotten"))
    if wanted:
        writer.removed = _with(writer.removed, _day_of(datetime.now(UTC).date()), len(wanted))
    if wanted or dropped:
        purge = Purge(values={table: tuple(sorted(found)) for table, found in dropped.items()})
        writer.commit(purge=purge, rewrite=bool(wanted))
    emptied = 0 if day is None else _remove_before(writer, day, f"rows before {before} were forgotten")
    return Forgotten(emptied, len(wanted), sum(map(len, dropped.values())))


def settle(writer: Writer, *, retention_days: int | None, drop: bool, basis: str | None) -> None:
    """Change the settings that are given; ``drop`` ends the retention."""
    settings = writer.settings
    if retention_days is not None or drop:
        settings = msgspec.structs.replace(settings, retention_days=retention_days)
    if basis is not None:
        settings = msgspec.structs.replace(settings, legal_basis=basis)
    writer.settings = settings
    writer.commit()


def named(writer: Writer, names: Iterable[str]) -> list[KnownSource]:
    """The sources of these numbers, and those whose path a glob matches. UsageError for a name of none."""
    found: dict[int, KnownSource] = {}
    for name in names:
        one = writer.known.sources.get(int(name)) if name.isascii() and name.isdigit() else None
        some = [one] if one else [s for s in writer.known.sources.values() if fnmatchcase(s.path, name)]
        if not some:
            raise UsageError(f"the ledger has no source {name!r}", remedy="traque ledger status lists them")
        found.update((source.number, source) for source in some)
    return list(found.values())


def hold(writer: Writer, names: Iterable[str], reason: str) -> int:
    """Put sources (:func:`named`) under a legal hold, or lift it (no ``reason``); how many changed."""
    changed = [source for source in named(writer, names) if source.hold != reason]
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


def _rows_of(
    writer: Writer, values: Sequence[Observable], secret: bytes | None
) -> tuple[dict[str, set[bytes]], list[KnownSource]]:
    """By table the values that are to go, and the sources in which they stand."""
    dropped: dict[str, set[bytes]] = defaultdict(set)
    numbers: set[int] = set()
    pseudonyms = Pseudonyms.of(writer.manifest, secret)
    for value in values:
        wanted = question(value)
        if wanted is None:
            raise UsageError(f"values of the kind {value.kind} are in no ledger", where=value.value)
        if pseudonyms is not None and pseudonyms.may_hide(value):
            secret_of(writer.settings, None, needed=True)
        asked = [(wanted, form) for form in asked_for(value, wanted, pseudonyms)]
        for whole, form in (*asked, *((urls, urls) for urls in urls_at(value))):
            for found in _lines(writer, form):
                known = writer.known.sources.get(found.source)
                if pseudonyms is None or known is None or pseudonyms.told(known.key, whole, found.value):
                    dropped[form.table].add(found.value)
    for table, gone in dropped.items():  # whatever they mean elsewhere: they go from all sources
        numbers.update(found.source for found in _lines(writer, Asked(table, tuple(sorted(gone)))))
    return dropped, [s for number, s in sorted(writer.known.sources.items()) if number in numbers]


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


def _with(removed: tuple[Removed, ...], day: int, sources: int) -> tuple[Removed, ...]:
    """What was removed, and so many sources on a day, which is not before the others."""
    if removed and removed[-1].day == day:
        return (*removed[:-1], Removed(day, removed[-1].sources + sources))
    return (*removed, Removed(day, sources))


def _day_of(day: date) -> int:
    return day.toordinal() - date(1970, 1, 1).toordinal()


def _date(day: int) -> date:
    return date.fromordinal(day + date(1970, 1, 1).toordinal())
