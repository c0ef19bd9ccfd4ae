"""Flow files of nfcapd, through the program ``nfdump``, which unpacks every version and compression of them.

``nfdump -o csv`` names its columns in a first line, differently by version; the records have the names of
:mod:`traque.sources.decoders._netflow`. Offsets are of the decoded text.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from traque.sources.decoders._decoder import Decoded, Decoder, Faults, Reading
from traque.sources.decoders._netflow import Flow, Pairs
from traque.sources.decoders._programs import lines
from traque.sources.recognise import encoded_container

_COLUMNS: Final = {
    "ts": "@timestamp",
    "firstSeen": "@timestamp",
    "te": "flowEnd",
    "lastSeen": "flowEnd",
    "sa": "source",
    "srcAddr": "source",
    "da": "destination",
    "dstAddr": "destination",
    "sp": "sourceTransportPort",
    "srcPort": "sourceTransportPort",
    "dp": "destinationTransportPort",
    "dstPort": "destinationTransportPort",
    "pr": "protocol",
    "proto": "protocol",
    "flg": "flags",
    "flags": "flags",
    "ipkt": "packetDeltaCount",
    "packets": "packetDeltaCount",
    "ibyt": "octetDeltaCount",
    "bytes": "octetDeltaCount",
    "opkt": "responderPackets",
    "obyt": "responderOctets",
    "nh": "nextHop",
    "nhb": "bgpNextHop",
    "ra": "exporter",
    "event": "event",
    "xsa": "natSource",
    "xda": "natDestination",
}
_PROTOCOLS: Final = {"ICMP": 1, "TCP": 6, "UDP": 17, "GRE": 47, "ESP": 50, "ICMP6": 58, "SCTP": 132}
_BITS: Final = {"F": 1, "S": 2, "R": 4, "P": 8, "A": 16, "U": 32}


def decode(reading: Reading) -> Iterator[Decoded]:
    """The flows, in the order of the file."""
    faults = Faults()
    with reading.file(suffix=".nfcapd") as path:
        text = (line.decode("utf-8", "replace") for line in lines("nfdump", _arguments(str(path)), faults))
        header: list[str] = []
        over = False
        pairs = Pairs()
        for row in csv.reader(text):
            if not header:
                if {"sa", "srcAddr"} & {name.strip() for name in row}:
                    header = [name.strip() for name in row]
            elif row and row[0].strip() == "Summary":
                over = True
            elif not over and len(row) > len(header) // 2:
                yield from pairs.take(_flow(dict(zip(header, map(str.strip, row), strict=False))), None)
        yield from pairs.finish()
        if not header:
            faults.note("nfdump wrote no flows in a form that is known")
    faults.check()


def _arguments(path: str) -> tuple[str, ...]:
    return "-r", path, "-o", "csv", "-N"


def _flow(row: dict[str, str]) -> Flow:
    named = {_COLUMNS[name]: value for name, value in row.items() if name in _COLUMNS and value}
    moment = _time(named.pop("@timestamp", ""))
    flow: Flow = {"@format": "netflow", "@timestamp": moment, "@start": _milliseconds(moment)}
    if end := named.pop("flowEnd", ""):
        flow["flowEnd"] = _time(end)
    for side in ("source", "destination"):
        if address := named.pop(side, ""):
            flow[f"{side}IPv{6 if ':' in address else 4}Address"] = address
    protocol, flags = named.pop("protocol", ""), named.pop("flags", "")
    flow["protocolIdentifier"] = int(protocol) if protocol.isdigit() else _PROTOCOLS.get(protocol, protocol)
    flow["tcpControlBits"] = sum(bit for letter, bit in _BITS.items() if letter in flags)
    for name, value in named.items():
        flow[name] = int(value) if value.isdigit() and len(value) < 19 else value
    if not flow.get("responderOctets"):
        flow.pop("responderOctets", None)
        flow.pop("responderPackets", None)
    return flow


def _time(text: str) -> str | None:
    """``2021-01-07 04:18:07.123`` in UTC, since nfdump runs there."""
    return f"{text[:10]}T{text[11:]}Z" if len(text) >= 19 else None


def _milliseconds(moment: str | None) -> int | None:
    try:
        return round(datetime.fromisoformat(moment or "").timestamp() * 1000)
    except ValueError:
        return None


SPEC = Decoder(
    name="nfcapd",
    title="NetFlow capture (nfcapd)",
    recognise=lambda head, name: encoded_container(head, name) == "NetFlow capture (nfcapd)",
    decode=decode,
    program="nfdump",
    remedy="install nfdump",
)
