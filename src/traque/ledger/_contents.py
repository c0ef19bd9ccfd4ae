"""The sources of a ledger by what is in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from traque.ledger._known import KnownSource
from traque.sources.duplicates import Beginning


class Contents:
    """The sources of a ledger by their content; they change with it."""

    def __init__(self, sources: Mapping[int, KnownSource]) -> None:
        self._sources = sources
        self._digests: dict[str, int] = {}
        self._heads: dict[str, set[int]] = defaultdict(set)
        self._lines: dict[str, set[int]] = defaultdict(set)
        for source in sources.values():
            self.take(source)

    def take(self, source: KnownSource) -> None:
        """A source is in the ledger."""
        self._digests[source.digest] = source.number
        self._heads[source.head.lines].add(source.number)
        self._lines[source.head.line].add(source.number)

    def leave(self, source: KnownSource) -> None:
        """A source is no longer in it."""
        if self._digests.get(source.digest) == source.number:
            del self._digests[source.digest]
        self._heads[source.head.lines].discard(source.number)
        self._lines[source.head.line].discard(source.number)

    def equal(self, digest: str) -> KnownSource | None:
        """The source with this content."""
        return self._sources.get(self._digests.get(digest, 0))

    def alike(self, head: Beginning) -> list[KnownSource]:
        """The sources of which one may begin with the other."""
        numbers = set(self._heads.get(head.lines, ()))
        for number in self._lines.get(head.line, ()) if head.line else ():
            if head.is_short or self._sources[number].head.is_short:
                numbers.add(number)
        return [self._sources[number] for number in sorted(numbers)]
