"""pfSense and OPNsense: the packet filter's log, comma-separated in syslog.

Source: pfSense "Raw Filter Log Format"; OPNsense writes the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from traque.logs._envelope import TIMES, Envelope
from traque.logs._fields import fields_of
from traque.logs._format import Head, LogFormat, RecordReader, specific
from traque.logs._segments import opener_by_flags
from traque.logs.syslog import reader as syslog_reader
from traque.model import Event, Initiator, Outcome

_REASON, _ACTION, _DIRECTION, _VERSION = 5, 6, 7, 8
_ENDS = {"4": (16, 18), "6": (12, 15)}
"""By IP version: where the transport's name and the source's address stand."""


def message(opened: Envelope) -> Event | None:
    """What a filterlog message says; None if it is none."""
    row = opened.message.strip()[:1024].split(",")
    if (
        len(row) < 17
        or row[_ACTION] not in ("block", "pass", "reject", "match")
        or row[_VERSION] not in _ENDS
    ):
        return None
    transport, at = _ENDS[row[_VERSION]]
    name = row[transport].lower()
    rest = row[at + 2 :] if len(row) > at + 1 else []
    if not rest and len(row) <= at + 1:
        return None
    ported = name in ("tcp", "udp", "sctp") and len(rest) >= 2
    pairs = [
        ("source.ip", row[at]),
        ("source.port", rest[0] if ported else None),
        ("destination.ip", row[at + 1]),
        ("destination.port", rest[1] if ported else None),
        ("network.transport", name),
        ("event.action", row[_ACTION]),
        ("observer.ingress.interface.name", row[4]),
        ("rule.name", row[3] or row[0]),
    ]
    outcome = Outcome.DENIED if row[_ACTION] in ("block", "reject") else Outcome.ALLOWED
    initiator, reason = _initiator(name, rest)
    return Event(
        format="filterlog",
        time=opened.time,
        fields=fields_of(pairs, opened.observer()),
        initiator=initiator,
        outcome=outcome,
        why=f"{row[_ACTION]} {row[_DIRECTION]}, {reason}",
    )


def _initiator(transport: str, rest: Sequence[str]) -> tuple[Initiator, str]:
    if transport == "tcp" and len(rest) > 3:
        return opener_by_flags(rest[3], rest[0], rest[1]), f"TCP {rest[3] or 'without flags'}"
    if transport in ("tcp", "udp", "sctp") and len(rest) >= 2:
        return opener_by_flags("", rest[0], rest[1]), "ports"
    if transport.startswith(("icmp", "ipv6-icmp")):
        kind = rest[0] if rest else ""
        if kind == "request":
            return Initiator.SOURCE, "echo request"
        if kind in ("reply", "unreachproto", "unreachport", "unreach", "timexceed", "tstampreply"):
            return Initiator.DESTINATION, f"ICMP {kind}"
        return Initiator.UNKNOWN, "ICMP"
    return Initiator.SOURCE, transport


def sniff(head: Head) -> float:
    """Its messages in syslog."""
    return specific(head.share_of_messages("filterlog"))


def reader(head: Head) -> RecordReader:
    """Through the syslog envelope."""
    return syslog_reader(head)


SPEC = LogFormat(
    name="filterlog",
    title="pfSense, OPNsense filterlog",
    example=b"<134>Jan  7 04:18:07 fw filterlog[411]: "
    b"5,,,1000000103,em0,match,block,in,4,0x0,,52,1,0,none,6,tcp,60,"
    b"192.0.2.7,203.0.113.9,51022,22,0,S,1,,1024,,mss",
    knows="block and reject are denied, pass is let through. A TCP SYN opens; ACK or RST without SYN is a "
    "reply, unless it goes from a high port to a service port; of other packets the ports tell.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    programs=("filterlog", "filterlog*"),
    message=message,
    outcomes=frozenset({Outcome.ALLOWED, Outcome.DENIED, Outcome.UNKNOWN}),
)
