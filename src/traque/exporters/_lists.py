"""Plain lists that a device fetches (EDL, threat feed): one entry a line, in files of a bounded length."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from traque.exporters._capacity import shards
from traque.exporters._job import File


def listed(
    name: str, entries: Sequence[str], most: int, head: Callable[[], Iterable[str]] = tuple
) -> Iterator[File]:
    """``name.txt`` with ``entries``; more than ``most`` go on in ``name-2.txt``, ``name-3.txt``...

    ``head`` gives the lines before the entries of each file. No entries make no file.
    """
    if not entries:
        return
    for number, part in enumerate(shards(entries, most), start=1):
        suffix = f"-{number}" if number > 1 else ""
        yield File(f"{name}{suffix}.txt", _lines(head, part))


def _lines(head: Callable[[], Iterable[str]], entries: Iterable[str]) -> Iterator[str]:
    yield from head()
    yield from (f"{entry}\n" for entry in entries)
