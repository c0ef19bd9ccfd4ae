"""Bytes that come in pieces, can be looked at before they are read, and may end in an error."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Final, Protocol

from traque.errors import SourceError

CHUNK: Final = 1 << 20
"""Bytes asked of the operating system, and given to a scanner, at once."""

HEAD: Final = 64 * 1024
"""Bytes that are looked at to tell what a stream is."""


class Seekable(Protocol):
    """As much of a file as a reader needs that goes about in it."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to ``offset``."""


AsFile = Callable[[], AbstractContextManager[Seekable]]
"""Opens the same bytes as a seekable file."""


class Stream:
    """A one-way stream over ``pieces``.

    The pieces keep the contract of every decoder here: all bytes that can be read come first, then, if
    something is wrong, a SourceError. :meth:`head` looks ahead without consuming and keeps an error for
    later; :meth:`read` and :meth:`chunks` consume, and raise it once every byte before it was given.
    ``as_file`` is set where the bytes also lie in a seekable file.
    """

    def __init__(self, pieces: Iterable[bytes], *, as_file: AsFile | None = None) -> None:
        self._pieces = iter(pieces)
        self._ahead: deque[bytes] = deque()
        self._at = 0  # in the first piece ahead; what stands before was read
        self._held = 0
        self._error: SourceError | None = None
        self._ended = False
        self.as_file = as_file

    def head(self, size: int = HEAD) -> bytes:
        """The next ``size`` bytes, or as many as there are. Consumes nothing, never raises."""
        while self._held < size and self._pull():
            pass
        if len(self._ahead) > 1 and len(self._ahead[0]) - self._at < size:
            joined = b"".join(self._ahead)
            self._ahead = deque([joined])
        return self._ahead[0][self._at : self._at + size] if self._ahead else b""

    def read(self, size: int) -> bytes:
        """At most ``size`` bytes, ``b""`` at the end."""
        if not self._ahead and not self._pull():
            self.check()
            return b""
        first, start = self._ahead[0], self._at
        part = first[start : start + size]  # the whole piece is not copied
        self._at += len(part)
        if self._at == len(first):
            self._ahead.popleft()
            self._at = 0
        self._held -= len(part)
        return part

    def unread(self, data: bytes) -> None:
        """Put back what was read too much."""
        if not data:
            return
        if self._at:
            self._ahead[0] = self._ahead[0][self._at :]
            self._at = 0
        self._ahead.appendleft(data)
        self._held += len(data)

    def read_exactly(self, size: int) -> bytes:
        """``size`` bytes; fewer only at the end."""
        parts: list[bytes] = []
        while size and (part := self.read(size)):
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def check(self) -> None:
        """Raise the error that ended the pieces, if one did."""
        if self._error is not None:
            raise self._error

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        """All that is left, in pieces of at most ``size`` bytes."""
        while piece := self.read(size):
            yield piece

    def _pull(self) -> bool:
        if self._ended:
            return False
        try:
            for piece in self._pieces:
                if piece:
                    self._ahead.append(piece)
                    self._held += len(piece)
                    return True
        except SourceError as error:
            self._error = error
        self._ended = True
        return False
