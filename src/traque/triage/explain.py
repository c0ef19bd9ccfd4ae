"""Why a sighting has its verdict, how much it weighs, and what to do next, in words.

Validity, role and the publisher's doubt change the confidence. They never change the verdict.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from traque.model import Direction, Evidence, Explanation, Reason, Sighting, Verdict

RULES: Final = {
    Verdict.AUTHENTICATED: "an identity was accepted from it",
    Verdict.OUTBOUND: "a host of yours opened the exchange, and was answered",
    Verdict.OUTBOUND_ATTEMPT: "a host of yours tried to reach it: denied, unanswered, or only a name look-up",
    Verdict.SESSION: "it opened the exchange, and was served: data went both ways",
    Verdict.AUTH_FAILED: "it tried to log in, and was refused",
    Verdict.ANSWERED: "it reached a service, which answered with an error or a refusal",
    Verdict.CONTACT: "it was let through; nothing more is known",
    Verdict.UNCLEAR: "the record does not say who opened the exchange, or what came of it",
    Verdict.BLOCKED: "a control denied it",
    Verdict.TRACE: "it is named in the record, and is no peer",
    Verdict.SELF: "the bulletin's own text, a list pushed to a device, or a look-up of your own",
}
"""The ladder's rules (docs/design.md, section 6)."""

HIGH: Final = "high"
MEDIUM: Final = "medium"
LOW: Final = "low"
_LOW_FROM: Final = 30
_HIGH_FROM: Final = 70
"""The edges of *low* and *high* in STIX 2.1, appendix A."""
_NAMES: Final = 5

_ROLES: Final = {
    "relay": "relays are other people's hijacked machines: their owners use the same address",
    "scanner": "a scanner knocks everywhere: its coming says nothing of you in particular",
    "victim": "it is listed as a victim's, not as the attacker's",
}
"""Roles in which an address is less surely the attacker at work."""


def explain(sighting: Sighting, published: datetime | None = None) -> Explanation:
    """The explanation of one sighting, from its own records and its indicator.

    ``published`` is when the first bulletin that lists it came out.
    """
    record = telling(sighting)
    reasons = (*_reasons(sighting, record), *_afterwards(sighting, published))
    return Explanation(
        rule=RULES[sighting.verdict],
        facts=record.why if record is not None else "",
        path=record.path if record is not None else "",
        line=record.line if record is not None else 0,
        confidence=_level(sighting, reasons),
        reasons=reasons,
        next_steps=tuple(_next_steps(sighting)),
    )


def telling(sighting: Sighting) -> Evidence | None:
    """The record that says most: the first with the sighting's own verdict."""
    same = (record for record in sighting.evidence if record.verdict == sighting.verdict)
    return next(same, sighting.evidence[0] if sighting.evidence else None)


def _level(sighting: Sighting, reasons: tuple[Reason, ...]) -> str:
    lowered = {reason.code for reason in reasons if reason.effect == "lowers"}
    stated = sighting.confidence
    if (stated is not None and stated < _LOW_FROM) or "known-benign" in lowered:
        return LOW
    if lowered or (stated is not None and stated < _HIGH_FROM):
        return MEDIUM
    return HIGH


