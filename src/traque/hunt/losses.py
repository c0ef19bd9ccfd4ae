"""Counts what a log says that it does not hold: records that a device dropped, a sample instead of all.

Such records name no address, so no match leads to them; their words are looked for in the bytes as they pass.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, NamedTuple

from traque.logs import Amount, LossWord
from traque.model import Loss
from traque.scan.words import BLOCK, Lookout, lookout
from traque.triage.losses import merged

_TIMED: Final = 4096
"""Records of a word whose own time is read; of more only that of every :data:`_TIMED_THEN`\\ th is."""
_TIMED_THEN: Final = 64


class Losses:
    """Fed with the text of one source in order, cut anywhere; ``when`` reads the time of a record.

    A record counts once for each of ``words`` that it holds. Memory is bounded.
    """

    def __init__(self, words: Sequence[LossWord], when: Callable[[bytes], datetime | None]) -> None:
        self._sought = _sought(tuple(words))
        self._lookout = lookout(self._sought.rare, self._sought.everywhere)
        self._tallies: dict[LossWord, _Tally] = {}
        self._blocks: dict[LossWord, int] = {}  # of a word everywhere, the last in which it told of a loss
        self._when = when

    @contextmanager
    def watching(self) -> Iterator[Lookout]:
        """What is to be fed with the next bytes of the source."""
        yield self._lookout
        for number, offset, record in self._lookout.take():
            for word in self._sought.of_number[number]:
                self._add(word, offset // BLOCK, record)

    def feed(self, *texts: bytes) -> None:
        """The next bytes of the source."""
        with self.watching() as lookout:
            for text in texts:
                lookout.feed(text)

    def finish(self) -> None:
        """The source has ended."""
        with self.watching() as lookout:
            lookout.finish()
        for tally in self._tallies.values():
            tally.close()

    @property
    def dropped(self) -> int:
        """Records that tell of dropped ones."""
        return sum(loss.count for loss in self.told() if loss.dropped)

    def told(self) -> Iterator[Loss]:
        """What was counted, by code, with the first and the last time of each."""
        return iter(merged([tally.told() for tally in self._met()]))

    def beside(self) -> Iterator[Loss]:
        """The part of it that holds for the sources beside this one too."""
        return iter(merged([tally.told() for tally in self._met() if tally.word.beside]))

    def _met(self) -> list[_Tally]:
        """Those that counted anything, in the order of their words."""
        if not self._tallies:
            return []
        met = [self._tallies[word] for word in self._sought.all if word in self._tallies]
        return [tally for tally in met if tally.count]

    def _add(self, word: LossWord, block: int, record: bytes) -> None:
        """A record that holds the word; of a rate, which stands in each, one is enough for a block."""
        is_rate = word.amount is Amount.RATE
        if is_rate and self._blocks.get(word) == block:
            return
        tally = self._tallies.get(word)
        if tally is None:
            tally = self._tallies[word] = _Tally(word)
        if tally.add(record, self._when) and is_rate:
            self._blocks[word] = block


class _Sought(NamedTuple):
    """What is looked for in the sources of one kind."""

    all: tuple[LossWord, ...]
    rare: tuple[bytes, ...]
    everywhere: tuple[bytes, ...]
    of_number: tuple[tuple[LossWord, ...], ...]
    """By the number of the word that was found."""


@lru_cache(maxsize=256)
def _sought(words: tuple[LossWord, ...]) -> _Sought:
    rare = [word for word in words if word.amount is not Amount.RATE]
    rates = [word for word in words if word.amount is Amount.RATE]
    of_rare: dict[bytes, list[LossWord]] = {}
    for word in rare:
        of_rare.setdefault(word.word, []).append(word)
    of_number = (*map(tuple, of_rare.values()), *((word,) for word in rates))
    return _Sought((*rare, *rates), tuple(of_rare), tuple(word.word for word in rates), of_number)


class _Tally:
    """The records that hold one word."""

    def __init__(self, word: LossWord) -> None:
        self.word = word
        self.count = 0
        self._lost = 0
        self._most = 0
        self._first: datetime | None = None
        self._last: datetime | None = None
        self._by_day: Counter[str] = Counter()
        self._day = ""
        self._before: int | None = None
        self._alone: tuple[bytes, Callable[[bytes], datetime | None]] | None = None

    def add(self, record: bytes, when: Callable[[bytes], datetime | None]) -> bool:
        """A record that holds the word; whether it tells of a loss."""
        word, number = self.word, 0
        if word.says:
            said = re.search(word.says, record)
            if said is None:
                return False
            stated = next((group for group in said.groups() if group), None)
            number = (
                int(float(stated) * 1000 if word.amount is Amount.SHARE else int(stated)) if stated else 0
            )
            if word.amount is Amount.TOTAL:
                before, self._before = self._before, number
                self._alone = (record, when) if before is None and number else None
                number -= before if before is not None and before <= number else 0
                if before is None or not number:
                    return False
            elif stated and number <= (word.amount is Amount.RATE):
                return False
        self._count(record, when, number)
        return True

    def close(self) -> None:
        """No more records come: one total alone is a loss, too."""
        if self._alone is not None:
            record, when = self._alone
            self._alone = None
            self._count(record, when, self._before or 0)

    def _count(self, record: bytes, when: Callable[[bytes], datetime | None], number: int) -> None:
        self.count += 1
        if self.word.amount is Amount.RATE:
            self._most = max(self._most, number)
        elif self.word.amount is not Amount.SHARE:
            self._lost += number
        if self.count <= _TIMED or self.count % _TIMED_THEN == 0:
            moment = when(record)
            self._day = "" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d}"
            if moment is not None:
                self._first = moment if self._first is None else min(self._first, moment)
                self._last = moment if self._last is None else max(self._last, moment)
        if self._day and self.word.dropped:
            self._by_day[self._day] += 1

    def told(self) -> Loss:
        word = self.word
        return Loss(
            code=word.code,
            count=self.count,
            text=word.text,
            first=self._first,
            last=self._last,
            dropped=word.dropped,
            lost=self._lost,
            sampled=self._most,
            by_day=dict(sorted(self._by_day.items())),
        )
