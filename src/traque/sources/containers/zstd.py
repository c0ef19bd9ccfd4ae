"""Zstandard (RFC 8878), with any number of frames, skippable ones too (``pzstd``, seekable archives)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from traque.sources.containers._frames import Frames
from traque.sources.containers._skippable import SKIPPABLE, Skipped, is_skippable
from traque.sources.containers._spec import Compression, Note
from traque.sources.streams import Stream

_MAGIC: Final = b"\x28\xb5\x2f\xfd"
_SHORTEST: Final = 9
_SLICE: Final = 1024
"""Stored bytes decoded in one call. The library cannot be told how much to give, and a block of 4 stored
bytes can hold 128 KiB: a slice gives 32 MiB at the most."""


def _begins(head: bytes) -> bool:
    return head.startswith(_MAGIC)


class Frame:
    """Decodes one frame; a window over 128 MiB (``--long=28`` and more) is refused by the library."""

    def __init__(self) -> None:
        from zstandard import ZstdDecompressor

        self._inner = ZstdDecompressor().decompressobj()
        self._waiting = b""
        self._at = 0

    @property
    def eof(self) -> bool:
        """The frame's end was reached."""
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        """Nothing more comes without more data."""
        return self._at >= len(self._waiting)

    @property
    def unused_data(self) -> bytes:
        """What was fed beyond the frame's end."""
        return self._inner.unused_data + self._waiting[self._at :]

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """The next decoded bytes, slice by slice until there are ``max_length``, or somewhat more."""
        if data:
            self._waiting = self._waiting[self._at :] + data
            self._at = 0
        decoder, waiting = self._inner, self._waiting
        parts: list[bytes] = []
        size = 0
        while self._at < len(waiting) and not decoder.eof and not 0 <= max_length <= size:
            parts.append(decoder.decompress(waiting[self._at : self._at + _SLICE]))
            self._at += _SLICE
            size += len(parts[-1])
        return parts[0] if len(parts) == 1 else b"".join(parts)


def _decode(stream: Stream, note: Note) -> Iterator[bytes]:
    from zstandard import ZstdError

    frames = Frames(
        "zstd",
        lambda: Skipped(Frame),
        (ZstdError, MemoryError),
        begins=lambda head: _begins(head) or is_skippable(head),
        shortest=_SHORTEST,
    )
    return frames.decode(stream, note)


SPEC = Compression(
    name="zstd",
    title="zstd",
    recognise=lambda head: _begins(head) or is_skippable(head),
    suffixes=(".zst", ".zstd", ".tzst"),
    magic=_MAGIC,
    others=SKIPPABLE,
    shortest=_SHORTEST,
    decode=_decode,
)
