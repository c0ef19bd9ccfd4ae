"""MikroTik RouterOS: the firewall's log and log-ins, through syslog.

Source: RouterOS documentation "Log" and "Filter" (``proto TCP (SYN), a:p->b:p, len 60``); fail2ban's
samples of its log-ins.
"""

from __future__ import annotations

import re
from functools import cache

from traque.logs._envelope import TIMES, Envelope, text_of
from traque.logs._fields import fields_of
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, specific
from traque.logs._segments import opener_by_flags
from traque.logs.syslog import understand as enveloped
from traque.model import Event, Initiator, Outcome
from traque.timestamps import read


def message(opened: Envelope) -> Event | None:
    """What a RouterOS message says; None if it names no peer."""
    packet, log_in, action = _patterns()
    text = f"{opened.program} {opened.message}" if opened.program else opened.message
    if found := packet.search(text):
        return _packet(opened, found, action.search(text[: found.start()]))
    if found := log_in.search(text):
        failed = found["failed"] is not None
        user = (found["failed"] if failed else found["user"]).strip()
        out = "logged out" in found[0]
        outcome = Outcome.LOGIN_ACCEPTED
        if failed:
            outcome = Outcome.LOGIN_REFUSED if user else Outcome.REFUSED
        pairs = [
            ("source.ip", found["ip"]),
            ("user.name", user),
            ("event.action", "login failure" if failed else "logged out" if out else "logged in"),
            ("network.application", found["via"]),
        ]
        return Event(
            format="mikrotik",
            time=opened.time,
            fields=fields_of(pairs, opened.observer()),
            initiator=Initiator.SOURCE,
            outcome=Outcome.DATA if out else outcome,
            why=found[0][:80],
        )
    return None


def _packet(opened: Envelope, found: re.Match[str], word: re.Match[str] | None) -> Event:
    flags = (found["flags"] or "").replace(",", " ")
    transport = found["transport"].lower()
    pairs = [
        ("source.ip", found["source"].strip("[]")),
        ("source.port", found["source_port"]),
        ("destination.ip", found["destination"].strip("[]")),
        ("destination.port", found["port"]),
        ("network.transport", transport),
        ("event.action", word[0].lower() if word else None),
        ("network.bytes", found["size"]),
    ]
    if transport.startswith("icmp"):
        initiator = Initiator.SOURCE if "type 8" in flags else Initiator.UNKNOWN
    else:
        initiator = opener_by_flags(f"{flags} " if flags else "", found["source_port"], found["port"])
    outcome = Outcome.UNKNOWN
    if word is not None:
        outcome = Outcome.DENIED if word["denied"] else Outcome.ALLOWED
    return Event(
        format="mikrotik",
        time=opened.time,
        fields=fields_of(pairs, opened.observer()),
        initiator=initiator,
        outcome=outcome,
        why=f"{word[0] if word else 'prefix says no action'}, {flags or 'ports'}",
    )


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    address = r"(?:(?:\d{1,3}\.){3}\d{1,3}|\[[0-9A-Fa-f:.]{2,45}\]|[0-9A-Fa-f]{1,4}:[0-9A-Fa-f:]{1,40})"
    return (
        re.compile(
            r"proto (?P<transport>[A-Za-z0-9-]{1,12})(?: \((?P<flags>[A-Za-z0-9, ]{1,60})\))?, "
            rf"(?P<source>{address})(?::(?P<source_port>\d{{1,5}}))?->"
            rf"(?P<destination>{address})(?::(?P<port>\d{{1,5}}))?,[^\n]{{0,200}}? ?len (?P<size>\d{{1,8}})"
        ),
        re.compile(
            r"(?:login failure for user (?P<failed>.{0,128}?)|user (?P<user>\S{1,128}) logged (?:in|out))"
            rf" from (?P<ip>{address}|[0-9A-Fa-f:]{{2,45}}) via (?P<via>[\w-]{{1,20}})"
        ),
        re.compile(
            r"(?i:(?P<denied>\b(?:drop|block|reject|deny|denied|invalid)\w*)|\b(?:accept|allow|pass)\w*)"
        ),
    )


def understand(record: bytes) -> Event | None:
    """A line with an ISO time, the host and the topics, where a tag would make it syslog."""
    text = text_of(record)
    found = _topics().match(text)
    if found is None:
        return None
    return message(Envelope(read(record, TIMES), found[1], "", text[found.end() :]))


@cache
def _topics() -> re.Pattern[str]:
    return re.compile(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d) ([\w.:-]{1,128}) "
        r"(?=[a-z]{2,16}(?:,[a-z0-9]{2,16}){1,5} )"
    )


def sniff(head: Head) -> float:
    """Its messages in syslog, or lines of its own."""
    return specific(max(head.share_of_messages("mikrotik"), half(head, understand)))


def reader(_head: Head) -> RecordReader:
    """Through the syslog envelope, and lines that have none."""
    return LineReader(TIMES, lambda record: understand(record) or enveloped(record))


SPEC = LogFormat(
    name="mikrotik",
    title="MikroTik RouterOS",
    example=b"Jan  7 04:18:07 gw firewall,info DROP input: in:ether1 out:(unknown 0), "
    b"connection-state:new src-mac "
    b"00:00:5e:00:53:01, proto TCP (SYN), 192.0.2.7:51022->203.0.113.9:22, len 60",
    knows="The rule's prefix names the action, as far as it has such a word; TCP flags, else ports, say who "
    "opened. 'logged in' is a log-in accepted, 'login failure' one refused, from the address named.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    marks=(" proto ", "login failure for user ", " logged in from ", " logged out from "),
    message=message,
    outcomes=frozenset(Outcome) - {Outcome.UNANSWERED, Outcome.RESOLVED},
)
