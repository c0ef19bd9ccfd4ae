"""The text that a source was searched as, once more, around some of its records.

A plain source is its text. What was decoded, transcoded or framed into records is made into text again, from
its beginning and within a bound: there is no other way to a record in the middle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Final

from traque.errors import SourceError
from traque.hunt.decoding import DecodedText
from traque.model import Evidence
from traque.sources import Source
from traque.sources.decoders import Carried, Decoder, Definitions, Reading, decoder_for
from traque.sources.encoding import Transcoder, detect
from traque.sources.framing import framing_of

RECORDS: Final = 500
"""Decoded records on each side of one that are given."""
FURTHEST: Final = 32 << 20
"""Bytes of text that are made of one source."""

Span = tuple[int, int]


class Rewritten:
    """The lines around ``anchors``, records of ``source``; ``near`` bytes on each side where it is text.

    After :meth:`stretches`, ``is_cut`` says that anchors lie beyond :data:`FURTHEST`.
    """

    def __init__(self, source: Source, anchors: Sequence[Evidence], near: int, given: Definitions) -> None:
        self.is_cut = False
        self._source = source
        self._anchors = anchors
        self._near = near
        self._given = given
        self._origins: dict[int, int] = {}

    def stretches(self) -> Iterator[tuple[int, bytes]]:
        """Whole lines, with where they begin in the text. Ends early where the source does."""
        decoder = decoder_for(self._source.head(), self._source.name)
        with suppress(SourceError):  # it was told when all bytes were read
            yield from self._decoded(decoder) if decoder and decoder.is_here() else self._framed()

    def origin(self, begin: int) -> int:
        """Where in the source the line stands that begins there in the text."""
        return self._origins.get(begin, begin)

    def _decoded(self, decoder: Decoder) -> Iterator[tuple[int, bytes]]:
        """By the numbers of records: their offsets need not grow."""
        spans = joined((max(1, one.line - RECORDS), one.line + RECORDS + 1) for one in self._anchors)
        reading = Reading(self._source.chunks(), self._source.name, Carried(self._given))
        text = DecodedText(decoder, reading)
        position, number = 0, 1
        for batch in text.batches():
            lines = batch.split(b"\n")[:-1]
            for first, after in spans:
                chosen = lines[max(0, first - number) : max(0, after - number)]
                if chosen:
                    before = sum(len(line) + 1 for line in lines[: max(0, first - number)])
                    yield self._given_out(position + before, chosen, text.original_offset)
            position, number = position + len(batch), number + len(lines)
            if number >= spans[-1][1] or self._is_far(position):
                return

    def _framed(self) -> Iterator[tuple[int, bytes]]:
        """By offsets in the source."""
        spans = joined((max(0, one.offset - self._near), one.offset + self._near) for one in self._anchors)
        encoding = detect(self._source.head())
        transcoder = None if encoding == "utf-8" else Transcoder(encoding)
        head = self._source.head()
        framing = framing_of(Transcoder(encoding).feed(head) if transcoder else head)

        def text() -> Iterator[bytes]:
            for chunk in self._source.chunks():
                made = transcoder.feed(chunk) if transcoder else chunk
                yield framing.feed(made) if framing else made
            made = transcoder.finish() if transcoder else b""
            yield framing.feed(made) + framing.finish() if framing else made

        def original(at: int) -> int:
            at = framing.original_offset(at) if framing else at
            return transcoder.original_offset(at) if transcoder else at

        position, rest = 0, b""
        for piece in text():
            begin, lines = position - len(rest), (rest + piece).split(b"\n")
            position, rest = position + len(piece), lines.pop()
            if original(begin) >= spans[-1][1] or self._is_far(position):
                return
            if any(original(begin) < after and first <= original(position) for first, after in spans):
                yield from self._within(spans, begin, lines, original)
        if rest:
            yield from self._within(spans, position - len(rest), [rest], original)

    def _within(
        self, spans: Sequence[Span], begin: int, lines: Sequence[bytes], original: Callable[[int], int]
    ) -> Iterator[tuple[int, bytes]]:
        """Those of the lines that begin in a span."""
        for line in lines:
            origin = original(begin)
            if any(first <= origin < after for first, after in spans):
                self._origins[begin] = origin
                yield begin, line
            begin += len(line) + 1

    def _given_out(
        self, begin: int, lines: Sequence[bytes], original: Callable[[int], int]
    ) -> tuple[int, bytes]:
        at = begin
        for line in lines:
            self._origins[at] = original(at)
            at += len(line) + 1
        return begin, b"\n".join(lines)

    def _is_far(self, position: int) -> bool:
        self.is_cut = position > FURTHEST
        return self.is_cut


def joined(spans: Iterable[Span]) -> list[Span]:
    """In order, those that touch as one."""
    found: list[Span] = []
    for begin, end in sorted(spans):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found
