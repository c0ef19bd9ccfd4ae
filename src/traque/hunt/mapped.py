"""The question as it is put to each source: with what the source map says of it."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Protocol

import msgspec

from traque.hunt.options import HuntOptions
from traque.hunt.question import Question, perimeter_of, proxies_of, zone_of
from traque.source_map import MappedSource, SourceMap
from traque.sources import Entry

_EMPTY: Final = SourceMap(path="", folder=Path())


class Shown(Protocol):
    """A source, as far as its name goes."""

    path: str


class MappedQuestion:
    """Puts a source's zone, year, format, stream and networks into the question.

    The most particular wins: a table of the map, then the options, then the map's top. Networks add up.
    Shared between threads.
    """

    def __init__(self, question: Question, options: HuntOptions) -> None:
        self._question = question
        self._options = options
        self._map = options.source_map or _EMPTY
        self._questions: dict[int, Question] = {}
        self._used: set[tuple[int, str]] = set()

    def for_source(self, entry: Entry, source: Shown) -> Question:
        """The question for ``source``, which ``entry`` gave."""
        if not self._map.sources:
            return self._question
        member = source.path.removeprefix(entry.display).removeprefix("/")
        found = self._map.find(entry.path, member) or (self._map.find(entry.path) if member else None)
        if found is None:
            return self._question
        table, glob = found
        self._used.add((id(table), glob))
        known = self._questions.get(id(table))
        return known or self._questions.setdefault(id(table), self._with(table))

    def expected(self, entry: Entry, source: Shown) -> frozenset[str]:
        """The names of the expected streams whose globs name ``source``."""
        if not self._map.streams:
            return frozenset()
        member = source.path.removeprefix(entry.display).removeprefix("/")
        found = self._map.expected(entry.path, member) or (self._map.expected(entry.path) if member else ())
        return frozenset(stream.name for stream in found)

    def unused(self) -> list[str]:
        """The globs of the map that named no source, with their lines."""
        return [
            f"{self._map.path}:{table.line}: {glob}"
            for table in self._map.sources
            for glob in table.files
            if (id(table), glob) not in self._used
        ]

    def _with(self, table: MappedSource) -> Question:
        question = self._question
        return msgspec.structs.replace(
            question,
            zone=zone_of(table.tz) if table.tz else question.zone,
            zone_from=f"{self._map.path}:{table.line}" if table.tz else question.zone_from,
            year=table.year or question.year,
            perimeter=perimeter_of(self._options, table)
            if table.own or table.internal
            else question.perimeter,
            proxies=proxies_of(self._options, table) if table.trusted_proxies else question.proxies,
            mapped=table,
        )


def is_the_map(entry: Entry, options: HuntOptions) -> bool:
    """Whether a file is the map of this hunt, which is no log."""
    if options.source_map is None or entry.path is None or entry.stream:
        return False
    try:
        return entry.path.samefile(options.source_map.path)
    except OSError:
        return False
