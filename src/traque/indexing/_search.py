"""The search of one source that is read for the ledger: nothing is looked for, everything is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Protocol

import msgspec

from traque.diagnostics import Diagnostics
from traque.hunt.formats import Formats
from traque.hunt.question import Question
from traque.hunt.restoring import can_be_kept, key_of, reading_of
from traque.hunt.search import SourceSearch
from traque.indexing._collecting import CollectingEngine, Collector
from traque.indexing._identity import Content
from traque.ledger import Fact, Inner, Key, KnownSource, Reading, Staged, in_words
from traque.ledger.collector import SourceClock
from traque.ledger.facts import Teller
from traque.ledger.inside import NOTHING, Inside
from traque.model import TimeRule
from traque.scan.plan import Cores
from traque.sources import Source
from traque.sources.contents import digest_for, head_of
from traque.sources.decoders import Definitions
from traque.triage.coverage import Timeline


class Collectors(Protocol):
    """Makes a collector of one stream."""

    def __call__(
        self,
        times: Sequence[TimeRule],
        clock: SourceClock,
        inside: Inside = NOTHING,
        *,
        teller: Teller | None = None,
    ) -> Collector:
        """By its time rules and clock; what is ``inside`` is hidden, ``teller`` tells the facts."""


MOST_ROWS: Final = 1 << 18
"""Rows of one source that are held in memory; what is more goes to a file."""


class KeptSearch(SourceSearch):
    """Reads a source for the ledger, as ``number``; its rows lie in ``stage`` once it has run."""

    remembers = True

    def __init__(
        self,
        source: Source,
        question: Question,
        formats: Formats,
        *,
        given: Definitions,
        collectors: Collectors,
        inner: Inner,
        secret: bytes | None,
        number: int,
        stage: Path,
        number_of: Callable[[Fact], int],
        alike: Sequence[KnownSource],
    ) -> None:
        self.told = Diagnostics()
        self.key: Key = key_of(question, inner)
        self.number = number
        self.staged: list[Staged] = []
        self.mtime = source.mtime
        self._stage = stage
        self._number_of = number_of
        self._collectors = collectors
        self._inside = self.key.hidden(secret)
        self._engine = CollectingEngine(self._collector, MOST_ROWS, self._write)
        asked = msgspec.structs.replace(question, engine=self._engine, hash_sources=False)
        super().__init__(source, asked, self.told, formats, given=given)
        self.head = head_of(source)
        self._content = digest_for(source, [known.size for known in alike])
        self.taps.append(self._content.feed)

    def run(self, advance: Callable[[int], None], stopped: Callable[[], bool], cores: Cores) -> None:  # noqa: ARG002
        """Collect the rows of the source; by one thread, since they are added up in one place."""
        super().run(advance, stopped, Cores(1, 1))
        self._content.finish()
        self.sha256 = self._content.hexdigest() if self._content.is_of_bytes else ""
        self._engine.finish()

    @property
    def content(self) -> Content:
        """What it is told by. What could not be read to its end is another content than what could."""
        read = self._content.hexdigest()
        broken = "" if self.complete else f"!{self.state}"
        return Content(self.head, f"{read}{broken}", self._content.size)

    @property
    def beginnings(self) -> dict[int, str]:
        """The digests of its beginnings, as long as the sources that it was compared with."""
        return self._content.beginnings

    @property
    def marks(self) -> tuple[int, ...]:
        """Of some of its lines."""
        return self._content.watch.all()

    @property
    def can_be_kept(self) -> bool:
        """Whether its file needs no other reading as long as it is unchanged."""
        return can_be_kept(self)

    def reading(self) -> Reading:
        """What is kept of it."""
        return reading_of(self, self.told)

    def shift(self, begin: int, *, zoned: bool, dated: bool) -> int | None:
        """What the clock says of an hour; of a decoded source, once there are records."""
        return self.clock.shift(begin, zoned=zoned, dated=dated)

    def release(self) -> None:
        """Keep nothing of what was settled: there may be a million sources."""
        self.heads = None
        self.timeline = Timeline()
        self.staged = []

    def _collector(self, times: Sequence[TimeRule]) -> Collector:
        """A collector of one stream: facts only of text as it is, the records of whose format have shapes."""
        question = self._question
        # Who is behind a trusted proxy may stand in what shapes leave free.
        tells = bool(times) and self.encoding == "utf-8" and not question.proxies.own and not self.is_framed
        teller = Teller(self.recognition.reader, question.perimeter) if tells else None
        return self._collectors(times, self, self._inside, teller=teller)

    def _write(self, collector: Collector) -> None:
        stem = f"{self.number:08}-{len(self.staged):04}"
        with in_words(self._stage):
            written = collector.write(self._stage, stem, self.number, self._number_of)
        self.staged += [Staged(file.kind, self._stage / file.name, file.rows) for file in written]
