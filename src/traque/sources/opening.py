"""Opens an entry: unfolds compressions and archives, and hands out every stream of bytes in it."""

from __future__ import annotations

import io
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec

from traque.diagnostics import Diagnostics
from traque.errors import SourceError, SourceLimit, SourceUnreadable, SourceUnsupported
from traque.sources.containers import (
    Archive,
    Compression,
    Member,
    Unsupported,
    contradiction,
    recognise,
)
from traque.sources.files import Entry, PlainFile, ScannedFile, open_regular, pieces, unreadable, whole
from traque.sources.limits import UNPACK_IT, Allowance, Limits
from traque.sources.names import neutralise, without_suffix
from traque.sources.own import is_own_output
from traque.sources.streams import CHUNK, HEAD, AsFile, Stream


class Source:
    """A stream of bytes to search: a file, or what is in it.

    ``path`` is the entry's display name, then the member's path below its archive. ``name`` is the base
    name without what compressions added to it. ``mtime`` is the member's time, else the compression
    header's, else the file's. ``container`` names what was unwrapped, outermost first. Of a small file
    ``text`` are all bytes, as long as it is the source's turn.
    """

    __slots__ = (
        "_allowance",
        "_passing",
        "_plain",
        "_reopen",
        "_stream",
        "container",
        "mtime",
        "name",
        "path",
        "text",
    )

    def __init__(
        self,
        *,
        path: str,
        name: str,
        mtime: datetime | None,
        container: tuple[str, ...],
        stream: Stream | None,
        allowance: Allowance,
        reopen: Callable[[], Source],
        plain: Entry | None = None,
        text: bytes | None = None,
    ) -> None:
        self.path = path
        self.name = name
        self.mtime = mtime
        self.container = container
        self.text = text
        self._stream = stream
        self._allowance = allowance
        self._reopen = reopen
        self._plain = plain
        self._passing: Iterator[Source] | None = None

    @property
    def consumed(self) -> int:
        """Bytes of the entry, as it lies on the disk, that were read so far."""
        return self._allowance.taken

    def head(self, size: int = HEAD) -> bytes:
        """The first bytes, without consuming them; what is there of a source that is not whole.

        Only before :meth:`chunks`, or from another opening, after it.
        """
        if self.text is not None:
            return self.text[:size]
        return self._stream.head(size) if self._stream is not None else self._reopen().head(size)

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        """All bytes, decoded, in pieces of at most ``size``.

        Every byte that can be read comes first; then, if there should be more, the SourceError that says
        why there is not. May be called again: the entry is then read anew.
        """
        if (text := self.text) is not None:
            yield from (text[at : at + size] for at in range(0, len(text), size))
            return
        stream, self._stream = self._stream, None
        if stream is None:
            again = self._reopen()  # held here while its bytes are read
            yield from again.chunks(size)
            return
        try:
            yield from stream.chunks(size)
        except SourceError as error:
            raise type(error)(error.what, where=self.path, remedy=error.remedy) from error

    @property
    def size(self) -> int | None:
        """Bytes of a plain regular file, which :meth:`plain` opens; None of anything else."""
        return None if self._plain is None else self._plain.size

    def plain(self) -> PlainFile:
        """The file itself, to be read anywhere, instead of :meth:`chunks`. Only where :attr:`size` is known.

        Raises SourceUnreadable when it cannot be opened any more.
        """
        return PlainFile(self._plain_entry())

    def scanned(self) -> ScannedFile:
        """The same for scanners that read it themselves."""
        return ScannedFile(self._plain_entry())

    def _plain_entry(self) -> Entry:
        if self._plain is None:
            raise SourceUnreadable("it is not a plain file", where=self.path)
        return self._plain

    def reopen(self) -> Source:
        """The same source from its first byte, in a stream of its own."""
        return self._reopen()

    def hold(self, passing: Iterator[Source]) -> None:
        """Keep the pass that this source came from going as long as the source is there."""
        self._passing = passing

    def expire(self) -> None:
        """Let go of the stream: it lies behind in its archive."""
        self._stream = self.text = None


Overlap = Callable[[Iterator[bytes]], Iterator[bytes]]
"""Gives the same chunks, and may have them made in another thread."""


