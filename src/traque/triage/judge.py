"""The verdict of one record: who opened the exchange, and what came of it.

Never by the order of source and destination. The rules are those of docs/design.md, section 6.
"""

from __future__ import annotations

from typing import Final

import msgspec

from traque.model import Direction, Event, Initiator, Outcome, Verdict
from traque.triage.locate import Place
from traque.triage.perimeter import Perimeter

INBOUND: Final = {
    Outcome.LOGIN_ACCEPTED: Verdict.AUTHENTICATED,
    Outcome.LOGIN_REFUSED: Verdict.AUTH_FAILED,
    Outcome.DATA: Verdict.SESSION,
    Outcome.REFUSED: Verdict.ANSWERED,
    Outcome.ALLOWED: Verdict.CONTACT,
    Outcome.UNANSWERED: Verdict.CONTACT,
    Outcome.RESOLVED: Verdict.TRACE,
    Outcome.DENIED: Verdict.BLOCKED,
    Outcome.UNKNOWN: Verdict.UNCLEAR,
}
"""The indicator opened the exchange."""

OUTBOUND: Final = {
    Outcome.LOGIN_ACCEPTED: Verdict.OUTBOUND,
    Outcome.LOGIN_REFUSED: Verdict.OUTBOUND,
    Outcome.DATA: Verdict.OUTBOUND,
    Outcome.REFUSED: Verdict.OUTBOUND,
    Outcome.ALLOWED: Verdict.OUTBOUND_ATTEMPT,
    Outcome.UNANSWERED: Verdict.OUTBOUND_ATTEMPT,
    Outcome.RESOLVED: Verdict.OUTBOUND_ATTEMPT,
    Outcome.DENIED: Verdict.OUTBOUND_ATTEMPT,
    Outcome.UNKNOWN: Verdict.UNCLEAR,
}
"""An inside host opened the exchange. A refusal by the far end is an answer all the same."""


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """A record's verdict, with what a sighting gathers from it.

    ``why`` is the rule in words. ``asset`` is our end. ``port`` is the service's. ``inward`` and
    ``outward`` are bytes from and to the indicator. ``at_worst`` goes with ``unclear``.
    """

    verdict: Verdict
    why: str
    direction: Direction = Direction.UNKNOWN
    asset: str = ""
    port: int | None = None
    account: str = ""
    inward: int | None = None
    outward: int | None = None
    at_worst: Verdict | None = None


NOT_UNDERSTOOD: Final = Judgement(
    verdict=Verdict.UNCLEAR,
    why="the log format does not understand this record",
    at_worst=Verdict.AUTHENTICATED,
)
OWN_TEXT: Final = Judgement(
    verdict=Verdict.SELF, why="the bulletin's own text in a log (a download, a list pushed to a device)"
)


def judge(event: Event | None, place: Place, perimeter: Perimeter) -> Judgement:
    """The verdict of a record in which an indicator stands at ``place``."""
    if event is None:
        return NOT_UNDERSTOOD
    if place is Place.MENTIONED:
        return Judgement(verdict=Verdict.TRACE, why="named in the record, not a peer", asset=_device(event))
    if place is Place.UNKNOWN:
        return Judgement(
            verdict=Verdict.UNCLEAR,
            why="the record states no peer",
            asset=_device(event),
            at_worst=Verdict.AUTHENTICATED,
        )
    if place is Place.CARRIED:
        return _carried(event, perimeter)
    if place is Place.ASKED:
        return _asked(event, perimeter)
    if event.initiator is Initiator.UNKNOWN:
        return _facts(
            event,
            place,
            verdict=Verdict.UNCLEAR,
            why=_because(event, "the record does not say which side opened the exchange"),
            at_worst=OUTBOUND[event.outcome] if event.outcome is not Outcome.UNKNOWN else Verdict.OUTBOUND,
        )
    indicator_opened = (event.initiator is Initiator.SOURCE) == (place is Place.SOURCE)
    if indicator_opened and not _reaches_out(event, place, perimeter):
        return _opened_by_indicator(event, place)
    return _opened_towards_indicator(event, place, perimeter, ours=indicator_opened)


def _carried(event: Event, perimeter: Perimeter) -> Judgement:
    """As if the end of the exchange that is not ours were the indicator, if there is just one such end."""
    ends = {side: end_of(event, side.value) for side in (Place.SOURCE, Place.DESTINATION)}
    outside = [side for side, end in ends.items() if end and not perimeter.is_inside(end)]
    if len(outside) == 1:
        judged = judge(event, outside[0], perimeter)
        return msgspec.structs.replace(judged, why=f"in an exchange with {ends[outside[0]]}: {judged.why}")
    which = "the record states no peer"
    if any(ends.values()):
        which = "both ends are outside" if outside else "no end that it states is outside"
    return Judgement(
        verdict=Verdict.UNCLEAR,
        why=_because(event, f"{which}, so that no end of the exchange is known as the attacker's"),
        asset=_inside_end(ends, perimeter) or _device(event),
        account=_text(event, "user.name"),
        at_worst=Verdict.AUTHENTICATED,
    )


