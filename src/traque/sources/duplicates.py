"""Tells whether two sources hold the same text, however it is wrapped and encoded."""

from __future__ import annotations

import hashlib
import itertools
import zlib
from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum
from typing import Final, Protocol

import msgspec

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


class Reopenable(Protocol):
    """A source that can be read from its first byte."""

    def reopen(self) -> Source:
        """The source, in a stream of its own. Raises SourceError when it cannot be read again."""


def same_content(first: Reopenable, second: Reopenable) -> Same:
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
    start = b"\n".join(_first_text(head).split(b"\n", _LINES)[:_LINES])
    if len(start.strip()) < _TINY:
        return None
    return hashlib.blake2b(start, digest_size=16).digest()


class Beginning(msgspec.Struct, frozen=True, array_like=True):
    """How a source begins: digests of its first lines and of the first of them.

    One ``is_short`` when it has no more than these: when it grows they change, and only the first stays.
    """

    lines: str
    line: str
    is_short: bool


def beginning(head: bytes) -> Beginning:
    """How a source with these first bytes begins, as text; sources that hold the same begin alike."""
    text = _first_text(head)
    lines = text.split(b"\n", _LINES)
    return Beginning(
        hashlib.blake2b(b"\n".join(lines[:_LINES]), digest_size=8).hexdigest(),
        hashlib.blake2b(lines[0], digest_size=8).hexdigest(),
        len(lines) <= _LINES and len(text) < _BYTES,
    )


def _first_text(head: bytes) -> bytes:
    encoding = detect(head)
    if encoding == "utf-8":
        head = head[: 2 * _BYTES + len(_BOM)].removeprefix(_BOM)  # plenty, if each of its line ends is CRLF
        return _with_line_feeds(head)[:_BYTES]
    return b"".join(itertools.islice(_as_text([head], encoding), 2))[:_BYTES]


class _Text:
    """The text of a source, piece by piece."""

    def __init__(self, source: Reopenable) -> None:
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

    def _read(self, source: Reopenable) -> Iterator[bytes]:
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
    plain = _PlainText(encoding)
    for chunk in chunks:
        if text := plain.feed(chunk):
            yield text
    if text := plain.finish():
        yield text


class _PlainText:
    """Makes text that is the same however its source writes it."""

    def __init__(self, encoding: str) -> None:
        self.transcodes = encoding != "utf-8"
        self._transcoder = Transcoder(encoding) if self.transcodes else None
        self._carriage_return = b""
        self._is_first = True

    def feed(self, chunk: bytes) -> bytes:
        """What the next bytes of the source bring."""
        return self._plain(self._transcoder.feed(chunk) if self._transcoder else chunk)

    def finish(self) -> bytes:
        """What is left at its end."""
        rest = self._plain(self._transcoder.finish()) if self._transcoder else b""
        return rest + self._carriage_return

    def _plain(self, text: bytes) -> bytes:
        if self._is_first:
            text = text.removeprefix(_BOM)
            self._is_first = False
        text = self._carriage_return + text
        self._carriage_return = b"\r" if text.endswith(b"\r") else b""
        return _with_line_feeds(text.removesuffix(b"\r"))


def _with_line_feeds(text: bytes) -> bytes:
    """CRLF as LF. One byte is found much faster than two, and most texts have none."""
    return text.replace(b"\r\n", b"\n") if b"\r" in text else text


class Marks:
    """Some lines of a text, as numbers: by them it is told whether another text has taken over its records.

    With ``wanted``, which of these lines the text has (``seen``) instead.
    """

    MOST: Final = 64

    def __init__(self, wanted: Collection[int] = ()) -> None:
        self.seen: set[int] = set()
        self._wanted = frozenset(wanted)
        self._kept: list[int] = []
        self._every = 1
        self._chunks = 0
        self._last: list[bytes] = []
        self._rest = b""

    def feed(self, text: bytes) -> None:
        """The next bytes of the text."""
        end = text.rfind(b"\n")
        if end < 0:
            self._rest = (self._rest + text)[-_BYTES:]
            return
        if self._wanted:
            lines = (self._rest + text[:end]).split(b"\n")
            self.seen.update(self._wanted.intersection(map(_number, lines)))
        else:
            self._choose(text, end)
        self._rest = text[max(end + 1, len(text) - _BYTES) :]

    def all(self) -> tuple[int, ...]:
        """The numbers of the lines that were chosen, the last ones among them."""
        return tuple(dict.fromkeys([*self._kept, *map(_number, self._last[-_LINES:])]))

    def _choose(self, text: bytes, end: int) -> None:
        """The first line of every so many chunks, and the last ones; the last whole one ends at ``end``."""
        first = (self._rest + text[: min(end, _BYTES)]).split(b"\n", 1)[0]
        if self._chunks % self._every == 0 and len(first) < _BYTES:
            self._kept.append(_number(first))
        if len(self._kept) >= self.MOST:
            self._kept, self._every = self._kept[::2], self._every * 2
        self._chunks += 1
        last = text[max(0, end - _BYTES) : end].split(b"\n")
        self._last = last[1:] or self._last


def _number(line: bytes) -> int:
    return zlib.crc32(line) << 16 | len(line) & 0xFFFF


class ContentDigest:
    """The identity of a source: of its text, or of its bytes where these are none (``is_text``).

    Two sources of which :func:`same_content` says that they are equal have the same.
    """

    def __init__(self, encoding: str, *, is_text: bool, at: Iterable[int] = ()) -> None:
        self.size = 0
        """Bytes of the text so far."""
        self.beginnings: dict[int, str] = {}
        """The digests of its first bytes, as many as ``at`` names and there are."""
        self.watch = Marks()
        self._at = sorted(set(at), reverse=True)
        self._plain = _PlainText(encoding) if is_text else None
        self._digest = hashlib.sha256()
        self._bytes = 0

    def feed(self, chunk: bytes) -> None:
        """The next bytes of the source."""
        self._bytes += len(chunk)
        self._add(self._plain.feed(chunk) if self._plain else chunk)

    def finish(self) -> None:
        """The source has ended."""
        if self._plain is not None:
            self._add(self._plain.finish())

    def hexdigest(self) -> str:
        """The SHA-256, in hex."""
        return self._digest.hexdigest()

    @property
    def is_of_bytes(self) -> bool:
        """Whether it is the digest of the source's bytes, too: nothing was changed to compare it."""
        return self.size == self._bytes and (self._plain is None or not self._plain.transcodes)

    def _add(self, text: bytes) -> None:
        self.watch.feed(text)
        while self._at and self._at[-1] <= self.size + len(text):
            at = self._at.pop()
            begin, text = text[: at - self.size], text[at - self.size :]
            self._digest.update(begin)
            self.size = at
            self.beginnings[at] = self.hexdigest()
        self.size += len(text)
        self._digest.update(text)
