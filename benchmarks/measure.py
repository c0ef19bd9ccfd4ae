"""Runs the entrants of a case in turn, and checks each answer of each run."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks.cases import Case, Entrant
from benchmarks.machine import memory_bytes
from benchmarks.peers import Found, Peer, Work, peers
from benchmarks.store import TINY, Store, wrapping

_LAUNCHER: Final = Path(__file__).with_name("launch.py")
_KEPT: Final = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "PYTHONPATH")
_STARTS: Final = 3
"""Runs on next to nothing, to know what starting costs."""


@dataclass(frozen=True)
class Limits:
    """How often, how long, how much."""

    repetitions: int = 5
    timeout: int = 600
    """Seconds of one run."""
    budget: float = 90
    """Seconds of one entrant in a case: it is not run again after that."""
    memory: int = field(default_factory=lambda: memory_bytes() * 3 // 4)


@dataclass(frozen=True)
class Run:
    """One run of one program."""

    seconds: float
    user: float
    system: float
    peak_bytes: int
    status: int
    found: Found | None


@dataclass
class Measured:
    """All runs of an entrant; ``why`` says why there are none, or no more."""

    entrant: Entrant
    peer: Peer
    version: str
    command: list[str]
    cores: int
    starts: list[Run] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    prepared: float | None = None
    """Seconds of what was done beforehand."""
    why: str = ""

    @property
    def best(self) -> float:
        """Seconds of the fastest run."""
        return min(run.seconds for run in self.runs)

    @property
    def start(self) -> float:
        """Seconds of the fastest run on next to nothing."""
        return min((run.seconds for run in self.starts), default=0.0)

    @property
    def net(self) -> float:
        """Seconds of the fastest run, less those of starting."""
        return max(self.best - self.start, 1e-6)

    @property
    def cpu(self) -> float:
        """Processor seconds of the run that needed fewest: less sensitive to a busy machine."""
        return min(run.user + run.system for run in self.runs)

    @property
    def steady(self) -> bool:
        """Whether :attr:`net` means something: a run is not mostly starting."""
        return self.net > self.start / 5

    @property
    def wrong(self) -> str:
        """What the first wrong answer was; empty when all were right."""
        return next(
            (run.found.said for run in (*self.starts, *self.runs) if run.found and not run.found.right), ""
        )

    def document(self, store: Store) -> dict[str, Any]:
        """For the run's file."""
        numbers: dict[str, Any] = {}
        if self.runs:
            numbers = {
                "best_seconds": self.best,
                "median_seconds": statistics.median(run.seconds for run in self.runs),
                "cpu_seconds": self.cpu,
                "start_seconds": self.start,
                "peak_bytes": max(run.peak_bytes for run in self.runs),
            }
        return {
            "label": self.entrant.label, "title": self.peer.title, "origin": self.peer.origin,
            "version": self.version, "cores": self.cores, "command": store.shorten(self.command)[:40],
            "prepared_seconds": self.prepared, "why": self.why, **numbers,
            "starts": [asdict(run) for run in self.starts], "runs": [asdict(run) for run in self.runs],
        }  # fmt: skip


class Broken(Exception):
    """A program did not come to its end."""


def measure(case: Case, size: int, store: Store, limits: Limits) -> list[Measured]:
    """Every entrant, run by turns so that a busy moment of the machine meets all alike."""
    corpus = store.corpus(case.layout, size)
    tiny = store.corpus(f"tiny{wrapping(case.layout).replace('.', '-')}", TINY)
    entrants = list(_entrants(case, corpus, store, limits))
    store.warm(corpus)
    ready = [(measured, work) for measured, work in entrants if not measured.why]
    for measured, work in ready:
        small = _work(tiny, work.listed, work.wrapping, measured.cores, store)
        for _ in range(_STARTS if limits.repetitions > 1 else 1):
            if not measured.why:
                _once(measured, small, measured.starts, limits)
    for _ in range(limits.repetitions):
        for measured, work in ready:
            spent = sum(run.seconds for run in measured.runs)
            if not measured.why and spent < limits.budget:
                _once(measured, work, measured.runs, limits)
    return [measured for measured, _ in entrants]


def _entrants(case: Case, corpus: Path, store: Store, limits: Limits) -> Iterator[tuple[Measured, Work]]:
    known = peers()
    versions = {name: known[name].version() for name in {entrant.peer for entrant in case.entrants}}
    for entrant in case.entrants:
        peer = known[entrant.peer]
        cores = entrant.cores or case.cores
        work = _work(corpus, store.listed(entrant.listed or case.listed), wrapping(case.layout), cores, store)
        version = versions[entrant.peer]
        measured = Measured(entrant, peer, version or "", [], cores)
        if version is None:
            measured.why = f"not installed ({peer.origin})"
        elif not peer.suits(work):
            measured.why = "cannot do this work"
        elif cores > len(os.sched_getaffinity(0)):
            measured.why = f"needs {cores} cores"
        else:
            measured.command = peer.command(work)
            _prepare(measured, work, limits)
        yield measured, work


def _work(corpus: Path, listed: Path, suffix: str, cores: int, store: Store) -> Work:
    return Work(corpus / "logs", listed, store.truth(corpus, listed), cores, suffix)


def _prepare(measured: Measured, work: Work, limits: Limits) -> None:
    if measured.peer.prepare is None:
        return
    made, command = measured.peer.prepare(work.listed)
    note = made.with_suffix(".seconds")
    if not made.exists() or not note.exists():
        try:
            run, _ = launch(command, measured.cores, limits)
        except Broken as error:
            measured.why = f"preparing it: {error}"
            return
        if run.status:
            measured.why = f"preparing it ended with {run.status}"
            return
        note.write_text(f"{run.seconds:.3f}", "ascii")
    measured.prepared = float(note.read_text("ascii"))


def _once(measured: Measured, work: Work, runs: list[Run], limits: Limits) -> None:
    try:
        run, output = launch(measured.peer.command(work), measured.cores, limits)
    except Broken as error:
        measured.why = str(error)
        return
    found = None
    if measured.peer.check is not None:
        try:
            found = measured.peer.check(output, work)
        except ValueError as error:
            found = Found(False, f"ended with {run.status}, its output is not readable: {error}")
    elif run.status:
        found = Found(False, f"ended with {run.status}")
    runs.append(Run(run.seconds, run.user, run.system, run.peak_bytes, run.status, found))


def launch(command: list[str], cores: int, limits: Limits) -> tuple[Run, bytes]:
    """Run ``command`` on the first ``cores`` cores; Broken when it was ended or ended itself by a signal."""
    allowed = sorted(os.sched_getaffinity(0))[:cores]
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ} | {"LC_ALL": "C"}
    with tempfile.TemporaryDirectory() as place:
        out, err = Path(place, "out"), Path(place, "err")
        job = {
            "argv": command, "cores": allowed, "memory": limits.memory, "timeout": limits.timeout,
            "env": environment, "stdout": str(out), "stderr": str(err),
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(_LAUNCHER), json.dumps(job)],
            capture_output=True,
            text=True,
            check=True,
        )
        report = json.loads(done.stdout)
        if report.pop("timed_out"):
            raise Broken(f"not done after {limits.timeout} s")
        if report["status"] < 0 or report["status"] > 3:
            last = err.read_text("utf-8", "replace").strip().splitlines()[-1:]
            raise Broken(f"ended with {report['status']}: {' '.join(last)[:200]}")
        return Run(**report, found=None), out.read_bytes()
