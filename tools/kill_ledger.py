"""Kills processes that write to a ledger, at random moments, and looks at what they leave.

    python tools/kill_ledger.py 200

After each kill the ledger must open clean, hold all that was committed, and nothing twice. What it holds is
compared, source by source, with a ledger to which nobody did any harm. Ends with 1 at the first difference.
"""

from __future__ import annotations

import multiprocessing
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import kill_ledger_work
from traque.ledger import TABLES, Ledger, _rows, create
from traque.ledger.checking import check

# Processes are forked from one that has imported what they need, and has never worked.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["kill_ledger_work"])

Held = dict[str, Counter[tuple[object, ...]]]
"""By the content of a source, its rows."""


class Difference(Exception):
    """A ledger is not what it must be."""


def held(path: Path) -> Held:
    """What a ledger says, whichever numbers its sources have."""
    ledger = Ledger.open(path)
    found: Held = {source.digest: Counter() for source in ledger.sources.values()}
    for kind in TABLES:
        files = [str(path / file.name) for file in ledger.manifest.rows if file.kind == kind]
        for _, line in _rows.find(kind, files, [], [(b"", b"\xff" * 80)]) if files else ():
            source = ledger.sources.get(line.source)
            if source is not None and source.counts(line.day):
                found[source.digest][(kind, line.value, line.day, line.first, line.last)] += line.records
    return found


class Rounds:
    """One ledger that is killed, and one that is not, over the same logs."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.rng = random.Random(seed)
        self.logs = folder / "logs"
        self.logs.mkdir()
        self.killed, self.calm = folder / "killed", folder / "calm"
        self.made = 0
        self.kills = 0
        for ledger in (self.killed, self.calm):
            create(ledger)

    def run(self, count: int) -> Iterator[str]:
        """So many kills; what was done in each."""
        for number in range(count):
            what = self.rng.choice(("add", "add", "add", "compact", "value", "before"))
            if not number:
                what = "add"
            yield getattr(self, f"_{what}")()
        self._child("add", self.logs, kill=False)
        self._grow()
        self._child("add", self.logs, kill=False)

    def _add(self) -> str:
        self._grow()
        before = held(self.killed)
        self._child("add", self.logs)
        after = self._opened()
        _child("add", self.calm, self.logs)
        right = held(self.calm)
        for digest, rows in after.items():
            if digest in right and rows != right[digest]:
                raise Difference(f"add: {sum(rows.values())} records, not {sum(right[digest].values())}")
        lost = [digest for digest in before if digest not in after and digest in right]
        if lost:
            raise Difference(f"add: {len(lost)} sources that were committed are gone")
        self._child("add", self.logs, kill=False)
        self._same("add", held(self.killed), right)
        return "add"

    def _compact(self) -> str:
        before = held(self.killed)
        self._child("compact")
        self._same("compact", self._opened(), before)
        return "compact"

    def _value(self) -> str:
        value = f"198.51.100.{self.rng.randrange(256)}"
        return self._either("value", value)

    def _before(self) -> str:
        day = f"2021-{self.rng.randrange(1, 3):02}-{self.rng.randrange(1, 28):02}"
        return self._either("before", day)

    def _either(self, what: str, word: str) -> str:
        before = held(self.killed)
        _child(what, self.calm, word)
        right = held(self.calm)
        self._child(what, word)
        left = self._opened()
        if left not in (before, right):
            raise Difference(f"forget {what} {word}: neither what was before nor what must be after")
        self._child(what, word, kill=False)
        self._same(f"forget {what} {word}", held(self.killed), right)
        return f"forget {what}"

    def _opened(self) -> Held:
        checked = check(self.killed)
        if checked.faults:
            raise Difference("; ".join(checked.faults))
        return held(self.killed)

    def _same(self, what: str, one: Held, other: Held) -> None:
        if one != other:
            raise Difference(f"{what}: {len(one)} sources, not {len(other)}, or other rows")

    def _grow(self) -> None:
        """New logs, one that grows, one that is renamed."""
        for _ in range(self.rng.randrange(2, 6)):
            (self.logs / f"{self.made:04}.log").write_text(self._text(self.rng.randrange(50, 400)))
            self.made += 1
        there = sorted(self.logs.iterdir())
        with self.rng.choice(there).open("a") as file:
            file.write(self._text(20))
        moved = self.rng.choice(there)
        moved.rename(moved.with_name(f"{self.made:04}-moved.log"))
        self.made += 1

    def _text(self, lines: int) -> str:
        rng = self.rng
        return "".join(
            f"2021-{rng.randrange(1, 4):02}-{rng.randrange(1, 28):02}T04:{rng.randrange(60):02}:07Z h x[1]: "
            f"from 198.51.100.{rng.randrange(256)} to host{rng.randrange(400)}.example n{rng.random()}\n"
            for _ in range(lines)
        )

    def _child(self, what: str, *words: object, kill: bool = True) -> None:
        delay = self.rng.random() ** 2 * 0.5 if kill else None
        self.kills += _child(what, self.killed, *words, delay=delay)


def _child(what: str, ledger: Path, *words: object, delay: float | None = None) -> bool:
    """Whether the process was killed ``delay`` seconds after it began to work, before its end."""
    begun = FORKS.Event()
    process = FORKS.Process(target=kill_ledger_work.work, args=(begun, what, ledger, *map(str, words)))
    process.start()
    if not begun.wait(60):
        process.kill()
        raise Difference(f"{what}: the process did not begin")
    if delay is not None:
        time.sleep(delay)
        process.kill()
    process.join()
    if process.exitcode not in ((0,) if delay is None else (0, -signal.SIGKILL)):
        raise Difference(f"{what}: the process ended with {process.exitcode}")
    return process.exitcode != 0


def main() -> int:
    """So many rounds as the first argument says, from the seed of the second."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)
    done: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        rounds = Rounds(Path(folder), seed)
        try:
            for what in rounds.run(count):
                done[what] += 1
                if done.total() % 20 == 0:
                    print(f"{done.total()} rounds, {rounds.kills} killed at work", flush=True)
        except Difference as difference:
            print(f"seed {seed}, round {done.total() + 1}: {difference}")
            return 1
    print(f"seed {seed}: {count} rounds ({dict(done)}), {rounds.kills} killed at work, no difference")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
