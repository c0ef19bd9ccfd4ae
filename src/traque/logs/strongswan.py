"""strongSwan's IKE daemon (charon), through syslog.

Source: strongSwan documentation "Logger configuration"; the messages are charon's own.
"""

from __future__ import annotations

import re
from functools import cache

from traque.logs._envelope import TIMES, Envelope
from traque.logs._fields import fields_of
from traque.logs._format import Head, LogFormat, RecordReader, specific
from traque.logs.syslog import reader as syslog_reader
from traque.model import Event, Initiator, Outcome


def message(opened: Envelope) -> Event | None:
    """What charon says about a peer; None for anything else."""
    for pattern, initiator, outcome in _said():
        found = pattern.search(opened.message)
        if found is None:
            continue
        parts = found.groupdict()
        pairs = [
            ("source.ip", parts.get("source")),
            ("source.port", parts.get("source_port")),
            ("destination.ip", parts.get("destination")),
            ("destination.port", parts.get("port")),
            ("user.name", parts.get("user")),
            ("event.action", " ".join(found[0].split()[:3])),
        ]
        return Event(
            format="strongswan",
            time=opened.time,
            fields=fields_of(pairs, opened.observer()),
            initiator=initiator,
            outcome=outcome,
            why=found[0][:90],
        )
    return None


@cache
def _said() -> tuple[tuple[re.Pattern[str], Initiator, Outcome], ...]:
    ip = r"[0-9A-Fa-f:.]{2,45}"
    user = r"(?P<user>[^\[\]]{0,256})"
    ends = rf"between (?P<destination>{ip})\[[^\[\]]{{0,256}}\]\.\.\.(?P<source>{ip})\[{user}\]"
    ported = rf"from (?P<source>{ip})\[(?P<source_port>\d+)\] to (?P<destination>{ip})\[(?P<port>\d+)\]"
    peer = rf"(?:from|with|to) (?P<source>{ip})(?:\[(?P<source_port>\d{{1,5}})\])?(?=\W|$)"
    someone = Initiator.UNKNOWN
    table = (
        (rf"(?P<source>{ip}) is initiating an? \S{{1,40}}", Initiator.SOURCE, Outcome.ALLOWED),
        (rf"initiating \S{{1,128}} \S{{1,128}} to (?P<destination>{ip})", Initiator.SOURCE, Outcome.UNKNOWN),
        (rf"IKE_SA \S{{1,128}} established {ends}", someone, Outcome.LOGIN_ACCEPTED),
        (rf"deleting IKE_SA \S{{1,128}} {ends}", someone, Outcome.DATA),
        (r"authentication of '(?P<user>[^']{1,256})'.{0,80} successful", someone, Outcome.LOGIN_ACCEPTED),
        (r"authentication of '(?P<user>[^']{1,256})'.{0,80} failed", someone, Outcome.LOGIN_REFUSED),
        (r"EAP method \S{1,40} failed for peer (?P<user>\S{1,256})", someone, Outcome.LOGIN_REFUSED),
        (rf"(?:received|sending) packet: {ported}", someone, Outcome.UNKNOWN),
        (rf"no IKE config found for {ip}\.\.\.(?P<source>{ip})", Initiator.SOURCE, Outcome.REFUSED),
        (peer, someone, Outcome.UNKNOWN),
    )
    return tuple((re.compile(pattern), initiator, outcome) for pattern, initiator, outcome in table)


def sniff(head: Head) -> float:
    """Its messages in syslog."""
    return specific(head.share_of_messages("strongswan"))


def reader(head: Head) -> RecordReader:
    """Through the syslog envelope."""
    return syslog_reader(head)


SPEC = LogFormat(
    name="strongswan",
    title="strongSwan (IPsec)",
    example=b"2021-01-07T04:18:07+00:00 vpn charon[411]: 09[IKE] 192.0.2.7 is initiating an IKE_SA",
    knows="'is initiating' and 'initiating ... to' say who opened; an established IKE_SA is a log-in "
    "accepted and a failed EAP method one refused, whose opener these messages do not name.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    programs=("charon", "charon-systemd", "ipsec", "charon-custom"),
    message=message,
    outcomes=frozenset(Outcome) - {Outcome.UNANSWERED, Outcome.RESOLVED, Outcome.DENIED},
)
