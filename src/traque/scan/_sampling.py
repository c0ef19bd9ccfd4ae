"""Which records are timed: the specification of :class:`~traque.scan.matches.TimeSample`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from traque.model import Stamp, TimeRule
from traque.scan.matches import SAMPLE_EVERY, SAMPLE_GAP, SAMPLE_TRIES, TIME_HEAD, TimeSample

_SECOND = 1_000_000


class Sampler:
    """Takes every record of a stream in order, and yields the samples in order."""

    def __init__(self, rules: Sequence[TimeRule]) -> None:
        self._rules = rules
        self._last: TimeSample | None = None
        self._block = 0  # the first block that has no sample yet
        self._tried = 0  # records of it whose time could not be read
        self._since: list[tuple[int, int, bytes]] = []  # the records after the last sample

    def passed(self, offset: int, line: int, record: bytes) -> Iterator[TimeSample]:
        """The record that begins at ``offset`` has ended."""
        if not self._rules:
            return
        head = record[:TIME_HEAD]
        block = offset // SAMPLE_EVERY
        if block > self._block:
            if self._tried:  # that block is over, and none of its records had a time
                at, number, _ = self._since.pop()
                yield from self._sample(at, number, None)
            self._block, self._tried = block, 0
        if block < self._block:
            self._since.append((offset, line, head))
            return
        stamp = self._read(head)
        self._tried += stamp is None
        if stamp is None and self._tried < SAMPLE_TRIES:
            self._since.append((offset, line, head))
        else:
            yield from self._sample(offset, line, stamp)
            self._block, self._tried = block + 1, 0

    def finish(self) -> Iterator[TimeSample]:
        """The stream has ended: its last record with a time is timed too."""
        for _ in range(min(SAMPLE_TRIES, len(self._since))):
            offset, line, head = self._since.pop()
            stamp = self._read(head)
            if stamp is not None:
                yield from self._sample(offset, line, stamp)
                return

    def _sample(self, offset: int, line: int, stamp: Stamp | None) -> Iterator[TimeSample]:
        last, self._last = self._last, TimeSample(offset, line, stamp)
        since, self._since = self._since, []
        near = last is not None and close(last.stamp, stamp)
        if last is None or near or (last.stamp is None and stamp is None):
            yield TimeSample(offset, line, stamp, joined=near)
            return
        between = (TimeSample(at, number, self._read(head)) for at, number, head in since)
        timed = [sample for sample in (last, *between, self._last) if sample.stamp is not None]
        told = last.offset
        if last.stamp is None:
            yield timed[0]
            told = timed[0].offset
        for one, other in pairwise(timed):
            if not close(one.stamp, other.stamp):
                if one.offset > told:
                    yield _joined(one)
                yield other
                told = other.offset
        if timed[-1].offset > told:
            yield _joined(timed[-1])
        if stamp is None:
            yield self._last

    def _read(self, head: bytes) -> Stamp | None:
        from traque.timestamps import specified

        return specified(head, self._rules)


def _joined(sample: TimeSample) -> TimeSample:
    return TimeSample(sample.offset, sample.line, sample.stamp, joined=True)


def close(one: Stamp | None, other: Stamp | None) -> bool:
    """Whether two times are written alike and at most :data:`SAMPLE_GAP` seconds apart."""
    if one is None or other is None or (one.zoned, one.dated) != (other.zoned, other.dated):
        return False
    return abs(one.us - other.us) <= SAMPLE_GAP * _SECOND
