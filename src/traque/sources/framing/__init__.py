"""Documents whose records are not lines, as one record a line, byte for byte.

A framer changes no value (but writes out what stands in numbers, ``_spelling``): inside a record a line end
becomes a blank, and between two records one byte that is no value's (a comma, a bracket, a blank) becomes a
line end; only where JSON objects touch (``}{``) is one put in, and :meth:`Framing.original_offset` leads
back. So every value is still searched, at its place, and
memory does not grow with the document. Where the text stops being what the head
promised, the rest passes as it is, in lines, and :attr:`Framing.lost` says so.
"""

from __future__ import annotations

from collections import deque
from typing import Final, Protocol

from traque.sources.framing._ends import ends_of
from traque.sources.framing._groups import groups_of
from traque.sources.framing._json import JsonFramer, is_document
from traque.sources.framing._tuples import tuples_of
from traque.sources.framing._xml import XmlFramer, is_xml
from traque.sources.streams import HEAD

__all__ = ["Framing", "framed_head", "framing_of"]

WINDOW: Final = 8 << 20
"""Bytes whose original line numbers are exact; further back, that of the window's beginning."""


class Framer(Protocol):
    """Bytes in, as many bytes out (some of them later), but for line ends between JSON objects that touch."""

    @property
    def lost(self) -> bool:
        """From some place on the text was not what its head promised."""

    def feed(self, data: bytes) -> bytes:
        """The next bytes; what cannot be decided yet waits."""

    def finish(self) -> bytes:
        """What waited."""


class Framing:
    """A framer, and the original line numbers."""

    def __init__(self, framer: Framer, end: bytes = b"\n") -> None:
        self._framer = framer
        self._end = end
        self._seen: deque[tuple[int, int, bytes]] = deque()  # offset, line ends before it, bytes
        self._offset = 0
        self._ends = 0

    @property
    def lost(self) -> bool:
        """From some place on the text was not what its head promised."""
        return self._framer.lost

    def feed(self, data: bytes) -> bytes:
        """The next bytes of the text."""
        self._seen.append((self._offset, self._ends, data))
        while len(self._seen) > 1 and self._offset + len(data) - self._seen[1][0] > WINDOW:
            self._seen.popleft()
        self._offset += len(data)
        self._ends += data.count(self._end)
        return self._framer.feed(data)

    def finish(self) -> bytes:
        """The text has ended."""
        return self._framer.finish()

    def original_offset(self, offset: int) -> int:
        """Where in the original text the byte at ``offset`` of the framed text stands."""
        if isinstance(self._framer, JsonFramer):
            return offset - self._framer.inserted_before(offset)
        return offset

    def line_at(self, offset: int) -> int:
        """The line of the original text, from 1, in which the byte at ``offset`` of it stands."""
        for start, ends, data in reversed(self._seen):
            if offset >= start:
                return ends + data.count(self._end, 0, offset - start) + 1
        return self._seen[0][1] + 1 if self._seen else 1


def framing_of(head: bytes) -> Framing | None:
    """The framing that a text needs, by its first bytes (UTF-8); None for lines.

    Array documents (``[{...},{...}]``, ``{"Records":[...]}``), JSON objects over several lines or several on
    one, XML events, the journal's export format and JSON, Windows DNS debug logs with details, groups of
    Linux audit records, Azure's flow tuples and Loki's streams, Snort's full alerts, stack traces under lines
    of a log, and records that do not end in a line end.
    """
    text = head.removeprefix(b"\xef\xbb\xbf")
    tuples = tuples_of(text)
    if tuples is not None:
        return Framing(tuples)
    if is_document(text):
        return Framing(JsonFramer())
    if is_xml(text):
        return Framing(XmlFramer())
    groups: Framer | None = groups_of(text)
    if groups is not None:
        return Framing(groups)
    ends = ends_of(text)
    return None if ends is None else Framing(ends, ends.end)


def framed_head(head: bytes) -> bytes:
    """The first bytes of a text as its framing gives them; a record that the head cuts is left out."""
    framing = framing_of(head)
    if framing is None:
        return head
    text = framing.feed(head)
    return text if len(head) >= HEAD else text + framing.finish()
