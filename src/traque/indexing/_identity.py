"""Which sources of a ledger a file holds, told by what is in it."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from traque import timestamps
from traque.diagnostics import Diagnostics
from traque.errors import SourceError
from traque.hunt.restoring import Unopened
from traque.ledger import Contents, KnownSource, Reading
from traque.sources import Entry, Source, open_entry
from traque.sources.contents import digest_for, head_of
from traque.sources.duplicates import Beginning, Marks, Reopenable

_DAY: Final = timedelta(days=1)
_NEARLY_A_YEAR: Final = timedelta(days=360)


class Content(NamedTuple):
    """What a source is told by."""

    head: Beginning
    digest: str
    size: int


def digest_of(source: Source) -> str:
    """Read a source for the digest of its content; empty if it cannot be read."""
    digest = digest_for(source)
    try:
        for chunk in source.chunks():
            digest.feed(chunk)
    except SourceError:
        return ""
    digest.finish()
    return digest.hexdigest()


def share_in(marks: Collection[int], source: Reopenable) -> float:
    """How many of the lines that ``marks`` are of stand in a source, as a share."""
    if not marks:
        return 0.0
    found = Marks(marks)
    try:
        again = source.reopen()
        digest = digest_for(again)
        digest.watch = found
        for chunk in again.chunks():
            digest.feed(chunk)
        digest.finish()
    except SourceError:
        pass
    return len(found.seen) / len(set(marks))


def contents_of(entry: Entry, known: Contents) -> list[tuple[str, KnownSource]] | None:
    """Path and source of all that is in a file, when all of it is in the ledger; else None.

    Read are only sources that begin like one of the ledger.
    """
    found = []
    with closing(open_entry(entry, diagnostics=Diagnostics())) as sources:
        for source in sources:
            head = head_of(source)
            if not known.alike(head):
                return None
            same = known.equal(digest_of(source))
            if same is None or not has_same_years(same.read(), source.path, source.mtime):
                return None
            found.append((source.path.removeprefix(entry.display).removeprefix("/"), same))
    return found or None


def digest_of_first(whole: Reopenable, size: int) -> str:
    """The digest of the first ``size`` bytes of the text of a source; empty when it cannot be read so far."""
    try:
        source = whole.reopen()
        digest = digest_for(source, [size])
        for chunk in source.chunks():
            digest.feed(chunk)
            if size in digest.beginnings:
                return digest.beginnings[size]
        digest.finish()
        return digest.beginnings.get(size, "")
    except SourceError:
        return ""


def has_same_years(reading: Reading, path: str, mtime: datetime | None) -> bool:
    """Whether times that state no year, read under this name and date, are those that were read."""
    before = reading.year_latest
    after = timestamps.rotation_date(path) or mtime
    first, last = reading.timeline.first, reading.timeline.last
    if before is None or before == after:
        return True
    if after is None or first is None or last is None or reading.folded:
        return False
    utc = after.tzinfo
    return (
        datetime.fromtimestamp(last, utc) - _DAY
        <= after
        < datetime.fromtimestamp(first, utc) + _NEARLY_A_YEAR
    )


def unopened(path: str, entry: Entry) -> Unopened:
    """A source of a file, to be read when it is wanted."""
    return Unopened(path, entry)
