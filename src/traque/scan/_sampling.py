"""Which records are timed: the specification of :class:`~traque.scan.matches.TimeSample`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from traque.model import Stamp, TimeRule
from traque.scan.matches import SAMPLE_EVERY, SAMPLE_GAP, TIME_HEAD, TimeSample

_SECOND = 1_000_000


class Sampler:
    """Takes every record of a stream in order, and yields the samples in order."""

    def __init__(self, rules: Sequence[TimeRule]) -> None:
        self._rules = rules
        self._last: TimeSample | None = None
        self._since: list[tuple[int, int, bytes]] = []  # the records after it: at most one block's

    def passed(self, offset: int, line: int, record: bytes) -> Iterator[TimeSample]:
        """The record that begins at ``offset`` has ended."""
        if not self._rules:
            return
        head = record[:TIME_HEAD]
        if self._last is None or offset // SAMPLE_EVERY > self._last.offset // SAMPLE_EVERY:
            yield from self._samples_up_to(offset, line, head)
        else:
            self._since.append((offset, line, head))

    def finish(self) -> Iterator[TimeSample]:
        """The stream has ended: its last record is timed too."""
        if self._since:
            yield from self._samples_up_to(*self._since.pop())

    def _samples_up_to(self, offset: int, line: int, head: bytes) -> Iterator[TimeSample]:
        sample = self._timed(offset, line, head)
        if self._last is not None and not _close(self._last.stamp, sample.stamp):
            yield from (self._timed(*passed) for passed in self._since)
        yield sample
        self._last = sample
        self._since.clear()

    def _timed(self, offset: int, line: int, head: bytes) -> TimeSample:
        from traque.timestamps import read

        return TimeSample(offset, line, read(head, self._rules))


def _close(one: Stamp | None, other: Stamp | None) -> bool:
    """Whether two times are written alike and at most :data:`SAMPLE_GAP` seconds apart."""
    if one is None or other is None or (one.zoned, one.dated) != (other.zoned, other.dated):
        return False
    return abs(one.us - other.us) <= SAMPLE_GAP * _SECOND
