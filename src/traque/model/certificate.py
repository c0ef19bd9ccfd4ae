"""The coverage certificate: what a *no* rests on (``traque/certificate/1``). All its numbers are whole."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from traque.model.assessment import Loss
from traque.model.clock import StreamClock
from traque.model.reference import Reference
from traque.model.result import HashedFile

CERTIFICATE_SCHEMA: Final = "traque/certificate/1"


class State(StrEnum):
    """How well a stream was searched on a UTC day, the best first."""

    SEARCHED = "searched"
    PARTIAL = "partial"
    """There are records, and a silence that is no habit of the stream."""
    LOSSY = "lossy"
    """The device itself says that it dropped records, or keeps only a sample."""
    TRUNCATED = "truncated"
    """A source of the stream breaks off on this day."""
    UNREADABLE = "unreadable"
    """No record, and a source of the stream that was not read to its end may hold them."""
    ABSENT = "absent"
    NOT_EXPECTED = "not-expected"
    """The source map says that the stream was not there yet, or no more."""


class Day(msgspec.Struct, frozen=True, array_like=True):
    """A square of the map: day, state, records, these as per cent of the stream's median day, and by hour.

    ``hours`` are 24, and add up to the records; there are none where the result does not keep them.
    """

    day: str
    state: State
    records: int
    of_median: int
    hours: tuple[int, ...] = ()


class CertifiedBulletin(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked: a bulletin in one version, by its content."""

    id: str
    title: str
    producer: str
    published: datetime | None
    modified: datetime | None
    tlp: str | None
    indicators: int
    refused: int
    kinds: dict[str, int]
    files: tuple[HashedFile, ...]


class AskedQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """The question. ``indicators_sha256`` is of the sorted lines ``kind value`` of all that was hunted."""

    bulletins: tuple[CertifiedBulletin, ...]
    indicators: int
    indicators_sha256: str
    kinds: dict[str, int]
    since: datetime | None
    until: datetime | None
    window_from: str
    as_of: datetime
    own: tuple[str, ...]
    excluded: tuple[str, ...]


class RefusedKind(msgspec.Struct, frozen=True, kw_only=True):
    """Values of the bulletins that were not hunted, by the reason; ``examples`` are a few of them."""

    code: str
    count: int
    examples: tuple[str, ...]


class CertifiedStream(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the map. ``expected``: the source map declares it; ``missing``: and it was not there."""

    name: str
    owner: str
    format: str
    expected: bool
    missing: bool
    retention: int | None
    first: datetime | None
    last: datetime | None
    sources: int
    records: int
    undated: int
    median: int
    """Records of its median day with any."""
    understood: int | None
    """Of a thousand sampled records, how many its log format understood."""
    days: tuple[Day, ...]
    states: dict[State, int]
    years_from: tuple[str, ...]
    """Where the year of year-less times comes from; empty when records state theirs."""
    year_guessed: bool
    ahead: int
    """Seconds that its last record is later than the hunt: a clock that runs ahead."""
    clock: StreamClock = StreamClock()
    """How its times were read, and what does not fit."""
    losses: tuple[Loss, ...] = ()
    """What its own records, or those of its sensor, say that it does not hold."""


class CertifiedSource(msgspec.Struct, frozen=True, kw_only=True):
    """A source by its content. ``sha256``, where asked for, is of the decompressed bytes that were searched.

    ``fingerprint`` is only of its first lines: it tells logs apart and proves nothing.
    """

    path: str
    stream: str
    bytes: int
    records: int
    complete: bool
    state: str
    why: str
    duplicate_of: str
    fingerprint: str
    sha256: str


class Clocks(msgspec.Struct, frozen=True, kw_only=True):
    """What the times rest on. ``remarks`` are the hunt's, in words."""

    zone: str
    undated: int
    records: int
    remarks: tuple[str, ...]


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """What answered. ``sha256`` is of the program's files, where recorded; ``data`` what it looked up."""

    name: str
    version: str
    engine: str
    sha256: str
    data: tuple[Reference, ...]


class SeenVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """How many indicators were seen with this as their worst verdict."""

    verdict: str
    indicators: int


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """What was searched, and what may be concluded of it; ``statement`` says it in sentences.

    ``scope`` is ``organisation`` only where the source map declares the streams, else ``files supplied``.
    ``result`` is the digest of the result document that it is made of.
    """

    schema: str = CERTIFICATE_SCHEMA
    scope: str
    statement: tuple[str, ...]
    question: AskedQuestion
    seen: tuple[SeenVerdict, ...]
    not_seen: int
    complete: bool
    shortfalls: tuple[str, ...]
    first_day: str
    last_day: str
    streams: tuple[CertifiedStream, ...]
    sources: tuple[CertifiedSource, ...]
    clocks: Clocks
    duplicates: int
    refused: tuple[RefusedKind, ...]
    tool: Tool
    result: str
