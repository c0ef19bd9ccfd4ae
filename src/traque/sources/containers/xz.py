"""xz, with any number of streams and stream padding (The .xz File Format, version 1.2.1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from traque.sources.containers._frames import Decompressor, Frames
from traque.sources.containers._spec import Compression, Note
from traque.sources.streams import Stream

_MAGIC: Final = b"\xfd7zXZ\0"
_SHORTEST: Final = 32
MEMORY: Final = 160 << 20
"""Bytes a decoder may take: ``xz -9`` needs 65 MiB; a header may ask for 4 GiB."""


def _begins(head: bytes) -> bool:
    return head.startswith(_MAGIC)


def _new() -> Decompressor:
    from lzma import FORMAT_XZ, LZMADecompressor

    return LZMADecompressor(FORMAT_XZ, memlimit=MEMORY)


def _decode(stream: Stream, note: Note) -> Iterator[bytes]:
    from lzma import LZMAError

    frames = Frames("xz", _new, (LZMAError, EOFError), begins=_begins, shortest=_SHORTEST)
    return frames.decode(stream, note)


SPEC = Compression(
    name="xz",
    title="xz",
    recognise=_begins,
    suffixes=(".xz", ".txz"),
    magic=_MAGIC,
    shortest=_SHORTEST,
    decode=_decode,
)
