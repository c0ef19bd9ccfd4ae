"""Endpoint detection: Microsoft Defender (advanced hunting), CrowdStrike Falcon, SentinelOne, ESET, as JSON.

Source: Microsoft Learn, "Advanced hunting schema" (DeviceNetworkEvents, DeviceLogonEvents...), CrowdStrike
Falcon Data Replicator event names, SentinelOne Deep Visibility field names, ESET PROTECT "Events exported in
JSON". The samples are written from these documents.
"""

from __future__ import annotations

from collections.abc import Iterable

from traque.logs._cloud import document_reader, document_sniff, mapping, text
from traque.logs._documents import Document, stamp_of
from traque.logs._fields import fields_of, is_address, side, url_fields
from traque.logs._format import LogFormat
from traque.model import Event, Initiator, Outcome, TimeRule

TIMES = (
    TimeRule("iso", anchor=b'"Timestamp"'),
    TimeRule("iso", anchor=b'"TimeGenerated"'),
    TimeRule("epoch", anchor=b'"timestamp"'),
    TimeRule("epoch", anchor=b'"event.time"'),
    TimeRule("day-month", anchor=b'"occured"'),
    TimeRule("auto"),
)

_DIRECTIONS = {"INCOMING": "inbound", "OUTGOING": "outbound"}

_Known = tuple[Iterable[tuple[str, object]], Initiator, Outcome, str]
_SOURCE, _UNKNOWN = Initiator.SOURCE, Initiator.UNKNOWN


def document(found: Document) -> Event | None:
    """One event of an endpoint's agent; None for other documents."""
    inner = mapping(found.get("properties"))
    if text(found.get("category")).startswith("AdvancedHunting-") and inner:
        found = inner
    for accepts in (_defender, _falcon, _sentinel, _eset):
        known = accepts(found)
        if known is not None:
            pairs, initiator, outcome, why = known
            time = next(
                (
                    found[key]
                    for key in ("Timestamp", "TimeGenerated", "timestamp", "event.time")
                    if key in found
                ),
                None,
            )
            time = found.get("occured", time)
            if isinstance(time, str) and time.isdigit():
                time = int(time)
            fields = fields_of(
                (name, value) for name, value in pairs if not name.endswith(".ip") or is_address(str(value))
            )
            if outcome is Outcome.LOGIN_REFUSED and "user.name" not in fields:
                outcome = Outcome.REFUSED
            return Event(
                format="edr",
                time=stamp_of(time),
                fields=fields,
                initiator=initiator,
                outcome=outcome,
                why=why,
            )
    return None


def _host(url: object) -> str:
    return text(url).partition("://")[2].partition("/")[0] or text(url).partition("/")[0]


def _url(value: object) -> list[tuple[str, object]]:
    """A URL's fields but for its port: the connection states that."""
    known = url_fields(text(value)) if "://" in text(value)[:12] else []
    return [("url.original", value), *(pair for pair in known if pair[0] != "destination.port")]


def _defender(found: Document) -> _Known | None:
    action = text(found.get("ActionType"))
    if not action or not ("DeviceName" in found or "DeviceId" in found):
        return None
    inward = action.startswith(("InboundConnection", "Logon", "ListeningConnection")) or "LogonType" in found
    near, far = ("destination", "source") if inward else ("source", "destination")
    pairs = [
        (f"{far}.ip", found.get("RemoteIP")),
        (f"{far}.port", found.get("RemotePort")),
        (f"{near}.ip", found.get("LocalIP")),
        (f"{near}.port", found.get("LocalPort")),
        (f"{far}.domain", _host(found.get("RemoteUrl"))),
        *_url(found.get("RemoteUrl")),
        ("user.name", found.get("AccountName") or found.get("InitiatingProcessAccountName")),
        *_hashes(found, "SHA256", "SHA1", "MD5"),
        ("file.name", found.get("FileName")),
        ("process.executable", found.get("InitiatingProcessFileName")),
        (
            "process.command_line",
            found.get("ProcessCommandLine") or found.get("InitiatingProcessCommandLine"),
        ),
        ("host.name", found.get("DeviceName")),
        ("event.action", action),
    ]
    outcome = {
        "LogonSuccess": Outcome.LOGIN_ACCEPTED,
        "LogonFailed": Outcome.LOGIN_REFUSED,
        "ConnectionSuccess": Outcome.DATA,
        "InboundConnectionAccepted": Outcome.DATA,
        "ConnectionFailed": Outcome.UNANSWERED,
        "ConnectionAttempt": Outcome.UNANSWERED,
        "ConnectionFound": Outcome.ALLOWED,
        "ConnectionRequest": Outcome.ALLOWED,
        "DnsConnectionInspected": Outcome.RESOLVED,
    }.get(action, Outcome.UNKNOWN)
    if "Block" in action:
        outcome = Outcome.DENIED
    peer = found.get("RemoteIP") or found.get("RemoteUrl")
    return pairs, _SOURCE if peer else _UNKNOWN, outcome, f"Defender {action}"


def _hashes(found: Document, *names: str) -> list[tuple[str, object]]:
    return [(f"file.hash.{name.lower()}", found.get(name)) for name in names]


