"""Documents whose records are tuples deep inside: Azure's ``flowTuples``, Loki's ``values``: one a line."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

_TAIL: Final = 1024
"""A tuple and the brackets up to the next comma are shorter."""


def tuples_of(head: bytes) -> TupleFramer | None:
    """The framer of a document with flow tuples, or with Loki's streams; None for others."""
    if head.lstrip()[:1] not in (b"{", b"["):
        return None
    if b'"flowTuples"' in head:
        return TupleFramer(_flow())
    if b'"values"' in head and _stream().search(head) is not None:
        return TupleFramer(_line())
    return None


class TupleFramer:
    """The comma after a tuple, with which ``between`` ends, becomes the line end; others become blanks."""

    lost = False

    def __init__(self, between: re.Pattern[bytes]) -> None:
        self._between = between
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
        for found in self._between.finditer(data):
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
def _flow() -> re.Pattern[bytes]:
    return re.compile(rb'"1\d{9}(?:\d{3})?,[^"\n]{10,200}"[\]}\s]{0,400},')


@cache
def _stream() -> re.Pattern[bytes]:
    return re.compile(rb'"values"\s{0,100}:\s{0,100}\[\s{0,100}\[\s{0,100}"1\d{18}"')


@cache
def _line() -> re.Pattern[bytes]:
    """Between two lines, and between two streams. Inside of a string every quote would be escaped."""
    return re.compile(
        rb'\]\s{0,200},(?=\s{0,200}\[\s{0,200}"1\d{18}")|\]\s{0,200}\}\s{0,200},(?=\s{0,200}\{\s{0,200}"stream")'
    )


@cache
def _end() -> re.Pattern[bytes]:
    return re.compile(rb"\r?\n")
