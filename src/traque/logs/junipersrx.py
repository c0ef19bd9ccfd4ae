"""Juniper SRX: RT_FLOW sessions, structured (RFC 5424) or not, and other structured RT_ records.

Source: Juniper "System Log Explorer" (RT_FLOW_SESSION_CREATE, _CLOSE, _DENY; RT_IDP, RT_UTM).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import msgspec

from traque.logs._envelope import Envelope, observed, text_of
from traque.logs._fields import fields_of, number_of, url_fields
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, specific
from traque.logs._pairs import pairs_of
from traque.model import Event, Initiator, Outcome, TimeRule
from traque.timestamps import read

TIMES = (TimeRule("iso"), TimeRule("syslog"))
_TRANSPORTS = {"1": "icmp", "6": "tcp", "17": "udp", "50": "esp", "58": "ipv6-icmp"}


def understand(record: bytes) -> Event | None:
    """What a record says."""
    event = _understand(text_of(record))
    return None if event is None else msgspec.structs.replace(event, time=read(record, TIMES))


def message(opened: Envelope) -> Event | None:
    """The same record in a syslog envelope."""
    return observed(_understand(f"{opened.program}: {opened.message}"), opened)


def _understand(text: str) -> Event | None:
    kind, plain, shell = _patterns()
    found = kind.search(text)
    if found is None:
        login = shell.search(text)
        return None if login is None else _login(login)
    name, rest = found[1], text[found.end() :]
    if "source-address=" in rest:
        values = pairs_of(rest)
    elif session := plain.search(rest):
        values = {key.replace("_", "-"): value for key, value in session.groupdict("").items()}
    else:
        return None
    get = values.get
    outcome, why = _outcome(name, values)
    url = get("url", "")
    pairs = [
        ("source.ip", get("source-address")),
        ("source.port", get("source-port")),
        ("source.nat.ip", _other(get("nat-source-address"), get("source-address"))),
        ("destination.ip", get("destination-address")),
        ("destination.port", get("destination-port")),
        ("destination.nat.ip", _other(get("nat-destination-address"), get("destination-address"))),
        ("source.bytes", get("bytes-from-client")),
        ("destination.bytes", get("bytes-from-server")),
        ("network.transport", _TRANSPORTS.get(get("protocol-id", ""))),
        ("network.application", _known(get("application")) or get("service-name")),
        ("user.name", _known(get("username"))),
        ("event.action", name),
        ("rule.name", get("policy-name") or get("attack-name") or get("profile-name")),
        *(url_fields(url) if "://" in url else [("url.original", url)]),
    ]
    return Event(
        format="junipersrx", fields=fields_of(pairs), initiator=Initiator.SOURCE, outcome=outcome, why=why
    )


def _login(login: re.Match[str]) -> Event:
    """A person's shell of the management daemon, and the SSH connection that it came by."""
    pairs = [
        ("user.name", login[1]),
        ("source.ip", login[2]),
        ("source.port", login[3]),
        ("destination.ip", login[4]),
        ("destination.port", login[5]),
        ("event.action", "UI_LOGIN_EVENT"),
    ]
    why = "UI_LOGIN_EVENT over SSH"
    fields = fields_of(pairs)
    return Event(
        format="junipersrx",
        fields=fields,
        initiator=Initiator.SOURCE,
        outcome=Outcome.LOGIN_ACCEPTED,
        why=why,
    )


