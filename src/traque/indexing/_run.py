"""Adds logs to a ledger: the hunt's own way, with nothing looked for and everything kept."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from traque.diagnostics import Diagnostics
from traque.errors import LedgerError, UsageError
from traque.hunt import HuntOptions, Progress
from traque.hunt.formats import Formats
from traque.hunt.mapped import MappedQuestion, is_the_map
from traque.hunt.options import Silent
from traque.hunt.question import Question, ask
from traque.hunt.restoring import Unopened, key_of
from traque.hunt.run import Found, Run, Task
from traque.hunt.search import SourceSearch
from traque.indexing._identity import contents_of
from traque.indexing._search import Collectors, KeptSearch
from traque.indexing._settling import Settling
from traque.ledger import FileId, KnownFile, KnownSource, Member, Writer, path_key, secret_of, writer
from traque.ledger.collector import Collector
from traque.ledger.upkeep import purge
from traque.model.ledger import LedgerAdded
from traque.scan.plan import Cores
from traque.sources import Entry, Source, walk
from traque.sources.contents import head_of
from traque.sources.decoders import Definitions

FILES: Final = 64
BYTES: Final = 256 << 20
"""What is read at most before it is committed: so much a kill loses."""
PASSES: Final = 3
"""How often files are read at most: again when what was known of them was replaced meanwhile."""


def add(
    ledger: Path,
    paths: Sequence[Path | str],
    *,
    options: HuntOptions = HuntOptions(),  # noqa: B008 -- frozen
    progress: Progress | None = None,
    stop: threading.Event | None = None,
    wait: float = 0.0,
    collectors: Collectors = Collector,
) -> LedgerAdded:
    """Read ``paths`` as a hunt with these options would, and keep in ``ledger`` what stands in them.

    What is in it already is not read again, whatever its name and its compression are now. Broken sources
    are counted, never raised. When ``stop`` is set, what was read so far is kept. Raises UsageError for
    options or paths that make no question and for a ledger whose key is not given, LedgerError for a ledger
    that cannot be written; what was committed before stays.
    """
    if not paths:
        raise UsageError("nothing to add", remedy="name files or folders of logs")
    question = ask((), options, None, datetime.now(UTC))
    diagnostics = Diagnostics()
    with writer(ledger, wait=wait) as made:
        secret = secret_of(made.settings, options.ledger_key, needed=True)
        roots: list[Path | Literal["-"]] = ["-" if path == "-" else Path(path) for path in paths]
        entries = walk(roots, exclude=options.exclude, diagnostics=diagnostics)
        own = tuple(f"{path_key(folder)}/" for folder in (ledger, ledger.resolve()))
        entries = [
            entry
            for entry in entries
            if not is_the_map(entry, options)
            and not (entry.path is not None and path_key(entry.path).startswith(own))
        ]
        run = _Adding(
            MappedQuestion(question, options),
            diagnostics,
            progress or Silent(),
            stop or threading.Event(),
        )
        jobs = options.threads
        run.begin(made, secret, collectors, jobs)
        todo = run.left(entries)
        for _ in range(PASSES):
            run.all(todo, jobs)
            run.commit()
            todo = [] if run.stop.is_set() else run.bereft(entries)
            if not todo:
                break
        purged = purge(made, datetime.now(UTC))
        return run.report(ledger, len(entries), purged)


class _Adding(Run):
    """A hunt's run that fills a ledger. Threads settle what they read one after the other."""

    def begin(self, made: Writer, secret: bytes | None, collectors: Collectors, jobs: int) -> None:
        """Fill this ledger, with so many threads; ``secret`` makes its pseudonyms."""
        self._jobs = jobs
        self._writer = made
        self._collectors = collectors
        self._settling = Settling(made)
        self._lock = threading.Lock()
        self._stage = made.stage
        self._secret = secret
        self._files = 0
        self._bytes = 0
        self._unchanged = 0
        self._keys: dict[int, int] = {}

    def left(self, entries: Sequence[Entry]) -> list[Entry]:
        """The entries that must be read. Of those that were only moved, the ledger is told where they are.

        These come first, so that what is read afterwards is never taken for a change of what has moved.
        """
        touched = []
        for entry in entries:
            if self._is_unchanged(entry):
                self._tell_again(entry)
            else:
                touched.append(entry)
        self._unchanged = len(entries) - len(touched)
        left = [entry for entry in touched if self.stop.is_set() or not self._is_moved(entry)]
        self.commit()
        return left

    def bereft(self, entries: Sequence[Entry]) -> list[Entry]:
        """Files whose source was replaced after it was known what is in them: they must be read now."""
        lost = self._settling.paths - self._writer.known.files.keys()
        return [entry for entry in entries if entry.path is not None and path_key(entry.path) in lost]

    def entry(self, task: Task, formats: Formats, cores: Cores) -> Found:
        """Read one file and settle what is in it."""
        file_id = _file_id(task.entry)
        searches, told = super().entry(task, formats, cores)
        kept = [search for search in searches if isinstance(search, KeptSearch)]
        everything = Diagnostics()
        everything.add(told)
        for search in kept:
            everything.add(search.told)
        try:
            with self._lock:
                if not any(search.state == "stopped" for search in kept):
                    self._settling.read(task.entry, file_id, kept, told, again=bool(task.given))
                self._files += 1
                self._bytes += sum(search.bytes for search in kept)
                for search in kept:
                    search.release()
                if self._files >= FILES or self._bytes >= BYTES:
                    self.commit()
        except (LedgerError, OSError):
            self.stop.set()  # nothing more can be kept: the others need not go on
            raise
        return searches, everything

    def search(
        self,
        entry: Entry,
        source: Source,
        diagnostics: Diagnostics,  # noqa: ARG002 -- each source is told of by itself
        formats: Formats,
        *,
        brief: bool,  # noqa: ARG002 -- all is kept
        before: int,  # noqa: ARG002
        given: Definitions,
    ) -> SourceSearch:
        """The reading of one source."""
        with self._lock:
            number = self._writer.number()
            alike = self._settling.contents.alike(head_of(source))
        return KeptSearch(
            source,
            self.question.for_source(entry, source),
            formats,
            given=given,
            collectors=self._collectors,
            inner=self._writer.settings.inner,
            secret=self._secret,
            number=number,
            stage=self._stage,
            number_of=self._writer.facts.number,
            alike=alike,
        )

    def commit(self) -> None:
        """What was read so far is in the ledger when this returns."""
        if not self._writer.is_empty:
            self._writer.commit(jobs=self._jobs)
        self._files = self._bytes = 0

    def report(self, ledger: Path, files: int, purged: int) -> LedgerAdded:
        """What was done."""
        counts = self._settling.files
        return LedgerAdded(
            ledger=str(ledger),
            sequence=self._writer.manifest.sequence,
            files=files,
            unchanged=self._unchanged,
            moved=counts["moved"],
            copies=counts["copies"],
            new=counts["new"],
            grown=counts["grown"],
            changed=counts["changed"],
            unreadable=counts["unreadable"],
            sources=self._settling.sources,
            bytes=self._settling.bytes,
            rows=self._settling.rows,
            purged=purged,
            diagnostics=self.diagnostics.report(),
            interrupted=self.stop.is_set(),
        )

    def _tell_again(self, entry: Entry) -> None:
        """A file is as it was: what could not be read of it cannot be read now."""
        if entry.path is None:
            return
        path = path_key(entry.path)
        self._settling.paths.add(path)
        for member in self._writer.known.files[path].members:
            source = self._writer.known.sources.get(member.number)
            if source is not None and source.broken and not member.part:
                shown = member.shown(entry.display)
                self.diagnostics.note("source-unreadable", f"{shown}: {source.broken}")

    def _is_unchanged(self, entry: Entry) -> bool:
        """Nothing has touched the file since it was added, and it would be read the same way."""
        if entry.path is None or entry.stream:
            return False
        known = self._writer.known.files.get(path_key(entry.path))
        return known is not None and known.id == _file_id(entry) and self._is_keyed_alike(entry, known)

    def _is_keyed_alike(self, entry: Entry, known: KnownFile) -> bool:
        sources = self._writer.known.sources
        for member in known.members:
            shown = Unopened(member.shown(entry.display))
            source = sources.get(member.number)
            if source is None or self._key(self.question.for_source(entry, shown)) != source.key:
                return False
        return True

    def _key(self, question: Question) -> int:
        """The place of a question's key in the ledger's list; there are few questions."""
        known = self._keys.get(id(question))
        if known is None:
            known = self._writer.key(key_of(question, self._writer.settings.inner))
            self._keys[id(question)] = known
        return known

    def _is_moved(self, entry: Entry) -> bool:
        """Whether all that is in the file is in the ledger; then that is what the ledger says of it."""
        file_id = _file_id(entry)
        if entry.path is None or file_id == _NO_FILE:
            return False
        held = contents_of(entry, self._settling.contents)
        if held is None:
            return False
        path = path_key(entry.path)
        known = KnownFile(path=path, members=_members(held))
        if not self._is_keyed_alike(entry, known):
            return False
        self._settling.found(path, file_id, held)
        return True


def _members(held: Sequence[tuple[str, KnownSource]]) -> tuple[Member, ...]:
    return tuple(Member(path, source.number) for path, source in held)


def _file_id(entry: Entry) -> FileId:
    """By what a file is known to be unchanged; of what is no file, nothing that any file has."""
    try:
        return FileId.of(entry.path.stat()) if entry.path is not None and not entry.stream else _NO_FILE
    except OSError:
        return _NO_FILE


_NO_FILE: Final = FileId(-1, 0, 0, 0, 0)
