"""Google Cloud audit, VPC flow and firewall logs (Cloud Logging entries), Google Workspace reports, as JSON.

Source: Google Cloud, "AuditLog", "LogEntry", "VPC Flow Logs records", "Firewall Rules Logging" and "Login
Audit logs" (Workspace events sent to Cloud Logging: ``google.login.LoginService.loginFailure``); Google
Workspace Admin SDK, "Reports API: Activities" and "Login Audit Activity Events".
"""

from __future__ import annotations

from traque.logs._cloud import anchored, audit, caller, document_reader, document_sniff, first, mapping, text
from traque.logs._documents import Document, stamp_of
from traque.logs._fields import fields_of, number_of, opener, side
from traque.logs._format import LogFormat
from traque.logs._inner import at
from traque.model import Event, Initiator, Outcome

_WARNINGS = ("suspicious_", "account_disabled_", "gov_attack_", "user_signed_out_")
"""Beginnings of events in which Google warns of an account: nobody signed in."""

TIMES = anchored("timestamp", "time", "receiveTimestamp")


def document(found: Document) -> Event | None:
    """One log entry or activity; None for other documents."""
    payload = mapping(found.get("protoPayload"))
    if "AuditLog" in text(payload.get("@type")):
        return _audited(found, payload)
    if "activity" in text(found.get("kind")) and "events" in found and isinstance(found.get("id"), dict):
        return _activity(found)
    flow = mapping(found.get("jsonPayload"))
    if isinstance(flow.get("connection"), dict) and "src_ip" in mapping(flow.get("connection")):
        return _flow(found, flow)
    return None


def _audited(found: Document, payload: Document) -> Event:
    method, code = text(payload.get("methodName")), number_of(at(payload, "status", "code"))
    account = at(payload, "authenticationInfo", "principalEmail")
    account = account or at(payload, "authenticationInfo", "principalSubject")
    pairs = [
        *caller(at(payload, "requestMetadata", "callerIp")),
        ("user.name", account),
        ("event.action", method),
        ("event.provider", payload.get("serviceName")),
        ("cloud.resource.id", payload.get("resourceName")),
        ("user_agent.original", at(payload, "requestMetadata", "callerSuppliedUserAgent")),
        ("error.message", at(payload, "status", "message")),
    ]
    outcome = Outcome.LOGIN_ACCEPTED if account else Outcome.DATA
    if code in (7, 16):
        outcome = Outcome.LOGIN_REFUSED
    elif code:
        outcome = Outcome.REFUSED
    elif "LoginService." in method:
        event = first(at(payload, "metadata", "event"))
        name = text(event.get("eventName")) or _snake(method.rpartition(".")[2])
        outcome = _signed_in(name, event.get("parameter"))
    time = found.get("timestamp", found.get("receiveTimestamp"))
    return audit("google", time, pairs, outcome, f"{method} status {code or 0}")


def _activity(found: Document) -> Event:
    event = first(found.get("events"))
    name, application = text(event.get("name")), text(at(found, "id", "applicationName"))
    pairs = [
        *caller(found.get("ipAddress")),
        ("user.name", at(found, "actor", "email")),
        ("event.action", name),
        ("service.name", application),
    ]
    outcome = Outcome.LOGIN_ACCEPTED
    if application in ("login", "saml"):
        outcome = _signed_in(name, event.get("parameters"))
    elif "blocked" in name:
        outcome = Outcome.REFUSED
    return audit("google", at(found, "id", "time"), pairs, outcome, name)


def _signed_in(name: str, parameters: object) -> Outcome:
    """What an event of Login Audit says; a challenge says by a parameter whether it was passed."""
    if name in ("login_challenge", "login_verification"):
        several = [mapping(one) for one in parameters[:20]] if isinstance(parameters, list) else []
        status = next(
            (one.get("value") for one in several if one.get("name") == "login_challenge_status"), ""
        )
        passed = {"Challenge Passed": Outcome.ALLOWED, "Challenge Failed": Outcome.LOGIN_REFUSED}
        return passed.get(text(status), Outcome.UNKNOWN)
    if name.startswith(_WARNINGS):
        return Outcome.UNKNOWN
    others = {"login_failure": Outcome.LOGIN_REFUSED, "logout": Outcome.DATA}
    return others.get(name, Outcome.REFUSED if "blocked" in name else Outcome.LOGIN_ACCEPTED)


def _snake(name: str) -> str:
    """``loginFailure`` as ``login_failure``."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name[:80])


def _flow(found: Document, flow: Document) -> Event:
    """Packets of one direction of a connection, or a firewall rule's word on one."""
    ends = mapping(flow.get("connection"))
    disposition = text(flow.get("disposition")).upper()
    pairs = [
        *side("source", text(ends.get("src_ip")), ends.get("src_port")),
        *side("destination", text(ends.get("dest_ip")), ends.get("dest_port")),
        ("network.transport", {6: "tcp", 17: "udp", 1: "icmp"}.get(number_of(ends.get("protocol")) or 0)),
        ("source.bytes", flow.get("bytes_sent")),
        ("event.action", disposition or "flow"),
        ("rule.name", at(flow, "rule_details", "reference")),
    ]
    return Event(
        format="google",
        time=stamp_of(found.get("timestamp", found.get("receiveTimestamp"))),
        fields=fields_of(pairs),
        initiator=Initiator.SOURCE if disposition else opener(ends.get("src_port"), ends.get("dest_port")),
        outcome=Outcome.DENIED if disposition == "DENIED" else Outcome.ALLOWED,
        why=f"firewall rule {disposition}" if disposition else "a flow, direction by its ports",
    )


SPEC = LogFormat(
    name="google",
    title="Google Cloud audit, flow and firewall logs, Google Workspace activity reports",
    example=b'{"logName":"projects/p/logs/cloudaudit.googleapis.com%2Factivity","protoPayload":'
    b'{"@type":"type.googleapis.com/google.cloud.audit.AuditLog","authenticationInfo":{"principalEmail":"alice@corp.example"},'
    b'"methodName":"v1.compute.instances.list","requestMetadata":{"callerIp":"192.0.2.7"}},"timestamp":"2021-01-07T04:18:07.123Z"}',
    knows="The caller initiated. In Google Cloud status codes 7 and 16 refused the account, in Workspace "
    "login_failure and failed challenges did; other calls are an account's that was accepted. Firewall rules "
    "state ALLOWED or DENIED; of a flow the ports tell who opened it.",
    times=TIMES,
    sniff=document_sniff(document),
    reader=document_reader(TIMES),
    document=document,
    outcomes=frozenset(Outcome) - {Outcome.RESOLVED, Outcome.UNANSWERED},
)