def _inside_end(ends: dict[Place, str], perimeter: Perimeter) -> str:
    return next((end for end in ends.values() if perimeter.is_inside(end)), "")


def _opened_by_indicator(event: Event, place: Place) -> Judgement:
    verdict = INBOUND[event.outcome]
    return _facts(
        event,
        place,
        direction=Direction.INBOUND,
        verdict=verdict,
        why=_because(event, "opened by the indicator"),
        at_worst=Verdict.SESSION if verdict is Verdict.UNCLEAR else None,
    )


def _opened_towards_indicator(event: Event, place: Place, perimeter: Perimeter, *, ours: bool) -> Judgement:
    opener = end_of(event, event.initiator.value)
    if not ours and not _is_ours(opener, event, perimeter):
        return _facts(
            event,
            place,
            verdict=Verdict.UNCLEAR,
            why=_because(event, f"opened by {opener}, which is not known as inside (name it with --own)"),
            at_worst=OUTBOUND[event.outcome] if event.outcome is not Outcome.UNKNOWN else Verdict.OUTBOUND,
        )
    verdict = OUTBOUND[event.outcome]
    return _facts(
        event,
        place,
        direction=Direction.OUTBOUND,
        verdict=verdict,
        why=_because(event, "opened by an inside host"),
        at_worst=Verdict.OUTBOUND if verdict is Verdict.UNCLEAR else None,
    )


def _asked(event: Event, perimeter: Perimeter) -> Judgement:
    asker = end_of(event, "source")
    asset = asker or _device(event)
    if not _is_ours(asker, event, perimeter):
        return Judgement(
            verdict=Verdict.UNCLEAR,
            why=_because(event, f"asked for by {asker}, which is not known as inside (name it with --own)"),
            asset=asset,
            at_worst=Verdict.OUTBOUND_ATTEMPT,
        )
    denied = event.outcome is Outcome.DENIED
    return Judgement(
        verdict=Verdict.OUTBOUND_ATTEMPT,
        why=_because(
            event, "a name was asked for, and the answer withheld" if denied else "a name was resolved"
        ),
        direction=Direction.OUTBOUND,
        asset=asset,
    )


def _is_ours(opener: str, event: Event, perimeter: Perimeter) -> bool:
    """Inside, or said to be by the device; an opener that the record does not name is our side."""
    return not opener or perimeter.is_inside(opener) or _says_outbound(event)


def _reaches_out(event: Event, place: Place, perimeter: Perimeter) -> bool:
    """The indicator is one of our own hosts, and it called somebody outside."""
    other = "destination" if place is Place.SOURCE else "source"
    return perimeter.is_inside(end_of(event, place.value)) and not perimeter.is_inside(end_of(event, other))


def _facts(
    event: Event,
    place: Place,
    *,
    verdict: Verdict,
    why: str,
    direction: Direction = Direction.UNKNOWN,
    at_worst: Verdict | None = None,
) -> Judgement:
    ours = "destination" if place is Place.SOURCE else "source"
    responder = "source" if event.initiator is Initiator.DESTINATION else "destination"
    return Judgement(
        verdict=verdict,
        why=why,
        direction=direction,
        asset=end_of(event, ours)
        or _text(event, "url.domain" if ours == "destination" else "")
        or _device(event),
        port=_number(event, f"{responder}.port"),
        account=_text(event, "user.name"),
        inward=_number(event, f"{place.value}.bytes"),
        outward=_number(event, f"{ours}.bytes"),
        at_worst=at_worst,
    )


def _says_outbound(event: Event) -> bool:
    return event.fields.get("network.direction") in ("outbound", "egress")


def _because(event: Event, opener: str) -> str:
    return f"{opener}; {event.why}" if event.why else opener


def end_of(event: Event, side: str) -> str:
    """The ``source`` or the ``destination`` of a record as it names it; empty where it does not."""
    alias = "client" if side == "source" else "server"
    return (
        _text(event, f"{side}.ip")
        or _text(event, f"{alias}.ip")
        or _text(event, f"{side}.address")
        or _text(event, f"{side}.domain")
    )


def _device(event: Event) -> str:
    return _text(event, "host.name") or _text(event, "observer.name")


def _text(event: Event, name: str) -> str:
    value = event.fields.get(name, "")
    return value if isinstance(value, str) else str(value)


def _number(event: Event, name: str) -> int | None:
    value = event.fields.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return value if isinstance(value, int) else None
