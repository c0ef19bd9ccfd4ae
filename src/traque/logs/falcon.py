"""CrowdStrike Falcon's event stream (Streaming API, SIEM connector) as JSON: detections, firewall, audit.

Source: CrowdStrike "Streaming API event dictionary", and what public parsers of it expect
(``ConnectionDirection`` 1 is inbound, ``RuleAction`` 2 blocks). The events of its sensors (Data Replicator)
are :mod:`traque.logs.edr`'s.
"""

from __future__ import annotations

from traque.logs._cloud import anchored, audit, document_reader, document_sniff, first, mapping, text
from traque.logs._documents import Document, stamp_of
from traque.logs._fields import SEVERAL, UNSPECIFIED, fields_of
from traque.logs._format import LogFormat
from traque.model import Event, Initiator, Outcome, TimeRule

TIMES = (TimeRule("epoch", anchor=b'"eventCreationTime"'), *anchored("Timestamp"))
_TRANSPORTS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "ipv6-icmp"}


def document(found: Document) -> Event | None:
    """One event of the stream; None for other documents."""
    about, inner = mapping(found.get("metadata")), mapping(found.get("event"))
    kind = text(about.get("eventType"))
    if not kind.endswith("Event") or not inner or "customerIDString" not in about:
        return None
    time = about.get("eventCreationTime")
    if kind.endswith("AuditEvent"):
        return _audit(kind, inner, time)
    if kind == "FirewallMatchEvent":
        return _firewall(inner, time)
    return _detection(kind, inner, time)


def _audit(kind: str, inner: Document, time: object) -> Event:
    """An account of the console, or a key of its API, did something."""
    action, succeeded = text(inner.get("OperationName")), inner.get("Success") is not False
    outcome = Outcome.LOGIN_ACCEPTED
    if not succeeded:
        outcome = Outcome.LOGIN_REFUSED if "authenticate" in action.lower() else Outcome.REFUSED
    pairs = [
        ("source.ip", inner.get("UserIp") or inner.get("SourceIp")),
        ("user.name", inner.get("UserId")),
        ("event.action", action),
        ("event.outcome", "success" if succeeded else "failure"),
    ]
    return audit("falcon", time, pairs, outcome, f"Falcon {kind} {action}".strip()[:90])


def _firewall(inner: Document, time: object) -> Event:
    """The sensor's firewall matched a connection, which the far end opened where it is inbound."""
    inbound = str(inner.get("ConnectionDirection")) == "1"
    near, far = ("destination", "source") if inbound else ("source", "destination")
    local = inner.get("LocalAddress")
    pairs = [
        (f"{far}.ip", inner.get("RemoteAddress")),
        (f"{far}.port", inner.get("RemotePort")),
        (f"{near}.ip", None if local == UNSPECIFIED else local),
        (f"{near}.port", inner.get("LocalPort")),
        ("network.transport", _TRANSPORTS.get(str(inner.get("Protocol")))),
        ("network.direction", "inbound" if inbound else "outbound"),
        ("process.executable", inner.get("ImageFileName")),
        ("process.command_line", inner.get("CommandLine")),
        ("host.name", inner.get("HostName")),
        ("rule.name", inner.get("RuleName")),
        ("event.action", inner.get("EventType")),
    ]
    blocked = str(inner.get("RuleAction")) == "2"
    return Event(
        format="falcon",
        time=stamp_of(time),
        fields=fields_of(pairs),
        initiator=Initiator.SOURCE,
        outcome=Outcome.DENIED if blocked else Outcome.ALLOWED,
        why=f"Falcon firewall rule {'blocked' if blocked else 'allowed'}",
    )


def _detection(kind: str, inner: Document, time: object) -> Event:
    """A detection on a machine, with the first of the connections that its process made."""
    accesses = inner.get("NetworkAccesses")
    access = first(accesses)
    inward = str(access.get("ConnectionDirection")) == "1"
    near, far = ("destination", "source") if inward else ("source", "destination")
    others = [mapping(one) for one in accesses[1:SEVERAL]] if isinstance(accesses, list) else []
    pairs = [
        (f"{far}.ip", access.get("RemoteAddress")),
        (f"{far}.port", access.get("RemotePort")),
        (f"{near}.ip", access.get("LocalAddress")),
        (f"{near}.port", access.get("LocalPort")),
        ("related.ip", ",".join(text(one.get("RemoteAddress")) for one in others) or None),
        ("network.transport", text(access.get("Protocol")).lower()),
        ("dns.question.name", first(inner.get("DnsRequests")).get("DomainName")),
        ("host.name", inner.get("ComputerName") or inner.get("Hostname")),
        ("host.ip", inner.get("LocalIP")),
        ("user.name", inner.get("UserName")),
        ("process.command_line", inner.get("CommandLine")),
        ("file.name", inner.get("FileName")),
        ("file.hash.sha256", inner.get("SHA256String")),
        ("file.hash.sha1", inner.get("SHA1String")),
        ("file.hash.md5", inner.get("MD5String")),
        ("threat.name", inner.get("DetectName") or inner.get("Name")),
        ("event.action", kind),
    ]
    return Event(
        format="falcon",
        time=stamp_of(time),
        fields=fields_of(pairs),
        initiator=Initiator.SOURCE if access else Initiator.UNKNOWN,
        outcome=Outcome.ALLOWED if access else Outcome.UNKNOWN,
        why=f"Falcon {kind}" + (": a connection of its process" if access else ""),
    )


SPEC = LogFormat(
    name="falcon",
    title="CrowdStrike Falcon event stream",
    example=b'{"metadata":{"customerIDString":"0123","offset":7,"eventType":"AuthActivityAuditEvent","eventCreationTime":'
    b'1609993087123,"version":"1.0"},"event":{"UserId":"alice@corp.example","UserIp":"192.0.2.7","OperationName":'
    b'"twoFactorAuthenticate","Success":true}}',
    knows="Audit: the account's address initiated, and success says whether it was accepted. The firewall "
    "says which way and whether it blocked; of a detection the connections of its process were made.",
    times=TIMES,
    sniff=document_sniff(document),
    reader=document_reader(TIMES),
    linewise=True,
    document=document,
    outcomes=frozenset(Outcome) - {Outcome.DATA, Outcome.UNANSWERED, Outcome.RESOLVED},
)
