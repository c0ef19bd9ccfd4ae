"""What a decoder is, what it reads from, and how it says what it could not read."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

import msgspec

from traque.errors import SourceCorrupt, SourceError
from traque.registry import FormatSpec

EXAMPLES: Final = 3
"""Faults that are described; the others are counted."""

encode = msgspec.json.Encoder().encode


class Decoded(NamedTuple):
    """One record: a JSON object on one line without its end, and where it stands in the original.

    ``offset`` is None where that place costs too much to know; evidence then states the place in the
    decoded text.
    """

    text: bytes
    offset: int | None = None


STATED: Final = 1000
"""Definitions of one source that are kept for the others of its stream."""

Definitions = Mapping[Hashable, object]
NONE: Final[Definitions] = MappingProxyType({})


class Carried:
    """Definitions (templates) that stand in another source of the stream than the records that need them.

    ``given`` are those of other sources that this one may use. A decoder adds to ``stated`` what this source
    defines, None where it does so in more than one way, and to ``lacking`` what it needs and has not.
    """

    def __init__(self, given: Definitions = NONE) -> None:
        self.given = given
        self.stated: dict[Hashable, object] = {}
        self.lacking: set[Hashable] = set()

    def state(self, name: Hashable, definition: object) -> None:
        """The source defines ``name`` so."""
        if name in self.stated:
            if self.stated[name] != definition:
                self.stated[name] = None
        elif len(self.stated) < STATED:
            self.stated[name] = definition


class Reading:
    """The bytes of a source, for one decoder, once, from first to last.

    An error of the source ends the bytes early and is kept in ``error``: what was read before is decoded.
    """

    def __init__(self, chunks: Iterator[bytes], name: str, carried: Carried | None = None) -> None:
        self.name = name
        self.carried = Carried() if carried is None else carried
        self.error: SourceError | None = None
        self._chunks = chunks
        self._buffer = bytearray()
        self.offset = 0
        """Of the next byte that :meth:`take` gives."""

    def chunks(self) -> Iterator[bytes]:
        """What is left, in pieces as they come."""
        if self._buffer:
            rest, self._buffer = bytes(self._buffer), bytearray()
            self.offset += len(rest)
            yield rest
        while (piece := self._next()) is not None:
            self.offset += len(piece)
            yield piece

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes; fewer only at the end."""
        if len(self._buffer) < size:
            wanted = size - len(self._buffer)
            while wanted > 0 and (piece := self._next()) is not None:
                self._buffer += piece
                wanted -= len(piece)
        part = bytes(self._buffer[:size])
        del self._buffer[:size]
        self.offset += len(part)
        return part

    @contextmanager
    def file(self, *, suffix: str = "") -> Iterator[Path]:
        """All that is left, as a temporary file that only this user may read; removed at the end."""
        import tempfile

        with tempfile.TemporaryDirectory(prefix="traque-") as folder:
            path = Path(folder, "source" + suffix)
            with path.open("wb") as copy:
                for piece in self.chunks():
                    copy.write(piece)
            yield path

    def _next(self) -> bytes | None:
        try:
            return next(self._chunks, None)
        except SourceError as error:
            self.error = error
            return None


class Faults:
    """Counts what could not be decoded; :meth:`check` raises once everything readable was given."""

    def __init__(self) -> None:
        self._count = 0
        self._examples: list[str] = []

    def note(self, what: str, count: int = 1) -> None:
        """Something could not be decoded."""
        self._count += count
        if len(self._examples) < EXAMPLES and what not in self._examples:
            self._examples.append(what)

    def check(self) -> None:
        """SourceCorrupt if anything was noted."""
        if self._count:
            several = f"{self._count:,} parts" if self._count > 1 else "a part"
            raise SourceCorrupt(f"{several} of it could not be decoded: {'; '.join(self._examples)}")


class Decoder(FormatSpec, frozen=True, kw_only=True):
    """A decoder's SPEC.

    ``recognise`` judges the first bytes and the base name. ``decode`` yields records as it reads, with
    bounded memory; whatever the bytes, it raises nothing but a SourceError, and that only after
    everything that could be read. ``package`` must be importable and ``program`` be installed for it;
    ``remedy`` says how to get them. ``whole`` is False where text of the source may stand outside of the
    decoded records: the raw bytes are then searched as well.
    """

    recognise: Callable[[bytes, str], bool]
    decode: Callable[[Reading], Iterator[Decoded]]
    package: str = ""
    program: str = ""
    remedy: str = ""
    whole: bool = True

    def is_here(self) -> bool:
        """Whether what it needs is installed."""
        if self.package and find_spec(self.package) is None:
            return False
        return not self.program or shutil.which(self.program) is not None


def refused(error: BaseException) -> str:
    """A foreign library's error in a few words; one that is not for us (an interrupt) is raised again."""
    if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
        raise error
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]