def _falcon(found: Document) -> _Known | None:
    action = text(found.get("event_simpleName"))
    if not action:
        return None
    inward = "Receive" in action or "Logon" in action or "Listen" in action
    inward = inward or str(found.get("ConnectionDirection", found.get("ConnectionDirection_decimal"))) == "1"
    near, far = ("destination", "source") if inward else ("source", "destination")
    pairs = [
        (f"{far}.ip", found.get("RemoteAddressIP4", found.get("RemoteAddressIP6"))),
        (f"{far}.port", found.get("RemotePort_decimal", found.get("RemotePort"))),
        (f"{near}.ip", found.get("LocalAddressIP4", found.get("LocalAddressIP6"))),
        (f"{near}.port", found.get("LocalPort_decimal", found.get("LocalPort"))),
        ("dns.question.name", found.get("DomainName")),
        *_url(found.get("OriginatingURL")),
        ("dns.resolved_ip", text(found.get("IP4Records")).strip(";").replace(";", ",")),
        ("user.name", found.get("UserName")),
        ("process.executable", found.get("ImageFileName")),
        ("process.command_line", found.get("CommandLine")),
        ("file.hash.sha256", found.get("SHA256HashData")),
        ("file.hash.md5", found.get("MD5HashData")),
        ("host.name", found.get("ComputerName")),
        ("event.action", action),
    ]
    outcome = Outcome.UNKNOWN
    if action.startswith("UserLogonFailed"):
        outcome = Outcome.LOGIN_REFUSED
    elif action.startswith("UserLogon"):
        outcome = Outcome.LOGIN_ACCEPTED
    elif action.startswith("DnsRequest"):
        outcome = Outcome.RESOLVED
    elif action.startswith("Network"):
        outcome = Outcome.ALLOWED
    known = outcome is not Outcome.UNKNOWN
    return pairs, _SOURCE if known else _UNKNOWN, outcome, f"Falcon {action}"


def _sentinel(found: Document) -> _Known | None:
    action = text(found.get("event.type"))
    if not action or not ("agent.uuid" in found or "endpoint.name" in found):
        return None
    source = text(found.get("src.ip.address")) or text(found.get("src.endpoint.ip.address"))
    pairs = [
        *side("source", source, found.get("src.port.number")),
        *side("destination", text(found.get("dst.ip.address")), found.get("dst.port.number")),
        ("dns.question.name", found.get("event.dns.request")),
        ("dns.resolved_ip", text(found.get("event.dns.response")).strip(";").replace(";", ",")),
        *_url(found.get("url.address")),
        (
            "user.name",
            found.get("event.login.userName")
            or found.get("event.login.tgt.user.name")
            or found.get("src.process.user"),
        ),
        ("network.transport", text(found.get("event.network.protocolName")).lower()),
        ("network.direction", _DIRECTIONS.get(text(found.get("event.network.direction")))),
        ("process.executable", found.get("src.process.image.path")),
        ("process.command_line", found.get("src.process.cmdline")),
        ("file.hash.sha256", found.get("tgt.file.sha256") or found.get("src.process.image.sha256")),
        ("file.hash.sha1", found.get("tgt.file.sha1") or found.get("src.process.image.sha1")),
        ("host.name", found.get("endpoint.name")),
        ("event.action", action),
    ]
    status = text(found.get("event.network.connectionStatus")).upper()
    outcome = Outcome.UNKNOWN
    if action == "IP Connect":
        outcome = {"SUCCESS": Outcome.DATA, "FAILURE": Outcome.UNANSWERED, "BLOCKED": Outcome.DENIED}.get(
            status, Outcome.ALLOWED
        )
    elif action.startswith("DNS"):
        outcome = Outcome.RESOLVED
    elif action == "Login":
        success = text(str(found.get("event.login.loginIsSuccessful"))).lower() == "true"
        outcome = Outcome.LOGIN_ACCEPTED if success else Outcome.LOGIN_REFUSED
    elif action in ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "CONNECT"):
        outcome = Outcome.ALLOWED
    elif action == "Logout":
        outcome = Outcome.DATA
    initiator = _UNKNOWN if outcome is Outcome.UNKNOWN else _SOURCE
    return pairs, initiator, outcome, f"SentinelOne {action} {status}".strip()


def _eset(found: Document) -> _Known | None:
    kind = text(found.get("event_type"))
    if not kind.endswith("_Event") or "source_uuid" not in found:
        return None
    action = text(found.get("action")) or text(found.get("action_taken"))
    pairs = [
        *side("source", text(found.get("source_address")), found.get("source_port")),
        *side("destination", text(found.get("target_address")), found.get("target_port")),
        ("url.original", found.get("object_uri")),
        ("file.hash.sha1", found.get("hash")),
        ("network.transport", text(found.get("protocol")).lower()),
        ("user.name", found.get("account") or found.get("username")),
        ("process.executable", found.get("process_name") or found.get("processname")),
        ("host.name", found.get("hostname")),
        ("event.action", action),
    ]
    denied = any(word in action.lower() for word in ("block", "deleted", "clean", "terminated"))
    outcome = (
        Outcome.DENIED if denied else Outcome.ALLOWED if action.lower() == "allowed" else Outcome.UNKNOWN
    )
    inbound = found.get("inbound")
    initiator = _SOURCE if isinstance(inbound, bool) or text(found.get("object_uri")) else _UNKNOWN
    return pairs, initiator, outcome, f"ESET {kind} {action}".strip()


SPEC = LogFormat(
    name="edr",
    title="Endpoint detection (Defender, CrowdStrike Falcon, SentinelOne, ESET)",
    example=b'{"Timestamp":"2021-01-07T04:18:07.123Z","DeviceName":"pc1.corp.example","ActionType":"ConnectionSuccess",'
    b'"RemoteIP":"198.51.100.7","RemotePort":443,"LocalIP":"10.0.0.7","LocalPort":51022}',
    knows="By the event's type: the machine opened what it connects to or asks for, the far end "
    "opened what is "
    "accepted or logs on. Success, failure and block are the agent's words; a threat found states "
    "no initiator.",
    times=TIMES,
    sniff=document_sniff(document),
    reader=document_reader(TIMES),
    document=document,
    outcomes=frozenset(Outcome),
)
