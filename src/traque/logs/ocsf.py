"""Open Cybersecurity Schema Framework events, as JSON (Amazon Security Lake, CrowdStrike, Splunk...).

Source: schema.ocsf.io 1.x: classes 3002 (authentication), 4001 (network), 4002 (HTTP), 4003 (DNS), 2004
(detection finding); ``action_id`` 1 allowed, 2 denied; ``status_id`` 1 success, 2 failure.
"""

from __future__ import annotations

from traque.logs._cloud import document_reader, document_sniff, first, mapping, text
from traque.logs._documents import Document, decode, stamp_of
from traque.logs._fields import fields_of, http_outcome, is_address, number_of, side, url_fields
from traque.logs._format import LogFormat
from traque.logs._inner import at
from traque.model import Event, Initiator, Outcome, TimeRule

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
        ("user.name", at(found, "user", "name") or at(found, "actor", "user", "name")),
        ("event.action", found.get("activity_name") or found.get("type_name")),
        ("http.request.method", at(found, "http_request", "http_method")),
        ("http.response.status_code", at(found, "http_response", "code")),
        ("user_agent.original", at(found, "http_request", "user_agent")),
        ("dns.question.name", at(found, "query", "hostname")),
        ("dns.resolved_ip", ",".join(one for one in rdata if isinstance(one, str) and is_address(one))),
        ("file.hash.sha256", first(at(found, "file", "hashes")).get("value")),
        ("observer.name", at(found, "device", "hostname")),
    ]
    fields = fields_of(pairs)
    outcome, why = _outcome(found, "user.name" in fields)
    if "dns.question.name" in fields and outcome is Outcome.UNKNOWN:
        outcome = Outcome.RESOLVED
    known = any(name in fields for name in ("source.ip", "source.domain", "url.full", "dns.question.name"))
    return Event(
        format="ocsf",
        time=stamp_of(found.get("time", found.get("time_dt"))),
        fields=fields,
        initiator=Initiator.SOURCE if known else Initiator.UNKNOWN,
        outcome=outcome,
        why=why,
    )


def _endpoint(name: str, endpoint: Document) -> list[tuple[str, object]]:
    host = text(endpoint.get("ip")) or text(endpoint.get("hostname")) or text(endpoint.get("domain"))
    return side(name, host, endpoint.get("port")) if host else []


def _outcome(found: Document, named: bool) -> tuple[Outcome, str]:
    kind, status = number_of(found.get("class_uid")), number_of(found.get("status_id"))
    if number_of(found.get("action_id")) == 2 or text(found.get("action")).lower() in ("denied", "blocked"):
        return Outcome.DENIED, "action denied"
    if kind == 3002 and number_of(found.get("activity_id")) in (1, None):
        if status == 1:
            return Outcome.LOGIN_ACCEPTED, "authentication succeeded"
        if status == 2:
            return Outcome.LOGIN_REFUSED if named else Outcome.REFUSED, "authentication failed"
    code = at(found, "http_response", "code")
    if code is not None:
        return http_outcome(code), f"HTTP {code}"
    received = number_of(at(found, "traffic", "bytes_in"))
    if received:
        return Outcome.DATA, f"{received} bytes back"
    if number_of(found.get("action_id")) == 1:
        return Outcome.ALLOWED, "action allowed"
    if status == 2:
        return Outcome.REFUSED, "status failure"
    return Outcome.UNKNOWN, f"class {kind}"


SPEC = LogFormat(
    name="ocsf",
    title="OCSF events (Amazon Security Lake and others)",
    example=b'{"class_uid":4001,"metadata":{"version":"1.1.0"},"time":1609993087123,"activity_name":"Refuse",'
    b'"action_id":2,"src_endpoint":{"ip":"192.0.2.7","port":51022},"dst_endpoint":{"ip":"203.0.113.9","port":22}}',
    knows="src_endpoint initiated. action_id 2 denied; in authentications status_id accepted or refused the "
    "account; else the HTTP code, bytes_in, or action_id 1 say what came of it.",
    times=TIMES,
    sniff=document_sniff(document),
    reader=document_reader(TIMES),
    document=document,
    outcomes=frozenset(Outcome),
)
