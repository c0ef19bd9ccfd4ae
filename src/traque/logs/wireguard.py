"""WireGuard in the Linux kernel's log (with dynamic debugging on), through syslog.

Source: Linux ``drivers/net/wireguard`` (its ``net_dbg`` messages).
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
    """What a message says of a peer; None for one that names no address."""
    found = _peer().search(opened.message)
    if found is None:
        return None
    said = found["said"].strip()
    initiator, outcome = Initiator.UNKNOWN, Outcome.UNKNOWN
    name = "source"
    if said.startswith("Receiving handshake initiation"):
        initiator, outcome = Initiator.SOURCE, Outcome.ALLOWED
    elif said.startswith("Sending handshake initiation"):
        name, initiator = "destination", Initiator.SOURCE
    elif said.startswith("Receiving handshake response"):
        # It answers ours, with a key that we know.
        initiator, outcome = Initiator.DESTINATION, Outcome.LOGIN_ACCEPTED
    elif said.startswith("Sending handshake response"):
        initiator, outcome = Initiator.SOURCE, Outcome.LOGIN_ACCEPTED
    elif said.startswith("Handshake for") or "did not complete" in opened.message:
        name, initiator, outcome = "destination", Initiator.SOURCE, Outcome.UNANSWERED
    elif said.startswith(("Invalid", "Packet has")):
        initiator, outcome = Initiator.SOURCE, Outcome.REFUSED
    pairs = [(f"{name}.ip", found["ip"]), (f"{name}.port", found["port"]), ("event.action", said[:60])]
    return Event(
        format="wireguard",
        time=opened.time,
        fields=fields_of(pairs, opened.observer()),
        initiator=initiator,
        outcome=outcome,
        why=found[0][:90],
    )


@cache
def _peer() -> re.Pattern[str]:
    return re.compile(
        r"wireguard: \S{1,32}: (?P<said>[A-Za-z' ]{4,80}?)(?: \([0-9A-Fa-f.:]{2,45}\))?"
        r"(?: (?:from|to|for))? (?:peer \d{1,10} \()?"
        r"\[?(?P<ip>(?:\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f]{1,4}:[0-9A-Fa-f:]{1,40})\]?:(?P<port>\d{1,5})"
    )


def sniff(head: Head) -> float:
    """Its messages in syslog."""
    return specific(head.share_of_messages("wireguard"))


def reader(head: Head) -> RecordReader:
    """Through the syslog envelope."""
    return syslog_reader(head)


SPEC = LogFormat(
    name="wireguard",
    title="WireGuard (kernel log)",
    example=b"2021-01-07T04:18:07+00:00 vpn kernel: [12.5] wireguard: wg0: Receiving handshake "
    b"initiation from peer 1 "
    b"(192.0.2.7:51820)",
    knows="A handshake's initiation says who opened; a response means that the peer's key was accepted; a "
    "handshake that did not complete is unanswered.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    programs=("kernel",),
    message=message,
    outcomes=frozenset(
        {Outcome.LOGIN_ACCEPTED, Outcome.REFUSED, Outcome.ALLOWED, Outcome.UNANSWERED, Outcome.UNKNOWN}
    ),
)
