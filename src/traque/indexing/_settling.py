"""Where a source that was read has its place in the ledger: new, known, or in the place of another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from traque.diagnostics import Diagnostics
from traque.hunt.restoring import Unopened, notes_of
from traque.indexing._identity import digest_of_first, has_same_years, share_in
from traque.indexing._search import KeptSearch
from traque.ledger import Contents, FileId, KnownFile, KnownSource, Member, Writer, path_key
from traque.sources import Entry

NOT_KEPT: Final = "it could not be read whole, or rests on another source: it is read again by each hunt"

TAKEN_OVER: Final = "its later days are counted in another source, which has taken its place"
SOME: Final = 0.1
"""The share of the lines of a source that another has, from which on it has taken its place."""


class Settling:
    """Puts what was read into the writer's next commit. Not for several threads at once."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.contents = Contents(writer.known.sources)
        self.files: Counter[str] = Counter()
        self.paths: set[str] = set()
        """Files of which it is known what is in them."""
        self.sources = 0
        self.bytes = 0
        self.rows = 0

    def found(self, path: str, file_id: FileId, held: Sequence[tuple[str, KnownSource]]) -> None:
        """A file holds sources that the ledger knows from elsewhere: their rows stay as they are."""
        known = self.writer.known
        elsewhere = [file for _, source in held for file in known.holding(source.number) if file.path != path]
        gone = [file for file in elsewhere if not Path(file.path).exists()]
        for file in gone:
            self.writer.put(KnownFile(path=file.path, gone=True))
        self.files["moved" if len(gone) == len(elsewhere) else "copies"] += 1
        members = tuple(Member(member, source.number) for member, source in held)
        self._put_file(KnownFile(path=path, id=file_id, members=members))

    def read(
        self, entry: Entry, file_id: FileId, searches: Iterable[KeptSearch], told: Diagnostics, *, again: bool
    ) -> None:
        """A file was read. ``again``: with definitions of other sources, which it lacked before."""
        path = "" if entry.path is None else path_key(entry.path)
        members: list[Member] = []
        whole = True
        kinds: set[str] = set()
        for search in searches:
            kind, member = self._settle(entry, search, again=again)
            kinds.add(kind)
            if member is None:
                whole = False
            else:
                members.append(member)
        order = ("unreadable", "grown", "new", "copies")
        file_kind = next((kind for kind in order if kind in kinds), "new")
        known = self.writer.known.files.get(path)
        if file_kind == "new" and known is not None:
            file_kind = "changed"
        if not again:
            self.files[file_kind] += 1
        if whole and path and not entry.stream:
            notes = notes_of(told, entry.display)
            self._put_file(KnownFile(path=path, id=file_id, members=tuple(members), notes=notes))

    def _settle(self, entry: Entry, search: KeptSearch, *, again: bool) -> tuple[str, Member | None]:
        below = search.path.removeprefix(entry.display).removeprefix("/")
        if search.state in ("unreadable", "stopped") or search.lacks_decoder:
            self._forget_staged(search)
            return "unreadable", None
        content = search.content
        kind = "new" if search.complete else "unreadable"
        key = self.writer.key(search.key)
        same = self.contents.equal(content.digest)
        if same is not None and not again and same.key == key and self._same_years(same, search):
            self._forget_staged(search)
            return "copies", Member(below, same.number)
        whole = None if same is not None else self._longer(search)
        if whole is not None:
            self._forget_staged(search)
            return "copies", Member(below, whole.number, part=True)
        shorter = [same] if same is not None else self._shorter(search)
        new = KnownSource(
            number=search.number,
            path=search.path,
            digest=content.digest,
            size=content.size,
            head=content.head,
            key=key,
            added=datetime.now(UTC),
            marks=search.marks,
            first=_day(search.timeline.first),
            last=_day(search.timeline.last),
            hold=next((old.hold for old in shorter if old.hold), ""),
            partial="" if search.can_be_kept else NOT_KEPT,
            broken="" if search.complete else search.why,
            rows=sum(staged.rows for staged in search.staged),
            reading=msgspec.Raw(msgspec.json.encode(search.reading())),
        )
        self.writer.add_rows(search.staged)
        self.writer.put(new)
        for old in shorter:
            self.writer.supersede(old.number, new.number)
            self.contents.leave(old)
        self.contents.take(new)
        self.sources += 1
        self.bytes += search.bytes
        self.rows += new.rows
        return ("grown" if shorter and same is None and search.complete else kind), Member(below, new.number)

    def _same_years(self, known: KnownSource, search: KeptSearch) -> bool:
        return has_same_years(known.read(), search.path, search.mtime)

    def _shorter(self, search: KeptSearch) -> list[KnownSource]:
        """The sources of the ledger that are the beginning of this one."""
        size = search.content.size
        found = []
        for known in self.contents.alike(search.head):
            if 0 < known.size < size:
                begins = search.beginnings.get(known.size) or digest_of_first(search.source, known.size)
                if begins == known.digest.partition("!")[0]:
                    found.append(known)
        return found

    def _longer(self, search: KeptSearch) -> KnownSource | None:
        """A source of the ledger that begins with all of this one, and can still be read."""
        content = search.content
        for known in self.contents.alike(search.head):
            if 0 < content.size < known.size:
                for source in self._places(known):
                    if digest_of_first(source, content.size) == content.digest.partition("!")[0]:
                        return known
        return None

    def _places(self, known: KnownSource) -> Iterable[Unopened]:
        for file in self.writer.known.holding(known.number):
            for member in file.members:
                if member.number == known.number and not member.part:
                    yield self._place(file, member.path)

    def _place(self, file: KnownFile, member: str) -> Unopened:
        path = Path(file.path)
        entry = Entry(path=path, display=path.name, size=file.id.size, mtime=None)
        return Unopened(f"{path.name}/{member}" if member else path.name, entry)

    def _put_file(self, file: KnownFile) -> None:
        """A file holds this now; what it and nothing else held before may be a part of it."""
        before = self.writer.known.files.get(file.path)
        self.paths.add(file.path)
        self.writer.put(file)
        now = {member.number for member in file.members}
        for member in before.members if before is not None else ():
            old = self.writer.known.sources.get(member.number)
            if old is None or member.part or member.number in now or old.hold:
                continue
            if not self.writer.known.holding(old.number):
                self._displace(old, file)

    def _displace(self, old: KnownSource, file: KnownFile) -> None:
        """A source has no file any more. What the one in its place has taken over of it counts there only.

        Another log under the name (a rotation, the next export) has none of its lines: both count. One that
        has some was changed in place, or is a log that drops its oldest records: of what was before, the
        days up to the first of the new one still count.
        """
        for member in file.members:
            if share_in(old.marks, self._place(file, member.path)) < SOME:
                continue
            new = self.writer.known.sources[member.number]
            if new.first is None or old.first is None or old.first >= new.first:
                self._remove(old)
            else:
                self._shorten(old, new.first + 1)
            return

    def _shorten(self, old: KnownSource, until: int) -> None:
        reading = old.read()
        timeline = reading.timeline.until(until)
        reading = msgspec.structs.replace(reading, timeline=timeline)
        self.writer.put(
            msgspec.structs.replace(
                old,
                until=until,
                last=timeline.days[-1] if timeline.days else None,
                partial=TAKEN_OVER,
                reading=msgspec.Raw(msgspec.json.encode(reading)),
            )
        )

    def _remove(self, old: KnownSource) -> None:
        self.writer.drop(old.number)
        self.contents.leave(old)

    def _forget_staged(self, search: KeptSearch) -> None:
        for staged in search.staged:
            staged.path.unlink(missing_ok=True)


def _day(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds // 86_400)
