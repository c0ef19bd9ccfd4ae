"""Netskope's events and alerts, as JSON from its REST API, Cloud Exchange or a log shipper.

Source: Netskope "Log Shipper" and "Get Events Data" field lists. ``srcip`` is the address that the client
came from, ``userip`` its own inside, ``dstip`` the server. ``client_bytes`` went up, ``server_bytes`` down.
"""

from __future__ import annotations

from traque.logs._cloud import audit, document_reader, document_sniff, mapping, text
from traque.logs._documents import Document, stamp_of
from traque.logs._fields import fields_of, is_address, number_of, url_fields
from traque.logs._format import LogFormat
from traque.model import Event, Initiator, Outcome, TimeRule

TIMES = (TimeRule("epoch", anchor=b'"timestamp":'), TimeRule("auto"))
_OWN = ("access_method", "alert_type", "ur_normalized", "traffic_type", "ccl", "appcategory", "netskope_pop")
_DENIED = ("block", "blocked", "quarantine", "reset", "deny")


def document(found: Document) -> Event | None:
    """An event or alert; None for other documents."""
    if found.get("type") == "admin_audit_logs":
        return _administrator(found)
    addressed = any(name in found for name in ("srcip", "userip", "dstip"))
    if not addressed or sum(name in found for name in _OWN) < 2:
        return None
    get = found.get
    action, url = text(get("action")).lower(), text(get("url"))
    server, received = text(get("dstip")) or text(get("dsthost")), number_of(get("server_bytes"))
    refused = text(get("event_type")).lower() == "login failed" or action == "login failed"
    pairs = [
        ("source.ip", get("userip") or get("srcip")),
        ("source.nat.ip", get("srcip") if get("userip") else None),
        ("source.port", get("srcport")),
        ("destination.ip", server if is_address(server) else None),
        ("destination.port", get("dstport")),
        ("url.original", url),
        *url_fields(url if "://" in url else f"https://{url}" if url else ""),
        ("destination.domain", get("domain") if is_address(text(get("dsthost"))) else get("dsthost")),
        ("destination.domain", get("domain")),
        ("source.bytes", get("client_bytes")),
        ("destination.bytes", received),
        ("user.name", get("user") or get("ur_normalized")),
        ("user_agent.original", get("useragent")),
        ("host.name", get("hostname")),
        ("file.name", get("object") or get("file_name")),
        ("file.hash.md5", get("md5")),
        ("network.application", get("app")),
        ("event.action", action or get("activity")),
        ("event.kind", get("alert_type") or get("type")),
    ]
    outcome = Outcome.UNKNOWN
    if action in _DENIED:
        outcome = Outcome.DENIED
    elif refused:
        outcome = Outcome.REFUSED
    elif received:
        outcome = Outcome.DATA
    elif action in ("allow", "alert", "useralert", "bypass"):
        outcome = Outcome.ALLOWED
    fields = fields_of(pairs)
    said = " ".join(str(part) for part in (get("type"), get("alert_type"), action) if part)
    return Event(
        format="netskope",
        time=stamp_of(get("timestamp")),
        fields=fields,
        initiator=Initiator.SOURCE if "source.ip" in fields else Initiator.UNKNOWN,
        outcome=outcome,
        why=f"Netskope {said}"[:90],
    )


def _administrator(found: Document) -> Event:
    """Who did what in the console; a log-in's address stands among the values that support it."""
    action = text(found.get("audit_log_event"))
    values = mapping(found.get("supporting_data")).get("data_values")
    values = values if isinstance(values, list) else []
    address = next((value for value in values if isinstance(value, str) and is_address(value)), None)
    outcome = Outcome.UNKNOWN
    if action.startswith("Login"):
        outcome = Outcome.LOGIN_ACCEPTED if "Success" in action else Outcome.LOGIN_REFUSED
    pairs = [("source.ip", address), ("user.name", found.get("user")), ("event.action", action)]
    return audit("netskope", found.get("timestamp"), pairs, outcome, f"Netskope console: {action}"[:90])


SPEC = LogFormat(
    name="netskope",
    title="Netskope events and alerts",
    example=b'{"timestamp":1609993087,"type":"page","access_method":"Client","traffic_type":"CloudApp","userip":"10.0.0.7",'
    b'"srcip":"203.0.113.9","dstip":"192.0.2.7","dstport":443,"url":"www.evil.example/x","client_bytes":400,'
    b'"server_bytes":5300,"user":"alice@corp.example"}',
    knows="The user's machine initiated. Actions block, reset and quarantine are denied; bytes from the "
    "server are data; allow and alert let it through. The console's log-ins say their outcome.",
    times=TIMES,
    sniff=document_sniff(document),
    reader=document_reader(TIMES),
    document=document,
    outcomes=frozenset(Outcome) - {Outcome.UNANSWERED, Outcome.RESOLVED},
)
