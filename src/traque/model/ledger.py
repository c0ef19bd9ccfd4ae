"""Documents about a ledger: what was added to it, what it holds, whether it is whole."""

from __future__ import annotations

from datetime import datetime

import msgspec

from traque.model.result import Diagnostic, Gap


class LedgerAdded(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the files that were to be added.

    ``unchanged`` were not read; ``moved`` hold what the ledger knows under another name, ``copies`` hold it
    once more; ``new`` were read, as were ``grown`` (they begin with what was known of them) and ``changed``
    (they do not); ``unreadable`` could not be read, or not to their end. ``sources``, ``bytes`` and ``rows``
    are what was added, ``purged`` the sources of which retention removed rows.
    """

    schema: str = "traque/ledger-added/1"
    ledger: str
    sequence: int
    files: int
    unchanged: int
    moved: int
    copies: int
    new: int
    grown: int
    changed: int
    unreadable: int
    sources: int
    bytes: int
    rows: int
    purged: int
    diagnostics: tuple[Diagnostic, ...]
    interrupted: bool

    @property
    def incomplete(self) -> bool:
        """Whether something that was asked for is not in the ledger."""
        return self.interrupted or any(one.incomplete for one in self.diagnostics)


class LedgerKind(msgspec.Struct, frozen=True, kw_only=True):
    """One table: its files, rows and bytes."""

    kind: str
    files: int
    rows: int
    bytes: int


class LedgerKey(msgspec.Struct, frozen=True, kw_only=True):
    """Under which question so many sources were read: a hunt with another one reads them again."""

    number: int
    sources: int
    rules: int
    zone: str
    year: int | None
    inside: tuple[str, ...]
    proxies: tuple[str, ...]
    format: str
    inner: str
    domains: tuple[str, ...]


class LedgerStream(msgspec.Struct, frozen=True, kw_only=True):
    """One stream: what days of it the ledger holds, and where it is silent."""

    name: str
    format: str
    sources: int
    records: int
    bytes: int
    first: datetime | None
    last: datetime | None
    days: int
    gaps: tuple[Gap, ...]
    by_day: dict[str, int]


class LedgerSource(msgspec.Struct, frozen=True, kw_only=True):
    """One source; ``there`` is whether a file that holds it is still where it was."""

    number: int
    path: str
    stream: str
    format: str
    records: int
    bytes: int
    rows: int
    first: datetime | None
    last: datetime | None
    added: datetime | None
    key: int
    complete: bool
    why: str
    hold: str
    partial: str
    there: bool


class LedgerStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What a ledger holds.

    ``ratio`` is of its ``bytes`` on the disk to the ``raw_bytes`` of the logs, decompressed. ``inner`` says
    what becomes of addresses inside. ``overdue`` and ``held`` are numbers of sources: with rows past the
    retention, under a legal hold. Rows of days before ``forgotten_before`` were removed. ``removed``
    says of each day how many sources were forgotten whole on it.
    """

    schema: str = "traque/ledger-status/1"
    ledger: str
    sequence: int
    written: datetime
    version: str
    files: int
    bytes: int
    rows: int
    raw_bytes: int
    records: int
    ratio: float | None
    first: datetime | None
    last: datetime | None
    days: int
    retention_days: int | None
    legal_basis: str
    inner: str
    forgotten_before: str | None
    removed: dict[str, int]
    overdue: tuple[int, ...]
    held: tuple[int, ...]
    kinds: tuple[LedgerKind, ...]
    keys: tuple[LedgerKey, ...]
    streams: tuple[LedgerStream, ...]
    sources: tuple[LedgerSource, ...]


class LedgerChecked(msgspec.Struct, frozen=True, kw_only=True):
    """How many files were compared with the manifest, their bytes, rows and sources, and what is wrong."""

    schema: str = "traque/ledger-checked/1"
    ledger: str
    sequence: int
    files: int
    bytes: int
    rows: int
    sources: int
    faults: tuple[str, ...]
