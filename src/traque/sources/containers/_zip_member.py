"""One zip member: its stored bytes to its content, by compression method (APPNOTE, section 4.4.5)."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Final

from traque.errors import SourceCorrupt, SourceLimit, SourceUnsupported
from traque.sources.containers._deflate import inflate_errors, inflater
from traque.sources.containers._frames import Decompressor, Frames
from traque.sources.containers.xz import MEMORY
from traque.sources.streams import Stream

STORED: Final = 0
_DEFLATE, _BZIP2, _LZMA, _ZSTD, _XZ = 8, 12, 14, 93, 95
_UNKNOWN: Final = {1: "shrink", 6: "implode", 9: "deflate64", 97: "wavpack", 98: "PPMd"}


def unpack(
    stream: Stream, method: int, *, size: int | None = None, crc: int | None = None
) -> Generator[bytes, None, bytes]:
    """The content of the member that begins in ``stream``; returns what was read beyond its end.

    ``size`` is the content's length and ``crc`` its checksum, where known: a difference is SourceCorrupt,
    after all was given.
    """
    from isal.isal_zlib import crc32

    found = length = 0
    content = _decoded(stream, method, size)
    while True:
        try:
            piece = next(content)
        except StopIteration as end:
            rest: bytes = end.value
            break
        found = crc32(piece, found)
        length += len(piece)
        yield piece
    if (size is not None and length != size) or (crc is not None and found != crc):
        raise SourceCorrupt("the member's checksum does not agree with its content")
    return rest


def _decoded(stream: Stream, method: int, size: int | None) -> Generator[bytes, None, bytes]:
    if method == STORED:
        yield from stream.chunks()
        return b""
    if method == _LZMA:
        frames, ends = _lzma(stream), size
    else:
        frames, ends = _frames(method), None
    return (yield from frames.one(stream, size=ends))


def _frames(method: int) -> Frames:
    new: Callable[[], Decompressor]
    errors: tuple[type[Exception], ...]
    if method == _DEFLATE:
        name, new, errors = "deflate", inflater, inflate_errors()
    elif method == _BZIP2:
        from bz2 import BZ2Decompressor

        name, new, errors = "bzip2", BZ2Decompressor, (OSError, ValueError)
    elif method == _ZSTD:
        from zstandard import ZstdError

        from traque.sources.containers.zstd import Frame

        name, new, errors = "zstd", Frame, (ZstdError, MemoryError)
    elif method == _XZ:
        from lzma import FORMAT_XZ, LZMADecompressor, LZMAError

        name, new, errors = "xz", lambda: LZMADecompressor(FORMAT_XZ, memlimit=MEMORY), (LZMAError, EOFError)
    else:
        raise SourceUnsupported(
            f"compressed with {_UNKNOWN.get(method, f'method {method}')}, for which no decoder is here",
            remedy="unpack it and hunt the unpacked files",
        )
    return Frames(name, new, errors, begins=bool, shortest=1)


def _lzma(stream: Stream) -> Frames:
    """Raw LZMA: two bytes of version, the length of the properties (5), then these."""
    from lzma import FILTER_LZMA1, FORMAT_RAW, LZMADecompressor, LZMAError

    head = stream.read_exactly(9)
    if len(head) < 9 or head[2:4] != b"\x05\0" or head[4] >= 9 * 5 * 5:
        raise SourceCorrupt("the member's LZMA properties are not valid")
    dictionary = int.from_bytes(head[5:9], "little")
    if dictionary > MEMORY:
        raise SourceLimit(f"the member wants a dictionary of {dictionary:,} bytes")
    rest, literal_context = divmod(head[4], 9)
    position, literal_position = divmod(rest, 5)
    properties = {
        "id": FILTER_LZMA1,
        "dict_size": dictionary,
        "lc": literal_context,
        "lp": literal_position,
        "pb": position,
    }
    return Frames(
        "lzma",
        lambda: LZMADecompressor(FORMAT_RAW, filters=[properties]),
        (LZMAError, EOFError),
        begins=bool,
        shortest=1,
    )
