"""Open Cybersecurity Schema Framework events, as JSON (Amazon Security Lake, CrowdStrike, Splunk...).

Source: schema.ocsf.io 1.0 to 1.5: classes 3002 (authentication), 4001 (network), 4002 (HTTP), 4003 (DNS),
6003 (API), 2004 (detection finding) and the objects they name: ``action_id`` 1 allowed, 2 denied;
``disposition_id``; ``status_id`` 1 success, 2 failure; a network's ``activity_id`` 4 failed, 5 refused;
``is_src_dst_assignment_known`` false where the ends were assigned at will.
"""

from __future__ import annotations

from traque.logs._cloud import document_reader, document_sniff, first, mapping, text
from traque.logs._documents import Document, decode, stamp_of
from traque.logs._fields import fields_of, http_outcome, is_address, mailboxes, number_of, side, url_fields
from traque.logs._format import LogFormat
from traque.logs._inner import at
from traque.model import Event, Initiator, Outcome, TimeRule

_FINDING, _AUTHENTICATION, _NETWORK, _API = 2004, 3002, 4001, 6003
_LOGOFF = 2
_FAILED = {4: Outcome.UNANSWERED, 5: Outcome.REFUSED}
"""Network activities: failed, refused."""
_HASHES = {1: "md5", 2: "sha1", 3: "sha256", 4: "sha512"}
_BLOCKED = frozenset({2, 3, 4, 5, 6, 21, 24, 25, 26})
"""Dispositions: blocked, quarantined, isolated, deleted, dropped, reset, revoked, rejected, unauthorised."""

TIMES = (TimeRule("epoch", anchor=b'"time":'), TimeRule("iso", anchor=b'"time_dt":'), TimeRule("auto"))


def document(found: Document) -> Event | None:
    """One OCSF event; None for other documents."""
    if number_of(found.get("class_uid")) is None:
        return None
    if not isinstance(found.get("metadata"), dict):
        # Tables of a few columns keep the whole event beside them, as text.
        whole = decode(text(found.get("raw"))) or decode(text(found.get("raw_data"))) or {}
        return document(whole) if isinstance(whole.get("metadata"), dict) else None
    source, destination = mapping(found.get("src_endpoint")), mapping(found.get("dst_endpoint"))
    if not source and not destination:
        evidence = first(found.get("evidences"))
        source, destination = mapping(evidence.get("src_endpoint")), mapping(evidence.get("dst_endpoint"))
    url = text(at(found, "http_request", "url", "url_string"))
    answers = found.get("answers")
    rdata = [mapping(one).get("rdata") for one in answers[:50]] if isinstance(answers, list) else []
    pairs = [
        *_endpoint("source", source),
        *(url_fields(url) if "://" in url else []),
        *_endpoint("destination", destination),
        ("source.bytes", at(found, "traffic", "bytes_out")),
        ("destination.bytes", at(found, "traffic", "bytes_in")),
        ("network.transport", text(at(found, "connection_info", "protocol_name")).lower()),
        ("user.name", _account(mapping(found.get("user"))) or _account(mapping(at(found, "actor", "user")))),
        (
            "event.action",
            at(found, "api", "operation") or found.get("activity_name") or found.get("type_name"),
        ),
        ("http.request.method", at(found, "http_request", "http_method")),
        ("http.response.status_code", at(found, "http_response", "code")),
        ("user_agent.original", at(found, "http_request", "user_agent")),
        ("dns.question.name", at(found, "query", "hostname")),
        ("dns.resolved_ip", ",".join(one for one in rdata if isinstance(one, str) and is_address(one))),
        *_hashes(at(found, "file", "hashes")),
        *_hashes(at(found, "process", "file", "hashes")),
        ("file.name", at(found, "file", "name")),
        ("tls.client.server_name", at(found, "tls", "sni")),
        ("tls.client.ja3", at(found, "tls", "ja3_hash", "value")),
        ("http.request.headers.x-forwarded-for", _joined(at(found, "http_request", "x_forwarded_for"))),
        ("email.from.address", mailboxes(at(found, "email", "from"))),
        ("email.to.address", mailboxes(at(found, "email", "to"))),
        ("observer.name", at(found, "device", "hostname")),
    ]
    fields = fields_of(pairs)
    outcome, why = _outcome(found, "user.name" in fields)
    if "dns.question.name" in fields and outcome is Outcome.UNKNOWN:
        outcome = Outcome.RESOLVED
    known = any(name in fields for name in ("source.ip", "source.domain", "url.full", "dns.question.name"))
    known = known and found.get("is_src_dst_assignment_known") is not False
    return Event(
        format="ocsf",
        time=stamp_of(found.get("time", found.get("time_dt"))),
        fields=fields,
        initiator=Initiator.SOURCE if known and found.get("class_uid") != _FINDING else Initiator.UNKNOWN,
        outcome=outcome,
        why=why,
    )


