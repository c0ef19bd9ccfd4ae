"""zip (PKWARE APPNOTE 6.3), with zip64; without its directory, by the headers before the members."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime
from typing import IO, Final, cast

from traque.errors import SourceCorrupt, SourceEncrypted, SourceError, SourceLimit, SourceTruncated
from traque.sources.containers._spec import Archive, Member, Note
from traque.sources.containers._zip_headers import (
    ENCRYPTED,
    LOCAL,
    LocalHeader,
    is_workbook,
    members_by_headers,
)
from traque.sources.containers._zip_member import unpack
from traque.sources.files import unreadable
from traque.sources.limits import UNPACK_IT
from traque.sources.streams import CHUNK, Seekable, Stream

_IN_MEMORY: Final = 8 << 20
"""An archive inside another is kept in memory up to this size, then in a temporary file."""
_LARGEST_DIRECTORY: Final = 64 << 20
"""Bytes of a directory that are read into memory: half a million members."""
_LONGEST_TAIL: Final = (1 << 16) + 256
"""The end record, the longest comment behind it, and the zip64 records before it."""
_END: Final = b"PK\x05\x06"
_END_64: Final = b"PK\x06\x06"
_UNIX_TIME: Final = 0x5455


def recognise(head: bytes) -> bool:
    """A first member, an empty archive, or the mark of one that was to be split."""
    if is_workbook(head):
        return False
    return head.startswith((LOCAL, _END, b"PK\x07\x08PK\x03\x04", b"PK00PK\x03\x04"))


def _members(stream: Stream, note: Note) -> Generator[Member, None, None]:
    del note  # nothing about a zip archive is odd but harmless
    with seekable(stream) as file:
        try:
            listed = directory(file)
        except SourceError as error:
            file.seek(0)
            yield from members_by_headers(Stream(pieces_of(file, None)))
            raise error from None
        for info in listed:
            if not is_folder(info):
                yield Member(
                    name=info.orig_filename,
                    pieces=content(file, info),
                    mtime=mtime_of(info),
                    stored=max(info.compress_size, 1),
                )
        stream.check()


def directory(file: Seekable) -> list[zipfile.ZipInfo]:
    """The members as the archive's directory lists them; SourceError where it is damaged or not whole."""
    size, stated = _end_record(file)
    if size > _LARGEST_DIRECTORY:
        raise SourceLimit("the archive's directory is too large to be read", remedy=UNPACK_IT)
    try:
        listed = zipfile.ZipFile(cast("IO[bytes]", file)).infolist()
    except zipfile.BadZipFile as error:
        if size:
            raise SourceCorrupt(f"the archive's directory is damaged: {error}") from error
        raise SourceTruncated(
            "the archive's directory, at its end, is missing: members may be missing too",
            remedy="the copy is incomplete: fetch it again",
        ) from error
    except (struct.error, ValueError, IndexError, EOFError, NotImplementedError) as error:
        raise SourceCorrupt(f"the archive's directory is damaged: {error}") from error
    except OSError as error:
        raise unreadable(error) from error
    if stated not in (None, len(listed)):
        raise SourceCorrupt(f"the archive's directory lists {len(listed):,} of {stated:,} members")
    return listed


def _end_record(file: Seekable) -> tuple[int, int | None]:
    """The size of the directory and how many members it has, as the record at the archive's end says.

    The larger size of that record and its zip64 extension; no number where only the latter holds it.
    """
    end = file.seek(0, 2)
    file.seek(max(0, end - _LONGEST_TAIL))
    tail = file.read()
    at, at_64 = tail.rfind(_END), tail.rfind(_END_64)
    record, record_64 = tail[at : at + 22], tail[at_64 : at_64 + 56]
    if at < 0 or len(record) < 22:
        return 0, None
    (number, size) = struct.unpack("<10xHL6x", record)
    if at_64 >= 0 and len(record_64) == 56:
        size = max(size % 0xFFFFFFFF, struct.unpack_from("<Q", record_64, 40)[0])
    return min(size, end), None if number == 0xFFFF else number


def content(file: Seekable, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """What a member holds."""
    if info.flag_bits & ENCRYPTED:
        raise SourceEncrypted("it is encrypted", remedy="unpack it with its password and hunt the result")
    try:
        file.seek(info.header_offset)
        fixed = file.read(LocalHeader.SIZE)
        if len(fixed) < LocalHeader.SIZE or not fixed.startswith(LOCAL):
            raise SourceCorrupt("the directory names a member that is not there")
        header = LocalHeader(fixed)
        file.seek(header.name_length + header.extra_length, 1)
    except (OSError, ValueError, OverflowError) as error:
        raise SourceCorrupt(f"the directory points outside the archive: {error}") from error
    stored = Stream(pieces_of(file, info.compress_size))
    yield from unpack(stored, info.compress_type, size=info.file_size, crc=info.CRC)


def pieces_of(file: Seekable, size: int | None) -> Iterator[bytes]:
    """The next ``size`` bytes of the archive (None: all that follow)."""
    left = size
    while left is None or left > 0:
        try:
            piece = file.read(CHUNK if left is None else min(CHUNK, left))
        except OSError as error:
            raise unreadable(error) from error
        if not piece:
            break
        left = None if left is None else left - len(piece)
        yield piece
    if left:
        raise SourceTruncated("the archive ends within this member")


def is_folder(info: zipfile.ZipInfo) -> bool:
    """Whether the member is a folder; unlike ``ZipInfo.is_dir``, also of an empty name in a damaged one."""
    return info.filename.endswith("/")


def mtime_of(info: zipfile.ZipInfo) -> float | None:
    """The member's time: the extended timestamp (UTC) when there is one, else the MS-DOS time.

    MS-DOS times are of an unstated zone, two seconds fine; they are read as UTC. Their first, 1980-01-01, is
    written where there is none.
    """
    extra = info.extra
    while len(extra) >= 4:
        kind, length = struct.unpack("<HH", extra[:4])
        if kind == _UNIX_TIME and length >= 5 and len(extra) >= 9 and extra[4] & 1:
            return float(int.from_bytes(extra[5:9], "little", signed=True))
        extra = extra[4 + length :]
    if info.date_time == (1980, 1, 1, 0, 0, 0):
        return None
    try:
        return datetime(*info.date_time, tzinfo=UTC).timestamp()
    except ValueError:
        return None


def seekable(stream: Stream) -> AbstractContextManager[Seekable]:
    """The archive as a file that can be read from its end: itself, or a copy of what the stream gives."""
    if stream.as_file is not None:
        return stream.as_file()
    from tempfile import SpooledTemporaryFile

    copy = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 -- closed by who asked for it
    try:
        with suppress(SourceError):  # kept by the stream until check()
            for piece in stream.chunks():
                copy.write(piece)
    except OSError as error:
        copy.close()
        raise unreadable(error) from error
    return copy


SPEC = Archive(
    name="zip",
    title="zip",
    recognise=recognise,
    suffixes=(".zip",),
    magic=b"PK",
    shortest=22,
    members=_members,
)
