"""LZ4 frames (LZ4 Frame Format 1.6), concatenated or skippable ones too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from traque.sources.containers._frames import Decompressor, Frames
from traque.sources.containers._skippable import Skipped, is_skippable
from traque.sources.containers._spec import Compression, Note
from traque.sources.streams import Stream

_MAGIC: Final = b"\x04\x22\x4d\x18"
_SHORTEST: Final = 11


def _begins(head: bytes) -> bool:
    return head.startswith(_MAGIC)


def _frame() -> Decompressor:
    from lz4.frame import LZ4FrameDecompressor  # type: ignore[import-untyped]  # it ships no types

    decompressor: Decompressor = LZ4FrameDecompressor()
    return decompressor


def _decode(stream: Stream, note: Note) -> Iterator[bytes]:
    frames = Frames(
        "lz4",
        lambda: Skipped(_frame),
        (RuntimeError, EOFError, MemoryError),
        begins=lambda head: _begins(head) or is_skippable(head),
        shortest=_SHORTEST,
    )
    return frames.decode(stream, note)


SPEC = Compression(
    name="lz4",
    title="lz4",
    recognise=_begins,
    suffixes=(".lz4", ".tlz4"),
    magic=_MAGIC,
    shortest=_SHORTEST,
    decode=_decode,
)
