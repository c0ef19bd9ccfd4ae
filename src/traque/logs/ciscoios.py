"""Cisco IOS, IOS XE and NX-OS: access-list hits, log-ins, sessions.

Source: Cisco IOS System Message Guide (SEC, SEC_LOGIN, LOGIN, SSH, SYS, ACLLOG facilities).
"""

from __future__ import annotations

import re
from functools import cache

import msgspec

from traque.logs._envelope import Envelope, observed, text_of
from traque.logs._fields import Fields, fields_of, opener, side
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, specific
from traque.logs._losses import Amount, LossWord
from traque.model import Event, Initiator, Outcome, TimeRule
from traque.timestamps import read

TIMES = (TimeRule("syslog"), TimeRule("iso"), TimeRule("auto"))


def understand(record: bytes) -> Event | None:
    """What a record says; None without a mark such as ``%SEC-6-IPACCESSLOGP:``."""
    event = _message(text_of(record))
    return None if event is None else msgspec.structs.replace(event, time=read(record, TIMES))


def message(opened: Envelope) -> Event | None:
    """The same record in a relay's envelope, which may have taken the mark for the program's name."""
    return observed(
        _message(f"{opened.program}: {opened.message}" if "%" in opened.program else opened.message), opened
    )


def _message(text: str) -> Event | None:
    mark, listed, named, user = _patterns()
    found = mark.search(text)
    if found is None:
        return None
    kind, said = found[1], text[found.end() :][:2048]
    fields: Fields = {"event.action": kind}
    initiator, outcome, why = Initiator.UNKNOWN, Outcome.UNKNOWN, kind
    if hit := listed.search(said):
        action, transport, source, source_port, destination, port = hit.groups("")
        pairs = [*side("source", source, source_port), *side("destination", destination, port)]
        fields_of([*pairs, ("network.transport", transport.lower())], fields)
        initiator = opener(source_port, port)
        if transport.lower() == "icmp" and " (0/0)" in said:
            initiator = Initiator.DESTINATION
        outcome, why = (Outcome.DENIED if action == "denied" else Outcome.ALLOWED), f"{kind} {action}"
    elif origin := named.search(said):
        account = user.search(said)
        name = (account[1] or account[2] or account[3]) if account else None
        fields_of([*side("source", origin[1]), ("user.name", name)], fields)
        if local := re.search(r"\[localport: (\d{1,5})\]", said):
            fields_of([("destination.port", local[1])], fields)
        initiator = Initiator.SOURCE
        outcome, why = _log_in(kind, said, name), f"{kind}: {' '.join(said.split())[:60]}"
    elif "SRC IP:" in said.upper():
        return _nexus(said, fields)
    return Event(format="ciscoios", fields=fields, initiator=initiator, outcome=outcome, why=why)


def _log_in(kind: str, said: str, user: str | None) -> Outcome:
    if "LOGIN_SUCCESS" in kind or (kind.endswith("SSH2_USERAUTH") and "Succeeded" in said):
        return Outcome.LOGIN_ACCEPTED
    if "LOGIN_FAILED" in kind or "AUTHENTICATION" in kind or "USERAUTH" in kind or "LOGINFAIL" in kind:
        return Outcome.LOGIN_REFUSED if user else Outcome.REFUSED
    if "denied" in said.lower() or "DENIED" in kind:
        return Outcome.DENIED
    return Outcome.ALLOWED if "SESSION" in kind or "LOGOUT" in kind else Outcome.UNKNOWN


def _nexus(said: str, fields: Fields) -> Event:
    """NX-OS: ``Src IP: 192.0.2.7, Dst IP: ..., Src Port: ..., Hit-count``."""
    values = {
        key.strip().lower(): value.strip() for key, _, value in (p.partition(":") for p in said.split(","))
    }
    get = values.get
    pairs = [
        ("source.ip", get("src ip")),
        ("destination.ip", get("dst ip")),
        ("source.port", get("src port")),
        ("destination.port", get("dst port")),
        ("network.transport", get("protocol", "").strip('"').partition("(")[2].rstrip(')"').lower() or None),
    ]
    fields_of(pairs, fields)
    return Event(format="ciscoios", fields=fields, why="ACLLOG")


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    address = r"([0-9A-Fa-f:.]{2,45})"
    return (
        re.compile(
            r"%((?:SEC|IPV6_ACL|FMANFP|SEC_LOGIN|LOGIN|SSH|ACLLOG|AUTHPRIV|DAEMON|SYS|CRYPTO|IKEV2|DOT11|RADIUS|"
            r"PARSER|AAA|AAAA|TELNETD|SNMP|TCP|IOSXE|FW|HTTP|ACCESSLOG)(?:_[A-Z0-9_]{1,30})?-(?:[A-Z0-9_]{1,20}-)?[0-7]-"
            r"[A-Z0-9_]{2,40}): ?"
        ),
        re.compile(
            rf"list \S{{1,128}} (permitted|denied) (?:(\w{{1,10}}) )?{address}(?:\((\d{{1,5}})\))?"
            rf"(?: \([^()]{{1,80}}\))?(?: -> {address}(?:\((\d{{1,5}})\))?)?"
        ),
        re.compile(
            r"(?:\[Source: |from host |\bfrom |host=|addr |Host |vty\d{1,3} \()"
            r"((?:\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{1,40})"
        ),
        re.compile(r"\[user: ([^\]]{0,128})\]|[Uu]ser '([^']{0,128})'|(?:for user|console by) (\S{1,128})"),
    )


def sniff(head: Head) -> float:
    """The marks of messages that concern the network."""
    return specific(half(head, understand))


def reader(_head: Head) -> RecordReader:
    """The mark is found wherever it stands, with an envelope before it or not."""
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="ciscoios",
    title="Cisco IOS, IOS XE",
    example=b"<190>62: Jan  7 2021 04:18:07.123 UTC: %SEC-6-IPACCESSLOGP: list outside-in denied tcp "
    b"192.0.2.7(51022) -> 203.0.113.9(22), 1 packet",
    knows="An access list says permitted or denied; the source opened unless its port is a service's and "
    "the destination's is not. SEC_LOGIN and SSH messages: log-ins accepted and refused, opened by "
    "the host that they name.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    marks=("%SEC", "%LOGIN", "%SSH", "%ACLLOG", "%IPV6_ACL", "%SYS-", "%IOSXE", "%AUTHPRIV", "%AAA"),
    message=message,
    outcomes=frozenset(Outcome) - {Outcome.DATA, Outcome.UNANSWERED, Outcome.RESOLVED},
    losses=(
        LossWord(
            "rate-limited",
            b"SEC-6-IPACCESSLOGRL",
            "the device did not log all packets of its access lists: its rate limit",
            says=rb"missed ([0-9]{1,12}) packet",
            amount=Amount.LOST,
        ),
    ),
)
