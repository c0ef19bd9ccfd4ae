"""The executable specification of the scan, in plain Python: engine ``python``.

The kernel must equal it in both directions. What can be read where is the kinds' affair
(:mod:`traque.observables`); this module says what becomes of the readings.

**Records** end at LF and nowhere else; no match crosses one. One CR at the end of a record is not part of
it.

**Matches.** Every reading of every kind that the set holds is looked up (literals, which do not show by
themselves, are looked for one by one). A reading matches an indicator
when one of its look-ups is one of the indicator's spellings; names below a private public suffix do not
match it. Different indicators are reported independently. Of the matching readings of *one* indicator in a
record, the one that begins last is kept, of several the shortest; then, of those that overlap no kept one,
again the one that begins last, and so on.

**URLs whose path stands elsewhere.** When a record holds no reading of a URL indicator, but its host, as a
reading of a domain name (equal, not below) or of an address, each such place is a match with
:attr:`Relation.HOST`, chosen among overlapping readings as above.

**Text.** A record of more than ``TEXT_CAP`` bytes is cut: the text begins ``TEXT_CAP / 2`` bytes before the
first hit, or at the record's beginning, or ``TEXT_CAP`` bytes before its end, whichever the record allows.

**Time samples**: see :class:`~traque.scan.matches.TimeSample`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from traque.model import Observable, TimeRule
from traque.observables import ObservableKind, Reading, matches_below, registry, spellings, url
from traque.observables._url_form import split
from traque.scan._sampling import Sampler
from traque.scan.matches import TEXT_CAP, Batch, Hit, MatchedRecord, Relation, TimeSample

NAME = "python"


def find(data: bytes, observables: Sequence[Observable]) -> list[Hit]:
    """Every match in ``data``, in order; :attr:`Hit.indicator` is the index in ``observables``."""
    engine = compile(observables)
    hits: list[Hit] = []
    offset = 0
    for line in data.split(b"\n"):
        hits += engine.hits(line.removesuffix(b"\r"), offset)
        offset += len(line) + 1
    return hits


def compile(observables: Sequence[Observable]) -> Oracle:  # noqa: A001 - the name every engine has
    """The engine for these observables (in canonical form)."""
    return Oracle(observables)


class Oracle:
    """A compiled set of observables."""

    name = NAME

    def __init__(self, observables: Sequence[Observable]) -> None:
        self._index: dict[tuple[str, str], list[int]] = {}
        self._hosts: dict[tuple[str, str], list[int]] = {}
        self._url_hosts: set[str] = set()
        self._longest_url = 0
        self._without_below: set[int] = set()
        kinds: set[str] = set()
        for number, observable in enumerate(observables):
            kinds.add(observable.kind)
            for form in spellings(observable):
                self._index.setdefault((observable.kind, form.decode()), []).append(number)
            if observable.kind == "domain-name" and not matches_below(observable):
                self._without_below.add(number)
            if observable.kind == "url":
                self._add_host(number, observable)
        self._kinds = [registry()[kind] for kind in sorted(kinds)]
        self._finders = {kind.name: self._finder(kind) for kind in self._kinds}
        host_kinds = {kind for kind, _ in self._hosts}
        self._host_kinds = [registry()[kind] for kind in sorted(host_kinds)]

    def scanner(self, times: Sequence[TimeRule] = ()) -> OracleScanner:
        """A scanner for one stream."""
        return OracleScanner(self, times)

    def hits(self, record: bytes, offset: int = 0) -> list[Hit]:
        """The matches in one record, which begins at ``offset`` in the stream; in order."""
        hosts = _kept(self._host_matches(record))
        found = _kept(self._matches(record, bool(hosts)))
        complete = {hit.indicator for hit in found}
        found += [hit for hit in hosts if hit.indicator not in complete]
        return sorted(Hit(hit.start + offset, hit.end + offset, hit.indicator, hit.relation) for hit in found)

    def _add_host(self, number: int, observable: Observable) -> None:
        host = url.host_of(observable.value)
        for form in spellings(host):
            self._hosts.setdefault((host.kind, form.decode()), []).append(number)
        for form in spellings(observable):
            self._url_hosts.add(split(form.decode())[1])
            self._longest_url = max(self._longest_url, len(form))

    def _finder(self, kind: ObservableKind) -> Callable[[bytes], Iterator[Reading]]:
        if kind.name == "url":
            return lambda record: url.find(record, self._url_hosts, self._longest_url)
        if kind.find_known is not None:
            return kind.find_known(sorted(form for name, form in self._index if name == kind.name))
        return kind.find

    def _matches(self, record: bytes, has_url_host: bool) -> Iterator[Hit]:
        for kind in self._kinds:
            if kind.name == "url" and not has_url_host:
                continue  # a URL stands where its host does
            for reading in self._finders[kind.name](record):
                for value, relation in kind.lookups(reading.value):
                    for number in self._index.get((kind.name, value), ()):
                        if relation == Relation.SUBDOMAIN and number in self._without_below:
                            continue
                        yield Hit(reading.start, reading.end, number, Relation(relation))

    def _host_matches(self, record: bytes) -> Iterator[Hit]:
        for kind in self._host_kinds:
            for reading in kind.find(record):
                for number in self._hosts.get((kind.name, reading.value), ()):
                    yield Hit(reading.start, reading.end, number, Relation.HOST)


class OracleScanner:
    """Scans one stream; keeps the unfinished record, however long it is."""

    def __init__(self, engine: Oracle, times: Sequence[TimeRule]) -> None:
        self._engine = engine
        self._sampler = Sampler(times)
        self._rest = bytearray()
        self._begins = 0  # where the unfinished record begins in the stream
        self._records = 0

    @property
    def records(self) -> int:
        """Records ended so far."""
        return self._records

    def feed(self, *chunks: bytes) -> Batch:
        """Scan the records that these chunks end."""
        chunk = b"".join(chunks)
        head, newline, tail = chunk.rpartition(b"\n")
        if not newline:
            self._rest += chunk
            return Batch()
        records = bytes(self._rest + head).split(b"\n")
        self._rest = bytearray(tail)
        return self._scan(records)

    def finish(self) -> Batch:
        """Scan the last record, if it has no end."""
        records = [bytes(self._rest)] if self._rest else []
        self._rest.clear()
        batch = self._scan(records)
        return Batch(batch.matched, (*batch.samples, *self._sampler.finish()))

    def _scan(self, records: Iterable[bytes]) -> Batch:
        matched = []
        samples: list[TimeSample] = []
        for line in records:
            self._records += 1
            record = line.removesuffix(b"\r")
            samples += self._sampler.passed(self._begins, self._records, record)
            if hits := self._engine.hits(record, self._begins):
                matched.append(_matched(record, self._begins, self._records, hits))
            self._begins += len(line) + 1
        return Batch(tuple(matched), tuple(samples))


def _kept(hits: Iterable[Hit]) -> list[Hit]:
    """One of the overlapping matches of each indicator: the one that begins last, then the shortest."""
    kept: dict[int, list[Hit]] = {}
    for hit in sorted(hits, key=lambda hit: (-hit.start, hit.end)):
        mine = kept.setdefault(hit.indicator, [])
        if all(hit.end <= other.start for other in mine[-1:]):
            mine.append(hit)
    return [hit for mine in kept.values() for hit in mine]


def _matched(record: bytes, offset: int, line: int, hits: list[Hit]) -> MatchedRecord:
    begin = max(0, min(hits[0].start - offset - TEXT_CAP // 2, len(record) - TEXT_CAP))
    return MatchedRecord(
        offset=offset,
        length=len(record),
        line=line,
        text=record[begin : begin + TEXT_CAP],
        text_offset=offset + begin,
        hits=tuple(hits),
    )
