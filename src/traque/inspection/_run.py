"""Runs an inspection: each source on the hunt's way, with a tap on its records."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import chain, islice, repeat
from pathlib import Path
from typing import Final, Literal

import msgspec

from traque import __version__, logs
from traque.diagnostics import Diagnostics
from traque.errors import UsageError
from traque.hunt import HuntOptions, Progress
from traque.hunt.assemble import carrier
from traque.hunt.carrying import NONE, definitions_for
from traque.hunt.covering import coverage_of
from traque.hunt.formats import Formats
from traque.hunt.mapped import MappedQuestion, is_the_map
from traque.hunt.options import Silent
from traque.hunt.question import Question, ask
from traque.hunt.repeats import drop_repeats
from traque.hunt.search import SourceSearch
from traque.inspection._advice import advice
from traque.inspection._reasons import is_header
from traque.inspection._recognised import recognised
from traque.inspection._records import Records
from traque.inspection._tap import BLOCK, FIRST, Sampler, TappedEngine
from traque.model import Event, SourceCoverage
from traque.model.inspection import Clock, Inspection, Reading, Recognised, SourceInspection
from traque.scan.plan import Cores
from traque.sources import Entry, Source, open_entry, walk
from traque.sources.decoders import Definitions, decoder_for
from traque.sources.names import shown
from traque.sources.recognise import encoded_container
from traque.triage.streams import name_streams

SAMPLING: Final = (
    f"Every byte is read. Tried with their format are the first {FIRST:,} records of each source, "
    f"then one in each {BLOCK // 1024} KiB."
)
_BEGINNINGS: Final = "Only the first MiB of each source is read."
_EVERY: Final = "Every byte is read, and every record tried with its format."


def inspect(
    paths: Sequence[Path | str],
    *,
    options: HuntOptions = HuntOptions(),  # noqa: B008 -- frozen
    every: bool = False,
    beginnings: bool = False,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> Inspection:
    """What traque makes of the sources in ``paths``, as a hunt with these options would read them.

    The window, ``jobs`` and what only a hunt can ask are not looked at. ``every``: try every record, not a
    sample; ``beginnings``: read no more than the first MiB of each source. Broken sources are told, never
    raised. Raises UsageError for options or paths that make no question.
    """
    if not paths:
        raise UsageError("nothing to inspect", remedy="name a file, a folder or - for standard input")
    diagnostics = Diagnostics()
    plain = msgspec.structs.replace(options, since=None, until=None)
    run = _Run(plain, every=every, progress=progress or Silent(), stop=stop or threading.Event())
    run.beginnings = beginnings
    roots: list[Path | Literal["-"]] = ["-" if path == "-" else Path(path) for path in paths]
    entries = walk(roots, exclude=options.exclude, diagnostics=diagnostics)
    run.all([entry for entry in entries if not is_the_map(entry, options)], diagnostics)
    return run.answer([str(path) for path in paths], diagnostics)


class _Inspected(msgspec.Struct, frozen=True):
    """A source that was read."""

    entry: Entry
    search: SourceSearch
    recognised: Recognised
    reading: Reading
    question: Question


class _Run:
    def __init__(
        self, options: HuntOptions, *, every: bool, progress: Progress, stop: threading.Event
    ) -> None:
        self._started = datetime.now(UTC)
        self._question = ask((), options, None, self._started)
        self._mapped = MappedQuestion(self._question, options)
        self._map = options.source_map.path if options.source_map else ""
        self._every = every
        self._progress = progress
        self._stop = stop
        self._done: list[_Inspected] = []
        self.beginnings = False

    def all(self, entries: Sequence[Entry], diagnostics: Diagnostics) -> None:
        """Read every source of every entry, in order."""
        self._progress.start(sum(entry.size for entry in entries))
        found = [self._entry(entry) for entry in entries]
        definitions = iter(definitions_for([one.search for done, _ in found for one in done]))
        for place, (done, _) in enumerate(found):
            given = list(islice(definitions, len(done)))
            if any(given) and not (entries[place].stream or self._stop.is_set()):
                found[place] = self._entry(entries[place], given)
        for done, noted in found:
            self._done += done
            diagnostics.add(noted)

    def _entry(self, entry: Entry, given: Sequence[Definitions] = ()) -> tuple[list[_Inspected], Diagnostics]:
        """The sources of one entry, with definitions of others for each of them; none after a stop."""
        done: list[_Inspected] = []
        diagnostics = Diagnostics()
        told = 0
        if self._stop.is_set():
            return done, diagnostics
        with closing(open_entry(entry, diagnostics=diagnostics)) as sources:
            for source, definitions in zip(sources, chain(given, repeat(NONE)), strict=False):
                self._progress.source(source.path)
                done.append(self._one(entry, source, diagnostics, definitions))
                now = min(entry.size, source.consumed)
                self._progress.advance(max(0, now - told))
                told = max(told, now)
                if self._stop.is_set():
                    break
        self._progress.advance(max(0, entry.size - told))
        return done, diagnostics

    def _one(self, entry: Entry, source: Source, diagnostics: Diagnostics, given: Definitions) -> _Inspected:
        question = self._mapped.for_source(entry, source)
        head = source.head()
        decoder = decoder_for(head, source.name)
        encoded = (decoder is None or not decoder.is_here()) and encoded_container(head, source.name)

        def take(number: int, record: bytes, cut: bool) -> None:
            if not encoded:
                records.take(number, record, cut)

        sampler = Sampler(take, every=self._every)
        tapped = TappedEngine(question.engine, sampler)
        search = SourceSearch(
            source, msgspec.structs.replace(question, engine=tapped), diagnostics, Formats(), given=given
        )

        def parse(record: bytes) -> Event | None:
            return search.recognition.reader.parse(record)  # what is decoded is recognised on the way

        records = Records(
            parse,
            search.moment,
            question.perimeter,
            lambda line: not _is_linewise(search.format) and is_header(line),
        )
        stopped = (lambda: True) if self.beginnings else self._stop.is_set
        search.run(lambda _done: None, stopped, Cores(1, 1))
        taken = recognised(search, source, decoder, self._map, text=sampler.head, head=head)
        return _Inspected(entry, search, taken, records.reading(whole=not sampler.skipped), question)

    def answer(self, paths: Sequence[str], diagnostics: Diagnostics) -> Inspection:
        """What was found, as a document."""
        searches = [one.search for one in self._done]
        if not self.beginnings:
            drop_repeats(searches, diagnostics)
        streams = name_streams([carrier(search) for search in searches])
        coverage = coverage_of(searches, streams, self._question.window, self._started)
        return Inspection(
            version=__version__,
            paths=tuple(paths),
            source_map=self._map,
            sampling=_BEGINNINGS if self.beginnings else _EVERY if self._every else SAMPLING,
            sources=tuple(
                self._source(one, covered) for one, covered in zip(self._done, coverage.sources, strict=True)
            ),
            streams=coverage.streams,
            diagnostics=diagnostics.report(),
            interrupted=self._stop.is_set(),
        )

    def _source(self, one: _Inspected, coverage: SourceCoverage) -> SourceInspection:
        search, question = one.search, one.question
        table = search.mapped
        utc = search.recognition.utc
        clock = Clock(
            zone="UTC" if utc else str(question.zone),
            zone_from="the format's definition" if utc else question.zone_from,
            year=question.year if coverage.year_from == "asked" else None,
            year_from=coverage.year_from,
            year_guessed=coverage.year_guessed,
        )
        entry = one.entry
        return SourceInspection(
            file="" if entry.path is None else shown(str(entry.path)),
            member=search.path.removeprefix(entry.display).removeprefix("/"),
            coverage=coverage,
            recognised=one.recognised,
            reading=one.reading,
            clock=clock,
            device=search.device,
            mapped=f"{self._map}:{table.line}" if table is not None else "",
            owner=table.owner if table is not None else "",
            advice=advice(coverage, one.recognised, one.reading, clock),
        )


def _is_linewise(name: str) -> bool:
    spec = logs.registry().get(name)
    return spec is None or spec.linewise
