"""Okta's System Log, as JSON.

Source: Okta developer documentation, "System Log API: LogEvent object".
"""

from __future__ import annotations

from traque.logs._cloud import anchored, audit, caller, document_reader, document_sniff, mapping, text
from traque.logs._documents import Document
from traque.logs._format import LogFormat
from traque.logs._inner import at
from traque.model import Event, Outcome

TIMES = anchored("published")


def document(found: Document) -> Event | None:
    """One log event; None for other documents."""
    kind, result = text(found.get("eventType")), text(at(found, "outcome", "result")).upper()
    if not kind or "published" not in found or "actor" not in found:
        return None
    client = mapping(found.get("client"))
    pairs = [
        *caller(client.get("ipAddress")),
        ("user.name", at(found, "actor", "alternateId")),
        ("event.action", kind),
        ("event.outcome", result),
        ("event.reason", at(found, "outcome", "reason")),
        ("user_agent.original", at(client, "userAgent", "rawUserAgent")),
    ]
    login = kind.startswith(("user.session.start", "user.authentication", "app.oauth2", "user.mfa"))
    outcome = Outcome.UNKNOWN
    if result in ("SUCCESS", "ALLOW"):
        outcome = Outcome.LOGIN_ACCEPTED
    elif result == "DENY":
        outcome = Outcome.DENIED
    elif result == "FAILURE":
        outcome = Outcome.LOGIN_REFUSED if login else Outcome.REFUSED
    return audit("okta", found.get("published"), pairs, outcome, f"{kind} {result}".strip())


SPEC = LogFormat(
    name="okta",
    title="Okta System Log",
    example=b'{"actor":{"alternateId":"alice@corp.example","type":"User"},"client":{"ipAddress":"192.0.2.7"},'
    b'"eventType":"user.session.start","outcome":{"result":"SUCCESS"},"published":"2021-01-07T04:18:07.123Z"}',
    knows="The client initiated; outcome.result says whether the account was accepted (SUCCESS, "
    "ALLOW), refused "
    "(FAILURE) or denied by a policy (DENY).",
    times=TIMES,
    sniff=document_sniff(document),
    reader=document_reader(TIMES),
    document=document,
    outcomes=frozenset(
        {Outcome.LOGIN_ACCEPTED, Outcome.LOGIN_REFUSED, Outcome.REFUSED, Outcome.DENIED, Outcome.UNKNOWN}
    ),
)
