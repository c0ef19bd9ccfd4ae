"""What a ledger spares a hunt: a source that holds none of its indicators is not read again.

What is read, and what is told of it, is as without a ledger. A source whose log is not among those that are
searched is answered by the ledger alone (:mod:`traque.hunt.recalling`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from traque.diagnostics import Diagnostics
from traque.errors import SourceError
from traque.hunt.mapped import MappedQuestion
from traque.hunt.question import Question
from traque.hunt.recalling import Recalled
from traque.hunt.restoring import Restored, Unopened, key_of, tell
from traque.hunt.search import SourceSearch
from traque.ledger import Contents, KnownFile, KnownSource, Ledger, Member
from traque.ledger.oracle import holds
from traque.model import FromLedger, LedgerInfo
from traque.sources import Entry, Named, is_excluded
from traque.sources.contents import beginnings, head_of
from traque.sources.duplicates import Beginning

Turn = Callable[[str], tuple[bool, int]]
"""How closely the source of this path would be read: in brief, and how many of its name come before it."""


class Remembered:
    """A ledger that was asked one question; shared between threads."""

    def __init__(
        self, ledger: Ledger, question: Question, mapped: MappedQuestion, exclude: Sequence[str]
    ) -> None:
        self._exclude = tuple(exclude)
        self.ledger = ledger
        self._question = question
        self._mapped = mapped
        self._rows = ledger.find(question.observables, hosts=True)
        self._untold = [
            tuple(one for one in question.observables if not holds(one, inside)) for inside in ledger.hidden
        ]
        """By key, the indicators that rows cannot tell of: any log may hold them."""
        self._met: set[int] = set()

    def files(self) -> list[Named]:
        """The files that the ledger knows and that are still there: searched when no others are named."""
        files = sorted(self.ledger.files.items())
        return [Named(path, self._name(file)) for name, file in files if (path := Path(name)).is_file()]

    def _name(self, file: KnownFile) -> str:
        """The file's path below the folder that was added."""
        for member in file.members:
            source = self.ledger.sources.get(member.number)
            if source is not None and source.path.startswith("/"):
                return file.path
            if source is not None and not member.part:
                parts = source.path.count("/") - (member.path.count("/") + 1 if member.path else 0)
                return "/".join(file.path.split("/")[-1 - max(0, parts) :])
        return file.path.rpartition("/")[2]

    def entry(self, entry: Entry, turn: Turn, diagnostics: Diagnostics) -> list[SourceSearch] | None:
        """The sources of an entry, as if they had been searched; None when it must be read."""
        known = self.ledger.identity(entry)
        if known is None:
            return None
        members = [(member, self.ledger.sources.get(member.number)) for member in known.members]
        self._met.update(member.number for member in known.members)
        told = Diagnostics()
        searches: list[SourceSearch] = []
        for member, source in members:
            search = self._spared(entry, member, source, turn, told) if source is not None else None
            if search is None:
                return None
            searches.append(search)
        diagnostics.add(told)
        tell(known.notes, entry.display, diagnostics)
        return searches

    def _spared(
        self, entry: Entry, member: Member, source: KnownSource, turn: Turn, told: Diagnostics
    ) -> Restored | None:
        """The source without being read, if nothing in it can match and it would be read in the same way."""
        if member.part or source.partial or source.number in self._rows or self._untold[source.key]:
            return None
        at = Unopened(member.shown(entry.display), entry)
        question = self._mapped.for_source(entry, at)
        known = self.ledger.key(source)
        asked = key_of(question, known.inner)
        # Whose mail addresses are hidden is known by the source's own key.
        if known != msgspec.structs.replace(asked, domains=known.domains) or question.hash_sources:
            return None
        brief, before = turn(at.path)
        search = Restored(
            at.path,
            source.read(),
            question,
            told,
            brief=brief,
            before=before,
            source=at,
        )
        search.entry = entry
        search.expected = self._mapped.expected(entry, at)
        return search

    def alone(self, searches: Sequence[SourceSearch], diagnostics: Diagnostics) -> list[SourceSearch]:
        """The sources that only the ledger can tell of; ``searches`` are those that were read or spared."""
        taken = {search.path for search in searches}
        heads = {search.fingerprint: search.path for search in searches if search.ledger is None}
        found: list[SourceSearch] = []
        keys: set[int] = set()
        for source in self._gone(searches):
            path = source.path
            if is_excluded(path, self._exclude):
                diagnostics.note("source-excluded", path)
                continue
            if path in taken:  # another log has this place now
                path = f"{path} (ledger, source {source.number})"
            taken.add(path)
            keys.add(source.key)
            rows = self._rows.get(source.number, ())
            facts = self.ledger.facts
            recalled = Recalled(source, path, self._question, diagnostics, rows=rows, facts=facts)
            if recalled.fingerprint is not None and recalled.fingerprint in heads:
                diagnostics.note("ledger-twice", heads[recalled.fingerprint])
            found.append(recalled)
        for removed in self.ledger.manifest.removed:
            diagnostics.note("ledger-forgotten", f"on {removed.date}", removed.sources)
        untold = {one for key in keys for one in self._untold[key]}
        for observable in self._question.observables:
            if observable in untold:
                diagnostics.note("ledger-not-held", observable.value)
        return found

    def _gone(self, searches: Sequence[SourceSearch]) -> Iterator[KnownSource]:
        """The sources of the ledger whose text is not that of a searched one, nor its beginning."""
        left = {number: source for number, source in self.ledger.sources.items() if number not in self._met}
        known = Contents(left)
        places = {source.path: source for source in left.values()}
        there: set[str] = set()
        for search in searches if left else ():
            if search.ledger is not None:
                continue
            here = places.get(search.path)  # its first line may have grown
            alike = [*known.alike(_head(search)), *([here] if here is not None else [])]
            if sizes := {source.size for source in alike}:
                there.update(beginnings(search.source, sizes).values())
        for _, source in sorted(left.items()):
            if source.digest.partition("!")[0] not in there:  # behind it: that it was not read to its end
                yield source

    def info(self, searches: Sequence[SourceSearch]) -> LedgerInfo:
        """What the answer says of the ledger."""
        return LedgerInfo(
            path=str(self.ledger.path),
            sequence=self.ledger.manifest.sequence,
            written=self.ledger.manifest.written,
            sources=len(self.ledger.sources),
            spared=sum(search.ledger is FromLedger.SPARED for search in searches),
            alone=sum(search.ledger is FromLedger.ALONE for search in searches),
            forgotten=sum(removed.sources for removed in self.ledger.manifest.removed),
        )


def _head(search: SourceSearch) -> Beginning:
    """How a source begins; like no other where it cannot be read again."""
    try:
        return head_of(search.source.reopen())
    except SourceError:
        return Beginning("", "", is_short=False)
