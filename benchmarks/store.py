"""Corpora and lists on disk: made by a process of their own, once, and kept for the next run."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from benchmarks.corpus import LAYOUTS, VERSION
from benchmarks.machine import ROOT
from benchmarks.truth import Truth

DEFAULT: Final = Path(tempfile.gettempdir()) / "traque-benchmarks"
TINY: Final = 4096
"""Bytes of the corpus that only a program's start is measured on."""


class Store:
    """The corpora of one seed in one folder."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.seed = seed

    def corpus(self, layout: str, size: int) -> Path:
        """The folder with ``logs/`` and ``truth.json``."""
        folder = self.folder / f"{layout}-{size}-seed{self.seed}-v{VERSION}"
        if not (folder / "truth.json").exists():
            self._make(folder, layout, str(size), str(self.seed))
        return folder

    def listed(self, name: str) -> Path:
        """The file of an indicator set."""
        path = self.folder / f"lists-seed{self.seed}-v{VERSION}" / f"{name}.txt"
        if not path.exists():
            self._make(path, name, str(self.seed))
        return path

    def ledger_rows(self, rows: int, version: int) -> Path:
        """The folder with tables of the ledger's rows (:mod:`benchmarks.ledger_rows`)."""
        folder = self.folder / f"ledger-rows-{rows}-seed{self.seed}-v{version}"
        if not (folder / "truth.json").exists():
            self._make(folder, str(rows), str(self.seed), module="ledger_rows")
        return folder

    def truth(self, corpus: Path, listed: Path) -> Truth:
        """What the corpus holds of that list."""
        return Truth(corpus, set(listed.read_text("ascii").split()))

    def warm(self, corpus: Path) -> None:
        """Read every byte once, so that the page cache holds it."""
        for path in (corpus / "logs").rglob("*"):
            if path.is_file():
                with path.open("rb", buffering=0) as file:
                    while file.read(1 << 20):
                        pass

    def shorten(self, words: list[str]) -> list[str]:
        """A command without the places that only this machine has."""
        places = {str(self.folder): "CORPORA", str(Path(sys.executable).parent): "BIN", str(ROOT): "."}
        for place, name in places.items():
            words = [word.replace(place + os.sep, name + os.sep) for word in words]
        return words

    def _make(self, target: Path, *words: str, module: str = "corpus") -> None:
        """In another process: the harness stays small, or every program would seem to need its memory."""
        self.folder.mkdir(parents=True, exist_ok=True)
        print(f"making {target.name} ...", file=sys.stderr, flush=True)
        command = [sys.executable, "-m", f"benchmarks.{module}", str(target), *words]
        subprocess.run(command, cwd=ROOT, check=True)


def wrapping(layout: str) -> str:
    """The suffix of a layout's files."""
    return LAYOUTS[layout].suffix
