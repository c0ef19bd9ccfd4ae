"""Windows Defender Firewall's ``pfirewall.log``.

Source: Microsoft "Configure Windows Firewall logging". Its times are the machine's wall clock ("Time
Format: Local").
"""

from __future__ import annotations

import re
from functools import cache

from traque.logs._envelope import text_of
from traque.logs._fields import fields_of
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, specific
from traque.logs._segments import opener_by_flags
from traque.model import Event, Initiator, Outcome, TimeRule
from traque.timestamps import read

TIMES = (TimeRule("iso"),)


def understand(record: bytes) -> Event | None:
    """What a line says; None for a header or another number of columns."""
    found = _line().match(text_of(record))
    if found is None:
        return None
    action, transport, source, destination, source_port, port, size, flags, rest = found.groups()
    path = next((word for word in reversed(rest.split()[:10]) if word in ("SEND", "RECEIVE", "FORWARD")), "")
    pairs = [
        ("source.ip", source),
        ("source.port", source_port),
        ("destination.ip", destination),
        ("destination.port", port),
        ("network.transport", transport.lower()),
        ("network.bytes", size),
        ("network.direction", {"SEND": "outbound", "RECEIVE": "inbound"}.get(path)),
        ("event.action", action),
    ]
    if action == "DROP":
        initiator, outcome = opener_by_flags("" if flags == "-" else flags, source_port, port), Outcome.DENIED
    elif action == "CLOSE":
        initiator, outcome = opener_by_flags("", source_port, port), Outcome.UNKNOWN
    else:
        # A connection is logged when it is made, from the end that made it.
        initiator, outcome = Initiator.SOURCE, Outcome.ALLOWED
    return Event(
        format="winfirewall",
        time=read(record, TIMES),
        fields=fields_of(pairs),
        initiator=initiator,
        outcome=outcome,
        why=f"{action} {path}".strip(),
    )


@cache
def _line() -> re.Pattern[str]:
    # date time action protocol src-ip dst-ip src-port dst-port size tcpflags ...
    return re.compile(
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (ALLOW|DROP|OPEN-INBOUND|OPEN|CLOSE) (\w{1,10}) "
        r"([0-9A-Fa-f:.%]{2,60}) ([0-9A-Fa-f:.%]{2,60}) (\d{1,5}|-) (\d{1,5}|-) (\d{1,10}|-) "
        r"([A-Z]{1,8}|-|\d)(?= |$)(.*)",
        re.DOTALL,
    )


def sniff(head: Head) -> float:
    """Its columns, with a header before them or not."""
    return specific(half(head, understand))


def reader(_head: Head) -> RecordReader:
    """The columns are always the same."""
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="winfirewall",
    title="Windows firewall pfirewall.log",
    example=b"2021-01-07 04:18:07 DROP TCP 192.0.2.7 203.0.113.9 51022 445 52 S 1234 0 64240 - - - RECEIVE",
    knows="DROP is denied; ALLOW and OPEN were let through and are logged when a connection is made, so the "
    "source opened. Of dropped packets the TCP flags tell, else the ports.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    outcomes=frozenset({Outcome.ALLOWED, Outcome.DENIED, Outcome.UNKNOWN}),
)
