"""HuntResult: the one answer document, ``traque/hunt-result/1``.

Every renderer reads only this; its JSON reloads into an equal document.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from traque.model.assessment import Case, Evidence, Explanation, Lead, LeadSearch, Loss, Plan, StreamSight
from traque.model.bulletin import Refused, Statement, Window
from traque.model.reference import Reference
from traque.model.verdict import Direction, Verdict

SCHEMA = "traque/hunt-result/1"


class FromLedger(StrEnum):
    """How a ledger stands in for a source that was not read."""

    SPARED = "spared"
    """Its log is unchanged since the ledger read it, and holds none of the indicators."""
    ALONE = "alone"
    """Its log is not among those that were searched: the ledger has counts and days of it, and no text."""


class LedgerInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A ledger that was asked, as its commit ``sequence`` left it.

    ``spared`` counts its sources that were not read again, ``alone`` those that only it could tell of,
    ``forgotten`` those that were removed from it whole: no answer of it holds what stood in them.
    """

    path: str
    sequence: int
    written: datetime
    sources: int
    spared: int = 0
    alone: int = 0
    forgotten: int = 0


class HuntInfo(msgspec.Struct, frozen=True, kw_only=True):
    """The question, and by what it was answered. ``since``/``until`` are the window asked for."""

    started: datetime
    finished: datetime
    since: datetime | None
    until: datetime | None
    engine: str
    version: str
    window_from: str = ""
    """Where the window comes from: ``asked``, ``bulletin``, or empty when there is none."""
    max_age: int | None = None
    """Days that an indicator was said to hold (``--max-age``)."""
    own: tuple[str, ...] = ()
    internal: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    """Peers whose ``X-Forwarded-For`` is believed."""
    zone: str = "UTC"
    source_map: str = ""
    """The source map that was used."""
    paths: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    interrupted: bool = False
    bytes: int = 0
    records: int = 0
    program: str = ""
    """SHA-256 of the program that answered: of the list of its files' hashes."""
    filtered: tuple[str, ...] = ()
    """What a part of a result was chosen by; empty for a whole one."""
    made_of: tuple[str, ...] = ()
    """The digests of the results that this one was merged or filtered from."""
    ledger: LedgerInfo | None = None

    @property
    def searched(self) -> bool:
        """Whether logs were named, or a ledger that knows of logs."""
        return bool(self.paths) or self.ledger is not None


class HashedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file by its content: SHA-256 of its bytes as they lie on the disk, and how many they are."""

    path: str
    sha256: str
    bytes: int


class BulletinInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A bulletin of the hunt; ``indicators`` is how many are hunted."""

    id: str
    title: str
    producer: str
    published: datetime | None
    tlp: str | None
    pap: str | None
    actors: tuple[str, ...]
    window: Window | None
    indicators: int
    kinds: dict[str, int]
    refused: tuple[Refused, ...]
    path: str = ""
    format: str = ""
    notes: tuple[str, ...] = ()
    role: str | None = None
    statements: tuple[Statement, ...] = ()
    """The sentences of its prose that window, role and actors come from."""
    paths: tuple[str, ...] = ()
    """All its files, when there are several."""
    modified: datetime | None = None
    """Its version: when the publisher last changed it, where that is said."""
    files: tuple[HashedFile, ...] = ()
    """Its files as they were read; none for bare values."""