def _outcome(name: str, values: Mapping[str, str]) -> tuple[Outcome, str]:
    """What came of the session; who opened it is always the source."""
    back, reason = number_of(values.get("bytes-from-server")) or 0, values.get("reason", "")
    action = values.get("action", "").lower()
    if (
        "DENY" in name
        or "BLOCKED" in name
        or "DROP" in name
        or action in ("drop", "block", "close", "drop_packet")
    ):
        return Outcome.DENIED, f"{name} {reason}".strip()
    if "CLOSE" not in name:
        created = "CREATE" in name or "PERMITTED" in name
        return Outcome.ALLOWED if created else Outcome.UNKNOWN, f"{name} {action}".strip()
    packets = number_of(values.get("packets-from-server"))
    if reason in ("TCP RST", "TCP SERVER RST") and packets is not None and packets <= 1:
        return Outcome.REFUSED, f"closed, {reason} before any data"
    if back:
        return Outcome.DATA, f"closed, {reason}, {back} bytes back"
    return Outcome.UNANSWERED, f"closed, {reason}, nothing back"


def _other(text: str | None, original: str | None) -> str | None:
    return None if text == original else text


def _known(text: str | None) -> str | None:
    return None if text in ("N/A", "UNKNOWN", "None", "") else text


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    address = r"[0-9A-Fa-f:.]{2,45}"
    return (
        re.compile(
            r"\b((?:RT_FLOW_SESSION|APPTRACK_SESSION|IDP_ATTACK_LOG|WEBFILTER_URL|RT_SCREEN|AV_|CONTENT_FILTERING|"
            r"SECINTEL_ACTION|AAMW_ACTION)[A-Z_]{0,40})(?=[\s:])"
        ),
        re.compile(
            rf"(?:session (?:created|denied|closed (?P<reason>[^:]{{0,60}}):)) "
            rf"(?P<source_address>{address})/(?P<source_port>\d{{1,5}})->"
            rf"(?P<destination_address>{address})/(?P<destination_port>\d{{1,5}})"
            r"(?: 0x[0-9a-f]{1,8})? (?P<service_name>\S{1,64})"
            rf"(?: "
            rf"(?P<nat_source_address>{address})/\d{{1,5}}->(?P<nat_destination_address>{address})/\d{{1,5}}"
            r"(?: 0x[0-9a-f]{1,8})?(?: \S{1,64}){0,6}?)?"
            r" (?P<protocol_id>\d{1,3})(?:\(\d{1,3}\))? (?P<policy_name>\S{1,128})"
            r"(?: \S{1,64} \S{1,64} \d{1,20} "
            r"(?P<packets_from_client>\d{1,18})\((?P<bytes_from_client>\d{1,18})\)"
            r" (?P<packets_from_server>\d{1,18})\((?P<bytes_from_server>\d{1,18})\))?"
        ),
        re.compile(
            rf"UI_LOGIN_EVENT: User '([^']{{1,128}})' login, .{{0,160}}?"
            rf"ssh-connection '({address}) (\d{{1,5}}) ({address}) (\d{{1,5}})'"
        ),
    )


def sniff(head: Head) -> float:
    """The names of its records."""
    return specific(half(head, understand))


def reader(_head: Head) -> RecordReader:
    """The record's name is found wherever it stands."""
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="junipersrx",
    title="Juniper SRX RT_FLOW",
    example=b"<14>1 2021-01-07T04:18:07.123+01:00 srx.example RT_FLOW - RT_FLOW_SESSION_DENY "
    b"[junos@2636.1.1.1.2.129 "
    b'source-address="192.0.2.7" source-port="51022" destination-address="203.0.113.9" destination-port="22" '
    b'service-name="junos-ssh" protocol-id="6" policy-name="default-deny"]',
    knows="The source opened the session. DENY and blocked are denied, CREATE was let through, CLOSE with "
    "bytes from the server is data, without them unanswered, a lone reset a refusal. UI_LOGIN_EVENT over "
    "SSH is a log-in accepted.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    marks=(
        "RT_FLOW",
        "APPTRACK_",
        "RT_IDP",
        "RT_UTM",
        "RT_SCREEN",
        "RT_AAMW",
        "RT_SECINTEL",
        "UI_LOGIN_EVENT",
    ),
    message=message,
    outcomes=frozenset(Outcome) - {Outcome.LOGIN_REFUSED, Outcome.RESOLVED},
)
