"""The ledger as its readers see it: the last commit, whatever a writer is doing meanwhile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from traque.errors import LedgerDamaged, LedgerError
from traque.ledger import _manifest, _rows, _segments
from traque.ledger._asking import Pseudonyms, asked_for
from traque.ledger._known import FileId, Key, KnownFile, KnownSource, path_key
from traque.ledger._manifest import DataFile, Manifest
from traque.ledger._secret import secret_of
from traque.ledger._segments import Known
from traque.ledger._values import Asked, host, question
from traque.ledger.facts import Fact
from traque.ledger.inside import Inner, Inside
from traque.ledger.oracle import written
from traque.model import Observable
from traque.observables import url
from traque.scan.matches import Relation
from traque.sources import Entry

_TRIES: Final = 8
"""Manifests that are read, one after the other, when files of the one before are gone."""

T = TypeVar("T")


class Row(NamedTuple):
    """What the ledger says of an indicator in one source on one day.

    ``indicator`` is its place in what was asked. ``value`` is what stood in the records: below a name, in a
    network. ``day`` is a day of UTC since 1970, None where the records have no time; ``first`` and ``last``
    are microseconds of UTC since 1970 then. ``fact`` is a place in :attr:`Ledger.facts`. ``inward`` and
    ``outward`` are bytes from and to the value, where the records state them.
    """

    indicator: int
    relation: Relation
    value: str
    day: int | None
    fact: int
    records: int
    first: int
    last: int
    inward: int | None
    outward: int | None


class Ledger:
    """The last commit of a ledger; open it with :meth:`open`. Safe while another process writes to it."""

    def __init__(self, path: Path, manifest: Manifest, secret: bytes | None = None) -> None:
        self.path = path
        self.manifest = manifest
        self._secret = secret

    @classmethod
    def open(cls, path: Path | str, key: Path | None = None) -> Ledger:
        """The ledger in the folder ``path``. With the file of its ``key`` it tells what pseudonyms mean.

        UsageError where there is none and for another's key, LedgerError for one of another version,
        LedgerDamaged.
        """
        folder = Path(path)
        manifest = _manifest.read(folder)
        return cls(folder, manifest, secret_of(manifest.settings, key))

    @property
    def sources(self) -> Mapping[int, KnownSource]:
        """Every source, by its number."""
        return self.known.sources

    @property
    def files(self) -> Mapping[str, KnownFile]:
        """Every file in which sources were seen, by its absolute path."""
        return self.known.files

    @property
    def facts(self) -> Sequence[Fact | None]:
        """What rows say, by the number of the fact; None for a presence only."""
        return self.manifest.facts

    def key(self, source: KnownSource) -> Key:
        """Under which question a source was read."""
        return self.manifest.keys[source.key]

    @property
    def hidden(self) -> list[Inside]:
        """By key, what the rows of its sources do not hold as it is."""
        return [key.hidden(self._secret) for key in self.manifest.keys]

    @property
    def lacks_key(self) -> bool:
        """Its key would tell more of it."""
        return self.manifest.settings.inner is Inner.PSEUDONYMS and self._secret is None

    @cached_property
    def known(self) -> Known:
        """Sources and files, read when they are first asked for."""
        return self._reading(lambda: _segments.read(self.path, self.manifest.sources))

    def identity(self, entry: Entry) -> KnownFile | None:
        """The file that ``entry`` is, if nothing has touched it since it was added.

        Told without reading it: by path, size, times, inode and device. Its sources may have been read
        under another key, or be :attr:`~traque.ledger.KnownSource.partial`.
        """
        if entry.path is None or entry.stream:
            return None
        known = self.files.get(path_key(entry.path))
        try:
            return known if known is not None and known.id == FileId.of(entry.path.stat()) else None
        except OSError:
            return None

    def find(self, indicators: Sequence[Observable], *, hosts: bool = False) -> dict[int, list[Row]]:
        """The rows that match ``indicators``, by the number of the source.

        With ``hosts`` also those of the hosts of URLs, with :attr:`Relation.HOST`: their records may hold
        the URL in parts. Indicators of kinds that :func:`traque.ledger.is_held` denies have none.
        """
        return self._reading(lambda: self._find(indicators, hosts=hosts))

    def _find(self, indicators: Sequence[Observable], *, hosts: bool) -> dict[int, list[Row]]:
        alive = self.sources
        found: dict[int, list[Row]] = defaultdict(list)
        pseudonyms = Pseudonyms.of(self.manifest, self._secret)
        for table, lines in self._lines(_questions(indicators, pseudonyms, hosts=hosts)):
            for (indicator, relation, wanted), line in lines:
                source = alive.get(line.source)
                if source is None or not source.counts(line.day):
                    continue
                value = line.value if pseudonyms is None else pseudonyms.told(source.key, wanted, line.value)
                if value is not None:
                    found[line.source].append(
                        Row(
                            indicator,
                            relation,
                            written(table, value),
                            line.day,
                            line.fact,
                            line.records,
                            line.first,
                            line.last,
                            line.inward,
                            line.outward,
                        )
                    )
        return dict(found)

    def _lines(
        self, questions: Iterable[_Question]
    ) -> Iterator[tuple[str, Iterator[tuple[_Asker, _rows.Line]]]]:
        """By table, the rows that match, each with who asked for it."""
        tables: dict[str, _Table] = defaultdict(_Table)
        for question_ in questions:
            tables[question_.asked.table].add(question_)
        for name, table in tables.items():
            yield name, table.lines(name, self.path, [f for f in self.manifest.rows if f.kind == name])

    def _reading(self, read: Callable[[], T]) -> T:
        """What ``read`` gives of a commit whose files are all there."""
        for _ in range(_TRIES):
            try:
                return read()
            except FileNotFoundError as gone:
                missing = gone
            manifest = _manifest.read(self.path)
            if manifest.sequence == self.manifest.sequence:
                raise LedgerDamaged(
                    "a file that the manifest names is gone",
                    where=str(missing.filename or self.path),
                    remedy=_segments.REPAIR,
                ) from missing
            self.manifest = manifest
            self.__dict__.pop("known", None)
        raise LedgerError("its files change too quickly to be read", where=str(self.path))


_RELATIONS: Final = {
    "ipv4-net": (Relation.NETWORK, Relation.NETWORK),
    "ipv6-net": (Relation.NETWORK, Relation.NETWORK),
    "url": (Relation.EXACT, Relation.EXACT),
}
"""Of the rows of an observable's points, and of those of its ranges; names are of subdomains in these."""


