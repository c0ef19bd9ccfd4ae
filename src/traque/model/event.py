"""Event: one record as its log format understands it."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class TimeRule(msgspec.Struct, frozen=True):
    """Where the time of a record stands, and how it is written: data, so that the kernel can run it.

    ``layout`` is a name of :data:`traque.timestamps.LAYOUTS`. The text begins at the record's start
    (after an optional syslog ``<PRI>``), or right after the first ``anchor``, or in the zero-based
    ``column`` of a record split by ``separator``. White space, ``:``, ``=`` and ``"`` between the anchor
    and the time are skipped.
    """

    layout: str
    anchor: bytes = b""
    column: int = -1
    separator: bytes = b""


class Stamp(msgspec.Struct, frozen=True):
    """A time as a record writes it.

    ``us`` counts microseconds since 1970-01-01: of UTC when ``zoned``, else of the wall clock of
    an unstated zone. Without ``dated`` the record has no year, and ``us`` is as if the year were
    2000 (a leap year).
    """

    us: int
    zoned: bool = True
    dated: bool = True


class Initiator(StrEnum):
    """Which ECS endpoint opened the exchange."""

    SOURCE = "source"
    DESTINATION = "destination"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """What came of the exchange: a fact of the record, not a judgement."""

    LOGIN_ACCEPTED = "login-accepted"
    """An identity was accepted."""
    LOGIN_REFUSED = "login-refused"
    """An identity was refused, and the record names the account."""
    DATA = "data"
    """The other side answered with content: bytes back, HTTP 2xx or 3xx, an established connection."""
    REFUSED = "refused"
    """The other side answered with an error or a refusal: HTTP 4xx or 5xx, SMTP 5xx, RST."""
    ALLOWED = "allowed"
    """A control let it through; nothing more is known."""
    UNANSWERED = "unanswered"
    """No answer came."""
    RESOLVED = "resolved"
    """A name was asked for or resolved, nothing more."""
    DENIED = "denied"
    """A control denied it."""
    UNKNOWN = "unknown"


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """What a record says, in ECS field names and as the record writes the values.

    ``source``/``destination`` are the endpoints in the record's own sense; ``initiator`` says which
    of the two opened the exchange. ``source.bytes`` were sent by the source, ``destination.bytes``
    by the destination. ``observer.name`` is the device that wrote the log. ``why`` states in a few
    words how the format knows initiator and outcome (``TCP_TUNNEL/200``). A value that stands in any
    other field (a user agent, ``X-Forwarded-For``, a URL's query) is named, and not a peer.
    """

    format: str
    time: Stamp | None = None
    fields: dict[str, str | int] = {}
    initiator: Initiator = Initiator.UNKNOWN
    outcome: Outcome = Outcome.UNKNOWN
    why: str = ""
