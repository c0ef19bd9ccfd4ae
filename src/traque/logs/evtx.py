"""Windows event log records, as the EVTX decoder writes them: log-ins, connections, names, shares, RDP.

Meaning of the events: Microsoft's "Security auditing" pages (events 4624 to 6273) and Sysmon's manual
(events 3 and 22); the names of the data are those of the events' manifests.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from traque.logs._documents import Document, stamp_of
from traque.logs._fields import fields_of, host_and_port, is_service, number_of, side, url_fields
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, specific
from traque.logs._losses import WINDOWS
from traque.logs.json import understand
from traque.model import Event, Initiator, Outcome, TimeRule

TIMES = (TimeRule("iso", anchor=b'"@timestamp":'), TimeRule("auto"))

_Data = Mapping[str, object]
_Pairs = list[tuple[str, object]]
_Said = tuple[_Pairs, Initiator, Outcome, str]

_INBOUND, _OUTBOUND = "%%14592", "%%14593"
_PROTOCOLS: Final = {"1": "icmp", "6": "tcp", "17": "udp", "58": "ipv6-icmp"}
_LABEL = re.compile(r"(?:^|;)\s*type:\s*\d+\s*")


def document(record: Document) -> Event | None:
    """What an event says; None if it is none."""
    if record.get("@format") != "evtx":
        return None
    event = record.get("Event")
    if not isinstance(event, Mapping):
        return None
    system = _part(event, "System")
    provider = _text(_part(_part(system, "Provider"), "#attributes").get("Name"))
    code = _code(system.get("EventID"))
    data = _data(event)
    reader = _READERS.get((provider, code))
    pairs, initiator, outcome, why = reader(data) if reader else _other(data)
    fields = fields_of(
        [
            *pairs,
            ("host.name", system.get("Computer")),
            ("event.code", code),
            ("event.provider", provider),
            ("process.executable", data.get("Image") or data.get("Application") or data.get("ProcessName")),
        ]
    )
    return Event(
        format="evtx",
        time=stamp_of(record.get("@timestamp")),
        fields=fields,
        initiator=initiator,
        outcome=outcome,
        why=f"{why} ({code})" if why else "",
    )


def _part(parent: _Data, name: str) -> _Data:
    part = parent.get(name)
    return part if isinstance(part, Mapping) else {}


def _code(value: object) -> str:
    return _text(value.get("#text") if isinstance(value, Mapping) else value)


def _text(value: object) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _data(event: _Data) -> _Data:
    """The data of an event: EventData, or the one element of UserData."""
    data = _part(event, "EventData")
    if data:
        return data
    inner = _part(event, "UserData")
    return next((item for item in inner.values() if isinstance(item, Mapping)), inner)


def _account(data: _Data, prefix: str = "Target") -> str:
    domain, name = _text(data.get(f"{prefix}DomainName")), _text(data.get(f"{prefix}UserName"))
    return f"{domain}\\{name}" if domain not in ("", "-") and name not in ("", "-") else name


def _from(data: _Data, address: str = "IpAddress", port: str = "IpPort") -> _Pairs:
    host = _text(data.get(address))
    return side("source", host, data.get(port)) if host not in ("", "-", "LOCAL") else []


def _login(outcome: Outcome, why: str, address: str = "IpAddress", port: str = "IpPort") -> _Reader:
    def read(data: _Data) -> _Said:
        pairs = [*_from(data, address, port), ("user.name", _account(data) or data.get("AccountName"))]
        kind = _text(data.get("LogonType"))
        said = f"{why}, logon type {kind}" if kind else why
        action = "logged-in" if outcome is Outcome.LOGIN_ACCEPTED else "login-failed"
        return [*pairs, ("event.action", action)], Initiator.SOURCE, outcome, said

    return read


def _ticket(data: _Data) -> _Said:
    """Kerberos and NTLM: a status of 0 is a success."""
    status = _text(data.get("Status")).lower()
    granted = status in ("0x0", "0", "0x00000000")
    outcome = Outcome.LOGIN_ACCEPTED if granted else Outcome.LOGIN_REFUSED
    origin = _from(data) or side("source", _text(data.get("Workstation")))
    pairs: _Pairs = [*origin, ("user.name", _account(data)), ("service.name", data.get("ServiceName"))]
    return pairs, Initiator.SOURCE, outcome, f"status {status}" if status else "no status"


def _share(data: _Data) -> _Said:
    pairs = [
        *_from(data),
        ("user.name", _account(data, "Subject")),
        ("file.path", data.get("RelativeTargetName")),
        ("event.action", "share-access"),
    ]
    return pairs, Initiator.SOURCE, Outcome.DATA, "a share was accessed"


def _filtered(outcome: Outcome, why: str) -> _Reader:
    """The Windows Filtering Platform. Its source is the local side, whoever opened the connection."""

    def read(data: _Data) -> _Said:
        direction = _text(data.get("Direction"))
        inbound = direction == _INBOUND
        said = "inbound" if inbound else "outbound" if direction == _OUTBOUND else ""
        pairs = [
            *side("source", _text(data.get("SourceAddress")), data.get("SourcePort")),
            *side("destination", _text(data.get("DestAddress")), data.get("DestPort")),
            ("network.transport", _PROTOCOLS.get(_text(data.get("Protocol")))),
            ("network.direction", said),
        ]
        opener = Initiator.SOURCE if said == "outbound" else _opener(data) if said else Initiator.UNKNOWN
        return pairs, opener, outcome, f"{why}, {said}" if said else why

    return read


def _opener(data: _Data) -> Initiator:
    """Of an inbound connection: the far end, which Windows writes as destination, some versions as source."""
    first, second = number_of(data.get("SourcePort")), number_of(data.get("DestPort"))
    if first is None or second is None:
        return Initiator.UNKNOWN
    far_first = is_service(second) and not is_service(first)
    return Initiator.SOURCE if far_first else Initiator.DESTINATION


def _connection(data: _Data) -> _Said:
    """Sysmon names as source the side that opened the connection, whatever ``Initiated`` says."""
    transport = _text(data.get("Protocol")).lower()
    pairs = [
        ("source.ip", data.get("SourceIp")),
        ("source.port", data.get("SourcePort")),
        ("source.domain", data.get("SourceHostname")),
        ("destination.ip", data.get("DestinationIp")),
        ("destination.port", data.get("DestinationPort")),
        ("destination.domain", data.get("DestinationHostname")),
        ("network.transport", transport),
        ("network.direction", "outbound" if data.get("Initiated") in (True, "true") else "inbound"),
        ("user.name", data.get("User")),
    ]
    if transport == "tcp":
        return pairs, Initiator.SOURCE, Outcome.DATA, "Sysmon: a TCP connection was made"
    return pairs, Initiator.SOURCE, Outcome.ALLOWED, f"Sysmon: {transport} was sent"


def _question(data: _Data) -> _Said:
    results = _LABEL.sub(";", _text(data.get("QueryResults")))
    answers = [part.strip() for part in results.split(";") if part.strip() not in ("", "-")]
    pairs = [
        ("dns.question.name", data.get("QueryName")),
        ("dns.answers.data", ",".join(answers[:50])),
        ("user.name", data.get("User")),
    ]
    return pairs, Initiator.SOURCE, Outcome.RESOLVED, "a name was resolved"


def _session(outcome: Outcome, why: str) -> _Reader:
    """Terminal services: the address is text, or ``LOCAL``."""

    def read(data: _Data) -> _Said:
        address = data.get("Address") or data.get("Param3") or data.get("ClientIP") or data.get("IPString")
        host, port = host_and_port(_text(address))
        user = data.get("User") or "\\".join(
            filter(None, (_text(data.get("Param2")), _text(data.get("Param1"))))
        )
        origin = side("source", host, port) if host not in ("", "LOCAL", "-") else []
        return [*origin, ("user.name", user), ("network.protocol", "rdp")], Initiator.SOURCE, outcome, why

    return read


def _radius(outcome: Outcome, why: str) -> _Reader:
    def read(data: _Data) -> _Said:
        pairs = [
            *side("source", _text(data.get("CallingStationID"))),
            ("user.name", data.get("SubjectUserName")),
            ("observer.ip", data.get("NASIPv4Address")),
        ]
        return pairs, Initiator.SOURCE, outcome, why

    return read


def _transfer(data: _Data) -> _Said:
    moved = number_of(data.get("bytesTransferred"))
    pairs = [*url_fields(_text(data.get("url"))), ("destination.bytes", moved)]
    outcome = Outcome.DATA if moved else Outcome.UNKNOWN
    return pairs, Initiator.SOURCE, outcome, f"BITS moved {moved or 0} bytes"


def _other(data: _Data) -> _Said:
    """An event that is not known by number: addresses under the usual names; who opened it is not known."""
    pairs: _Pairs = []
    for name in ("IpAddress", "ClientAddress", "SourceAddress", "SourceIp", "ClientIP", "Address"):
        host, port = host_and_port(_text(data.get(name)))
        if host and host not in ("-", "LOCAL"):
            pairs += side("source", host, port or data.get("IpPort") or data.get("SourcePort"))
            break
    for name in ("DestAddress", "DestinationIp", "DestinationAddress"):
        if host := _text(data.get(name)):
            pairs += side("destination", host, data.get("DestPort") or data.get("DestinationPort"))
            break
    user = _account(data) or _account(data, "Subject") or data.get("User")
    return [*pairs, ("user.name", user)], Initiator.UNKNOWN, Outcome.UNKNOWN, "event of another kind"


_Reader = Callable[[_Data], _Said]
_SECURITY: Final = "Microsoft-Windows-Security-Auditing"
_RDP: Final = "Microsoft-Windows-TerminalServices-"


def _readers() -> Iterator[tuple[tuple[str, str], _Reader]]:
    accepted, refused = Outcome.LOGIN_ACCEPTED, Outcome.LOGIN_REFUSED
    security: dict[str, _Reader] = {
        "4624": _login(accepted, "logged on"),
        "4625": _login(refused, "failed to log on"),
        "4648": _login(Outcome.UNKNOWN, "explicit credentials were used"),
        "4771": _login(refused, "Kerberos pre-authentication failed"),
        "4778": _login(accepted, "a session was taken up again", "ClientAddress", ""),
        "4779": _login(Outcome.DATA, "a session was left", "ClientAddress", ""),
        "4825": _login(refused, "remote desktop was denied", "ClientAddress", ""),
        "5156": _filtered(Outcome.ALLOWED, "the firewall allowed it"),
        "6272": _radius(accepted, "the policy server granted access"),
        "6273": _radius(refused, "the policy server denied access"),
    }
    security |= dict.fromkeys(("4768", "4769", "4770", "4776"), _ticket)
    security |= dict.fromkeys(("5140", "5145"), _share)
    blocked = _filtered(Outcome.DENIED, "the firewall blocked it")
    security |= dict.fromkeys(("5152", "5153", "5155", "5157"), blocked)
    for code, reader in security.items():
        yield (_SECURITY, code), reader
    yield ("Microsoft-Windows-Sysmon", "3"), _connection
    yield ("Microsoft-Windows-Sysmon", "22"), _question
    for code in ("3006", "3008", "3020"):
        yield ("Microsoft-Windows-DNS-Client", code), _question
    for code in ("59", "60", "61"):
        yield ("Microsoft-Windows-Bits-Client", code), _transfer
    manager, core = f"{_RDP}LocalSessionManager", "Microsoft-Windows-RemoteDesktopServices-RdpCoreTS"
    yield (manager, "21"), _session(accepted, "remote desktop: logged on")
    yield (manager, "25"), _session(accepted, "remote desktop: session taken up again")
    yield (manager, "24"), _session(Outcome.DATA, "remote desktop: session left")
    yield (
        (f"{_RDP}RemoteConnectionManager", "1149"),
        _session(Outcome.DATA, "remote desktop: network authentication"),
    )
    yield (core, "131"), _session(Outcome.ALLOWED, "remote desktop: connection accepted")
    yield (core, "140"), _session(refused, "remote desktop: wrong name or password")


_READERS: Final = dict(_readers())


def sniff(head: Head) -> float:
    """The decoder marks its records."""
    return specific(head.share_of_documents(lambda record: record.get("@format") == "evtx"))


def reader(_head: Head) -> RecordReader:
    """Times stand first in each record."""
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="evtx",
    title="Windows events (decoded EVTX)",
    example=b'{"@format":"evtx","@timestamp":"2021-01-07T04:18:07.120000Z","Event":{"System":{"Provider":{"#attributes":'
    b'{"Name":"Microsoft-Windows-Security-Auditing"}},"EventID":4625,"Computer":"srv1.example"},"EventData":'
    b'{"TargetUserName":"jdoe","TargetDomainName":"EXAMPLE","LogonType":3,"IpAddress":"198.51.100.23","IpPort":"50122"}}}',
    knows="Log-ins by event (4624, 4625, 4768 to 4778, RDP 21, 25 and 140, RADIUS 6272): the address that "
    "the event names opened the exchange. Firewall events 5152 to 5157 state direction and verdict; "
    "Sysmon 3 names the opener as source; Sysmon 22 and DNS client events only resolve. Others: unknown.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    document=document,
    outcomes=frozenset(Outcome) - {Outcome.REFUSED, Outcome.UNANSWERED},
    losses=WINDOWS,
)
