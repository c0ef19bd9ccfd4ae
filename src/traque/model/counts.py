"""Counts only: what a CERT needs for a national picture, and nothing of the inside (``traque/counts/1``)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

COUNTS_SCHEMA: Final = "traque/counts/1"


class CountedIndicator(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator that was seen, at worst as ``verdict``; ``undated`` of its records have no time."""

    kind: str
    value: str
    verdict: str
    count: int
    undated: int
    first_seen: datetime | None
    last_seen: datetime | None


class CountedBulletin(msgspec.Struct, frozen=True, kw_only=True):
    """A bulletin by its id and the SHA-256 of its files."""

    id: str
    producer: str
    indicators: int
    files_sha256: tuple[str, ...]


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """No address, name or user of the inside, no path, no stream, no text of a log."""

    schema: str = COUNTS_SCHEMA
    bulletins: tuple[CountedBulletin, ...]
    since: datetime | None
    until: datetime | None
    hunted: datetime
    version: str
    seen: tuple[CountedIndicator, ...]
    not_seen: int
    complete: bool
    streams: int
    asked_days: int | None
    searched_days: int | None
    scope: str
    part: bool
    """Only a part of what was hunted is counted: the result was filtered."""
