"""Which sources of a ledger a file holds, told by what is in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from traque import timestamps
from traque.diagnostics import Diagnostics
from traque.errors import SourceError
from traque.hunt.restoring import Unopened
from traque.ledger import KnownSource, Reading
from traque.sources import Entry, Source, open_entry
from traque.sources.contents import digest_for, head_of

_DAY: Final = timedelta(days=1)
_NEARLY_A_YEAR: Final = timedelta(days=360)


class Content(NamedTuple):
    """What a source is told by."""

    head: str
    digest: str
    size: int


class Contents:
    """The sources of a ledger by their content; they change with it."""

    def __init__(self, sources: Mapping[int, KnownSource]) -> None:
        self._sources = sources
        self._digests: dict[str, int] = {}
        self._heads: dict[str, set[int]] = defaultdict(set)
        for source in sources.values():
            self.take(source)

    def take(self, source: KnownSource) -> None:
        """A source is in the ledger."""
        self._digests[source.digest] = source.number
        self._heads[source.head].add(source.number)

    def leave(self, source: KnownSource) -> None:
        """A source is no longer in it."""
        if self._digests.get(source.digest) == source.number:
            del self._digests[source.digest]
        self._heads[source.head].discard(source.number)

    def equal(self, digest: str) -> KnownSource | None:
        """The source with this content."""
        return self._sources.get(self._digests.get(digest, 0))

    def alike(self, head: str) -> list[KnownSource]:
        """The sources that begin like it."""
        return [self._sources[number] for number in sorted(self._heads.get(head, ()))]


def content_of(source: Source, head: str, at: Iterable[int] = ()) -> tuple[Content, dict[int, str]] | None:
    """Read a source for its content, and for the digests of its beginnings; None if it cannot be read."""
    digest = digest_for(source, at)
    try:
        for chunk in source.chunks():
            digest.feed(chunk)
    except SourceError:
        return None
    digest.finish()
    return Content(head, digest.hexdigest(), digest.size), digest.beginnings


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
            read = content_of(source, head)
            same = known.equal(read[0].digest) if read is not None else None
            if same is None or not has_same_years(same.read(), source.path, source.mtime):
                return None
            found.append((source.path.removeprefix(entry.display).removeprefix("/"), same))
    return found or None


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
