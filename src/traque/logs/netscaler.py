"""Citrix NetScaler (ADC, Gateway): VPN and administrator log-ins, connections, TLS handshakes, commands.

Source: Citrix "NetScaler syslog message reference". The device's own time (``01/07/2021:04:18:07 GMT``, day
and month in an order that it is told) is not read: the syslog server's is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import msgspec

from traque.logs._envelope import TIMES, Envelope, observed, open_envelope, text_of
from traque.logs._fields import fields_of, host_and_port, number_of, side
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, specific
from traque.model import Event, Initiator, Outcome
from traque.timestamps import read


def understand(record: bytes) -> Event | None:
    """What a record says; None without a feature and a message's name as NetScaler writes them."""
    event = observed(_message(text_of(record)), open_envelope(record))
    return None if event is None else msgspec.structs.replace(event, time=read(record, TIMES))


def message(opened: Envelope) -> Event | None:
    """The same record in a syslog envelope."""
    return observed(_message(f"{opened.program}: {opened.message}"), opened)


def _message(text: str) -> Event | None:
    mark, pair = _patterns()
    found = mark.search(text)
    if found is None:
        return None
    feature, name, said = found[1] or "CLI", found[2] or "Message", text[found.end() :][:8192]
    if name == "Message":
        return _spoken(feature, said)
    values: dict[str, str] = {}
    for key, quoted, bare in pair.findall(said):
        values.setdefault(key, quoted or bare)
    get = values.get
    context = get("Context", "").rpartition("@")
    source, stated = get("Client_ip") or get("ClientIP") or get("Remote_ip") or context[2], get("Source", "")
    ends = [*side("source", *host_and_port(source or stated)), ("source.port", get("ClientPort"))]
    if source and host_and_port(stated)[0] == source:
        ends.append(("source.port", host_and_port(stated)[1]))
    target = get("Vserver") or get("Destination", "")
    if feature == "SSLVPN":
        # Through the tunnel the client reached this; the virtual server is the gateway itself.
        target = get("Destination") or target
    ends += side("destination", *host_and_port(target or get("VserverServiceIP", "")))
    pairs = [
        *ends,
        ("destination.port", get("VserverServicePort")),
        ("client.nat.ip", get("Nat_ip") if "." in get("Nat_ip", "") else None),
        ("source.bytes", get("Total_bytes_recv")),
        ("destination.bytes", get("Total_bytes_send")),
        ("user.name", (get("User") or context[0]).strip('"')),
        ("user_agent.original", get("Browser_type") or get("Browser")),
        ("event.action", f"{feature} {name}"),
    ]
    fields = fields_of(pairs)
    outcome, why = (
        _outcome(name, values, "user.name" in fields),
        f"{feature} {name} {get('Failure_reason', '')}".strip(),
    )
    initiator = Initiator.SOURCE if "source.ip" in fields else Initiator.UNKNOWN
    return Event(format="netscaler", fields=fields, initiator=initiator, outcome=outcome, why=why)


def _spoken(feature: str, said: str) -> Event:
    """A message in words: a log-in refused, a tunnel's use authorized or denied."""
    rejected, authorized = _sayings()
    pairs: list[tuple[str, object]] = [("event.action", f"{feature} Message")]
    outcome, why = Outcome.UNKNOWN, "a message of no known meaning"
    if found := rejected.search(said):
        outcome, why = Outcome.LOGIN_REFUSED, "Authentication is rejected"
        pairs += [("user.name", found[1]), ("source.ip", found[2]), ("destination.ip", found[3])]
    elif found := authorized.search(said):
        outcome, why = Outcome.ALLOWED if found[1] == "Allow" else Outcome.DENIED, f"Authorize {found[1]}"
        pairs += [("user.name", found[2]), ("source.ip", found[3]), ("destination.ip", found[4])]
    fields = fields_of(pairs)
    initiator = Initiator.SOURCE if "source.ip" in fields else Initiator.UNKNOWN
    return Event(
        format="netscaler", fields=fields, initiator=initiator, outcome=outcome, why=f"{feature}: {why}"
    )