class IndicatorRef(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator by name. ``bulletins`` holds every bulletin that lists it, ``bulletin`` the first."""

    kind: str
    value: str
    bulletin: str
    role: str | None = None
    bulletins: tuple[str, ...] = ()
    description: str = ""
    confidence: int | None = None
    """The publisher's, from 0 to 100."""
    valid_from: datetime | None = None
    valid_until: datetime | None = None


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A fact: ``own-asset`` needs no log, ``resident-user`` rests on records of a listed address.

    ``asset`` is the reader's own word for what is listed, or the account. ``since``/``until`` are the days
    on which it was the reader's, as stated; for ``resident-user`` the first and the last log-in.
    """

    code: str
    indicator: IndicatorRef
    asset: str
    text: str
    remedy: str = ""
    since: datetime | None = None
    until: datetime | None = None
    evidence: tuple[Evidence, ...] = ()
    """Records that led to it: of ``resident-user`` accepted log-ins, the first and the last among them."""
    times: int | None = None
    """How often the account was accepted."""


class OutsideWindow(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a sighting that lies outside the window asked for."""

    count: int
    first_seen: datetime
    last_seen: datetime
    verdict: Verdict


class OutsideValidity(msgspec.Struct, frozen=True, kw_only=True):
    """Records of a sighting that lie outside the validity of its indicator: ``some`` or ``all``.

    ``valid_until`` is the stated one or, where that is earlier, the one that ``--max-age`` gives.
    """

    valid_from: datetime | None
    valid_until: datetime | None
    before: str = ""
    after: str = ""


class SeenIn(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a sighting that one source holds; what it counts adds up to the sighting's own numbers."""

    path: str
    stream: str
    count: int
    first_seen: datetime | None
    last_seen: datetime | None
    verdicts: dict[Verdict, int] = {}
    undated: int = 0
    relations: dict[str, int] = {}
    outside_window: OutsideWindow | None = None
    inward: int | None = None
    outward: int | None = None


class ByteCount(msgspec.Struct, frozen=True, kw_only=True, rename={"inward": "in", "outward": "out"}):
    """Bytes that came in from and went out to the indicator, where records say so."""

    inward: int | None = None
    outward: int | None = None


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """A confirmed indicator in records; ``count`` counts records, each once."""

    indicator: IndicatorRef
    count: int
    first_seen: datetime | None
    last_seen: datetime | None
    outside_window: OutsideWindow | None
    verdict: Verdict
    verdicts: dict[Verdict, int]
    direction: Direction
    assets: tuple[str, ...]
    ports: tuple[int, ...]
    bytes: ByteCount
    sources: tuple[SeenIn, ...]
    evidence: tuple[Evidence, ...]
    enrichment: dict[str, str] = {}
    relations: dict[str, int] = {}
    undated: int = 0
    accounts: tuple[str, ...] = ()
    assets_by_verdict: dict[Verdict, tuple[str, ...]] = {}
    """Our ends by verdict, worst first; ``assets`` are all of them in the same order."""
    at_worst: Verdict | None = None
    """For ``unclear``: what it is at worst."""
    evidence_of: int = 0
    """How many records the evidence was chosen from (first, last and a spread)."""
    outside_validity: OutsideValidity | None = None
    """None when every dated record lies in the indicator's validity, or none is stated."""
    confidence: int | None = None
    """That an indicator held when it was seen, 0 to 100: the publisher's, less outside its validity."""
    explanation: Explanation | None = None
    accepted: tuple[str, ...] = ()
    """Those of ``accounts`` that were accepted: of records with verdict ``authenticated``."""
    exchanges: int | None = None
    """Flows among the records, both directions of one counted once; None where records are no flows."""


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of a stream without records: ``days`` (whole UTC days) or ``silence``."""

    start: datetime
    end: datetime
    kind: str
    why: str = ""


class StreamCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """One device x one log type, over all sources that carry it."""

    name: str
    format: str
    first: datetime | None
    last: datetime | None
    gaps: tuple[Gap, ...]
    sources: int
    records: int
    days: int
    """UTC days with records."""
    asked_days: int | None = None
    """UTC days of the window asked for, when it is bounded."""
    asked_days_covered: int | None = None
    parse_rate: float | None = None
    """Share of the sampled records that the log format understood."""
    owner: str = ""
    """Whom to ask about it, as the source map says."""
    by_day: dict[str, int] = {}
    """Records of each UTC day that has any (``2021-01-31``); shared out by time between two timed records."""
    by_hour: dict[str, tuple[int, ...]] = {}
    """Of each of these days the records of its 24 hours; they add up to the day's. Empty in a result of more
    than 20,000 days of streams."""
    losses: tuple[Loss, ...] = ()
    """What its own records say they do not hold."""


class SourceCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """What was searched of one source; ``bytes`` are decompressed."""

    path: str
    stream: str
    format: str
    bytes: int
    records: int
    undated: int
    first: datetime | None
    last: datetime | None
    complete: bool
    why: str = ""
    year_from: str = ""
    """For year-less times: ``asked``, ``name``, ``mtime``; empty when records state their year."""
    year_guessed: bool = False
    duplicate_of: str = ""
    encoding: str = "utf-8"
    state: str = ""
    """How it is incomplete: ``truncated``, ``corrupt``, ``unreadable``, ``encrypted``, ``limit``,
    ``not-searched``, ``stopped``; empty for a complete one."""
    fingerprint: str = ""
    """BLAKE2b-128 of its first 16 lines as text: tells logs apart, proves nothing."""
    sha256: str = ""
    """Of its bytes that were searched, decompressed; only where it was asked for."""
    losses: dict[str, int] = {}
    """Records of each UTC day in which the device says that it dropped others."""
    ledger: FromLedger | None = None
    """What of it is the word of a ledger; None when its bytes were read."""
    zone: str = ""
    """Of times that state none; ``stated`` where all timed ones do, empty without any."""
    future: int = 0
    """Records that are later than the hunt, by whole hours."""
    after_file: int = 0
    """Seconds that its last record is later than the file was last written, from five minutes on."""
    backward: int = 0
    """Timed records (one in each 64 KiB at least) that are over five minutes earlier than the one before."""
    furthest_back: int = 0
    """By how many seconds, at most."""


class ExpectedCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """A stream that the source map says there should be (``[[stream]]``), and what was found of it.

    ``missing``: no record of it was there, although the window asked for (or none) reaches into the time
    from ``since`` to ``until`` in which it is expected. ``retention`` are the days that it is kept.
    """

    name: str
    owner: str = ""
    since: datetime | None = None
    until: datetime | None = None
    retention: int | None = None
    streams: tuple[str, ...] = ()
    sources: int = 0
    missing: bool = False


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """``window_covered``: every stream has records on each asked day (None: no window was asked for).

    A stream counts on the days on which the source map expects it: on all of them, when it does not say.
    ``expected`` are the streams that the organisation declared; without any, an answer is about the files
    supplied and never about the organisation.
    """

    streams: tuple[StreamCoverage, ...]
    sources: tuple[SourceCoverage, ...]
    window_covered: bool | None
    asked_days: int | None = None
    searched_days: int | None = None
    """Asked days on which every stream has records."""
    expected: tuple[ExpectedCoverage, ...] = ()

    @property
    def missing(self) -> tuple[ExpectedCoverage, ...]:
        """The expected streams that were not there."""
        return tuple(stream for stream in self.expected if stream.missing)


class Diagnostic(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was skipped, guessed or repaired, counted; ``incomplete`` if it leaves the hunt so."""

    code: str
    count: int
    examples: tuple[str, ...]
    text: str = ""
    incomplete: bool = False


class HuntResult(msgspec.Struct, frozen=True, kw_only=True):
    """The answer. ``schema`` names this contract."""

    hunt: HuntInfo
    bulletins: tuple[BulletinInfo, ...]
    findings: tuple[Finding, ...]
    sightings: tuple[Sighting, ...]
    not_seen: tuple[IndicatorRef, ...]
    coverage: Coverage
    diagnostics: tuple[Diagnostic, ...]
    reference: tuple[Reference, ...] = ()
    """The data that ``Sighting.enrichment`` rests on, with their dates."""
    cases: tuple[Case, ...] = ()
    leads: tuple[Lead, ...] = ()
    lead_search: LeadSearch | None = None
    """None where nothing was looked for, since there is no sighting."""
    plan: Plan | None = None
    """The first hour; None where there is nothing to do in haste."""
    visibility: tuple[StreamSight, ...] = ()
    """Would we have seen it? Stream by stream."""
    schema: str = SCHEMA

    @property
    def incomplete(self) -> bool:
        """Something was not readable, or the hunt was stopped."""
        return (
            self.hunt.interrupted
            or any(not source.complete for source in self.coverage.sources)
            or any(d.incomplete for d in self.diagnostics)
        )
