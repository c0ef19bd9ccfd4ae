"""tar: POSIX ustar and pax, GNU and the old v7 layout, read in one pass.

The standard library's reader is not used: it ends in silence at a damaged header, and reads extended
headers of any length into memory. Layouts: POSIX.1-2017 *pax*, "ustar Interchange Format" and "pax Extended
Header"; GNU tar manual, "Basic Tar Format".
"""

from __future__ import annotations

import struct
from collections.abc import Generator, Iterator
from typing import Final

import msgspec

from traque.errors import SourceCorrupt, SourceTruncated
from traque.sources.containers._spec import Archive, Member, Note
from traque.sources.streams import CHUNK, Stream

_BLOCK: Final = 512
_LONGEST_EXTENSION: Final = 1 << 20
"""Bytes of an extended header that are read; a path has at most some thousands."""
_EXTENSIONS: Final = b"xXgLK"
"""Types that say something of the next member: pax headers, GNU's long names (a global header is skipped)."""
_LINKS_AND_DEVICES: Final = b"12346"
_WITHOUT_DATA: Final = b"5V"
"""Folders and volume labels. Every other type is read as a file, as POSIX has it for unknown ones."""


class _Header(msgspec.Struct, frozen=True):
    name: str
    size: int
    mtime: float
    kind: bytes
    sparse_continues: bool


def _checksum_holds(block: bytes) -> bool:
    """The header's sum, its own field taken as blanks; old writers summed signed bytes."""
    if len(block) < _BLOCK:
        return False
    try:
        stated = _number(block[148:156])
    except ValueError:
        return False
    unsigned = sum(block[:148]) + sum(block[156:_BLOCK]) + 8 * 32
    if stated == unsigned:
        return unsigned != 8 * 32
    signed: int = sum(struct.unpack("148b8x356b", block)) + 8 * 32
    return stated == signed


def _number(field: bytes) -> int:
    """An octal number, or GNU's base 256 for what octal cannot hold. ValueError when it is neither."""
    if field[0] & 0x80:
        value = int.from_bytes(field[1:], "big") + ((field[0] & 0x7F) << (8 * (len(field) - 1)))
        if field[0] & 0x40:
            raise ValueError("negative")
        return value
    text = field.split(b"\0", 1)[0].strip()
    if text.strip(b"01234567"):
        raise ValueError("not octal")
    return int(text, 8) if text else 0


def _header(block: bytes) -> _Header | None:
    if not _checksum_holds(block):
        return None
    try:
        size, mtime = _number(block[124:136]), _number(block[136:148])
    except ValueError:
        return None
    name = _text(block[:100])
    if block[257:263] == b"ustar\0" and (prefix := _text(block[345:500])):
        name = f"{prefix}/{name}"
    kind = block[156:157]
    if kind in (b"0", b"\0") and name.endswith("/"):  # a folder, before ustar
        kind = b"5"
    return _Header(name, size, float(mtime), kind, kind == b"S" and block[482] == 1)


def _text(field: bytes) -> str:
    return field.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")


def recognise(head: bytes) -> bool:
    """A header whose checksum holds; a file cut short within it, by its mark."""
    if len(head) < _BLOCK:
        return head[257:262] == b"ustar"
    return _checksum_holds(head[:_BLOCK])


class _Reader:
    """Walks over the blocks of one archive."""

    def __init__(self, stream: Stream, note: Note) -> None:
        self._stream = stream
        self._note = note
        self._left = 0
        self._padding = 0
        self._cut = False
        self._ended = False
        self._damaged = False

    def members(self) -> Generator[Member, None, None]:
        extended: dict[str, str] = {}
        while (header := self._next_header()) is not None:
            if header.kind in _EXTENSIONS:
                extended |= self._extension(header)
                continue
            name = extended.get("GNU.sparse.name") or extended.get("path") or header.name
            mtime = _decimal(extended.get("mtime"), header.mtime)
            self._expect(int(_decimal(extended.get("size"), header.size)))
            extended = {}
            if header.sparse_continues:
                self._skip_sparse_map()
            if header.kind in _LINKS_AND_DEVICES:
                self._note(f"{name} is a link or a device: not a file to read")
                if header.kind != b"1":
                    self._expect(0)
            elif header.kind not in _WITHOUT_DATA:
                yield Member(name=name, pieces=self._content(), mtime=mtime)
            self._drain()
        self._finish()

    def _next_header(self) -> _Header | None:
        """The next header; damaged ones are stepped over, block by block. None at the end."""
        while len(block := self._stream.read_exactly(_BLOCK)) == _BLOCK:
            if not block.strip(b"\0"):
                self._ended = True
                continue
            header = _header(block)
            if header is not None:
                self._ended = False
                return header
            if not self._ended:
                self._damaged = True
        self._cut = self._cut or (bool(block.strip(b"\0")) and not self._ended)
        return None

    def _finish(self) -> None:
        if self._damaged:
            raise SourceCorrupt("a header in the archive is damaged: members may be missing")
        if self._cut or not self._ended:
            raise SourceTruncated(
                "the archive ends before its end mark", remedy="the copy is incomplete: fetch it again"
            )

    def _expect(self, size: int) -> None:
        size = max(0, size)
        self._left = size
        self._padding = -size % _BLOCK

    def _content(self) -> Iterator[bytes]:
        while self._left:
            piece = self._stream.read(min(CHUNK, self._left))
            if not piece:
                self._cut = True
                self._left = self._padding = 0
                raise SourceTruncated("the archive ends within this member")
            self._left -= len(piece)
            yield piece

    def _drain(self) -> None:
        """Step over what the reader of a member left, and the padding."""
        while self._left or self._padding:
            piece = self._stream.read(min(CHUNK, self._left or self._padding))
            if not piece:
                self._cut = self._cut or self._left > 0
                self._left = self._padding = 0
            elif self._left:
                self._left -= len(piece)
            else:
                self._padding -= len(piece)

    def _extension(self, header: _Header) -> dict[str, str]:
        self._expect(header.size)
        if header.size > _LONGEST_EXTENSION:
            self._damaged = True
            self._drain()
            return {}
        data = self._stream.read_exactly(self._left)
        self._cut = self._cut or len(data) < self._left
        self._left = 0
        self._drain()
        if header.kind == b"L":
            return {"path": _text(data)}
        return _pax(data) if header.kind in (b"x", b"X") else {}

    def _skip_sparse_map(self) -> None:
        while len(block := self._stream.read_exactly(_BLOCK)) == _BLOCK and block[504] == 1:
            pass


def _pax(data: bytes) -> dict[str, str]:
    """The records ``length key=value`` of a pax header; stops at the first that is malformed."""
    found: dict[str, str] = {}
    at = 0
    while (blank := data.find(b" ", at, at + 20)) > 0 and data[at:blank].isdigit():
        end = at + int(data[at:blank])
        key, equals, value = data[blank + 1 : end - 1].partition(b"=")
        if not equals or end <= blank or end > len(data):
            break
        found[key.decode("utf-8", "replace")] = value.decode("utf-8", "surrogateescape")
        at = end
    return found


def _decimal(text: str | None, otherwise: float) -> float:
    if text is None:
        return otherwise
    try:
        value = float(text)
    except ValueError:
        return otherwise
    return value if 0 <= value < 1 << 62 else otherwise


def _members(stream: Stream, note: Note) -> Generator[Member, None, None]:
    return _Reader(stream, note).members()


SPEC = Archive(
    name="tar",
    title="tar (ustar, pax, GNU, v7)",
    recognise=recognise,
    suffixes=(".tar",),
    shortest=2 * _BLOCK,
    members=_members,
)
