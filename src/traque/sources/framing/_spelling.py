"""Values that a log writes as numbers, written out in their own place: as many bytes, padded with blanks.

Linux audit (``saddr=`` and ``proctitle=`` in hexadecimal, arguments of ``EXECVE`` that hold blanks) and the
journal's JSON (a message that is no UTF-8 or holds control characters is a list of its bytes).
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from functools import cache
from typing import Final, Protocol

PATIENCE: Final = 1 << 20
"""A longer line is passed on as it is."""


class Framer(Protocol):
    """What takes the text then."""

    @property
    def lost(self) -> bool:
        """Whether the text is not what its head promised."""

    def feed(self, data: bytes) -> bytes:
        """The next bytes."""

    def finish(self) -> bytes:
        """What waited."""


class Spelled:
    """Passes whole lines through ``spell``, which keeps their lengths, then to ``framer``."""

    def __init__(self, spell: Callable[[bytes], bytes], framer: Framer | None = None) -> None:
        self._spell = spell
        self._framer = framer
        self._held = b""

    @property
    def lost(self) -> bool:
        """Whether the other framer is lost."""
        return self._framer is not None and self._framer.lost

    def feed(self, data: bytes) -> bytes:
        """The next bytes."""
        data = self._held + data
        end = len(data) if len(data) > PATIENCE else data.rfind(b"\n") + 1
        lines, self._held = data[:end], data[end:]
        spelled = self._spell(lines)
        return self._framer.feed(spelled) if self._framer is not None else spelled

    def finish(self) -> bytes:
        """The text has ended."""
        spelled, self._held = self._spell(self._held), b""
        return self._framer.feed(spelled) + self._framer.finish() if self._framer is not None else spelled


def audit(lines: bytes) -> bytes:
    """Socket addresses and command lines of audit records; what auditd has spelt out itself stays."""
    if b"saddr=0" in lines:
        lines = _patterns().address.sub(_address, lines)
    if b"proctitle=" in lines:
        lines = _patterns().title.sub(_command, lines)
    if b"type=EXECVE" in lines:
        lines = _patterns().execve.sub(lambda line: _patterns().argument.sub(_command, line[0]), lines)
    return lines


def journal(lines: bytes) -> bytes:
    """Lists of bytes in journal entries, as strings."""
    return _patterns().octets.sub(_octets, lines) if b":[" in lines or b": [" in lines else lines


def is_journal(head: bytes) -> bool:
    """Whether the text is the journal as JSON, an entry a line."""
    first = head[:65536].partition(b"\n")[0]
    return first.startswith(b"{") and b'"__REALTIME_TIMESTAMP"' in first and b'"__CURSOR"' in first


def _address(found: re.Match[bytes]) -> bytes:
    """``02000050C6336407...``: family, port, address; of IPv6 a flow label before it."""
    raw = bytes.fromhex(found[1].decode())
    family, at, size = (socket.AF_INET, 4, 4) if 2 in raw[:2] else (socket.AF_INET6, 8, 16)
    if len(raw) < at + size:
        return found[0]
    address = socket.inet_ntop(family, raw[at : at + size])
    port = int.from_bytes(raw[2:4], "big")
    text = f"{address}:{port}" if family == socket.AF_INET else f"[{address}]:{port}"
    text = text if len(text) <= len(found[1]) else address
    return b"saddr=" + text.encode().ljust(len(found[1]))


def _command(found: re.Match[bytes]) -> bytes:
    """A command line in hexadecimal, with NUL between its words."""
    if len(found[2]) % 2:
        return found[0]
    said = bytes.fromhex(found[2].decode())
    text = bytes(octet if octet >= 0x20 and octet != 0x7F else 0x20 for octet in said)
    return found[1] + text.ljust(len(found[2]))


def _octets(found: re.Match[bytes]) -> bytes:
    numbers = [int(number) for number in found[2].split(b",")]
    if any(number > 255 for number in numbers):
        return found[0]
    text = bytes(numbers).decode("utf-8", "replace")
    plain = "".join(letter if letter.isprintable() else " " for letter in _patterns().colour.sub("", text))
    spelled = plain.replace("\\", "\\\\").replace('"', '\\"').encode()
    return b'%s"%s"%s' % (found[1], spelled, b" " * (len(found[2]) - len(spelled)))


class _Patterns:
    def __init__(self) -> None:
        self.address = re.compile(
            rb"\bsaddr=((?:0200|0A00|0002|000A)(?:[0-9A-F]{2}){6,62})(?![0-9A-Fa-f])(?![^\n]{0,64}SADDR=)"
        )
        self.title = re.compile(rb"(\bproctitle=)([0-9A-F]{8,})(?=\s|$)")
        self.execve = re.compile(rb"type=EXECVE [^\n]+")
        self.argument = re.compile(rb"( a\d{1,4}=)([0-9A-F]{8,})(?=\s|$)")
        self.octets = re.compile(rb'("[A-Z0-9_]{1,64}" ?: ?)\[ ?(\d{1,3}(?: ?, ?\d{1,3})*+) ?\]')
        self.colour = re.compile("\x1b\\[[0-9;]*[A-Za-z]")


@cache
def _patterns() -> _Patterns:
    return _Patterns()
