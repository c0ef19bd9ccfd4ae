"""What the processes do that ``kill_ledger.py`` kills."""

from __future__ import annotations

from datetime import UTC, date, datetime
from multiprocessing.synchronize import Event
from pathlib import Path

from traque.bulletins import from_values
from traque.hunt import HuntOptions
from traque.indexing import _run, add
from traque.ledger import upkeep, writer


def work(begun: Event, what: str, at: Path, *words: str) -> None:
    """Tell that it begins, and write to the ledger; committing often, so that there is much to interrupt."""
    _run.FILES = 2  # type: ignore[misc]
    begun.set()
    if what == "add":
        add(at, words, options=HuntOptions(year=2021, jobs=2))
        return
    with writer(at, wait=5) as made:
        if what == "compact":
            upkeep.compact(made, datetime.now(UTC))
        elif what == "value":
            upkeep.forget(made, values=[one.observable for one in from_values(words).indicators])
        else:
            upkeep.forget(made, before=date.fromisoformat(words[0]))