def _reasons(sighting: Sighting, record: Evidence | None) -> Iterator[Reason]:
    ref = sighting.indicator
    if ref.confidence is not None:
        effect = "raises" if ref.confidence >= _HIGH_FROM else "lowers"
        yield Reason(
            code="publisher", text=f"the publisher is sure of it at {ref.confidence} of 100", effect=effect
        )
    yield from _validity(sighting)
    if len(ref.bulletins) > 1:
        text = f"{len(ref.bulletins)} bulletins list it"
        yield Reason(code="several-bulletins", text=text, effect="raises")
    inbound = sighting.direction is not Direction.OUTBOUND
    if ref.role in _ROLES and inbound:
        yield Reason(code="role", text=f"role {ref.role}: {_ROLES[ref.role]}", effect="lowers")
    elif ref.role == "c2" and sighting.verdict in (Verdict.OUTBOUND, Verdict.OUTBOUND_ATTEMPT):
        yield Reason(code="role", text="role c2: calling it is what an implant does", effect="raises")
    if sighting.verdict is Verdict.UNCLEAR:
        worst = f"; at worst {sighting.at_worst}" if sighting.at_worst else ""
        yield Reason(code="unclear", text=f"the records leave it open{worst}", effect="lowers")
    if record is not None and "less confidence" in record.why:
        yield Reason(
            code="inferred", text="the log-in is inferred from what the server answered", effect="lowers"
        )
    if sighting.relations and set(sighting.relations) == {"subdomain"}:
        yield Reason(code="subdomain", text="only names below the listed one were seen", effect="lowers")
    if sighting.undated:
        text = f"{sighting.undated} of {sighting.count} records have no readable time"
        yield Reason(code="undated", text=text, effect="lowers" if sighting.first_seen is None else "neutral")
    if lists := sighting.enrichment.get("warninglists"):
        yield Reason(code="known-benign", text=f"on known-benign lists: {lists}", effect="lowers")
    streams = {seen.stream for seen in sighting.sources}
    if len(streams) > 1:
        yield Reason(
            code="several-streams", text=f"{len(streams)} streams agree that it was here", effect="raises"
        )


def _afterwards(sighting: Sighting, published: datetime | None) -> Iterator[Reason]:
    """Calls that begin only after the list came out may be those of people who check it."""
    outward = sighting.verdict in (Verdict.OUTBOUND, Verdict.OUTBOUND_ATTEMPT)
    first = sighting.first_seen
    if outward and published is not None and first is not None and first >= published:
        text = f"first seen after it was published ({published:%Y-%m-%d}): perhaps a check of your own, ask"
        yield Reason(code="after-publication", text=text, effect="lowers")


def _validity(sighting: Sighting) -> Iterator[Reason]:
    found = sighting.outside_validity
    if found is None:
        return
    if found.after and found.valid_until:
        text = f"{found.after} records are later than it was valid (until {found.valid_until:%Y-%m-%d})"
        yield Reason(code="after-validity", text=text, effect="lowers")
    if found.before and found.valid_from:
        text = f"{found.before} records are earlier than it was valid (from {found.valid_from:%Y-%m-%d})"
        yield Reason(
            code="before-validity", text=text, effect="lowers" if found.before == "all" else "neutral"
        )


def _next_steps(sighting: Sighting) -> Iterator[str]:
    """What to do about this one, with the names that it holds."""
    accounts = _few(sighting.accepted or sighting.accounts)
    hosts = _few(sighting.assets_by_verdict.get(sighting.verdict, ()))
    record = telling(sighting)
    since = f" since {record.time:%Y-%m-%d %H:%M} UTC" if record is not None and record.time else ""
    where = hosts or "the host"
    match sighting.verdict:
        case Verdict.AUTHENTICATED:
            yield f"disable {accounts or 'the account'}, end its sessions, then change its secrets"
            yield f"read all that it did on {hosts or 'every service'}{since}"
            yield "ask its holder where they were at that time, by another way than mail"
        case Verdict.OUTBOUND:
            yield f"isolate {where}; keep its memory and disk before anything is changed"
            yield f"find the process that called out{since}, and what else that host reached"
        case Verdict.OUTBOUND_ATTEMPT:
            yield f"find out what on {where} asked for it; a denied call is an infection all the same"
        case Verdict.SESSION:
            yield f"read what it asked of {where} and got: uploads, new files, log-ins in these minutes"
        case Verdict.AUTH_FAILED:
            tried = accounts or "the accounts it tried"
            yield f"check whether {tried} were opened at other times or from elsewhere"
        case Verdict.ANSWERED:
            yield f"see what it looked for on {where}, and whether that service was vulnerable on that day"
        case Verdict.CONTACT:
            yield f"read the logs of the service behind it ({hosts or 'unknown'}) at the same times"
        case Verdict.UNCLEAR:
            yield "read the record; another log of the same minute may tell who opened"
        case Verdict.BLOCKED:
            yield "make sure that no other way in was open to it"
        case Verdict.TRACE | Verdict.SELF:
            yield "read the record; mostly there is nothing to do"


def _few(names: tuple[str, ...]) -> str:
    rest = len(names) - _NAMES
    return ", ".join(names[:_NAMES]) + (f" and {rest} more" if rest > 0 else "")
