"""Google Cloud audit logs (Cloud Logging entries) and Google Workspace reports, as JSON.

Source: Google Cloud, "AuditLog" and "LogEntry"; Google Workspace Admin SDK, "Reports API: Activities".
"""

from __future__ import annotations

from traque.logs._cloud import anchored, audit, caller, document_reader, document_sniff, first, mapping, text
from traque.logs._documents import Document
from traque.logs._fields import number_of
from traque.logs._format import LogFormat
from traque.logs._inner import at
from traque.model import Event, Outcome

TIMES = anchored("timestamp", "time", "receiveTimestamp")


def document(found: Document) -> Event | None:
    """One log entry or activity; None for other documents."""
    payload = mapping(found.get("protoPayload"))
    if "AuditLog" in text(payload.get("@type")):
        return _audited(found, payload)
    if "activity" in text(found.get("kind")) and "events" in found and isinstance(found.get("id"), dict):
        return _activity(found)
    return None


def _audited(found: Document, payload: Document) -> Event:
    method, code = text(payload.get("methodName")), number_of(at(payload, "status", "code"))
    pairs = [
        *caller(at(payload, "requestMetadata", "callerIp")),
        ("user.name", at(payload, "authenticationInfo", "principalEmail")),
        ("event.action", method),
        ("event.provider", payload.get("serviceName")),
        ("cloud.resource.id", payload.get("resourceName")),
        ("user_agent.original", at(payload, "requestMetadata", "callerSuppliedUserAgent")),
        ("error.message", at(payload, "status", "message")),
    ]
    outcome = Outcome.LOGIN_ACCEPTED
    if code in (7, 16):
        outcome = Outcome.LOGIN_REFUSED
    elif code:
        outcome = Outcome.REFUSED
    time = found.get("timestamp", found.get("receiveTimestamp"))
    return audit("google", time, pairs, outcome, f"{method} status {code or 0}")


def _activity(found: Document) -> Event:
    event = first(found.get("events"))
    name = text(event.get("name"))
    pairs = [
        *caller(found.get("ipAddress")),
        ("user.name", at(found, "actor", "email")),
        ("event.action", name),
        ("service.name", at(found, "id", "applicationName")),
    ]
    outcome = Outcome.LOGIN_ACCEPTED
    if name in ("login_failure", "login_challenge", "login_verification") or "blocked" in name:
        outcome = Outcome.LOGIN_REFUSED
    return audit("google", at(found, "id", "time"), pairs, outcome, name)


SPEC = LogFormat(
    name="google",
    title="Google Cloud audit logs, Google Workspace activity reports",
    example=b'{"logName":"projects/p/logs/cloudaudit.googleapis.com%2Factivity","protoPayload":'
    b'{"@type":"type.googleapis.com/google.cloud.audit.AuditLog","authenticationInfo":{"principalEmail":"alice@corp.example"},'
    b'"methodName":"v1.compute.instances.list","requestMetadata":{"callerIp":"192.0.2.7"}},"timestamp":"2021-01-07T04:18:07.123Z"}',
    knows="The caller initiated. In Google Cloud status codes 7 and 16 refused the account, in Workspace "
    "login_failure did; other calls are an account's that was accepted.",
    times=TIMES,
    sniff=document_sniff(document),
    reader=document_reader(TIMES),
    document=document,
    outcomes=frozenset({Outcome.LOGIN_ACCEPTED, Outcome.LOGIN_REFUSED, Outcome.REFUSED, Outcome.UNKNOWN}),
)
