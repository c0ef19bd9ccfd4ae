"""Runs a hunt: sources to workers, their findings to one result."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from itertools import chain, islice, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import msgspec

from traque import logs, observables
from traque.diagnostics import Diagnostics
from traque.enrich.places import Atlas
from traque.errors import UsageError
from traque.hunt.assemble import assemble
from traque.hunt.assessing import assessed
from traque.hunt.carrying import NONE, definitions_for
from traque.hunt.enriching import enriched
from traque.hunt.formats import Formats, pattern
from traque.hunt.learning import Learnt
from traque.hunt.mapped import MappedQuestion, is_the_map
from traque.hunt.options import HuntOptions, Progress, Silent
from traque.hunt.question import ask
from traque.hunt.repeats import drop_repeats
from traque.hunt.search import SourceSearch
from traque.model import Bulletin, HuntResult
from traque.scan.plan import SMALL, Cores, ahead, batched, in_order
from traque.sources import Entry, Named, Source, decoders, open_entry, walk
from traque.sources.decoders import Definitions

if TYPE_CHECKING:
    from traque.hunt.remembering import Remembered

AT_LENGTH: Final = 8
"""Sources of one folder and name, digits apart, whose heads are read at length; the others' are in brief."""

Found = tuple[list[SourceSearch], Diagnostics]
"""The sources of one entry, and what was told of it."""


