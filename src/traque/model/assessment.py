"""What a hunt's answer says beyond its sightings: why, what belongs together, what to do, what was visible.

All of it is derived from the records and from what a person stated; none of it changes a record's verdict.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from traque.model.verdict import Verdict


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One record, word for word, invalid UTF-8 as U+FFFD.

    ``line`` counts from 1, ``offset`` is the byte of the match in the decompressed original, ``length``
    the whole record's in bytes. ``text`` is cut to 64 KiB around the match (``cut`` says so);
    ``sha256`` is of the bytes kept, which are ``raw`` where they are no UTF-8, else ``text``.
    """

    path: str
    line: int
    offset: int
    time: datetime | None
    text: str
    match: str
    verdict: Verdict
    why: str = ""
    relation: str = "exact"
    length: int = 0
    sha256: str = ""
    cut: bool = False
    fields: dict[str, str | int] = {}
    raw: bytes = b""

    @property
    def record(self) -> bytes:
        """The record, byte for byte."""
        return self.raw or self.text.encode("utf-8", "surrogatepass")


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """What speaks for or against a sighting's weight: ``effect`` is ``raises``, ``lowers`` or ``neutral``."""

    code: str
    text: str
    effect: str = "neutral"


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Why a sighting has its verdict, how sure that is, and what to do next.

    ``rule`` is the ladder's rule in words, ``facts`` what the worst record itself says, in ``path`` at
    ``line``. ``confidence`` is ``high``, ``medium`` or ``low``; its ``reasons`` never change the verdict.
    """

    rule: str
    facts: str
    path: str = ""
    line: int = 0
    confidence: str = ""
    reasons: tuple[Reason, ...] = ()
    next_steps: tuple[str, ...] = ()


class CaseMember(msgspec.Struct, frozen=True, kw_only=True):
    """A sighting's part in a case; ``verdict`` and ``count`` are of the records that belong to it.

    ``last_seen`` is None where the indicator has records of other verdicts too; ``streams`` is then where
    this one began.
    """

    kind: str
    value: str
    verdict: Verdict
    count: int
    first_seen: datetime | None
    last_seen: datetime | None
    streams: tuple[str, ...] = ()
    listed: bool = True
    """False for an address that no bulletin lists (a lead's)."""
    text: str = ""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """Sightings that belong together; it never changes a record's verdict.

    ``kind`` is ``asset`` or ``account`` (touched by several indicators), or ``chain`` (probes or failed
    log-ins, then success). ``subject`` is what they share. Members come in the order of time, at most 200
    of ``members_of``. ``verdict`` is the worst of its members.
    """

    kind: str
    subject: str
    text: str
    verdict: Verdict
    first_seen: datetime | None
    last_seen: datetime | None
    members: tuple[CaseMember, ...]
    members_of: int
    accounts: tuple[str, ...] = ()
    next_steps: tuple[str, ...] = ()


class Trait(msgspec.Struct, frozen=True, kw_only=True):
    """What a lead shares with listed values: ``account``, ``user-agent``, ``ja3``, ``path``, ``network``."""

    name: str
    value: str
    shared_with: tuple[str, ...]


class Lead(msgspec.Struct, frozen=True, kw_only=True):
    """An address that no bulletin lists and that behaves like listed ones; no sighting.

    ``verdict`` is the worst that its records would have, were it listed.
    """

    kind: str
    value: str
    text: str
    traits: tuple[Trait, ...]
    verdict: Verdict
    count: int
    first_seen: datetime | None
    last_seen: datetime | None
    streams: tuple[str, ...]
    accounts: tuple[str, ...] = ()
    evidence: Evidence | None = None


class LeadSearch(msgspec.Struct, frozen=True, kw_only=True):
    """What was looked at for leads, in words and numbers; ``limits`` says what was not."""

    text: str
    sources: int
    records: int
    limits: tuple[str, ...] = ()


class PlanStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the first hour: ``what`` to do with ``subject`` (a stream, an asset, a person), and why.

    ``before`` is when the next rotation is likely to destroy its oldest records.
    """

    subject: str
    what: str
    why: str
    owner: str = ""
    before: datetime | None = None


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The first hour, each list most urgent first."""

    freeze: tuple[PlanStep, ...] = ()
    look: tuple[PlanStep, ...] = ()
    ask: tuple[PlanStep, ...] = ()


class Sight(StrEnum):
    """Whether a stream could show a verdict at all."""

    SHOWN = "shown"
    """Records that were looked at show it: a listed address in their place would have had this verdict."""
    POSSIBLE = "possible"
    """The format can say it, or it is not known whether; none of the records looked at did."""
    UNLIKELY = "unlikely"
    """The format can say it, but this device does not seem to log it: only denials were seen in many."""
    NEVER = "never"
    """Nothing that this format writes leads to it."""


class Control(msgspec.Struct, frozen=True, kw_only=True):
    """A value taken from a stream's own records and hunted like an indicator: was it found there?"""

    kind: str
    value: str
    path: str
    found: bool


class StreamSight(msgspec.Struct, frozen=True, kw_only=True):
    """Would we have seen it, in this stream?

    ``verdicts`` answers for each verdict from ``authenticated`` to ``blocked``, ``outcomes`` counts what
    came of the exchanges in the ``records`` looked at, ``remarks`` are the limits in words.
    """

    stream: str
    records: int
    verdicts: dict[Verdict, Sight]
    outcomes: dict[str, int] = {}
    control: Control | None = None
    remarks: tuple[str, ...] = ()


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """What a stream's own records say that it does not hold (``SKIPDATA``), or that there was nothing.

    ``count`` are the records that say so; of a sample (``sampled``: one of so many is kept, at worst) only
    those that were looked at. ``lost`` is how many messages, records or packets they say were lost, 0 where
    they do not. ``dropped`` is false where there was nothing to record. ``by_day`` are the UTC days of the
    records that tell of dropped ones.
    """

    code: str
    count: int
    text: str
    first: datetime | None = None
    last: datetime | None = None
    dropped: bool = True
    lost: int = 0
    sampled: int = 0
    by_day: dict[str, int] = {}

    @property
    def said(self) -> str:
        """``rsyslog dropped messages: its rate limit (3 times, 480 lost)``."""
        if self.sampled:
            return f"{self.text} (1 of {self.sampled:,})"
        times = f"{self.count:,} time{'' if self.count == 1 else 's'}"
        return f"{self.text} ({times}{f', {self.lost:,} lost' if self.lost else ''})"
