"""What a corpus holds of a list of indicators, as it was written down while the corpus was made."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple


class Seen(NamedTuple):
    """One planted indicator: records by file, first and last in seconds since 1970, verdicts."""

    kind: str
    files: dict[str, int]
    first: int
    last: int
    verdicts: dict[str, int]
    """Records by verdict; ``""`` where the corpus does not say."""


class Truth:
    """The part of a corpus' truth that concerns ``listed`` values."""

    def __init__(self, corpus: Path, listed: set[str]) -> None:
        document = json.loads((corpus / "truth.json").read_bytes())
        self.logs = corpus / "logs"
        self._files: dict[str, Any] = document["files"]
        self._listed = listed

    @property
    def bytes(self) -> int:
        """Decompressed bytes of all files."""
        return sum(file["bytes"] for file in self._files.values())

    @property
    def lines(self) -> int:
        """Lines of all files."""
        return sum(file["lines"] for file in self._files.values())

    def seen(self) -> dict[str, Seen]:
        """Each listed value that stands in the corpus."""
        found: dict[str, Seen] = {}
        for path, value, tally in self._tallies():
            if not tally["count"]:
                continue
            known = found.get(value)
            files, verdicts = ({}, {}) if known is None else (known.files, Counter(known.verdicts))
            files = files | {path: tally["count"]}
            verdicts = dict(Counter(verdicts) + Counter(tally["verdicts"]))
            first = tally["first"] if known is None else min(known.first, tally["first"])
            last = tally["last"] if known is None else max(known.last, tally["last"])
            found[value] = Seen(tally["kind"], files, first, last, verdicts)
        return found

    def lines_with(self, *classes: str) -> dict[str, int]:
        """Lines by file that hold the text of a listed value in one of these ``classes``.

        ``count`` are its own lines, ``glued`` and ``dotted`` look-alikes (see :mod:`benchmarks.corpus`). A
        listed network is no text that stands in a log.
        """
        lines: Counter[str] = Counter()
        for path, _, tally in self._tallies():
            if not tally["kind"].endswith("-net"):
                lines[path] += sum(tally[name] for name in classes)
        return {path: count for path, count in lines.items() if count}

    def _tallies(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        for path, file in self._files.items():
            for value, tally in file["tallies"].items():
                if value in self._listed:
                    yield path, value, tally
