"""The members of a zip archive whose directory is missing or broken, found by the headers before each."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import Final

from traque.errors import SourceEncrypted, SourceError, SourceTruncated, SourceUnsupported
from traque.sources.containers._spec import Member
from traque.sources.containers._zip_member import STORED, unpack
from traque.sources.streams import CHUNK, Stream

LOCAL: Final = b"PK\x03\x04"
ENCRYPTED: Final = 0x01
_SIZES_FOLLOW: Final = 0x08
_DESCRIPTOR: Final = 24
"""Bytes that may stand between a member and the next header: a mark, a checksum, two sizes of 8 bytes."""
_FAR: Final = 1 << 30
"""Decoded bytes that are stepped over to find the next member."""


class LocalHeader:
    """The header before a member's content (APPNOTE, section 4.3.7): 30 bytes, a name, extra fields."""

    SIZE: Final = 30

    def __init__(self, fixed: bytes) -> None:
        (self.flags, self.method, self.crc, self.stored, self.size, self.name_length, self.extra_length) = (
            struct.unpack("<4x2xHH4xLLLHH", fixed)
        )

    def extend(self, extra: bytes) -> None:
        """Take the 64-bit lengths from the extra fields (section 4.5.3), where the header refers to them."""
        while len(extra) >= 4:
            kind, length = struct.unpack("<HH", extra[:4])
            if kind == 1 and length >= 16 and len(extra) >= 20 and self.stored == 0xFFFFFFFF:
                self.size, self.stored = struct.unpack("<QQ", extra[4:20])
            extra = extra[4 + length :]


def members_by_headers(stream: Stream) -> Iterator[Member]:
    """Every member from the beginning of ``stream`` on, until something is not a member."""
    while (mark := stream.read_exactly(4)) in (LOCAL, b"PK\x07\x08", b"PK00"):
        if mark != LOCAL:  # the mark of an archive that was to be split
            continue
        fixed = stream.read_exactly(LocalHeader.SIZE - 4)
        if len(fixed) < LocalHeader.SIZE - 4:
            return
        header = LocalHeader(LOCAL + fixed)
        name = stream.read_exactly(header.name_length).decode("utf-8", "surrogateescape")
        header.extend(stream.read_exactly(header.extra_length))
        if name.endswith("/") and not header.stored:
            continue
        content = _Content(stream, header)
        yield Member(name=name, pieces=content.pieces, stored=max(header.stored, 1))
        content.skip()
        if not content.end_known:
            return
        _to_next(stream)


class _Content:
    """Reads one member, and leaves the stream behind it whatever its reader did.

    The length of what is stored stands in the header, or, when a pipe was written to, behind the content:
    then only the compression knows where that ends.
    """

    def __init__(self, stream: Stream, header: LocalHeader) -> None:
        self._stream = stream
        self._header = header
        self._left = header.stored
        self.end_known = bool(header.stored) or not header.flags & _SIZES_FOLLOW
        self.pieces = self._measured() if self.end_known else self._to_its_end()

    def skip(self) -> None:
        """Step over what was not read, but not over a bomb whose end only decoding would find."""
        with suppress(SourceError):
            skipped = 0
            for piece in self._stored() if self.end_known else self.pieces:
                skipped += 0 if self.end_known else len(piece)
                if skipped > _FAR:
                    return

    def _measured(self) -> Iterator[bytes]:
        header = self._header
        _refuse_encrypted(header)
        yield from unpack(Stream(self._stored()), header.method, size=header.size, crc=header.crc)

    def _to_its_end(self) -> Iterator[bytes]:
        _refuse_encrypted(self._header)
        if self._header.method == STORED:
            raise SourceUnsupported("its length stands only in the archive's directory, which is not there")
        rest = yield from unpack(self._stream, self._header.method)
        self._stream.unread(rest)
        self.end_known = True

    def _stored(self) -> Iterator[bytes]:
        while self._left:
            piece = self._stream.read(min(CHUNK, self._left))
            if not piece:
                self._left = 0
                raise SourceTruncated("the archive ends within this member")
            self._left -= len(piece)
            yield piece


def _refuse_encrypted(header: LocalHeader) -> None:
    if header.flags & ENCRYPTED:
        raise SourceEncrypted("it is encrypted", remedy="unpack it with its password and hunt the result")


def _to_next(stream: Stream) -> None:
    """Step over a data descriptor, of which four lengths are in use."""
    ahead = stream.head(_DESCRIPTOR + 4)
    found = [at for mark in (LOCAL, b"PK\x01\x02") if (at := ahead.find(mark)) >= 0]
    stream.read_exactly(min(found, default=0))


def is_workbook(head: bytes) -> bool:
    """Whether an archive begins with the parts of an XLSX workbook."""
    return head.startswith(b"PK") and _first().match(head) is not None and _part().search(head) is not None


@cache
def _first() -> re.Pattern[bytes]:
    return re.compile(
        rb"PK\x03\x04.{26}(?:xl/|\[Content_Types\]\.xml|_rels/|docProps/|customXml/|mimetype)", re.DOTALL
    )


@cache
def _part() -> re.Pattern[bytes]:
    return re.compile(rb"PK\x03\x04.{26}xl/", re.DOTALL)