def open_entry(
    entry: Entry,
    *,
    limits: Limits = Limits(),  # noqa: B008 -- frozen
    diagnostics: Diagnostics,
    overlap: Overlap = iter,
) -> Generator[Source, None, None]:
    """Every stream in ``entry``: one in a plain or compressed file, one for each member of an archive.

    What cannot be opened is a source too, whose :meth:`Source.chunks` raises why, so that nothing is lost
    in silence. Archives are read in one pass: read each source, as far as wanted, before asking for the
    next; reading one later opens the entry again. ``overlap`` is laid around each decoder.
    """
    source = _small(entry, limits)
    if source is None:
        yield from _Opening(entry, limits, diagnostics, overlap).sources()
        return
    yield source
    source.expire()


def _small(entry: Entry, limits: Limits) -> Source | None:
    """The one source of a small file, if that is as it was listed and nothing needs to be said or unwrapped.

    Many small files take their time in what is done around reading them: this is all there is for them.
    """
    if entry.path is None or entry.stream or not 0 < entry.size <= HEAD:
        return None
    text, name = whole(entry.path, entry.size), entry.path.name
    if text is None or recognise(text) is not None or contradiction(text, name) is not None:
        return None
    allowance = Allowance(limits, floor=limits.entry_floor, stored=entry.size)
    if is_own_output(text, name, _opener(entry.path, allowance)):
        return None
    allowance.taken = entry.size
    return Source(
        path=entry.display,
        name=name,
        mtime=None if entry.mtime is None else _moment(entry.mtime),
        container=(),
        stream=None,
        allowance=allowance,
        reopen=partial(_again, entry, limits, 0),
        plain=entry,
        text=text,
    )


class _Place(msgspec.Struct, frozen=True):
    """Where in an entry a stream stands."""

    path: str
    name: str
    mtime: float | None
    container: tuple[str, ...] = ()
    archives: int = 0
    wraps: int = 0
    """Compressions since the last archive."""


