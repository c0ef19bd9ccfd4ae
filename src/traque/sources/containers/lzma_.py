"""The older .lzma container (``FORMAT_ALONE``), as ``logrotate`` wrote with ``compresscmd lzma``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from traque.sources.containers._frames import Decompressor, Frames
from traque.sources.containers._spec import Compression, Note
from traque.sources.containers.xz import MEMORY
from traque.sources.streams import Stream

_UNKNOWN: Final = b"\xff" * 8
_SHORTEST: Final = 18


def _begins(head: bytes) -> bool:
    """The usual properties byte, a power of two as dictionary size, and a length that is unknown or sane.

    The format has no magic; with this, two NUL bytes at the least stand in the first five, as in no text.
    """
    if len(head) < 13 or head[0] != 0x5D:
        return False
    dictionary = int.from_bytes(head[1:5], "little")
    power = dictionary >= 1 << 12 and dictionary & (dictionary - 1) == 0
    return power and (head[5:13] == _UNKNOWN or head[10:13] == b"\0\0\0")


def _new() -> Decompressor:
    from lzma import FORMAT_ALONE, LZMADecompressor

    return LZMADecompressor(FORMAT_ALONE, memlimit=MEMORY)


def _decode(stream: Stream, note: Note) -> Iterator[bytes]:
    from lzma import LZMAError

    frames = Frames("lzma", _new, (LZMAError, EOFError), begins=_begins, shortest=_SHORTEST)
    return frames.decode(stream, note)


SPEC = Compression(
    name="lzma",
    title="lzma (before xz)",
    recognise=_begins,
    suffixes=(".lzma",),
    magic=b"\x5d\0\0",
    shortest=_SHORTEST,
    decode=_decode,
)
