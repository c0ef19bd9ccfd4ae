"""Watches for the records by which a device says that it dropped others (:attr:`LogFormat.loss`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

_LONGEST: Final = 16_384
"""Bytes of a record that is looked at; those that tell of losses are short."""


class Losses:
    """Counts the records that hold ``mark`` by the UTC day that ``when`` reads in them.

    ``count`` is all of them, ``by_day`` (``2021-01-31``) those with a time. Memory is bounded.
    """

    def __init__(self, mark: bytes, when: Callable[[bytes], datetime | None]) -> None:
        self.count = 0
        self.by_day: Counter[str] = Counter()
        self._mark = mark
        self._when = when
        self._rest = b""

    def feed(self, chunk: bytes) -> None:
        """The next bytes of the source, cut anywhere."""
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

    def _look(self, lines: bytes) -> None:
        at = lines.find(self._mark)
        while at >= 0:
            begin, end = lines.rfind(b"\n", 0, at) + 1, lines.find(b"\n", at)
            end = len(lines) if end < 0 else end
            self.count += 1
            moment = self._when(lines[max(begin, end - _LONGEST) : end].rstrip(b"\r"))
            if moment is not None:
                self.by_day[f"{moment.astimezone(UTC):%Y-%m-%d}"] += 1
            at = lines.find(self._mark, end)