class _Opening:
    """One pass over an entry."""

    def __init__(
        self, entry: Entry, limits: Limits, diagnostics: Diagnostics, overlap: Overlap = iter
    ) -> None:
        self._entry = entry
        self._limits = limits
        self._diagnostics = diagnostics
        self._overlap = overlap
        self._allowance = Allowance(limits, floor=limits.entry_floor, stored=entry.size)
        self._members = 0
        self._given = 0

    def sources(self) -> Iterator[Source]:
        entry = self._entry
        as_file = None if entry.path is None or entry.stream else _opener(entry.path, self._allowance)
        own = self._allowance.member(entry.size)
        stream = Stream(own.taking(self._allowance.taking(pieces(entry))), as_file=as_file)
        name = entry.path.name if entry.path is not None else entry.display
        yield from self._unfold(stream, _Place(entry.display, name, entry.mtime), own)

    def _unfold(self, stream: Stream, place: _Place, allowance: Allowance) -> Iterator[Source]:
        head = stream.head()
        if is_own_output(head, place.name, stream.as_file):
            self._diagnostics.note("source-own-output", place.path)
            return
        spec = recognise(head)
        if spec is None:
            error = contradiction(head, place.name)
            if error is not None:
                stream = Stream(_then_raising(stream, error))
            yield from self._source(stream, place, plain=stream.as_file is not None)
        elif isinstance(spec, Compression):
            yield from self._compressed(spec, stream, place, allowance)
        elif isinstance(spec, Archive):
            yield from self._archive(spec, stream, place)
        elif isinstance(spec, Unsupported):
            why = f"it is {spec.what(head)}, for which no decoder is here"
            yield from self._failed(SourceUnsupported(why, remedy="unpack it and hunt the result"), place)

    def _compressed(
        self, spec: Compression, stream: Stream, place: _Place, allowance: Allowance
    ) -> Iterator[Source]:
        if place.wraps >= self._limits.depth:
            yield from self._failed(_too_deep(place.wraps), place)
            return
        stamp = spec.stamp(stream.head()) if spec.stamp is not None else None
        try:
            decoded = Stream(self._overlap(allowance.giving(spec.decode(stream, self._remark(place)))))
        except ImportError as error:
            yield from self._failed(
                SourceUnsupported(f"{spec.title} needs a package that is missing: {error}"), place
            )
            return
        inside = msgspec.structs.replace(
            place,
            name=without_suffix(place.name, spec.suffixes),
            mtime=stamp if stamp is not None else place.mtime,
            container=(*place.container, spec.name),
            wraps=place.wraps + 1,
        )
        yield from self._unfold(decoded, inside, allowance)

    def _archive(self, spec: Archive, stream: Stream, place: _Place) -> Iterator[Source]:
        if place.archives >= self._limits.depth:
            yield from self._failed(_too_deep(place.archives), place)
            return
        before = self._given
        try:
            with closing(spec.members(stream, self._remark(place))) as members:
                for member in members:
                    self._count_member()
                    yield from self._member(member, spec, place)
        except SourceError as error:
            yield from self._failed(error, place)
        if self._given == before:
            yield from self._source(Stream(()), place)

    def _member(self, member: Member, spec: Archive, place: _Place) -> Iterator[Source]:
        below, unsafe = neutralise(member.name)
        if unsafe:
            self._diagnostics.note(
                "source-unsafe-name", f"{place.path}: {member.name!r} is shown as {below!r}"
            )
        allowance = self._allowance.member(member.stored)
        counted = allowance.giving(member.pieces) if member.stored else allowance.taking(member.pieces)
        inside = _Place(
            path=f"{place.path}/{below}",
            name=below.rsplit("/", 1)[-1],
            # 0 is what archives hold that were made to be the same whenever they are made.
            mtime=member.mtime or place.mtime,
            container=(*place.container, spec.name),
            archives=place.archives + 1,
        )
        yield from self._unfold(Stream(counted), inside, allowance)

    def _count_member(self) -> None:
        self._members += 1
        if self._members > self._limits.members:
            raise SourceLimit(
                f"more than {self._limits.members:,} members: the rest is not read", remedy=UNPACK_IT
            )
        if not self._allowance.room:
            raise SourceLimit(
                "its members swell beyond what one file may give: the rest is not read", remedy=UNPACK_IT
            )

    def _source(self, stream: Stream, place: _Place, *, plain: bool = False) -> Iterator[Source]:
        number = self._given
        self._given += 1
        mtime = None if place.mtime is None else _moment(place.mtime)
        source = Source(
            path=place.path,
            name=place.name,
            mtime=mtime,
            container=place.container,
            stream=stream,
            allowance=self._allowance,
            reopen=partial(_again, self._entry, self._limits, number),
            plain=self._entry if plain else None,
        )
        yield source
        source.expire()

    def _failed(self, error: SourceError, place: _Place) -> Iterator[Source]:
        return self._source(Stream(_then_raising(Stream(()), error)), place)

    def _remark(self, place: _Place) -> Callable[[str], None]:
        return lambda text: self._diagnostics.note("source-remark", f"{place.path}: {text}")


def _again(entry: Entry, limits: Limits, number: int) -> Source:
    """The source of that number, from a pass of its own, which ends with the source."""
    if entry.stream:
        raise SourceUnreadable("it can be read only once", where=entry.display)
    passing = open_entry(entry, limits=limits, diagnostics=Diagnostics())
    for position, source in enumerate(passing):
        if position == number:
            source.hold(passing)
            return source
    raise SourceUnreadable("it is no longer there", where=entry.display)


class _Counted(io.FileIO):
    """A file whose reads are counted as the entry's, and whose failures are SourceUnreadable."""

    def __init__(self, path: Path, allowance: Allowance) -> None:
        try:
            super().__init__(open_regular(path))
        except OSError as error:
            raise unreadable(error) from error
        self._allowance = allowance

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes."""
        try:
            data = super().read(-1 if size is None else size) or b""
        except OSError as error:
            raise unreadable(error) from error
        self._allowance.taken += len(data)
        return data


def _opener(path: Path, allowance: Allowance) -> AsFile:
    return lambda: _Counted(path, allowance)


def _then_raising(stream: Stream, error: SourceError) -> Iterator[bytes]:
    yield from stream.chunks()
    raise error


def _too_deep(depth: int) -> SourceLimit:
    return SourceLimit(f"more than {depth} containers inside one another", remedy=UNPACK_IT)


def _moment(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
