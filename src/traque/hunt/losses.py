"""Counts what a log says that it does not hold: records that an exporter dropped, intervals without traffic.

Such records name no address, so no match leads to them; their words are counted in the bytes as they pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final

from traque.logs import LossWord
from traque.model import Event, Loss, Stamp

_LONGEST: Final = 4096
"""Bytes of a record that are looked at on each side of the word."""

_TAIL: Final = 64
"""Bytes of what passed that are kept; no word is longer."""


class Losses:
    """Fed with the chunks of one source in order."""

    def __init__(self, words: Sequence[LossWord]) -> None:
        self._words = words
        self._counts = [0] * len(words)
        self._lines: list[tuple[bytes, bytes]] = [(b"", b"")] * len(words)
        self._tail = b""

    def feed(self, chunk: bytes) -> None:
        """The next bytes."""
        for number, loss in enumerate(self._words):
            most = len(loss.word) - 1  # of a word that is cut in two, on each side
            found = chunk.count(loss.word) + (self._tail[-most:] + chunk[:most]).count(loss.word)
            if not found:
                continue
            self._counts[number] += found
            first, last = self._lines[number]
            at = chunk.rfind(loss.word)
            if at >= 0:
                first = first or _line(chunk, chunk.find(loss.word))
                last = _line(chunk, at)
            self._lines[number] = (first, last)
        self._tail = chunk[-_TAIL:] if len(chunk) >= _TAIL else (self._tail + chunk)[-_TAIL:]

    def told(
        self, parse: Callable[[bytes], Event | None], moment: Callable[[Stamp], datetime]
    ) -> Iterator[Loss]:
        """What was counted, with the times of the first and the last of each."""
        for loss, count, lines in zip(self._words, self._counts, self._lines, strict=True):
            if count:
                times = [
                    moment(event.time)
                    for line in lines
                    if line and (event := parse(line)) is not None and event.time is not None
                ]
                yield Loss(
                    code=loss.code,
                    count=count,
                    text=loss.text,
                    first=min(times, default=None),
                    last=max(times, default=None),
                )


def merged(losses: Sequence[Loss]) -> tuple[Loss, ...]:
    """The losses of several sources of one stream, added up by code."""
    found: dict[str, list[Loss]] = {}
    for loss in losses:
        found.setdefault(loss.code, []).append(loss)
    return tuple(
        Loss(
            code=code,
            count=sum(loss.count for loss in same),
            text=same[0].text,
            first=min((loss.first for loss in same if loss.first is not None), default=None),
            last=max((loss.last for loss in same if loss.last is not None), default=None),
        )
        for code, same in sorted(found.items())
    )


def _line(chunk: bytes, at: int) -> bytes:
    begin = chunk.rfind(b"\n", max(0, at - _LONGEST), at) + 1 or max(0, at - _LONGEST)
    end = chunk.find(b"\n", at, at + _LONGEST)
    return chunk[begin : end if end >= 0 else at + _LONGEST].rstrip(b"\r")
