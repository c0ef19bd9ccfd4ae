"""The collectors of the kernel, whose rows go to files of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from traque.hunt.clock import Clock
from traque.ledger import Line, Staged, stage
from traque.ledger.collector import Collector
from traque.model import TimeRule


def collector(times: Sequence[TimeRule], clock: Clock, left_out: Sequence[tuple[str, int]]) -> FileCollector:
    """A collector of one stream; see :data:`traque.indexing._search.Collectors`."""
    return FileCollector(times, clock, left_out)


class FileCollector(Collector):
    """A collector that writes what it has."""

    def write(self, folder: Path, stem: str, source: int) -> list[Staged]:
        """Write the rows so far as files, one for each table that has any, and forget them."""
        return [
            stage(
                folder / f"{stem}.{kind}",
                kind,
                (
                    Line(
                        row.value,
                        source,
                        row.day,
                        row.fact,
                        row.count,
                        row.first,
                        row.last,
                        row.inward,
                        row.outward,
                    )
                    for row in rows
                ),
            )
            for kind, rows in groupby(self.take(), key=lambda row: row.kind)
        ]
