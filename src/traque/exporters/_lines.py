"""Lists of one entry a line, each below a comment that says which bulletin states it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

from traque.exporters._job import Item, Job

T = TypeVar("T")

_PART: Final = 4_096
"""Entries of one part of a file."""


def noted(
    job: Job, entries: Iterable[tuple[Item, T]], text: Callable[[Item, T], str], comment: str = "#"
) -> Iterator[str]:
    """``text`` of each entry, in parts of a file.

    Where there is more than one bulletin, a comment names the one that states the entries below it.
    """
    several = len(job.bulletins) > 1
    part: list[str] = []
    stated = ""
    for item, more in entries:
        if several and item.bulletins[0] != stated:
            stated = item.bulletins[0]
            part.append(f"{comment} {job.label(item)}\n")
        part.append(text(item, more))
        if len(part) >= _PART:
            yield "".join(part)
            part.clear()
    yield "".join(part)
