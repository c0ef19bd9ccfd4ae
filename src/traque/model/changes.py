"""What a hunt saw that an earlier one had not (``traque/changes/1``)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from traque.model.result import Finding, IndicatorRef
from traque.model.verdict import Verdict

CHANGES_SCHEMA: Final = "traque/changes/1"


class ChangedSighting(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator whose sighting is new, gone or different; ``what`` says how, in words.

    ``verdict`` and the rest are those of the later hunt, ``..._before`` those of the earlier one.
    """

    indicator: IndicatorRef
    what: tuple[str, ...]
    verdict: Verdict | None
    verdict_before: Verdict | None
    count: int
    count_before: int
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    streams: tuple[str, ...] = ()
    """Of those where it is seen, the ones that did not show it before."""


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """``old`` and ``new`` are the digests of the results. ``same`` counts sightings that did not change.

    ``gone``: seen before and not now, mostly because rotation took the logs. ``listed`` and ``withdrawn`` are
    indicators that only one of the hunts asked for.
    """

    schema: str = CHANGES_SCHEMA
    old: str
    new: str
    appeared: tuple[ChangedSighting, ...]
    grown: tuple[ChangedSighting, ...]
    gone: tuple[ChangedSighting, ...]
    same: int
    listed: tuple[IndicatorRef, ...]
    withdrawn: tuple[IndicatorRef, ...]
    findings: tuple[Finding, ...]
    streams_appeared: tuple[str, ...]
    streams_gone: tuple[str, ...]
    searched_days_before: int | None
    searched_days: int | None
    incomplete: bool

    @property
    def news(self) -> bool:
        """Whether there is anything that somebody must look at."""
        return bool(self.appeared or self.grown or self.findings)
