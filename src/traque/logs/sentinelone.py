"""SentinelOne's management console: activities and threats, as its API and syslog export give them (JSON).

Source: SentinelOne "Management API: activities, threats" as public parsers read it (activity types 27 a
log-in, 133 and 134 refused ones, 5232 the agent's firewall). What its agents see (Deep Visibility, Cloud
Funnel) is :mod:`traque.logs.edr`'s.
"""

from __future__ import annotations

from traque.logs._cloud import anchored, audit, document_reader, document_sniff, mapping, text
from traque.logs._documents import Document, stamp_of
from traque.logs._fields import fields_of, side
from traque.logs._format import LogFormat
from traque.model import Event, Initiator, Outcome

TIMES = anchored("createdAt")
_ACCEPTED, _REFUSED, _FIREWALL = 27, (133, 134), 5232


def document(found: Document) -> Event | None:
    """One activity or threat; None for other documents."""
    if "agentDetectionInfo" in found and "threatInfo" in found:
        return _threat(found)
    if "activityType" in found and "primaryDescription" in found and "createdAt" in found:
        return _activity(found)
    return None


def _activity(found: Document) -> Event:
    said, data, kind = (
        text(found.get("primaryDescription")),
        mapping(found.get("data")),
        found.get("activityType"),
    )
    if kind == _FIREWALL:
        return _firewall(data, found.get("createdAt"))
    outcome = Outcome.UNKNOWN
    if kind == _ACCEPTED:
        outcome = Outcome.LOGIN_ACCEPTED
    elif kind in _REFUSED:
        outcome = Outcome.LOGIN_REFUSED
    # Of an agent the address names a machine; only a person at the console is a peer.
    role = "related.ip" if outcome is Outcome.UNKNOWN else "source.ip"
    pairs = [
        (role, data.get("ipAddress") or data.get("externalIp") or data.get("externalip")),
        ("user.name", data.get("username") or data.get("byUser")),
        ("host.name", data.get("computerName") or data.get("origagentname")),
        ("file.name", data.get("fileDisplayName")),
        ("file.path", data.get("filePath")),
        ("file.hash.sha1", data.get("fileContentHash") or found.get("hash")),
        ("rule.name", data.get("rulename") or data.get("ruleName")),
        ("event.action", said[:80]),
    ]
    return audit("sentinelone", found.get("createdAt"), pairs, outcome, f"activity {kind}: {said}"[:90])


def _firewall(data: Document, time: object) -> Event:
    """The agent's firewall blocked a connection, opened by the far end where it is inbound."""
    inbound = text(data.get("reportedDirection")) == "inbound"
    near, far = ("destination", "source") if inbound else ("source", "destination")
    pairs = [
        *side(far, text(data.get("reportedRemoteHost")), data.get("reportedRemotePort")),
        *side(near, text(data.get("reportedLocalHost")), data.get("reportedLocalPort")),
        ("network.transport", text(data.get("reportedProtocol")).lower()),
        ("network.direction", data.get("reportedDirection")),
        ("process.executable", data.get("processName")),
        ("host.name", data.get("computerName")),
        ("rule.name", data.get("ruleName")),
        ("event.action", data.get("action")),
    ]
    blocked = text(data.get("action")).lower() == "block"
    return Event(
        format="sentinelone",
        time=stamp_of(time),
        fields=fields_of(pairs),
        initiator=Initiator.SOURCE,
        outcome=Outcome.DENIED if blocked else Outcome.ALLOWED,
        why=f"firewall control: {data.get('action')}",
    )


def _threat(found: Document) -> Event:
    """A file or process that was found on a machine: nothing was opened."""
    threat, agent = mapping(found.get("threatInfo")), mapping(found.get("agentRealtimeInfo"))
    detected = mapping(found.get("agentDetectionInfo"))
    pairs = [
        ("host.name", agent.get("agentComputerName")),
        ("host.ip", detected.get("agentIpV4")),
        ("host.nat.ip", detected.get("externalIp")),
        ("user.name", threat.get("processUser") or detected.get("agentLastLoggedInUserName")),
        ("threat.name", threat.get("threatName")),
        ("file.path", threat.get("filePath")),
        ("file.hash.sha256", threat.get("sha256")),
        ("file.hash.sha1", threat.get("sha1")),
        ("file.hash.md5", threat.get("md5")),
        ("process.command_line", threat.get("maliciousProcessArguments")),
        ("event.action", threat.get("mitigationStatus")),
    ]
    return Event(
        format="sentinelone",
        time=stamp_of(threat.get("identifiedAt") or threat.get("createdAt")),
        fields=fields_of(pairs),
        why=f"threat {text(threat.get('classification'))} {text(threat.get('mitigationStatus'))}".strip(),
    )


SPEC = LogFormat(
    name="sentinelone",
    title="SentinelOne console activities and threats",
    example=b'{"activityType":27,"createdAt":"2021-01-07T04:18:07.123456Z","data":{"ipAddress":"192.0.2.7","username":'
    b'"alice"},"primaryDescription":"The management user alice logged in to the management console."}',
    knows="Activity 27 is a log-in accepted, 133 and 134 are refused ones, by the console's user; firewall "
    "control says which way and that it blocked. A threat found states no exchange.",
    times=TIMES,
    sniff=document_sniff(document),
    reader=document_reader(TIMES),
    linewise=True,
    document=document,
    outcomes=frozenset(
        {
            Outcome.LOGIN_ACCEPTED,
            Outcome.LOGIN_REFUSED,
            Outcome.REFUSED,
            Outcome.ALLOWED,
            Outcome.DENIED,
            Outcome.UNKNOWN,
        }
    ),
)
