"""Azure's flow logs of network security groups and of virtual networks.

Source: Microsoft Learn, "Flow logging for network security groups" (versions 1 and 2) and "Virtual network
flow logs": a document holds the flows of an hour as ``flowTuples``. Each tuple is a record here (see
:mod:`traque.sources.framing`): time, source, destination, their ports, protocol, direction, decision or
state, and in newer versions the packets and bytes of both ways.
"""

from __future__ import annotations

import re
from functools import cache

from traque.logs._envelope import text_of
from traque.logs._fields import fields_of, number_of
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, specific
from traque.model import Event, Initiator, Outcome, TimeRule
from traque.timestamps import read

TIMES = (
    TimeRule("epoch", column=0, separator=b","),
    TimeRule("epoch", anchor=b'"flowTuples"'),
    TimeRule("auto"),
)
_TRANSPORTS = {"T": "tcp", "U": "udp", "6": "tcp", "17": "udp", "1": "icmp", "58": "ipv6-icmp"}
_DIRECTIONS = {"I": "inbound", "O": "outbound"}
_STATES = {"B": "begins", "C": "continues", "E": "ends", "D": "denied", "A": "allowed"}


def understand(record: bytes) -> Event | None:
    """The flow of a tuple; of a document's first piece, that of the tuple which it begins."""
    found = _tuple().search(text_of(record))
    if found is None:
        return None
    rest = found[1].split(",")
    source, destination, source_port, port, transport, direction, decision = rest[:7]
    state = rest[7] if len(rest) > 7 and rest[7] in ("B", "C", "E") else ""
    counters = rest[-4:] if len(rest) >= 12 else ["", "", "", ""]
    sent, received = number_of(counters[1]), number_of(counters[3])
    pairs = [
        ("source.ip", source),
        ("source.port", source_port),
        ("destination.ip", destination),
        ("destination.port", port),
        ("source.bytes", sent),
        ("destination.bytes", received),
        ("network.transport", _TRANSPORTS.get(transport)),
        ("network.direction", _DIRECTIONS.get(direction)),
        ("event.action", _STATES.get(decision)),
    ]
    outcome = Outcome.ALLOWED
    if decision == "D":
        outcome = Outcome.DENIED
    elif received:
        outcome = Outcome.DATA
    why = _STATES[decision] + (f", {_STATES[state]}" if state else "")
    return Event(
        format="azureflow",
        time=read(record, TIMES),
        fields=fields_of(pairs),
        initiator=Initiator.SOURCE,
        outcome=outcome,
        why=why + (f", {received} bytes back" if received else ""),
    )


@cache
def _tuple() -> re.Pattern[str]:
    address = r"[0-9A-Fa-f.:]{2,45}"
    return re.compile(
        rf'"1\d{{9}}(?:\d{{3}})?,({address},{address},\d{{0,5}},\d{{0,5}},(?:[TU]|\d{{1,3}}),[IO],[ADBCE]'
        r'(?:,[A-Z_]{0,20})?(?:,\d{0,18},\d{0,18},\d{0,18},\d{0,18})?)"'
    )


def sniff(head: Head) -> float:
    """Documents with tuples, framed or not."""
    sure = b'"flowTuples"' in head.data[:65536] or b'"flowTuples"' in b"".join(head.lines[:4])
    return specific(1.0) if sure and any(understand(line) for line in head.sample) else 0.0


def reader(_head: Head) -> RecordReader:
    """Tuple by tuple."""
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="azureflow",
    title="Azure flow logs (network security groups, virtual networks)",
    example=b'{"records":[{"time":"2021-01-07T04:18:07Z","category":"NetworkSecurityGroupFlowEvent","properties":'
    b'{"Version":2,"flows":[{"rule":"DefaultRule_DenyAllInBound","flows":[{"mac":"000D3AF87856","flowTuples":'
    b'["1609993087,192.0.2.7,10.0.0.9,51022,22,T,I,D,B,,,,"]}]}]}}]}',
    knows="The source opened the flow. D is denied; bytes back are data; else it was allowed.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    utc=True,
    flows=True,
    outcomes=frozenset({Outcome.ALLOWED, Outcome.DATA, Outcome.DENIED, Outcome.UNKNOWN}),
)