def hunt(
    bulletins: Sequence[Bulletin],
    paths: Sequence[Path | str],
    *,
    options: HuntOptions = HuntOptions(),  # noqa: B008 -- frozen
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> HuntResult:
    """Search every byte of ``paths`` for the indicators of ``bulletins``.

    A path is a file, a folder or ``-`` for standard input. Broken sources are counted in the
    result, never raised. When ``stop`` is set, what was found so far comes back, marked
    interrupted. Without ``paths`` the files that the ledger knows are searched; without a ledger only the
    findings about the reader's own things are answered.
    Raises UsageError for options or paths that make no question.
    """
    started = datetime.now(UTC)
    question = ask(bulletins, options, None, started)
    if not paths and not question.owned.properties and options.ledger is None:
        raise UsageError(
            "nothing to search",
            remedy="name logs with --in, a ledger with --ledger, or what is yours with --own",
        )
    atlas = Atlas(options.mmdb)
    diagnostics = Diagnostics()
    mapped = MappedQuestion(question, options)
    remembered = None
    if options.ledger is not None:
        from traque.hunt.remembering import Remembered
        from traque.ledger import Ledger

        remembered = Remembered(
            Ledger.open(options.ledger, options.ledger_key), question, mapped, options.exclude
        )
    roots: list[Path | Named | Literal["-"]] = ["-" if path == "-" else Path(path) for path in paths]
    if remembered is not None and not paths:
        roots += remembered.files()
    entries = walk(roots, exclude=options.exclude, diagnostics=diagnostics)
    entries = [entry for entry in entries if not is_the_map(entry, options)]
    run = Run(mapped, diagnostics, progress or Silent(), stop or threading.Event(), remembered)
    searches = run.all(entries, options.threads)
    if remembered is not None:
        searches += remembered.alone(searches, diagnostics)
    if not run.stop.is_set():
        for glob in mapped.unused():
            diagnostics.note("map-unused", glob)
    for failure in chain(observables.registry().failures, logs.registry().failures, decoders.failures()):
        diagnostics.note("format-module-failed", f"{failure.module}: {failure.reason}")
    drop_repeats(searches, diagnostics)
    result = assemble(
        question,
        bulletins,
        searches,
        diagnostics,
        options=options,
        paths=[str(path) for path in paths],
        started=started,
        interrupted=run.stop.is_set(),
    )
    if remembered is not None:
        told = msgspec.structs.replace(result.hunt, ledger=remembered.info(searches))
        result = msgspec.structs.replace(result, hunt=told)
    with atlas:
        result = enriched(result, atlas)
    return assessed(result, question, bulletins, searches, options)


def exit_status(result: HuntResult) -> int:
    """0: complete, nothing seen, window covered. 1: complete, something seen or found. 3: incomplete.

    Nothing seen is incomplete too when a stream that is expected was not there.
    """
    if result.incomplete:
        return 3
    if result.sightings or result.findings:
        return 1
    coverage = result.coverage
    return 3 if coverage.window_covered is False or coverage.missing or not result.hunt.searched else 0


class Task(NamedTuple):
    """An entry to be searched: how many alike come before it, and the definitions for each of its sources."""

    entry: Entry
    before: int
    given: Sequence[Definitions] = ()


class Turns:
    """How closely each source of an entry is read: by how many of its folder and name come before it."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._alike: Counter[str] = Counter()

    def of(self, path: str) -> tuple[bool, int]:
        """Of the next source: whether its head is read in brief, and how many come before it."""
        before = self._task.before
        if path == self._task.entry.display:
            return before >= AT_LENGTH, before
        like = pattern(path)
        self._alike[like] += 1
        members = self._alike[like]
        return before >= AT_LENGTH or members > AT_LENGTH, before + members - 1


class Run:
    """Searches entries, several at once; the ledger's ``add`` goes the same way."""

    def __init__(
        self,
        question: MappedQuestion,
        diagnostics: Diagnostics,
        progress: Progress,
        stop: threading.Event,
        remembered: Remembered | None = None,
    ) -> None:
        self.question = question
        self.diagnostics = diagnostics
        self.progress = progress
        self.stop = stop
        self.remembered = remembered

    def all(self, entries: Sequence[Entry], jobs: int) -> list[SourceSearch]:
        """Every source of every entry, in the order of the entries, and so is what the diagnostics tell."""
        tasks = [Task(entry, before) for entry, before in zip(entries, _alike_before(entries), strict=True)]
        found = self._each(tasks, jobs)
        definitions = iter(definitions_for([search for searches, _ in found for search in searches]))
        again: dict[int, Task] = {}
        for place, (searches, _) in enumerate(found):
            given = list(islice(definitions, len(searches)))
            if any(given) and not tasks[place].entry.stream:
                again[place] = tasks[place]._replace(given=given)
        if again and not self.stop.is_set():
            for place, better in zip(again, self._each(list(again.values()), jobs), strict=True):
                found[place] = better
        for _, diagnostics in found:
            self.diagnostics.add(diagnostics)
        return [search for searches, _ in found for search in searches]

    def _each(self, tasks: Sequence[Task], jobs: int) -> list[Found]:
        """Search the entries, several at once."""
        self.progress.start(sum(task.entry.size for task in tasks))
        batches = batched([SMALL if task.entry.stream else task.entry.size for task in tasks], jobs)
        cores = Cores(jobs, len(batches))
        learnt = Learnt(tasks[place].entry for place in sorted(b[0] for b in batches if len(b) == 1))
        found: list[Found] = [([], Diagnostics())] * len(tasks)

        def work(batch: Sequence[int]) -> None:
            formats = Formats(learnt)  # one a batch: what it knows never depends on which thread was first
            with cores.working():
                for place in batch:
                    found[place] = self.entry(tasks[place], formats, cores)

        deque(in_order(jobs, work, batches), maxlen=0)
        return found

    def entry(self, task: Task, formats: Formats, cores: Cores) -> Found:
        """The sources of one entry; none after a stop."""
        entry = task.entry
        searches: list[SourceSearch] = []
        diagnostics = Diagnostics()
        overlap = partial(ahead, cores=cores) if cores.jobs > 1 else iter
        if self.remembered is not None and not task.given:
            spared = self.remembered.entry(entry, Turns(task).of, diagnostics)
            if spared is not None:
                self.progress.advance(entry.size)
                return spared, diagnostics
        turns = Turns(task)
        told = 0

        def advance(done: int) -> None:
            nonlocal told
            now = min(entry.size, done)
            if now > told:
                self.progress.advance(now - told)
                told = now

        with closing(open_entry(entry, diagnostics=diagnostics, overlap=overlap)) as sources:
            for source, definitions in zip(sources, chain(task.given, repeat(NONE)), strict=False):
                self.progress.source(source.path)
                brief, before = turns.of(source.path)
                search = self.search(
                    entry,
                    source,
                    diagnostics,
                    formats,
                    brief=brief,
                    before=before,
                    given=definitions,
                )
                search.entry = entry
                search.run(advance, self.stop.is_set, cores)
                searches.append(search)
                if self.stop.is_set():
                    break
        self.progress.advance(max(0, entry.size - told))
        return searches, diagnostics

    def search(
        self,
        entry: Entry,
        source: Source,
        diagnostics: Diagnostics,
        formats: Formats,
        *,
        brief: bool,
        before: int,
        given: Definitions,
    ) -> SourceSearch:
        """The search of one source, about to run."""
        question = self.question.for_source(entry, source)
        search = SourceSearch(source, question, diagnostics, formats, brief=brief, before=before, given=given)
        search.expected = self.question.expected(entry, source)
        return search


def _alike_before(entries: Sequence[Entry]) -> list[int]:
    """For each entry, how many of its folder and name come before it."""
    seen: Counter[str] = Counter()
    answers = []
    for entry in entries:
        alike = pattern(entry.display)
        answers.append(seen[alike])
        seen[alike] += 1
    return answers
