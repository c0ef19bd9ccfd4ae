"""Tells whether two sources hold the same text, however it is wrapped and encoded."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from traque.errors import SourceError
from traque.sources.encoding import Transcoder, detect
from traque.sources.opening import Source

_BOM: Final = b"\xef\xbb\xbf"
_LINES: Final = 16
_BYTES: Final = 4096
_TINY: Final = 24


class Same(StrEnum):
    """How the text of one source relates to another's."""

    EQUAL = "equal"
    PREFIX = "prefix"
    """The first is the beginning of the second."""
    DIFFERENT = "different"


def same_content(first: Source, second: Source) -> Same:
    """Compare two sources as text: decoded, as UTF-8, without byte order mark, CRLF as LF.

    A source that is damaged or cut short is compared as far as it can be read. Both are read anew, side by
    side, up to the first difference; what cannot be read a second time (standard input) is different.
    """
    ours, theirs = _Text(first), _Text(second)
    anything = False
    while True:
        left, right = ours.take(), theirs.take()
        if not left or not right:
            break
        size = min(len(left), len(right))
        if left[:size] != right[:size]:
            return Same.DIFFERENT
        ours.put_back(left[size:])
        theirs.put_back(right[size:])
        anything = True
    if ours.unreadable or theirs.unreadable or left:
        return Same.DIFFERENT
    if not right:
        return Same.EQUAL
    return Same.PREFIX if anything else Same.DIFFERENT


def fingerprint(head: bytes) -> bytes | None:
    """A hash of the first lines as text, equal for sources that may hold the same.

    Taken of 16 lines, or of 4 KiB when they are longer. None for a head that is too small to mean anything.
    """
    encoding = detect(head)
    if encoding == "utf-8":
        head = head[: 2 * _BYTES + len(_BOM)]  # plenty, if each of its line ends is CRLF
        text = head.removeprefix(_BOM).replace(b"\r\n", b"\n")[:_BYTES]
    else:
        text = b"".join(itertools.islice(_as_text([head], encoding), 2))[:_BYTES]
    lines = text.split(b"\n", _LINES)
    start = b"\n".join(lines[:_LINES])
    if len(start.strip()) < _TINY:
        return None
    return hashlib.blake2b(start, digest_size=16).digest()


class _Text:
    """The text of a source, piece by piece."""

    def __init__(self, source: Source) -> None:
        self.unreadable = False
        self._rest = b""
        self._pieces = self._read(source)

    def take(self) -> bytes:
        """The next bytes, ``b""`` at the end."""
        if self._rest:
            rest, self._rest = self._rest, b""
            return rest
        return next(self._pieces, b"")

    def put_back(self, rest: bytes) -> None:
        """What was not used of the last piece."""
        self._rest = rest

    def _read(self, source: Source) -> Iterator[bytes]:
        try:
            again = source.reopen()
        except SourceError:
            self.unreadable = True
            return
        yield from _as_text(_as_far_as_readable(again), detect(again.head()))


def _as_far_as_readable(source: Source) -> Iterator[bytes]:
    try:
        yield from source.chunks()
    except SourceError:
        return


def _as_text(chunks: Iterator[bytes] | list[bytes], encoding: str) -> Iterator[bytes]:
    """``chunks`` as UTF-8, without byte order mark, CRLF as LF."""
    carriage_return = b""
    first = True
    for chunk in _as_utf8(chunks, encoding):
        text = carriage_return + (chunk.removeprefix(_BOM) if first else chunk)
        first = False
        carriage_return = b"\r" if text.endswith(b"\r") else b""
        text = text.removesuffix(b"\r").replace(b"\r\n", b"\n")
        if text:
            yield text
    if carriage_return:
        yield carriage_return


def _as_utf8(chunks: Iterator[bytes] | list[bytes], encoding: str) -> Iterator[bytes]:
    if encoding == "utf-8":
        yield from chunks
        return
    transcoder = Transcoder(encoding)
    for chunk in chunks:
        yield transcoder.feed(chunk)
    yield transcoder.finish()
