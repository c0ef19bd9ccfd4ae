"""Configuration files name the folder that they are installed in; a checker reads them where they are."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def trial(folder: Path, files: Mapping[str, str], *, home: str = "") -> Iterator[Path]:
    """A temporary folder with ``files`` (name and text), in whose text ``home`` is ``folder``."""
    with tempfile.TemporaryDirectory(prefix="traque-check.") as name:
        place = Path(name)
        for main, text in files.items():
            moved = text.replace(home, str(folder.resolve())) if home else text
            (place / main).write_text(moved, encoding="utf-8")
        yield place