def _outcome(name: str, values: Mapping[str, str], user: bool) -> Outcome:
    if name == "LOGIN_FAILED" or "Failure_reason" in values:
        return Outcome.LOGIN_REFUSED if user else Outcome.REFUSED
    if name in ("LOGIN", "ICASTART"):
        return Outcome.LOGIN_ACCEPTED
    if name == "CMD_EXECUTED":
        if values.get("Command", "").startswith("login"):
            accepted = values.get("Status") == "Success"
            return Outcome.LOGIN_ACCEPTED if accepted else Outcome.LOGIN_REFUSED
        return Outcome.UNKNOWN
    if name == "SSL_HANDSHAKE_FAILURE":
        return Outcome.REFUSED
    if name in (
        "SSL_HANDSHAKE_SUCCESS",
        "HTTPREQUEST",
        "LOGOUT",
        "ICAEND_CONNSTAT",
        "TCPCONNSTAT",
        "CONN_DELINK",
    ):
        return Outcome.DATA
    if name == "CONN_TERMINATE":
        return Outcome.DATA if number_of(values.get("Total_bytes_send")) else Outcome.UNANSWERED
    return Outcome.DENIED if "DENIED" in name or "BLOCK" in name else Outcome.UNKNOWN


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    return (
        re.compile(
            r": +(?:[\w-]{1,64} )?(?:(SSLVPN|AAA|AAATM|TCP|SSLLOG|CLI|GUI|API|APPFW|ICA|UI|SNMP|EVENT) "
            r"|(?=CMD_EXECUTED ))(?:Message|([A-Z][A-Z_]{2,40})) \d{1,12} \d{1,4} : "
        ),
        re.compile(
            r"(?:^| |- "
            r")(Context|User|Client_ip|ClientIP|ClientPort|Remote_ip|Nat_ip|Vserver|VserverServiceIP|"
            r"VserverServicePort|Source|Destination|Browser_type|Browser|Failure_reason|Total_bytes_send|"
            r'Total_bytes_recv|Command|Status) (?:"([^"]{0,2048})"|([^\s"]{1,256}))'
        ),
    )


@cache
def _sayings() -> tuple[re.Pattern[str], re.Pattern[str]]:
    address = r"([0-9A-Fa-f.:]{2,45})"
    return (
        re.compile(
            rf"Authentication is rejected for ([^\s(]{{1,128}}) {{1,3}}\(client ip : {address} *, "
            rf"vserver ip: ?{address}"
        ),
        re.compile(
            rf"Authorize result is (Allow|Deny)(?:, User <([^<>]{{1,128}})>)?, "
            rf"Srcip: {address}, Dstip: {address}"
        ),
    )


def sniff(head: Head) -> float:
    """The feature, the message's name and its numbers."""
    return specific(half(head, understand))


def reader(_head: Head) -> RecordReader:
    """The message is found wherever it stands."""
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="netscaler",
    title="Citrix NetScaler",
    example=b"Jan  7 04:18:07 ns.example 01/07/2021:04:18:07 GMT ns 0-PPE-0 : default SSLVPN LOGIN 1234 "
    b"0 : Context "
    b"alice@192.0.2.7 - SessionId: 22 - User alice - Client_ip 192.0.2.7 - Vserver 203.0.113.9:443",
    knows="By the message's name: LOGIN is a log-in accepted, LOGIN_FAILED one refused, a completed "
    "handshake, a request or bytes sent are data; what the gateway authorizes was let through or denied. The "
    "client that it names initiated.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    marks=(" SSLVPN ", " AAA ", " AAATM ", " SSLLOG ", " CMD_EXECUTED ", " CONN_TERMINATE ", " CONN_DELINK "),
    message=message,
    outcomes=frozenset(Outcome) - {Outcome.RESOLVED},
)
