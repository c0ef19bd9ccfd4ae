"""Check Point's own syslog (Log Exporter, ``syslog`` and ``generic``): ``[action:"Accept"; src:"..."]``.

Source: Check Point sk122323 (Log Exporter) and the "Log Fields" reference. Its CEF and LEEF go to those
formats.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import msgspec

from traque.logs._envelope import Envelope, observed, text_of
from traque.logs._fields import UNSPECIFIED, fields_of, number_of, opener, url_fields
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, specific
from traque.model import Event, Initiator, Outcome, TimeRule
from traque.timestamps import read

TIMES = (
    TimeRule("iso"),
    TimeRule("syslog"),
    TimeRule("epoch", anchor=b' time:"'),
    TimeRule("epoch", anchor=b'time:"'),
    TimeRule("epoch", anchor=b"time="),
)
_DENIED = frozenset({"drop", "reject", "block", "prevent", "quarantine", "redirect", "reject vpn"})
_ALLOWED = frozenset(
    {"accept", "allow", "detect", "bypass", "encrypt", "decrypt", "inform user", "ask user", "monitor"}
)
_TRANSPORTS = {"1": "icmp", "6": "tcp", "17": "udp", "50": "esp", "58": "ipv6-icmp"}


def understand(record: bytes) -> Event | None:
    """What a record says."""
    event = _understand(text_of(record))
    return None if event is None else msgspec.structs.replace(event, time=read(record, TIMES))


def message(opened: Envelope) -> Event | None:
    """The same record in a relay's envelope."""
    return observed(_understand(opened.message), opened)


def _understand(text: str) -> Event | None:
    values = _values(text)
    get = values.get
    if not ("action" in values or "src" in values) or not (
        "loguid" in values or "product" in values or "origin" in values
    ):
        return None
    initiator, outcome, why = _meaning(values)
    resource = get("resource", "")
    pairs = [
        ("source.ip", get("src")),
        ("source.port", get("s_port")),
        ("source.nat.ip", get("xlatesrc") if get("xlatesrc") != UNSPECIFIED else None),
        ("destination.ip", get("dst")),
        ("destination.port", get("service")),
        ("destination.domain", get("dst_domain_name") or get("domain_name")),
        ("source.bytes", get("client_outbound_bytes") or get("sent_bytes")),
        ("destination.bytes", get("server_outbound_bytes") or get("received_bytes")),
        ("network.bytes", get("bytes")),
        ("network.transport", _TRANSPORTS.get(get("proto", ""), get("proto"))),
        ("network.application", get("service_id") or get("appi_name")),
        ("user.name", get("user") or get("src_user_name") or get("administrator")),
        ("event.action", get("action")),
        ("url.original", resource),
        *(url_fields(resource) if "://" in resource[:12] else []),
        ("user_agent.original", get("web_client_type") or get("user_agent")),
        ("file.name", get("file_name")),
        ("file.hash.md5", get("file_md5")),
        ("file.hash.sha1", get("file_sha1")),
        ("file.hash.sha256", get("file_sha256")),
        ("email.from.address", get("from")),
        ("email.to.address", get("to")),
        ("rule.name", get("rule_name") or get("protection_name")),
        ("observer.name", get("originsicname", "").partition(",")[0].partition("=")[2] or get("origin")),
    ]
    return Event(format="checkpoint", fields=fields_of(pairs), initiator=initiator, outcome=outcome, why=why)


def _values(text: str) -> dict[str, str]:
    """The pairs, in either form."""
    values: dict[str, str] = {}
    start = _start().search(text)
    if start is not None:
        for key, value in _pair().findall(text, start.start(1)):
            values.setdefault(key, value.replace('\\"', '"'))
    elif "|loguid={" in text:
        for part in text.split("|")[:400]:
            key, equals, value = part.partition("=")
            if equals:
                values.setdefault(key.rpartition(" ")[2], value.replace("\\=", "="))
    return values


def _meaning(values: Mapping[str, str]) -> tuple[Initiator, Outcome, str]:
    action = values.get("action", "").lower()
    product, user = values.get("product", ""), values.get("user") or values.get("administrator")
    initiator = (
        opener(values.get("s_port"), values.get("service")) if values.get("src") else Initiator.UNKNOWN
    )
    why = f"{product} {action}".strip()
    if action in ("log in", "login"):
        failed = values.get("auth_status", values.get("status", "")).lower().startswith(("fail", "refused"))
        if failed:
            return initiator, Outcome.LOGIN_REFUSED if user else Outcome.REFUSED, f"{why} failed"
        return initiator, Outcome.LOGIN_ACCEPTED, why
    if action in ("failed log in", "failed login"):
        return initiator, Outcome.LOGIN_REFUSED if user else Outcome.REFUSED, why
    if action in _DENIED:
        return initiator, Outcome.DENIED, why
    back = number_of(values.get("server_outbound_bytes") or values.get("received_bytes")) or 0
    if back:
        return initiator, Outcome.DATA, f"{why} with {back} bytes back"
    return initiator, Outcome.ALLOWED if action in _ALLOWED else Outcome.UNKNOWN, why


@cache
def _start() -> re.Pattern[str]:
    return re.compile(r"(?:^|(?<=[\s\[]))\[?([a-z_]{2,40}:\"[^\"]{0,200}\"; ?[a-zA-Z_]{2,40}:\")")


@cache
def _pair() -> re.Pattern[str]:
    return re.compile(r"(?<![\w.-])([A-Za-z_][\w.-]{0,63}+):\"((?:[^\"\\]|\\.)*+)\"")


def sniff(head: Head) -> float:
    """The pairs with the fields that every record of a gateway has."""
    return specific(half(head, understand))


def reader(_head: Head) -> RecordReader:
    """The pairs are found wherever they stand."""
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="checkpoint",
    title="Check Point Log Exporter syslog",
    example=b'<134>1 2021-01-07T04:18:07Z gw.example CheckPoint 411 - [action:"Drop"; flags:"400644"; '
    b'ifdir:"inbound"; ifname:"eth0"; loguid:"{0x0}"; origin:"203.0.113.1"; dst:"203.0.113.9"; proto:"6"; '
    b's_port:"51022"; service:"22"; src:"192.0.2.7"; product:"VPN-1 & FireWall-1"]',
    knows="drop, reject, block and prevent are denied; bytes back are data; accept and detect were let "
    "through. The source opened unless its port is a service's. 'Log In' and 'Failed Log In' are "
    "log-ins.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    marks=('loguid:"', 'product:"', "|loguid={"),
    message=message,
    outcomes=frozenset(Outcome) - {Outcome.UNANSWERED, Outcome.RESOLVED},
)