def _endpoint(name: str, endpoint: Document) -> list[tuple[str, object]]:
    host = text(endpoint.get("ip")) or text(endpoint.get("hostname")) or text(endpoint.get("domain"))
    return side(name, host, endpoint.get("port")) if host else []


def _account(user: Document) -> object:
    return user.get("name") or user.get("email_addr") or user.get("uid")


def _hashes(value: object) -> list[tuple[str, object]]:
    several = value[:10] if isinstance(value, list) else []
    found = [(_HASHES.get(number_of(mapping(one).get("algorithm_id")) or 0), mapping(one)) for one in several]
    return [(f"file.hash.{kind}", one.get("value")) for kind, one in found if kind]


def _joined(value: object) -> str | None:
    several = value[:20] if isinstance(value, list) else [value]
    return ",".join(one for one in several if isinstance(one, str)) or None


def _outcome(found: Document, named: bool) -> tuple[Outcome, str]:
    if _is_denied(found):
        return Outcome.DENIED, "action denied"
    by_account = _of_account(found, named)
    if by_account is not None:
        return by_account
    code = at(found, "http_response", "code")
    if code is not None:
        return http_outcome(code), f"HTTP {code}"
    received = number_of(at(found, "traffic", "bytes_in"))
    if received:
        return Outcome.DATA, f"{received} bytes back"
    kind, activity = number_of(found.get("class_uid")), number_of(found.get("activity_id"))
    if kind == _NETWORK and activity in _FAILED:
        return _FAILED[activity], f"activity {activity}"
    if number_of(found.get("action_id")) == 1 or number_of(found.get("disposition_id")) == 1:
        return Outcome.ALLOWED, "action allowed"
    if number_of(found.get("status_id")) == 2 or at(found, "api", "response", "error"):
        return Outcome.REFUSED, "status failure"
    return Outcome.UNKNOWN, f"class {kind}"


def _of_account(found: Document, named: bool) -> tuple[Outcome, str] | None:
    """What came of a log-in or of an account's API call; None for anything else, and for one that failed."""
    kind, status = number_of(found.get("class_uid")), number_of(found.get("status_id"))
    if kind == _AUTHENTICATION and number_of(found.get("activity_id")) == _LOGOFF:
        return Outcome.DATA, "a session ended"
    if kind == _AUTHENTICATION and status == 1:
        return Outcome.LOGIN_ACCEPTED, "authentication succeeded"
    if kind == _AUTHENTICATION and status == 2:
        return Outcome.LOGIN_REFUSED if named else Outcome.REFUSED, "authentication failed"
    if kind == _API and named and not (status == 2 or at(found, "api", "response", "error")):
        return Outcome.LOGIN_ACCEPTED, "API call of an account"
    return None


def _is_denied(found: Document) -> bool:
    return (
        number_of(found.get("action_id")) == 2
        or number_of(found.get("disposition_id")) in _BLOCKED
        or text(found.get("action")).lower() in ("denied", "blocked")
    )


SPEC = LogFormat(
    name="ocsf",
    title="OCSF events (Amazon Security Lake and others)",
    example=b'{"class_uid":4001,"metadata":{"version":"1.1.0"},"time":1609993087123,"activity_name":"Refuse",'
    b'"action_id":2,"src_endpoint":{"ip":"192.0.2.7","port":51022},"dst_endpoint":{"ip":"203.0.113.9","port":22}}',
    knows="src_endpoint initiated, unless the event says that its ends were assigned at will. action_id 2 "
    "and dispositions such as blocked are denied; in authentications status_id accepted or refused the "
    "account, an API call without error is an account's; else the HTTP code, bytes_in, or action_id 1 say "
    "what came of it.",
    times=TIMES,
    sniff=document_sniff(document),
    reader=document_reader(TIMES),
    document=document,
    outcomes=frozenset(Outcome),
)
