"""Records that end in something else than a line end.

A carriage return (old Macs, some appliances); NUL (GELF and syslog over TCP, as they were sent); a length
before each record (syslog over TCP, RFC 6587, octet counting); a record separator before each (RFC 7464);
and tables whose quoted cells hold line ends.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

_LINES: Final = 200
_BYTES: Final = 64 << 10
"""A quoted cell with more lines or bytes is a quote that stands alone."""


class Translated:
    """One byte becomes another."""

    lost = False

    def __init__(self, end: bytes, becomes: bytes = b"\n") -> None:
        self.end = end
        self._table = bytes.maketrans(end, becomes)

    def feed(self, data: bytes) -> bytes:
        """The next bytes."""
        return data.translate(self._table)

    def finish(self) -> bytes:
        """The text has ended."""
        return b""


class Counted:
    """The length before a record becomes blanks and a line end; line ends in the record become blanks."""

    end = b"\n"

    def __init__(self) -> None:
        self.lost = False
        self._held = b""
        self._first = True

    def feed(self, data: bytes) -> bytes:
        """The next bytes."""
        return self._take(data, final=False)

    def finish(self) -> bytes:
        """The text has ended."""
        return self._take(b"", final=True)

    def _take(self, more: bytes, *, final: bool) -> bytes:
        data, self._held = self._held + more, b""
        if self.lost:
            return data
        parts: list[bytes] = []
        at = 0
        while at < len(data):
            found = _count().match(data, at)
            if found is None:
                self.lost = final or len(data) - at > 16
                break
            end = found.end() + int(found[1])
            if end > len(data) and not final:
                break
            parts += (
                b" " * (found.end() - at - 1),
                b" " if self._first else b"\n",
                data[found.end() : end].replace(b"\n", b" "),
            )
            self._first = False
            at = min(end, len(data))
        if final or self.lost:
            parts.append(data[at:])
        else:
            self._held = data[at:]
        return b"".join(parts)


class Quoted:
    """A line end between quotes becomes a blank."""

    lost = False
    end = b"\n"

    def __init__(self) -> None:
        self._held = b""
        self._lines = 0  # of the cell that is open
        self._bytes = 0
        self._open = False

    def feed(self, data: bytes) -> bytes:
        """The next bytes."""
        data = self._held + data
        end = data.rfind(b"\n") + 1
        self._held = data[end:]
        return self._joined(data[:end])

    def finish(self) -> bytes:
        """The text has ended."""
        data, self._held = self._held, b""
        return data

    def _joined(self, data: bytes) -> bytes:
        out = bytearray(data)
        at = 0
        for line in data.splitlines(keepends=True):
            at += len(line)
            if line.count(b'"') % 2:
                self._open = not self._open
            if not self._open:
                self._lines = self._bytes = 0
                continue
            self._lines += 1
            self._bytes += len(line)
            if self._lines > _LINES or self._bytes > _BYTES:
                self._open = False
            elif line.endswith(b"\n"):
                out[at - 1] = 0x20
        return bytes(out)


def ends_of(head: bytes) -> Translated | Counted | Quoted | None:
    """How the records of a text end; None for lines."""
    if head.startswith(b"\x1e{"):
        return Translated(b"\x1e", b" ")
    if b"\0" in head and _nul().match(head) is not None:
        return Translated(b"\0")
    if b"\n" not in head and head.count(b"\r") > 1 and b"\0" not in head:
        return Translated(b"\r")
    if _is_counted(head):
        return Counted()
    return Quoted() if _is_quoted(head) else None


def _is_counted(head: bytes) -> bool:
    """Whether two lengths, or one and the end, stand where they should."""
    at = 0
    for _ in range(2):
        found = _count().match(head, at)
        if found is None:
            return False
        at = found.end() + int(found[1])
        if at >= len(head):
            return at == len(head)
    return True


def _is_quoted(head: bytes) -> bool:
    """Whether under a header a cell begins with a quote on one line and ends with one on a later line."""
    header, _, rest = head.partition(b"\n")
    if header.count(b'"') % 2 or not _header().fullmatch(header):
        return False
    return _cell().search(b"\n" + rest) is not None


@cache
def _count() -> re.Pattern[bytes]:
    return re.compile(rb"([1-9]\d{1,5}) (?=<\d{1,3}>)")


@cache
def _nul() -> re.Pattern[bytes]:
    return re.compile(rb"(?:<\d{1,3}>|\{)[^\0]{2,32768}\0\n?(?:<\d{1,3}>|\{)")


@cache
def _header() -> re.Pattern[bytes]:
    """Three names at least, quoted or not, with one separator."""
    name = rb'"?[A-Za-z_@][\w .@()/-]{0,80}"?'
    return re.compile(rb"(?:\xef\xbb\xbf)?" + name + rb"([,;\t|])" + name + rb"(?:\1" + name + rb")+\r?")


@cache
def _cell() -> re.Pattern[bytes]:
    whole = rb'(?:"(?:[^"\n]|"")*+"|[^",;\t|\n]*+)'
    return re.compile(
        rb"\n(?:" + whole + rb'[,;\t|])*+"(?:[^"\n]|"")*+\n(?:[^"]|""){0,8192}?"(?:[,;\t|]|\r?\n|$)'
    )
