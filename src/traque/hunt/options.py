"""What a hunt may be told."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec

from traque.source_map import SourceMap


class HuntOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The question's settings; every default is the cautious one.

    ``since``/``until`` are aware, half-open, and only label: no record is ever hidden by them. ``own``
    are addresses, networks, domain names and AS numbers (:func:`traque.owned.read_property`),
    ``internal`` and ``trusted_proxies`` addresses or networks. ``exclude`` are globs on the path below a
    root or on the base name. ``zone`` is the IANA zone of records that state none (empty: the source
    map's, else UTC). ``year`` is the year of times that state none. ``source_map`` says more of single
    sources. ``jobs`` is how many threads search at once (None: one a core); it never changes the answer.
    ``max_age`` are the days that an indicator holds after its own date, else its bulletin's. ``mmdb``
    are the user's own country, city and AS data; they label too. ``engine`` is
    ``auto``, ``kernel`` or ``python``. ``ledger`` is the folder of a ledger, which says what logs need
    not be read and tells of those that are gone; ``ledger_key`` the file of its key, if it has one.
    ``hash_sources`` records the SHA-256 of what is
    searched of each source, ``hash_program`` that of traque itself.
    """

    since: datetime | None = None
    until: datetime | None = None
    own: tuple[str, ...] = ()
    internal: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    zone: str = ""
    year: int | None = None
    jobs: int | None = None
    max_age: int | None = None
    mmdb: tuple[Path, ...] = ()
    engine: str = "auto"
    source_map: SourceMap | None = None
    ledger: Path | None = None
    ledger_key: Path | None = None
    hash_sources: bool = False
    hash_program: bool = False

    @property
    def threads(self) -> int:
        """How many threads search at once."""
        return self.jobs or os.cpu_count() or 1


class Progress(Protocol):
    """Told how far a hunt is; called from several threads."""

    def start(self, total: int) -> None:
        """The hunt will read ``total`` bytes as they lie on disk; told again when some are read anew."""

    def advance(self, count: int) -> None:
        """``count`` more of them are done."""

    def source(self, name: str) -> None:
        """A source is begun."""


class Silent:
    """Progress that nobody watches."""

    def start(self, total: int) -> None:
        """Nothing."""

    def advance(self, count: int) -> None:
        """Nothing."""

    def source(self, name: str) -> None:
        """Nothing."""
