"""The bytes of a file, a pipe or standard input, in big unbuffered reads."""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, Self

import msgspec

from traque.errors import SourceTruncated, SourceUnreadable
from traque.sources.streams import CHUNK, HEAD

_WITHOUT_WAITING: Final = sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_BINARY", "O_CLOEXEC"))


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A file to search.

    ``path`` is None for standard input. ``display`` is the path below the root it was found under, with
    ``/`` between the parts. ``size`` and ``mtime`` (seconds since 1970) are as the walk saw them. A
    ``stream`` (standard input, a pipe that was named itself) can be read only once; its size is unknown, 0.
    """

    path: Path | None
    display: str
    size: int
    mtime: float | None
    stream: bool = False


def pieces(entry: Entry) -> Iterator[bytes]:
    """The bytes of ``entry``.

    A regular file is read up to its size at the moment it is opened: what a live log gains meanwhile
    belongs to the next hunt. A file that has become shorter, then or since the walk, gives what is there
    and then SourceTruncated. SourceUnreadable when the system does not give the bytes.
    """
    if entry.path is None:
        yield from _to_the_end(_standard_input())
        return
    try:
        file = io.FileIO(entry.path if entry.stream else open_regular(entry.path))
    except OSError as error:
        raise unreadable(error) from error
    with file:
        if entry.stream:
            yield from _to_the_end(file)
        else:
            yield from _up_to_size(file, entry.size)


def whole(path: Path, size: int) -> bytes | None:
    """All bytes of a regular file of a few kilobytes; None unless it has ``size`` of them and gives them.

    What is the matter with it otherwise, :func:`pieces` tells.
    """
    try:
        descriptor = open_regular(path)
        try:
            data = os.read(descriptor, size + 1)
        finally:
            os.close(descriptor)
    except OSError:
        return None
    return data if len(data) == size else None


class PlainFile:
    """The bytes of a regular file at any place; a context that closes it."""

    def __init__(self, entry: Entry) -> None:
        path = _again_readable(entry)
        with in_words():
            self._file = io.FileIO(open_regular(path))
            self.size = max(os.fstat(self._file.fileno()).st_size, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self, offset: int, size: int) -> bytes:
        """The bytes there, as many as the file had when it was opened; fewer when it has shrunk."""
        wanted = min(size, self.size - offset)
        parts: list[bytes] = []
        with in_words():
            while wanted > 0 and (piece := os.pread(self._file.fileno(), wanted, offset)):
                parts.append(piece)
                wanted -= len(piece)
                offset += len(piece)
        return parts[0] if len(parts) == 1 else b"".join(parts)


class ScannedFile:
    """A regular file whose bytes scanners read themselves, by ``file``; a context that closes it.

    ``size`` are its bytes when it was opened. ImportError without the extension.
    """

    def __init__(self, entry: Entry) -> None:
        from traque._kernel import File

        path = _again_readable(entry)
        with in_words():
            self.file = File(path, _WITHOUT_WAITING)
        self.size = self.file.size
        self._listed = max(self.size, entry.size)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        del self.file

    def check(self, done: int) -> None:
        """SourceTruncated when only ``done`` bytes were there."""
        _check_size(done, self._listed)


def _again_readable(entry: Entry) -> Path:
    if entry.path is None or entry.stream:
        raise SourceUnreadable("it can be read only once")
    return entry.path


def open_regular(path: Path) -> int:
    """A descriptor of a regular file, without waiting: a pipe may have taken its place since the walk."""
    descriptor = os.open(path, os.O_RDONLY | _WITHOUT_WAITING)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError("it is no longer a regular file")
    return descriptor


@contextmanager
def in_words() -> Iterator[None]:
    """What the operating system refuses inside is SourceUnreadable."""
    try:
        yield
    except OSError as error:
        raise unreadable(error) from error


def unreadable(error: OSError) -> SourceUnreadable:
    """What the operating system refused, in words."""
    remedy = "run as a user who may read it" if isinstance(error, PermissionError) else ""
    return SourceUnreadable(f"cannot be read: {error.strerror or error}", remedy=remedy)


def _up_to_size(file: io.FileIO, listed: int) -> Iterator[bytes]:
    size = max(os.fstat(file.fileno()).st_size, 0)
    done = 0
    while done < size:
        # The first is enough to tell what the file is: a scanner may then read it itself.
        piece = _read(file, min(CHUNK if done else HEAD, size - done))
        if not piece:
            break
        done += len(piece)
        yield piece
    _check_size(done, max(size, listed))


def _check_size(done: int, size: int) -> None:
    if done < size:
        raise SourceTruncated(
            f"the file has shrunk: {done:,} of {size:,} bytes are there",
            remedy="was it rotated or rewritten during the hunt? Hunt again",
        )


def _to_the_end(file: BinaryIO | io.FileIO) -> Iterator[bytes]:
    while piece := _read(file, CHUNK):
        yield piece


def _read(file: BinaryIO | io.FileIO, size: int) -> bytes:
    try:
        return file.read(size) or b""
    except OSError as error:
        raise unreadable(error) from error


def _standard_input() -> BinaryIO | io.FileIO:
    source: BinaryIO = sys.stdin.buffer
    raw = getattr(source, "raw", None)
    return raw if isinstance(raw, io.FileIO) else source
