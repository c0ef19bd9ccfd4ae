"""Hyperscan (Vectorscan in some builds) between word boundaries; compiled outside the measured run.

Boundaries make it faster, as fewer matches come back, but 100,000 patterns take minutes to compile. A longer
list is compiled as pure literals, which count look-alikes too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from benchmarks.peers._peer import Found, Peer, Work, counted_lines, driver, module_version

_WITH_BOUNDARIES: Final = 100_000
"""Patterns up to which boundaries are compiled."""


def _command(work: Work) -> list[str]:
    database = work.listed.with_suffix(".hyperscan")
    return driver("_hyperscan_driver.py", "scan", str(database), str(work.logs))


def _prepare(listed: Path) -> tuple[Path, list[str]]:
    """The database of a list, and the command that compiles it."""
    database = listed.with_suffix(".hyperscan")
    return database, driver(
        "_hyperscan_driver.py", "literals" if _long(listed) else "words", str(database), str(listed)
    )


def _check(output: bytes, work: Work) -> Found:
    classes = ("count", "dotted", "glued") if _long(work.listed) else ("count", "dotted")
    return counted_lines(*classes)(output, work)


def _long(listed: Path) -> bool:
    return len(listed.read_bytes().split()) > _WITH_BOUNDARIES


SPEC = Peer(
    title="Hyperscan",
    origin="PyPI hyperscan",
    version=module_version("hyperscan"),
    command=_command,
    check=_check,
    prepare=_prepare,
)
