"""Domain names for controls that take a name with all names below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from traque.exporters._job import Item, Job
from traque.observables import matches_below

_MOST: Final = 253
"""Characters of a name without its final dot (RFC 1035: 255 bytes on the wire)."""


def topmost(items: Sequence[Item]) -> Iterator[tuple[Item, bool]]:
    """The names that no other of ``items`` covers, each with whether the names below it are meant too.

    A control that is given ``evil.example`` with all below needs no ``cdn.evil.example``, and some are misled
    by it: in a zone, ``a.b.evil.example`` takes ``b.evil.example`` out of ``*.evil.example``. A private
    suffix (``github.io``) stands for itself only, and covers nothing.
    """
    by_name = {item.value: item for item in items}
    for name, item in by_name.items():
        above = name.partition(".")[2]
        while above and not (above in by_name and matches_below(by_name[above].observable)):
            above = above.partition(".")[2]
        if not above:
            yield item, matches_below(item.observable)


def fitting(job: Job, items: Sequence[Item], suffix: str) -> list[Item]:
    """The names that still are names with ``*.`` before and ``suffix`` behind; ``job`` lists the others."""
    most = _MOST - len("*.") - len(suffix)
    reason = f"with *. and {suffix} it is longer than the {_MOST} characters of a name"
    fit = []
    for item in items:
        if len(item.value) <= most:
            fit.append(item)
        else:
            job.leave_out(item, "grammar", reason)
    return fit


def leaving(job: Job) -> list[Item]:
    """What a control that sees only what leaves the house can take: all items, or none for ``in``."""
    if job.direction != "in":
        return list(job.items)
    for item in job.items:
        job.leave_out(item, "kind", "it sees only what leaves the house: --direction out or both")
    return []
