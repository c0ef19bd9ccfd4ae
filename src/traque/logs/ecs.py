"""Documents in the Elastic Common Schema, nested or dotted: Beats, Elastic Agent, Logstash pipelines.

Source: Elastic, "ECS field reference". A document without endpoints carries a message: the format that
knows the message reads it.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from traque.logs._cloud import anchored, document_reader, document_sniff
from traque.logs._documents import Document, stamp_of
from traque.logs._fields import Fields, fields_of, is_address, opener
from traque.logs._format import LogFormat
from traque.logs._inner import at, inner_event, text_at
from traque.logs._losses import SAMPLED
from traque.logs._names import outcome_of
from traque.model import Event, Initiator, Outcome

TIMES = anchored("@timestamp")

_READ: Final = (
    "source.ip", "source.port", "source.domain", "source.bytes", "source.nat.ip", "destination.ip",
    "destination.port", "destination.domain", "destination.bytes", "destination.nat.ip", "client.ip",
    "client.port", "client.bytes", "server.ip", "server.port", "server.bytes", "server.domain",
    "network.transport", "network.protocol", "network.direction", "network.bytes", "user.name",
    "user.email", "event.action", "event.outcome", "event.code", "http.response.status_code",
    "http.request.method", "http.request.referrer", "url.full", "url.original", "url.domain",
    "url.path", "url.query", "url.scheme", "url.port", "user_agent.original", "dns.question.name",
    "dns.resolved_ip", "tls.client.server_name", "file.hash.md5", "file.hash.sha1", "file.hash.sha256",
    "process.hash.md5", "process.hash.sha1", "process.hash.sha256", "file.name", "file.path",
    "process.name", "process.executable", "process.command_line", "email.from.address",
    "email.to.address", "observer.name", "host.name", "host.hostname",
)  # fmt: skip
_ENDS: Final = (
    "source.ip", "source.domain", "destination.ip", "destination.domain", "client.ip", "server.ip",
    "dns.question.name",
)  # fmt: skip


def document(found: Document) -> Event | None:
    """One ECS document; None for other documents, and for Windows events, whose format knows more."""
    if "@timestamp" not in found or "winlog" in found or "event_type" in found:
        return None
    if not ("ecs" in found or "ecs.version" in found or "agent" in found or "agent.type" in found):
        return None
    fields = fields_of((name, _value(found, name, path)) for name, path in _paths())
    time = stamp_of(found.get("@timestamp"))
    if not any(name in fields for name in _ENDS):
        carried = text_at(found, "event", "original") or text_at(found, "message")
        event = inner_event(carried, time, {}) if carried else None
        if event is not None and event.fields and event.format not in ("json", "keyvalue"):
            return event
    initiator, outcome, why = _known(found, fields)
    return Event(format="ecs", time=time, fields=fields, initiator=initiator, outcome=outcome, why=why)


def _value(found: Document, name: str, path: tuple[str, ...]) -> object:
    value = at(found, *path)
    if isinstance(value, list):
        value = ",".join(part for part in value[:50] if isinstance(part, str))
    if name.endswith(".ip") and not (isinstance(value, str) and is_address(value)):
        return None
    return value


@cache
def _paths() -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((name, tuple(name.split("."))) for name in _READ)


def _known(found: Document, fields: Fields) -> tuple[Initiator, Outcome, str]:
    kinds, categories = at(found, "event", "type"), at(found, "event", "category")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    categories = categories if isinstance(categories, list) else [categories]
    initiator = Initiator.UNKNOWN
    if any(name in fields for name in ("source.ip", "source.domain", "client.ip")):
        initiator = opener(fields.get("source.port"), fields.get("destination.port"))
    elif any(name in fields for name in ("dns.question.name", "url.full", "destination.ip")):
        initiator = Initiator.SOURCE
    if "denied" in kinds:
        return initiator, Outcome.DENIED, "event.type denied"
    result = str(fields.get("event.outcome", "")).lower()
    if "authentication" in categories and result in ("success", "failure") and "end" not in kinds:
        if result == "success":
            return initiator, Outcome.LOGIN_ACCEPTED, "authentication success"
        refused = Outcome.LOGIN_REFUSED if "user.name" in fields else Outcome.REFUSED
        return initiator, refused, "authentication failure"
    outcome, why = outcome_of(fields)
    if outcome is Outcome.UNKNOWN and int(fields.get("server.bytes", 0)) > 0:
        outcome, why = Outcome.DATA, "server.bytes"
    if outcome is Outcome.UNKNOWN and "allowed" in kinds:
        outcome, why = Outcome.ALLOWED, "event.type allowed"
    return initiator, outcome, why


SPEC = LogFormat(
    name="ecs",
    title="Elastic Common Schema (Beats, Elastic Agent, Logstash)",
    example=b'{"@timestamp":"2021-01-07T04:18:07.123Z","ecs":{"version":"8.0"},"event":{"category":["network"],"type":["denied"]},'
    b'"source":{"ip":"192.0.2.7","port":51022},"destination":{"ip":"203.0.113.9","port":22}}',
    knows="The source initiated unless its port is a service's. event.type denied or allowed, event.category "
    "authentication with event.outcome, the HTTP status or bytes back say what came of it. A message without "
    "endpoints is read by the format that knows it.",
    times=TIMES,
    sniff=document_sniff(document),
    reader=document_reader(TIMES),
    document=document,
    outcomes=frozenset(Outcome) - {Outcome.UNANSWERED},
    losses=SAMPLED,
)
