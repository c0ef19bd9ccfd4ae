"""NetFlow and IPFIX: another package's reading of the real samples, and the two directions of a session."""

from __future__ import annotations

import ipaddress
import struct
from pathlib import Path

import netflow
import pytest
from decoder_tools import HOUR, Flow5, ethernet, ipfix, ipv4, netflow5, netflow9, pcap, read, udp

from traque.logs import recognise
from traque.model import Initiator, Outcome

FLOWS = [
    Flow5("198.51.100.23", "192.0.2.7", 40000, 3389, 6, 2, 100),
    Flow5("192.0.2.7", "203.0.113.9", 51022, 443, 6, 27, 200),
    Flow5("203.0.113.9", "192.0.2.7", 443, 51022, 6, 27, 250),
]


def pairs(records: list[dict[str, object]]) -> list[tuple[object, ...]]:
    return [
        (r["sourceIPv4Address"], r["destinationIPv4Address"], r["sourceTransportPort"], r["tcpControlBits"])
        for r in records
    ]


@pytest.mark.parametrize("make", [netflow5, netflow9, ipfix])
def test_the_versions_agree(make: object) -> None:
    got = read(make(FLOWS))  # type: ignore[operator]
    assert got.error is None
    assert pairs(got.records) == [(f.source, f.destination, f.source_port, f.flags) for f in FLOWS]
    times = [r["@timestamp"] for r in got.records]
    assert times == [f"2021-01-07T04:00:00.{n}000Z" for n in ("100", "200", "250")]


def test_both_directions_are_one_session() -> None:
    text = read(netflow5(FLOWS)).text
    reader = recognise(text, "x").reader
    events = [reader.parse(line) for line in text.splitlines()]
    known = [(event.initiator, event.outcome) for event in events if event]
    assert known == [
        (Initiator.SOURCE, Outcome.UNANSWERED),
        (Initiator.SOURCE, Outcome.DATA),
        (Initiator.DESTINATION, Outcome.DATA),
    ]


def test_text_of_variable_length() -> None:
    assert read(ipfix(FLOWS)).records[0]["httpRequestHost"] == "host.example"


def test_data_before_their_template_wait_for_it() -> None:
    got = read(netflow9(FLOWS, template=False) + netflow9([], data=False))
    assert got.error is None
    assert len(got.records) == 3
    without = read(netflow9(FLOWS, template=False))
    assert without.records == []
    assert "template 300" in without.error.what  # type: ignore[union-attr]


def test_datagrams_one_after_another_with_and_without_lengths() -> None:
    datagrams = [netflow5(FLOWS), netflow9(FLOWS), ipfix(FLOWS), netflow9(FLOWS), netflow5(FLOWS)]
    plain = read(b"".join(datagrams))
    prefixed = read(b"".join(struct.pack(">I", len(d)) + d for d in datagrams))
    assert plain.error is prefixed.error is None
    assert len(plain.records) == len(prefixed.records) == 15
    assert plain.offsets[3] == len(datagrams[0])
    assert prefixed.offsets[3] == len(datagrams[0]) + 8


@pytest.mark.parametrize("make", [netflow5, netflow9, ipfix])
def test_a_capture_of_the_datagrams_says_the_same(make: object) -> None:
    data = make(FLOWS)  # type: ignore[operator]
    captured = read(pcap([ethernet(0x0800, ipv4("192.0.2.1", "192.0.2.2", 17, udp(9000, 2055, data)))]))
    flows = [r for r in captured.records if r["@format"] == "netflow"]
    for flow in flows:
        assert flow.pop("exporter") == "192.0.2.1"
    assert flows == read(data).records


def _theirs(data: bytes) -> list[tuple[str, str]] | None:
    try:
        packet = netflow.parse_packet(data, {"netflow": {}, "ipfix": {}})
    except Exception:  # noqa: BLE001 -- the oracle raises anything
        return None
    found = []
    for flow in packet.flows:
        values = flow.data
        source = values.get("IPV4_SRC_ADDR") or values.get("IPV6_SRC_ADDR") or values.get("sourceIPv4Address")
        target = (
            values.get("IPV4_DST_ADDR") or values.get("IPV6_DST_ADDR") or values.get("destinationIPv4Address")
        )
        source = source if source is not None else values.get("sourceIPv6Address")
        target = target if target is not None else values.get("destinationIPv6Address")
        if source is not None and target is not None:
            found.append((str(ipaddress.ip_address(source)), str(ipaddress.ip_address(target))))
    return found


def test_the_oracle_finds_the_same_flows_in_the_real_datagrams(samples: Path) -> None:
    compared = 0
    for path in sorted((samples / "logs/netflow_raw").iterdir()):
        data = path.read_bytes()
        theirs = _theirs(data)
        count = int.from_bytes(data[2:4], "big")
        if not theirs or {10: count, 5: 24 + 48 * count}.get(data[1], len(data)) < len(data):
            continue  # the oracle reads one datagram
        ours = [
            (
                str(r.get("sourceIPv4Address") or r.get("sourceIPv6Address")),
                str(r.get("destinationIPv4Address") or r.get("destinationIPv6Address")),
            )
            for r in read(data, path.name).records
        ]
        ours = [pair for pair in ours if "None" not in pair]
        assert sorted(ours) == sorted(theirs), path.name
        compared += len(theirs)
    assert compared > 100  # flows of ten exporters


def test_the_derived_datagrams_and_captures_hold_the_same_flows(samples: Path) -> None:
    folder = samples / "logs/netflow_derived"
    for path in folder.glob("*.datagrams.bin"):
        direct = read(path.read_bytes()).records
        capture = folder / path.name.replace(".datagrams.bin", ".pcap")
        captured = [r for r in read(capture.read_bytes()).records if r["@format"] == "netflow"]
        assert pairs(captured) == pairs(direct)
        assert [r["@timestamp"] for r in captured] == [r["@timestamp"] for r in direct]


def test_a_set_without_a_length_ends_a_datagram() -> None:
    bad = struct.pack(">HHIIIIHH", 9, 1, 5, HOUR, 1, 7, 300, 2) + b"x" * 8
    assert read(netflow5(FLOWS) + bad).error is not None
