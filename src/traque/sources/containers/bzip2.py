"""bzip2, with any number of streams (``pbzip2`` writes one a block)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from traque.sources.containers._frames import Frames
from traque.sources.containers._spec import Compression, Note
from traque.sources.streams import Stream

_BLOCK: Final = b"\x31\x41\x59\x26\x53\x59"
_EMPTY: Final = b"\x17\x72\x45\x38\x50\x90"
_SHORTEST: Final = 14


def _begins(head: bytes) -> bool:
    """``BZh``, the block size, then the mark of a first block or of the end: no text begins so."""
    return head[:3] == b"BZh" and head[3:4] in b"123456789" and head[4:10] in (_BLOCK, _EMPTY)


def _decode(stream: Stream, note: Note) -> Iterator[bytes]:
    from bz2 import BZ2Decompressor

    frames = Frames("bzip2", BZ2Decompressor, (OSError, ValueError), begins=_begins, shortest=_SHORTEST)
    return frames.decode(stream, note)


SPEC = Compression(
    name="bzip2",
    title="bzip2",
    recognise=_begins,
    suffixes=(".bz2", ".tbz2", ".tbz"),
    magic=b"BZh",
    shortest=_SHORTEST,
    decode=_decode,
)
