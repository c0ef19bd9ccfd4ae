"""Which sources of a ledger a file holds, told by what is in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from traque import timestamps
from traque.diagnostics import Diagnostics
from traque.errors import SourceError
from traque.hunt.restoring import Unopened
from traque.ledger import KnownSource, Reading
from traque.sources import Entry, Source, open_entry
from traque.sources.decoders import decoder_for
from traque.sources.duplicates import Beginning, ContentDigest, Marks, Reopenable, beginning
from traque.sources.encoding import detect
from traque.sources.recognise import encoded_container

_DAY: Final = timedelta(days=1)
_NEARLY_A_YEAR: Final = timedelta(days=360)


class Content(NamedTuple):
    """What a source is told by."""

    head: Beginning
    digest: str
    size: int


class Contents:
    """The sources of a ledger by their content; they change with it."""

    def __init__(self, sources: Mapping[int, KnownSource]) -> None:
        self._sources = sources
        self._digests: dict[str, int] = {}
        self._heads: dict[str, set[int]] = defaultdict(set)
        self._lines: dict[str, set[int]] = defaultdict(set)
        for source in sources.values():
            self.take(source)

    def take(self, source: KnownSource) -> None:
        """A source is in the ledger."""
        self._digests[source.digest] = source.number
        self._heads[source.head.lines].add(source.number)
        self._lines[source.head.line].add(source.number)

    def leave(self, source: KnownSource) -> None:
        """A source is no longer in it."""
        if self._digests.get(source.digest) == source.number:
            del self._digests[source.digest]
        self._heads[source.head.lines].discard(source.number)
        self._lines[source.head.line].discard(source.number)

    def equal(self, digest: str) -> KnownSource | None:
        """The source with this content."""
        return self._sources.get(self._digests.get(digest, 0))

    def alike(self, head: Beginning) -> list[KnownSource]:
        """The sources of which one may begin with the other."""
        numbers = set(self._heads.get(head.lines, ()))
        for number in self._lines.get(head.line, ()) if head.line else ():
            if head.is_short or self._sources[number].head.is_short:
                numbers.add(number)
        return [self._sources[number] for number in sorted(numbers)]


def head_of(source: Source) -> Beginning:
    """By what sources that may hold the same are told at a glance."""
    return beginning(source.head())


def digest_for(source: Source, at: Iterable[int] = ()) -> ContentDigest:
    """The digest of a source, about to be fed; ``at`` are lengths of its text that are of interest too."""
    head = source.head()
    is_binary = decoder_for(head, source.name) is not None or bool(encoded_container(head, source.name))
    return ContentDigest(detect(head), is_text=not is_binary, at=at)


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
