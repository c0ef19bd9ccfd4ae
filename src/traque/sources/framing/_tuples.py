"""Azure's flow logs: each tuple in a document's ``flowTuples`` on a line of its own."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

_TAIL: Final = 1024
"""A tuple and the brackets up to the next comma are shorter."""


def has_tuples(head: bytes) -> bool:
    """Whether the text is a document with flow tuples."""
    return head.lstrip()[:1] in (b"{", b"[") and b'"flowTuples"' in head


class TupleFramer:
    """The comma after a tuple becomes the line end, line ends inside documents become blanks."""

    lost = False

    def __init__(self) -> None:
        self._held = b""
        self._last = b""

    def feed(self, data: bytes) -> bytes:
        """The next bytes."""
        return self._take(data, final=False)

    def finish(self) -> bytes:
        """The text has ended."""
        return self._take(b"", final=True)

    def _take(self, more: bytes, *, final: bool) -> bytes:
        data = self._held + more
        ready = len(data) if final else max(0, len(data) - _TAIL)
        out = bytearray(data)
        for found in _tuple().finditer(data):
            if found.end() > ready:
                ready = min(ready, found.start())
                break
            out[found.end() - 1] = 0x0A
        for found in _end().finditer(data, 0, ready):
            before = data[found.start() - 1 : found.start()] if found.start() else self._last
            if before != b"}" or data[found.end() : found.end() + 1] not in (b"{", b""):
                out[found.start() : found.end()] = b" " * len(found[0])
        self._held = data[ready:]
        self._last = data[ready - 1 : ready] or self._last
        return bytes(out[:ready])


@cache
def _tuple() -> re.Pattern[bytes]:
    return re.compile(rb'"1\d{9}(?:\d{3})?,[^"\n]{10,200}"[\]}\s]{0,400},')


@cache
def _end() -> re.Pattern[bytes]:
    return re.compile(rb"\r?\n")
