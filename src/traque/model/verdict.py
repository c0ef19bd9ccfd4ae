"""The verdict ladder: what a record with an indicator in it amounts to."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Direction(StrEnum):
    """Which side opened the exchange, seen from the organisation."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    BOTH = "both"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """Worst first for a relay (docs/design.md, section 6)."""

    AUTHENTICATED = "authenticated"
    OUTBOUND = "outbound"
    OUTBOUND_ATTEMPT = "outbound-attempt"
    SESSION = "session"
    AUTH_FAILED = "auth-failed"
    ANSWERED = "answered"
    CONTACT = "contact"
    UNCLEAR = "unclear"
    BLOCKED = "blocked"
    TRACE = "trace"
    SELF = "self"


_RELAY_ORDER = tuple(Verdict)
_C2_ORDER = (
    Verdict.OUTBOUND,
    Verdict.OUTBOUND_ATTEMPT,
    *(v for v in Verdict if v not in (Verdict.OUTBOUND, Verdict.OUTBOUND_ATTEMPT)),
)
OUTBOUND_FIRST_ROLES = frozenset({"c2", "payload"})
"""Roles for which an inside host calling out is worse than a log-in from the address."""


def ladder(role: str | None) -> tuple[Verdict, ...]:
    """All verdicts, worst first, for an indicator of ``role``."""
    return _C2_ORDER if role in OUTBOUND_FIRST_ROLES else _RELAY_ORDER


def worst(verdicts: Iterable[Verdict], role: str | None = None) -> Verdict:
    """The worst of ``verdicts`` (at least one) for an indicator of ``role``."""
    return min(verdicts, key=ladder(role).index)