class _Asker(NamedTuple):
    """An indicator, how a row matches it, and what it asks for."""

    indicator: int
    relation: Relation
    wanted: Asked


class _Question(NamedTuple):
    """What is asked of a table, where ``wanted`` is wanted; relations are of its points and its ranges."""

    indicator: int
    of_points: Relation
    of_ranges: Relation
    wanted: Asked
    asked: Asked


class _Table:
    """What is asked of one table, each value once."""

    def __init__(self) -> None:
        self._points: dict[bytes, list[_Asker]] = defaultdict(list)
        self._ranges: dict[tuple[bytes, bytes], list[_Asker]] = defaultdict(list)

    def add(self, question_: _Question) -> None:
        indicator, of_points, of_ranges, wanted, asked = question_
        for point in asked.points:
            self._points[point].append(_Asker(indicator, of_points, wanted))
        for stretch in asked.ranges:
            self._ranges[stretch].append(_Asker(indicator, of_ranges, wanted))

    def lines(
        self, name: str, folder: Path, files: Sequence[DataFile]
    ) -> Iterator[tuple[_Asker, _rows.Line]]:
        points, ranges = list(self._points), list(self._ranges)
        askers = [*self._points.values(), *self._ranges.values()]
        paths = [str(folder / file.name) for file in files]
        if not paths:
            return
        try:
            for query, line in _rows.find(name, paths, points, ranges):
                for asker in askers[query]:
                    yield asker, line
        except ValueError as error:
            raise LedgerDamaged(f"its rows are damaged: {error}", remedy=_segments.REPAIR) from error


def _questions(
    indicators: Sequence[Observable], pseudonyms: Pseudonyms | None, *, hosts: bool
) -> Iterator[_Question]:
    for number, observable in enumerate(indicators):
        relations = _RELATIONS.get(observable.kind, (Relation.EXACT, Relation.SUBDOMAIN))
        wanted = question(observable)
        if wanted is not None:
            for asked in asked_for(observable, wanted, pseudonyms):
                yield _Question(number, *relations, wanted, asked)
        at = host(observable) if hosts else None
        if at is not None:
            for asked in asked_for(url.host_of(observable.value), at, pseudonyms):
                yield _Question(number, Relation.HOST, Relation.HOST, at, asked)
