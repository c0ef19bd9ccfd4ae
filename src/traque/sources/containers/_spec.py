"""What a container's module states of itself."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator

import msgspec

from traque.registry import FormatSpec
from traque.sources.streams import Stream

Note = Callable[[str], None]
"""Takes a remark about a container that was read whole but is odd."""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A file in an archive.

    ``pieces`` yields its bytes and raises like every decoder. ``stored`` is how many bytes of the archive
    it takes when it is compressed there, 0 when it is stored as it is. ``mtime`` counts seconds since 1970.
    """

    name: str
    pieces: Iterable[bytes]
    mtime: float | None = None
    stored: int = 0


class Container(FormatSpec, frozen=True, kw_only=True):
    """A wrapping that is known by its first bytes.

    ``magic`` are the bytes that every one begins with (none: it has no such), unless it begins with one of
    ``others``; ``shortest`` is the length of the smallest whole one, ``suffixes`` are what file names carry,
    lower case.
    """

    recognise: Callable[[bytes], bool]
    suffixes: tuple[str, ...]
    magic: bytes = b""
    others: tuple[bytes, ...] = ()
    shortest: int = 1


class Compression(Container, frozen=True, kw_only=True):
    """One stream inside another. ``stamp`` reads the time that the header states, if any."""

    decode: Callable[[Stream, Note], Iterator[bytes]]
    stamp: Callable[[bytes], float | None] | None = None


class Archive(Container, frozen=True, kw_only=True):
    """Many files in one. The next member is asked for only when the last one is done with."""

    members: Callable[[Stream, Note], Generator[Member, None, None]]


class Unsupported(Container, frozen=True, kw_only=True):
    """Recognised, but nothing here decodes it. ``what`` names it from its first bytes."""

    what: Callable[[bytes], str]
