"""What the harness must know of a program to measure it and to check its answer."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.truth import Truth


@dataclass(frozen=True)
class Work:
    """One question: which lines of ``logs`` hold a value of ``listed``."""

    logs: Path
    listed: Path
    truth: Truth
    cores: int
    wrapping: str
    """``""``, ``.gz`` or ``.zst``: the suffix of the files."""


@dataclass(frozen=True)
class Found:
    """A program's answer against the truth."""

    right: bool
    said: str
    """In words: ``= truth``, ``= truth and 12 look-alikes``, or what differs."""


@dataclass(frozen=True)
class Peer:
    """A program: how it is asked and how its answer is judged.

    ``command`` gives the words to run for a question; ``check`` reads what it printed (``None`` for a program
    that only reads: a lower bound). ``suits`` says whether it can do that work at all.
    """

    title: str
    origin: str
    version: Callable[[], str | None]
    command: Callable[[Work], list[str]]
    check: Callable[[bytes, Work], Found] | None
    suits: Callable[[Work], bool] = lambda work: not work.wrapping
    prepare: Callable[[Path], tuple[Path, list[str]]] | None = None
    """For a list: the file that is made of it beforehand, and the command that makes it."""


def version_of(command: str, *options: str, pattern: str = r"\d+\.\d+[\w.+-]*") -> Callable[[], str | None]:
    """Asks an installed command for its version; None when there is no such command."""

    def ask() -> str | None:
        if shutil.which(command) is None:
            return None
        done = subprocess.run([command, *options], capture_output=True, text=True, check=False)
        found = re.search(pattern, done.stdout + done.stderr)
        return found[0] if found else "unknown"

    return ask


def module_version(module: str) -> Callable[[], str | None]:
    """The version of an installed Python distribution; None when there is none."""

    def ask() -> str | None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            return version(module)
        except PackageNotFoundError:
            return None

    return ask


def driver(name: str, *arguments: str) -> list[str]:
    """The command that runs one of the small programs in this folder."""
    return [sys.executable, "-P", str(Path(__file__).parent / name), *arguments]


def counted_lines(*classes: str) -> Callable[[bytes, Work], Found]:
    """Judges output of ``path:count`` lines; the program is known to count these ``classes`` of lines."""

    def check(output: bytes, work: Work) -> Found:
        found: dict[str, int] = {}
        for line in output.decode().splitlines():
            path, _, count = line.rpartition(":")
            if int(count):
                found[Path(path).relative_to(work.logs).as_posix()] = int(count)
        expected = work.truth.lines_with(*classes)
        if found == expected:
            extra = sum(expected.values()) - sum(work.truth.lines_with("count").values())
            return Found(True, f"= truth and {extra:,} look-alikes" if extra else "= truth")
        return Found(False, f"{sum(found.values()):,} lines, {sum(expected.values()):,} expected")

    return check
