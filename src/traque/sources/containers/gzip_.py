"""gzip (RFC 1952), with any number of members, as ``logrotate`` and ``cat`` leave them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from traque.sources.containers._deflate import inflate_errors, inflater
from traque.sources.containers._frames import Frames
from traque.sources.containers._spec import Compression, Note
from traque.sources.streams import Stream

_MAGIC: Final = b"\x1f\x8b\x08"
_SHORTEST: Final = 18
_LONGEST_HEADER: Final = 256 * 1024
"""RFC 1952 bounds neither the name nor the comment; no tool writes more than a path."""
_HCRC, _EXTRA, _NAME, _COMMENT, _RESERVED = 0x02, 0x04, 0x08, 0x10, 0xE0


class _Damaged(Exception):
    """A header that is not one, or a trailer that does not agree with the data."""


class _Member:
    """Decodes one member: a header, deflated data, a trailer with checksum and length.

    Header and trailer are read here rather than by the library, so that a wrong checksum is found after
    the last byte was given, not instead of it.
    """

    def __init__(self) -> None:
        from isal.isal_zlib import crc32

        self._deflated = inflater()
        self._crc32 = crc32
        self._crc = self._size = 0
        self._in_header = True
        self._pending = b""
        self.eof = False
        self.unused_data = b""

    @property
    def needs_input(self) -> bool:
        """Nothing more comes without more data."""
        if self._in_header:
            return True
        return len(self._pending) < 8 if self._deflated.eof else self._deflated.needs_input

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """The next decoded bytes; the trailer is judged in a call of its own."""
        self._pending += data
        if self._in_header:
            length = _header_length(self._pending)
            if length is None:
                return b""
            self._in_header = False
            self._pending = self._pending[length:]
        if self._deflated.eof:
            self._close()
            return b""
        piece = self._deflated.decompress(self._pending, max_length)
        self._pending = self._deflated.unused_data if self._deflated.eof else b""
        self._crc = self._crc32(piece, self._crc)
        self._size += len(piece)
        return piece

    def _close(self) -> None:
        if len(self._pending) < 8:
            return
        crc, size = (int.from_bytes(self._pending[at : at + 4], "little") for at in (0, 4))
        if (crc, size) != (self._crc, self._size & 0xFFFFFFFF):
            raise _Damaged("the checksum at the end does not agree")
        self.eof = True
        self.unused_data = self._pending[8:]


def _header_length(data: bytes) -> int | None:
    """How long the header is; None while its end is not there."""
    if len(data) < 10:
        return None
    if not _begins(data):
        raise _Damaged("the header is not one")
    flags, end = data[3], 10
    if flags & _EXTRA:
        end += 2 + int.from_bytes(data[10:12], "little")
    for flag in (_NAME, _COMMENT):
        if flags & flag:
            end = data.find(b"\0", end) + 1
            if not end:
                if len(data) > _LONGEST_HEADER:
                    raise _Damaged("the header has no end")
                return None
    end += 2 if flags & _HCRC else 0
    return end if end <= len(data) else None


def _begins(head: bytes) -> bool:
    return head.startswith(_MAGIC) and not (len(head) > 3 and head[3] & _RESERVED)


def _decode(stream: Stream, note: Note) -> Iterator[bytes]:
    frames = Frames("gzip", _Member, (*inflate_errors(), _Damaged), begins=_begins, shortest=_SHORTEST)
    return frames.decode(stream, note)


def _stamp(head: bytes) -> float | None:
    """When the original file was modified; RFC 1952 writes 0 for unknown."""
    return float(int.from_bytes(head[4:8], "little")) or None


SPEC = Compression(
    name="gzip",
    title="gzip",
    recognise=_begins,
    suffixes=(".gz", ".tgz", ".gzip"),
    magic=_MAGIC,
    shortest=_SHORTEST,
    decode=_decode,
    stamp=_stamp,
)
