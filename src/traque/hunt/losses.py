"""Counts what a log says that it does not hold: records that an exporter dropped, intervals without traffic.

Such records name no address, so no match leads to them; their words are looked for in the bytes as they pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from traque.logs import LossWord
from traque.model import Loss

_LONGEST: Final = 16_384
"""Bytes of a record that is looked at; those that tell of losses are short."""


class Losses:
    """Fed with the bytes of one source in order, cut anywhere; ``when`` reads the time of a record.

    A record counts once for each of ``words`` that it holds. ``by_day`` (``2021-01-31``) are the UTC days of
    those whose word tells of dropped records. Memory is bounded.
    """

    def __init__(self, words: Sequence[LossWord], when: Callable[[bytes], datetime | None]) -> None:
        self.by_day: Counter[str] = Counter()
        self._tallies = [_Tally(word) for word in words]
        self._when = when
        self._rest = b""

    def feed(self, chunk: bytes) -> None:
        """The next bytes of the source."""
        end = chunk.rfind(b"\n")
        whole, rest = (chunk[:end], chunk[end + 1 :]) if end >= 0 else (b"", chunk)
        if end >= 0:
            first, _, others = whole.partition(b"\n")
            self._look(self._rest + first)
            self._look(others)
            self._rest = b""
        self._rest = (self._rest + rest)[-_LONGEST:]

    def finish(self) -> None:
        """The source has ended."""
        self._look(self._rest)
        self._rest = b""

    @property
    def dropped(self) -> int:
        """Records that tell of dropped ones."""
        return sum(tally.count for tally in self._tallies if tally.word.dropped)

    def told(self) -> Iterator[Loss]:
        """What was counted, with the first and the last time of each."""
        return (tally.told() for tally in self._tallies if tally.count)

    def _look(self, lines: bytes) -> None:
        for tally in self._tallies:
            at = lines.find(tally.word.word)
            while at >= 0:
                begin, end = lines.rfind(b"\n", 0, at) + 1, lines.find(b"\n", at)
                end = len(lines) if end < 0 else end
                moment = self._when(lines[max(begin, end - _LONGEST) : end].rstrip(b"\r"))
                tally.add(moment)
                if moment is not None and tally.word.dropped:
                    self.by_day[f"{moment.astimezone(UTC):%Y-%m-%d}"] += 1
                at = lines.find(tally.word.word, end)


class _Tally:
    """The records that hold one word."""

    def __init__(self, word: LossWord) -> None:
        self.word = word
        self.count = 0
        self._first: datetime | None = None
        self._last: datetime | None = None

    def add(self, moment: datetime | None) -> None:
        self.count += 1
        if moment is not None:
            self._first = moment if self._first is None else min(self._first, moment)
            self._last = moment if self._last is None else max(self._last, moment)

    def told(self) -> Loss:
        word = self.word
        return Loss(code=word.code, count=self.count, text=word.text, first=self._first, last=self._last)


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
