"""Goes back to the logs of a hunt for the bytes around a match."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from traque.diagnostics import Diagnostics
from traque.errors import SourceError, UsageError
from traque.model import HuntResult
from traque.sources import Entry, Source, open_entry, walk

AROUND: Final = 240
"""Bytes that are shown on each side of a match."""


class Logs:
    """The logs of a hunt, as far as they are still where they were, or in ``paths``."""

    def __init__(self, result: HuntResult, paths: Sequence[str] = ()) -> None:
        self._entries: list[Entry] = []
        for path in paths or result.hunt.paths:
            if path == "-":
                continue
            try:
                self._entries += walk([path], exclude=result.hunt.excluded, diagnostics=Diagnostics())
            except UsageError:  # it is gone
                continue

    def piece(self, path: str, begin: int, end: int) -> bytes | None:
        """The decompressed bytes from ``begin`` to ``end`` of a source; None when they cannot be had."""
        for entry in self._entries:
            name = _as_named(entry, path)
            if not name:
                continue
            with closing(open_entry(entry, diagnostics=Diagnostics())) as sources:
                for source in sources:
                    if source.path in (path, name):
                        return _piece(source, begin, end) or None
        return None


def _piece(source: Source, begin: int, end: int) -> bytes:
    found, at = b"", 0
    try:
        for chunk in source.chunks():
            found += chunk[max(0, begin - at) : max(0, end - at)]
            at += len(chunk)
            if at >= end:
                break
    except SourceError:  # it is damaged, as it may have been in the hunt: what came before is good
        pass
    return found


def _as_named(entry: Entry, path: str) -> str:
    """The source's path in this entry, if it can be in it: names may have more of the path before them."""
    shown = entry.display
    if path == shown or path.startswith(f"{shown}/"):
        return path
    where = f"/{path}/"
    if f"/{shown}/" in where:
        return path[where.index(f"/{shown}/") :]
    if entry.path is not None:
        whole = str(Path(entry.path).absolute())
        if path == whole or path.startswith(f"{whole}/"):
            return shown + path.removeprefix(whole)
    return ""
