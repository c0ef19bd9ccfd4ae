"""Inspection: what was recognised of logs, and what is not understood: ``traque/inspection/1``."""

from __future__ import annotations

from datetime import datetime

import msgspec

from traque.model.event import Initiator, Outcome
from traque.model.result import Diagnostic, SourceCoverage, StreamCoverage
from traque.model.verdict import Verdict

SCHEMA = "traque/inspection/1"


class Guess(msgspec.Struct, frozen=True, kw_only=True):
    """A log format that a source could be in, and how sure it is of it, from 0 to 1."""

    format: str
    confidence: float


class Recognised(msgspec.Struct, frozen=True, kw_only=True):
    """What a source is taken for, from the outside in.

    ``containers`` were unwrapped, outermost first. ``decoder`` names what makes records of a binary
    source, or would if it were here. ``layout`` says what a record is in the text. ``by`` says in words
    what decided on ``format``; ``others`` are the runners-up.
    """

    containers: tuple[str, ...]
    encoding: str
    decoder: str
    layout: str
    format: str
    title: str
    confidence: float
    by: str
    others: tuple[Guess, ...] = ()
    remedy: str = ""
    """What makes an encoded source readable that nothing here decodes."""
    knows: str = ""
    """How the format knows who initiated and what came of it."""


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """One end of an exchange as a record has it; ``hit`` is the verdict were it an indicator."""

    side: str
    value: str
    inside: bool
    opened: bool
    hit: Verdict


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A record and what is understood of it. ``number`` counts records from 1, ``text`` may be cut."""

    number: int
    text: str
    time: datetime | None
    stated: str
    """What the record states of its time: ``zone and year``, ``no zone``, ``no year``, ``nothing``..."""
    format: str
    initiator: Initiator
    outcome: Outcome
    why: str
    endpoints: tuple[Endpoint, ...]
    fields: dict[str, str | int]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A record word for word, cut."""

    number: int
    text: str


class Missed(msgspec.Struct, frozen=True, kw_only=True):
    """Records that were tried and not understood, for one reason."""

    reason: str
    count: int
    examples: tuple[Line, ...]


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """How well the records of a source are understood; all counts are of the records tried.

    ``headers`` are comments and blank lines, which are not tried. ``formats`` counts the understood by the
    format that understood them (what rides in an envelope has its own). ``unnamed`` are records that hold an
    address although nothing is known of any endpoint, ``untimed`` those without a time that can be read;
    ``zoneless`` and ``yearless`` have one that states no zone or no year.
    """

    tried: int
    understood: int
    headers: int
    untimed: int
    zoneless: int
    yearless: int
    unnamed: int
    outside: int
    """Records with two endpoints, none of them inside."""
    formats: dict[str, int]
    initiators: dict[Initiator, int]
    outcomes: dict[Outcome, int]
    fields: dict[str, int]
    missed: tuple[Missed, ...]
    examples: tuple[Example, ...]
    whole: bool
    """Every record was tried."""

    @property
    def rate(self) -> float | None:
        """The share of the records tried that were understood."""
        return self.understood / self.tried if self.tried else None


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """What is assumed where records do not state it; ``*_from`` say by what, empty for the default."""

    zone: str
    zone_from: str
    year: int | None
    year_from: str
    year_guessed: bool


class FormatDetails(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of a format. ``about`` are its module's words: the product, the source document.

    ``read`` is what a log format makes of its example; ``fields`` are those of the example and those that
    its module names.
    """

    kind: str
    name: str
    title: str
    module: str
    about: str
    knows: str
    example: str
    read: tuple[Example, ...]
    fields: tuple[str, ...]


class SourceInspection(msgspec.Struct, frozen=True, kw_only=True):
    """All about one source. ``advice`` is what to do, most important first.

    ``file`` is where it lies on disk (empty for standard input), ``member`` its path in that archive.
    """

    file: str
    member: str
    coverage: SourceCoverage
    recognised: Recognised
    reading: Reading
    clock: Clock
    device: str
    mapped: str
    """The place in the source map that speaks of it."""
    owner: str
    advice: tuple[str, ...]


class Inspection(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of ``traque inspect``. ``sampling`` says which records were tried."""

    version: str
    paths: tuple[str, ...]
    source_map: str
    sampling: str
    sources: tuple[SourceInspection, ...]
    streams: tuple[StreamCoverage, ...]
    diagnostics: tuple[Diagnostic, ...]
    interrupted: bool = False
    schema: str = SCHEMA

    @property
    def incomplete(self) -> bool:
        """Something could not be read to its end."""
        return (
            self.interrupted
            or any(not source.coverage.complete for source in self.sources)
            or any(d.incomplete for d in self.diagnostics)
        )
