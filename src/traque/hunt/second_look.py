"""A second, cheap look at the records around sightings, for leads (:mod:`traque.triage.leads`).

Only sources with sightings are read again, and of these only the bytes around the records that the answer
keeps; what was decoded is decoded again, within a bound (:mod:`traque.hunt.rewritten`). Nothing is read when
there is no sighting. What was looked at, and what was not, stands in the answer.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import chain, islice
from typing import Final, NamedTuple

from traque.diagnostics import Diagnostics
from traque.errors import SourceError
from traque.hunt.question import Question
from traque.hunt.rewritten import FURTHEST as MOST
from traque.hunt.rewritten import RECORDS as NEAR
from traque.hunt.rewritten import Rewritten, Span, joined
from traque.hunt.search import SourceSearch
from traque.model import Evidence, Lead, LeadSearch, Sighting, Verdict
from traque.scan.plan import in_order
from traque.scan.seeking import seeker
from traque.sources import Entry, Source, open_entry
from traque.triage.forwarded import behind
from traque.triage.leads import Book, Habits, Key

WINDOW: Final = 128 * 1024
"""Bytes on each side of a record with an indicator that are looked at."""
WINDOWS: Final = 48
"""Such stretches of a hunt, those of the worst verdicts first."""
RECORDS: Final = 20_000
"""Records that are understood for it."""
FURTHEST: Final = 256 << 20
"""Bytes of a compressed source that are read to come to a record."""
COMMON: Final = 60
"""Records of one source with the same trait; what is in more of them is common."""
WORDS: Final = 32
"""Traits of one stream that are looked for."""
_WORTH: Final = frozenset(Verdict) - {Verdict.BLOCKED, Verdict.TRACE, Verdict.SELF}


def look_again(
    question: Question,
    sightings: Sequence[Sighting],
    searches: Sequence[SourceSearch],
    streams: Mapping[str, str],
    jobs: int = 1,
) -> tuple[tuple[Lead, ...], LeadSearch | None]:
    """The leads around ``sightings``, and what was looked at; ``streams`` are by the sources' paths.

    ``jobs`` files are read at a time: compressed ones are decoded from their beginning.
    """
    if not sightings:
        return (), None
    look = _Look(question, streams)
    look.plan(sightings)
    wanted: dict[int, tuple[Entry, dict[str, SourceSearch]]] = {}
    for search in searches:
        if search.entry is not None and look.wants(search):
            wanted.setdefault(id(search.entry), (search.entry, {}))[1][search.path] = search
    for read in chain.from_iterable(in_order(jobs, look.entry, wanted.values())):
        look.take(read)
    return look.book.leads(), look.told()


class _Look:
    def __init__(self, question: Question, streams: Mapping[str, str]) -> None:
        self._question = question
        self._streams = streams
        self._habits: dict[str, Habits] = defaultdict(Habits)
        self._anchors: dict[str, list[Evidence]] = defaultdict(list)
        self._limits: dict[str, int] = defaultdict(int)
        self._sources = 0
        self._records = 0
        self.book = Book(question.observables, question.perimeter)

    def plan(self, sightings: Sequence[Sighting]) -> None:
        """Learn the habits of what was seen, and choose where to look: the worst sightings come first."""
        taken = 0
        for sighting in sightings:
            for record in _anchors(sighting):
                if record.verdict not in _WORTH:
                    continue
                self._habits[self._streams[record.path]].learn(sighting, [record])
                if taken < WINDOWS:
                    self._anchors[record.path].append(record)
                    taken += 1
                else:
                    self._limits[f"stretches beyond the first {WINDOWS}"] += 1

    def wants(self, search: SourceSearch) -> bool:
        """Whether there are stretches of the source to look at, and it can be read again."""
        if not self._anchors.get(search.path) or search.entry is None:
            return False
        if search.entry.stream:
            self._limits["standard input, which cannot be read twice"] += 1
        else:
            return True
        return False

    def entry(self, asked: tuple[Entry, Mapping[str, SourceSearch]]) -> list[_Read]:
        """Look at the stretches of the sources of one file, in one pass; by any thread."""
        entry, held = asked
        read: list[_Read] = []
        with closing(open_entry(entry, diagnostics=Diagnostics())) as sources:
            for source in sources:
                if source.path in held:
                    read.append(self._read(source, held[source.path]))
                    if len(read) == len(held):
                        break
        return read

    def _read(self, source: Source, search: SourceSearch) -> _Read:
        anchors = self._anchors[search.path]
        spans = joined((max(0, one.offset - WINDOW), one.offset + WINDOW) for one in anchors)
        text = None if search.is_lines else Rewritten(source, anchors, WINDOW, search.carried.given)
        habits = self._habits[self._streams[search.path]]
        words = habits.words()
        limits: Counter[str] = Counter()
        if len(words) > WORDS:
            limits[f"traits of a stream beyond the first {WORDS}"] += len(words) - WORDS
        seek = _Seek(dict(islice(words.items(), WORDS)), habits.addresses())
        try:
            for begin, piece in _stretches(source, spans) if text is None else text.stretches():
                seek.read(begin, piece)
        except SourceError:  # it was told when all bytes were read
            pass
        if text is not None:
            if text.is_cut:
                limits[f"decoded records beyond the first {MOST >> 20} MiB of a source"] += 1
        elif source.size is None and spans[-1][1] > FURTHEST:
            limits[f"stretches that lie beyond {FURTHEST >> 20} MiB of a compressed source"] += 1
        lines = [(at if text is None else text.origin(at), line) for at, line in seek.lines()]
        return _Read(search, lines, seek.common, limits)

    def take(self, read: _Read) -> None:
        """Understand what was found in a source."""
        self._sources += 1
        for what, count in read.limits.items():
            self._limits[what] += count
        for offset, line in read.lines:
            self._record(read.search, self._streams[read.search.path], line, offset)
        self.book.common |= read.common

    def _record(self, search: SourceSearch, stream: str, line: bytes, offset: int) -> None:
        if self._records >= RECORDS:
            self._limits[f"records beyond the first {RECORDS:,}"] += 1
            return
        self._records += 1
        event = search.recognition.reader.parse(line)
        if event is None:
            return
        if self._question.proxies.own:
            event = behind(event, self._question.proxies)
        evidence = Evidence(
            path=search.path,
            line=0,
            offset=offset,
            time=search.moment(event.time) if event.time is not None else None,
            text=line.decode("utf-8", "replace"),
            match="",
            verdict=Verdict.UNCLEAR,
            length=len(line),
            sha256=hashlib.sha256(line).hexdigest(),
            fields=event.fields,
        )
        self.book.read(stream, self._habits[stream], event, evidence)

    def told(self) -> LeadSearch:
        """What was looked at, in words."""
        if self.book.left_out:
            self._limits["addresses beyond those that are remembered"] += self.book.left_out
        if self.book.common:
            self._limits["traits that many records share"] += len(self.book.common)
        kib = WINDOW // 1024
        return LeadSearch(
            text=(
                f"records looked at: {self._records:,}; sources: {self._sources}; within {kib} KiB (decoded: "
                f"{NEAR} records) of those that are kept as evidence, for unlisted addresses with the same "
                "account, user agent, JA3, path or network within a day"
            ),
            sources=self._sources,
            records=self._records,
            limits=tuple(f"not looked at: {what} ({count:,})" for what, count in self._limits.items()),
        )


class _Read(NamedTuple):
    """What was found in a source: lines with their offsets, and what was not looked at."""

    search: SourceSearch
    lines: Sequence[tuple[int, bytes]]
    common: set[Key]
    limits: Mapping[str, int]


def _anchors(sighting: Sighting) -> list[Evidence]:
    """First, last and the first of each verdict: evidence that is the same however the search was split."""
    dated = [record for record in sighting.evidence if record.time is not None] or list(sighting.evidence)
    firsts = {record.verdict: record for record in reversed(dated)}
    anchors = [*dated[:1], *dated[-1:], *firsts.values()]
    return list({(record.path, record.offset): record for record in anchors}.values())


def _stretches(source: Source, spans: Sequence[Span]) -> Iterator[tuple[int, bytes]]:
    """The bytes of each span, with where they begin."""
    if (text := source.text) is not None:
        yield from ((begin, text[begin:end]) for begin, end in spans)
        return
    if source.size is not None:
        with source.plain() as file:
            for begin, end in spans:
                yield begin, file.read(begin, end - begin)
        return
    position, waiting, kept = 0, [span for span in spans if span[0] < FURTHEST], bytearray()
    for chunk in source.chunks() if waiting else ():
        start, position = position, position + len(chunk)
        while waiting and start < waiting[0][1]:
            begin, end = waiting[0]
            kept += chunk[max(0, begin - start) : max(0, end - start)]
            if position < end:
                break
            yield begin, bytes(kept)
            kept.clear()
            waiting.pop(0)
        if not waiting or position > FURTHEST:
            break
    if kept:
        yield waiting[0][0], bytes(kept)


class _Seek:
    """Finds the lines of one source that hold one of the words, but for those of listed addresses.

    A word that stands in very many lines is given up with all of them: what it tells of is common.
    """

    def __init__(self, words: Mapping[bytes, Key], listed: Sequence[bytes]) -> None:
        self._keys = list(words.values())
        self._lines: list[dict[int, bytes]] = [{} for _ in words]
        most = [COMMON if key[0] != "network" else COMMON * 10 for key in self._keys]
        self._seeker = seeker(list(zip(words, most, strict=True)), listed)
        self.common: set[Key] = set()

    def read(self, begin: int, text: bytes) -> None:
        """Look through the bytes that begin at offset ``begin``."""
        found, common = self._seeker.seek(text)
        for number, start, end in found:
            self._lines[number][begin + start] = text[start:end]
        for number in common:
            self.common.add(self._keys[number])
            self._lines[number].clear()

    def lines(self) -> list[tuple[int, bytes]]:
        """The lines with their offsets, each once, in order."""
        return sorted({at: line for lines in self._lines for at, line in lines.items()}.items())
