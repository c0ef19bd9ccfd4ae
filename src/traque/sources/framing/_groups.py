"""Lines that belong together: the journal's export, Windows DNS details, Linux audit events, stack traces."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Final

from traque.sources.framing._spelling import Spelled, audit, is_journal, journal

_LOOK: Final = 160
"""So much of a line tells whether it continues the record before it."""


class LineGroups:
    """Joins a line to the one before with ``mark``, where ``continues`` says so of the beginnings of both."""

    lost = False

    def __init__(self, continues: Callable[[bytes, bytes], bool], mark: int) -> None:
        self._continues = continues
        self._mark = mark
        self._held = b""
        self._line = b""  # the beginning of the line that is being passed on

    def feed(self, data: bytes) -> bytes:
        """The next bytes."""
        return self._take(data, final=False)

    def finish(self) -> bytes:
        """The text has ended."""
        return self._take(b"", final=True)

    def _take(self, more: bytes, *, final: bool) -> bytes:
        data = self._held + more
        out = bytearray(data)
        done, end = 0, data.find(b"\n")
        while end >= 0:
            start = data[end + 1 : end + 1 + _LOOK]
            whole = b"\n" in start or len(start) == _LOOK
            if not whole and not final:
                break
            self._line = (self._line + data[done : min(end, done + _LOOK)])[:_LOOK]
            start = start.partition(b"\n")[0]
            if (start or whole) and self._continues(self._line, start):
                out[end] = self._mark
            self._line, done = b"", end + 1
            end = data.find(b"\n", done)
        if end < 0 or final:
            self._line = (self._line + data[done : done + _LOOK])[:_LOOK]
            done = len(data)
        self._held = data[done:]
        return bytes(out[:done])


def groups_of(head: bytes) -> LineGroups | Spelled | None:
    """By the first lines of the text; None for lines that stand alone."""
    if head.startswith(b"__CURSOR=") and b"\n__REALTIME_TIMESTAMP=" in head[:4096]:
        return LineGroups(lambda _, line: not line.startswith(b"__CURSOR="), 0x1F)
    if _audit().match(head) is not None:
        return Spelled(audit, LineGroups(_same_audit_event, 0x20))
    if is_journal(head):
        return Spelled(journal)
    if b" PACKET " in head[:16384] and _dns_packet().search(head[:65536]) is not None:
        return LineGroups(lambda _, line: _dated().match(line) is None, 0x20)
    if head.startswith(b"[**] ["):
        return LineGroups(lambda _, line: not line.startswith(b"[**] ["), 0x20)
    if _trace().search(head[:65536]) is not None:
        return LineGroups(lambda _, line: _continues().match(line) is not None, 0x20)
    return None


@cache
def _trace() -> re.Pattern[bytes]:
    """A stack trace of Java and its relatives, JavaScript, Python, Go or PHP, under a line of a log."""
    return re.compile(
        rb"\n[ \t]+at (?:[\w.$<>/]+\([^()\n]*\)|[^\n]{1,200}:\d{1,6}:\d{1,6}\)?(?: \{)?)\r?\n"
        rb"|\nTraceback \(most recent call last\):\r?\n|\ngoroutine \d{1,9} \[|\nStack trace:\r?\n#0 "
    )


@cache
def _continues() -> re.Pattern[bytes]:
    return re.compile(
        rb"[ \t]|\r?$|Caused by: |Traceback \(|During handling of |The above exception |"
        rb"[A-Za-z_][\w.]*(?:Error|Exception|Warning|Exit|Interrupt)(?::|\r?$)|"
        rb"goroutine \d{1,9} \[|created by |panic\(|[\w./*()]+\.[\w.*()]+\([^ ]*\)\r?$|"  # Go
        rb"Stack trace:|#\d{1,4} |\}"
    )


def _same_audit_event(before: bytes, line: bytes) -> bool:
    one, other = _audit().match(before), _audit().match(line)
    return (
        one is not None and other is not None and one[0].rpartition(b"(")[2] == other[0].rpartition(b"(")[2]
    )


@cache
def _audit() -> re.Pattern[bytes]:
    return re.compile(rb"(?:node=\S{1,80} )?type=\S{1,40} msg=audit\(\d+\.\d+:\d+\)")


@cache
def _dated() -> re.Pattern[bytes]:
    return re.compile(rb"\d{1,4}[/.\-]\d{1,2}[/.\-]\d")


@cache
def _dns_packet() -> re.Pattern[bytes]:
    return re.compile(
        rb"(?m)^\d{1,4}[/.\-]\d[^\r\n]{4,40} PACKET  ?[0-9A-Fa-f]{8,16} (?:UDP|TCP) (?:Snd|Rcv) "
    )
