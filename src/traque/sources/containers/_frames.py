"""Drives a decompressor over a stream that may hold several frames, padding, and damage."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Final, Protocol

from traque.errors import SourceCorrupt, SourceError, SourceLimit, SourceTruncated
from traque.sources.containers._spec import Note
from traque.sources.streams import Stream

STEP: Final = 128 * 1024
"""Decoded bytes asked for at once: what damage in the middle of a big frame can cost before it is seen."""

_INPUT: Final = 64 * 1024
_REPLAY: Final = 256 * 1024
"""Stored bytes of a frame that are kept, so that a damaged frame can be read again to its last good byte."""


class Decompressor(Protocol):
    """The interface of :class:`bz2.BZ2Decompressor`, for one frame."""

    @property
    def eof(self) -> bool:
        """The frame's end was reached."""

    @property
    def needs_input(self) -> bool:
        """Nothing more comes without more data."""

    @property
    def unused_data(self) -> bytes:
        """What was fed beyond the frame's end."""

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """The next decoded bytes."""


class Frames:
    """A kind of frame: how to decode one, and how the next is told from padding and rubbish."""

    def __init__(
        self,
        name: str,
        new: Callable[[], Decompressor],
        errors: tuple[type[Exception], ...],
        *,
        begins: Callable[[bytes], bool],
        shortest: int,
    ) -> None:
        self.name = name
        self.new = new
        self.errors = errors
        self.begins = begins
        self.shortest = shortest

    def decode(self, stream: Stream, note: Note) -> Iterator[bytes]:
        """All frames, one after the other.

        Zeros behind a frame are padding (tapes, block devices), and noted. So is less than a whole frame of
        something else; more could be a damaged frame, and raises SourceCorrupt.
        """
        rest = yield from self.one(stream)
        padding = 0
        while rest or (rest := stream.read(_INPUT)):
            behind = rest.lstrip(b"\0")
            padding += len(rest) - len(behind)
            rest = behind
            if not rest:
                continue
            if len(rest) < self.shortest:
                rest += stream.read_exactly(self.shortest - len(rest))
            if self.begins(rest):
                rest = yield from self.one(stream, rest)
            elif len(rest) < self.shortest:
                note(f"{len(rest)} bytes after the end of the {self.name} data are not {self.name}")
                return
            else:
                raise SourceCorrupt(f"the {self.name} data are followed by something that is not {self.name}")
        if padding:
            note(f"{padding:,} zero bytes pad the {self.name} data")

    def one(
        self, stream: Stream, data: bytes = b"", *, size: int | None = None
    ) -> Generator[bytes, None, bytes]:
        """One frame, that begins with ``data`` and goes on in ``stream``; returns what was read beyond it.

        With ``size`` it also ends after that many decoded bytes: some frames have no end mark.
        """
        decoder = self.new()
        fed = data
        given = 0
        while not decoder.eof and given != size:
            if decoder.needs_input and not data:
                data = stream.read(_INPUT)
                if not data:
                    raise SourceTruncated(
                        f"the {self.name} data end before their end mark",
                        remedy="the copy is incomplete: fetch it again from its origin",
                    )
                fed = fed + data if len(fed) <= _REPLAY else fed
            try:
                piece = decoder.decompress(data, STEP)
            except self.errors as error:
                if len(fed) <= _REPLAY:
                    yield from self._again(fed, given)
                raise self._damage(error) from error
            if piece:
                given += len(piece)
                yield piece
            elif not (data or decoder.needs_input or decoder.eof):
                raise SourceCorrupt(f"the {self.name} data lead nowhere")
            data = b""
        return decoder.unused_data

    def _again(self, fed: bytes, given: int) -> Iterator[bytes]:
        """What a damaged frame gives after its first ``given`` bytes, when it is fed byte by byte."""
        decoder = self.new()
        try:
            for position in range(len(fed)):
                data = fed[position : position + 1]
                while not decoder.eof:
                    piece = decoder.decompress(data, STEP)
                    data = b""
                    fresh = piece[max(0, given) :]
                    given -= len(piece)
                    if fresh:
                        yield fresh
                    if decoder.needs_input:
                        break
        except self.errors:
            return

    def _damage(self, error: Exception) -> SourceError:
        words = str(error) or type(error).__name__
        if "memory" in words.lower():
            return SourceLimit(f"the {self.name} data want more memory than is allowed: {words}")
        return SourceCorrupt(
            f"the {self.name} data are damaged: {words}", remedy="fetch it again from its origin"
        )
