"""A small program around Hyperscan: compiles a list, or counts the lines of a folder that match.

    python _hyperscan_driver.py words|literals DATABASE LIST
    python _hyperscan_driver.py scan DATABASE FOLDER        prints path:count

Files are read in chunks of 4 MiB, cut after the last line end, and scanned in block mode. The work in Python
is one callback a match, so it is the engine that is measured as long as matches are few.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import hyperscan

CHUNK = 4 << 20


def compile_list(database: Path, listed: Path, *, literal: bool) -> None:
    """Every value, between word boundaries or ``literal``."""
    patterns = listed.read_bytes().split()
    if not literal:
        patterns = [rb"\b" + re.escape(value) + rb"\b" for value in patterns]
    engine = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    engine.compile(patterns, ids=list(range(len(patterns))), elements=len(patterns), flags=0, literal=literal)
    database.write_bytes(hyperscan.dumpb(engine))


def scan(database: Path, folder: Path) -> None:
    """Print how many lines match, by file."""
    engine = hyperscan.loadb(database.read_bytes(), mode=hyperscan.HS_MODE_BLOCK)
    engine.scratch = hyperscan.Scratch(engine)
    ends: list[int] = []

    def note(_id: int, _start: int, end: int, _flags: int, _context: object) -> None:
        ends.append(end)

    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        count = 0
        for chunk in chunks(path):
            engine.scan(chunk, match_event_handler=note)
            if ends:
                count += len({chunk.rfind(b"\n", 0, end) for end in ends})
                ends.clear()
        print(f"{path}:{count}")


def chunks(path: Path) -> Iterator[bytes]:
    """The file in pieces of whole lines."""
    rest = b""
    with path.open("rb", buffering=0) as file:
        while piece := file.read(CHUNK):
            end = piece.rfind(b"\n") + 1
            yield rest + piece[:end] if rest else piece[:end]
            rest = piece[end:]
    if rest:
        yield rest


if __name__ == "__main__":
    _, action, first, second = sys.argv
    if action == "scan":
        scan(Path(first), Path(second))
    else:
        compile_list(Path(first), Path(second), literal=action == "literals")
