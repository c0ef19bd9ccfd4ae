"""Packet captures: what carries IP, what is said in clear, and another program's reading of the real samples."""

from __future__ import annotations

import io
import ipaddress
import struct
from pathlib import Path

import dpkt
import pytest
from decoder_tools import (
    HOUR,
    Flow5,
    addresses,
    client_hello,
    dns_answer,
    dns_name,
    ethernet,
    ip,
    ipv4,
    ipv6,
    netflow5,
    pcap,
    pcapng,
    read,
    tcp,
    udp,
)

from traque.sources.decoders._links import dissect

A, B = "192.0.2.7", "203.0.113.9"
INNER = ipv4("198.51.100.1", "198.51.100.2", 6, tcp(51000, 443, 2))
INNER6 = ipv6("2001:db8::1", "2001:db8::2", 17, udp(51000, 53, b""))


def peers(frame: bytes, link: int = 1) -> list[tuple[str, str]]:
    return [
        (str(ipaddress.ip_address(p.source)), str(ipaddress.ip_address(p.destination)))
        for p in dissect(link, frame)
    ]


GRE = struct.pack(">HH", 0, 0x0800) + INNER
CARRIERS = {
    "plain": ethernet(0x0800, INNER),
    "vlan": ethernet(0x8100, struct.pack(">HH", 5, 0x0800) + INNER),
    "qinq": ethernet(0x88A8, struct.pack(">HHHH", 5, 0x8100, 6, 0x0800) + INNER),
    "mpls": ethernet(0x8847, b"\0\0\x10\x40\0\0\x20\x40\0\0\x31\x40" + INNER),
    "mpls-ethernet": ethernet(0x8847, b"\0\0\x11\x40" + bytes(4) + ethernet(0x0800, INNER)),
    "pppoe": ethernet(0x8864, struct.pack(">BBHHH", 0x11, 0, 1, len(INNER) + 2, 0x21) + INNER),
    "snap": ethernet(100, b"\xaa\xaa\x03\0\0\0\x08\0" + INNER),
    "gre": ethernet(0x0800, ipv4(A, B, 47, GRE)),
    "gre-key-sequence": ethernet(0x0800, ipv4(A, B, 47, struct.pack(">HHII", 0x3000, 0x0800, 1, 2) + INNER)),
    "erspan": ethernet(
        0x0800, ipv4(A, B, 47, struct.pack(">HHI", 0x1000, 0x88BE, 1) + bytes(8) + ethernet(0x0800, INNER))
    ),
    "ip-in-ip": ethernet(0x0800, ipv4(A, B, 4, INNER)),
    "4-in-6": ethernet(0x86DD, ipv6("2001:db8:1::1", "2001:db8:1::2", 4, INNER)),
    "vxlan": ethernet(0x0800, ipv4(A, B, 17, udp(50000, 4789, b"\x08" + bytes(7) + ethernet(0x0800, INNER)))),
    "geneve": ethernet(
        0x0800, ipv4(A, B, 17, udp(50000, 6081, struct.pack(">BBHI", 0, 0, 0x0800, 0) + INNER))
    ),
    "gtp": ethernet(
        0x0800, ipv4(A, B, 17, udp(2152, 2152, struct.pack(">BBHI", 0x30, 255, len(INNER), 1) + INNER))
    ),
    "ah": ethernet(0x0800, ipv4(A, B, 51, struct.pack(">BBHII", 4, 4, 0, 1, 1) + bytes(12) + INNER)),
    "icmp-error": ethernet(0x0800, ipv4(A, B, 1, b"\x03\x01" + bytes(6) + INNER)),
    "vxlan-gpe": ethernet(0x0800, ipv4(A, B, 17, udp(50000, 4790, b"\x0c\0\0\1\0\0\1\0" + INNER))),
    "l2tp": ethernet(
        0x0800,
        ipv4(A, B, 17, udp(1701, 1701, struct.pack(">HHHHH", 0x4202, 99, 1, 2, 0) + b"\xff\3\0\x21" + INNER)),
    ),
    "lisp": ethernet(0x0800, ipv4(A, B, 17, udp(50000, 4341, bytes(8) + INNER))),
    "tzsp": ethernet(
        0x0800, ipv4(A, B, 17, udp(50000, 37008, b"\1\0\0\1\0\x0a\1\5\1" + ethernet(0x0800, INNER)))
    ),
    "pbb": ethernet(0x88E7, bytes(4) + ethernet(0x0800, INNER)),
    "vn-tag": ethernet(0x8926, bytes(4) + b"\x08\0" + INNER),
    "cmd": ethernet(0x8909, b"\1\1\0\1\0\5\x08\0" + INNER),
    "nsh": ethernet(0x894F, b"\0\6\1\3" + bytes(20) + ethernet(0x0800, INNER)),
    "cooked": struct.pack(">HHH8sH", 0, 1, 6, bytes(8), 0x0800) + INNER,
}


@pytest.mark.parametrize("name", CARRIERS)
def test_the_inner_packet_is_found_through_what_carries_it(name: str) -> None:
    found = peers(CARRIERS[name], 113 if name == "cooked" else 1)
    assert found[-1] == ("198.51.100.1", "198.51.100.2")
    if name in ("gre", "ip-in-ip", "vxlan", "ah", "icmp-error", "l2tp", "tzsp"):
        assert found[0] == (A, B)


def test_ipv6_extension_headers_are_passed() -> None:
    chain = bytes([43, 0]) + bytes(6) + bytes([60, 1]) + bytes(14) + bytes([44, 0]) + bytes(6)
    chain += bytes([6, 0, 0, 0, 0, 0, 0, 1]) + tcp(51000, 443, 2)
    (packet,) = dissect(1, ethernet(0x86DD, ipv6("2001:db8::1", "2001:db8::2", 0, chain)))
    assert packet.protocol == 6
    assert packet.payload[:4] == struct.pack(">HH", 51000, 443)


@pytest.mark.parametrize("size", range(90))
def test_a_short_snaplen_keeps_the_addresses_that_were_captured(size: int) -> None:
    frame = ethernet(0x0800, ipv4(A, B, 6, tcp(51000, 443, 2, b"x" * 400)))
    got = read(pcap([frame], snaplen=size)) if size else read(pcap([b""]))
    assert got.error is None
    if size >= 34:
        assert set(addresses(got.records)) == {A, B}
        assert got.records[-1]["bytes"] == 440


def conversation() -> list[bytes]:
    def out(flags: int, data: bytes = b"", sequence: int = 1) -> bytes:
        return ethernet(0x0800, ipv4(A, B, 6, tcp(51022, 80, flags, data, sequence)))

    def back(flags: int, data: bytes = b"", sequence: int = 1) -> bytes:
        return ethernet(0x0800, ipv4(B, A, 6, tcp(80, 51022, flags, data, sequence)))

    request = b"GET /a?b=1 HTTP/1.1\r\nHost: www.evil.example\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n"
    return [
        out(2, sequence=0), back(18, sequence=0), out(16),
        out(24, request[:10]), out(24, request[10:40], 11), out(24, request[10:40], 11), out(24, request[40:], 41),
        back(24, b"HTTP/1.1 404 Not Found\r\nServer: x\r\n\r\nno"),
    ]  # fmt: skip


@pytest.mark.parametrize("form", [pcap, pcapng])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("piece", [1, 7, 1 << 20])
def test_a_request_over_segments_and_its_flow(form: object, order: str, piece: int) -> None:
    got = read(form(conversation(), order=order), piece=piece)  # type: ignore[operator]
    assert got.error is None
    http, flow = (next(r for r in got.records if r["type"] == kind) for kind in ("http", "flow"))
    assert http["url"] == "http://www.evil.example/a?b=1"
    assert (http["status"], http["x_forwarded_for"]) == (404, "192.0.2.1")
    assert (flow["src"], flow["first_flags"], flow["packets"], flow["packets_back"]) == (A, "S", 6, 2)
    assert flow["@timestamp"] == "2021-01-07T04:00:00.000005Z"
    assert flow["last"] == "2021-01-07T04:00:07.000005Z"


def test_offsets_are_those_of_the_first_packet() -> None:
    data = pcap(conversation())
    got = read(data)
    at = got.offsets[[r["type"] for r in got.records].index("http")]
    assert data[at + 16 :].find(b"GET /a?b") == 54


def test_names_in_dns_and_tls() -> None:
    hello = client_hello("sni.evil.example", padding=1500)
    frames = [
        ethernet(0x0800, ipv4("192.0.2.53", A, 17, udp(53, 51000, dns_answer("www.evil.example", B)))),
        ethernet(0x0800, ipv4(A, B, 6, tcp(51022, 443, 24, hello[:900], 1))),
        ethernet(0x0800, ipv4(A, B, 6, tcp(51022, 443, 24, hello[900:], 901))),
    ]
    records = {str(r["type"]): r for r in read(pcap(frames)).records if r["type"] != "flow"}
    assert records["dns"]["query"] == "www.evil.example"
    assert records["dns"]["answers"] == [B]
    assert records["tls"]["server_name"] == "sni.evil.example"


def test_a_looping_dns_name_ends() -> None:
    loop = struct.pack(">HHHHHH", 7, 0x100, 1, 0, 0, 0) + b"\xc0\x0c" + struct.pack(">HH", 1, 1)
    deep = struct.pack(">HHHHHH", 7, 0x100, 1, 0, 0, 0) + dns_name("a.example")[:-1] + b"\xc0\x0c\0\1\0\1"
    frames = [ethernet(0x0800, ipv4(A, B, 17, udp(51000, 53, data))) for data in (loop, deep)]
    assert read(pcap(frames)).error is None


def test_netflow_in_a_capture_is_read() -> None:
    export = netflow5([Flow5("192.0.2.50", "198.51.100.50")])
    got = read(pcap([ethernet(0x0800, ipv4(A, B, 17, udp(9000, 2055, export)))]))
    (flow,) = (r for r in got.records if r["@format"] == "netflow")
    assert (flow["sourceIPv4Address"], flow["exporter"]) == ("192.0.2.50", A)


def test_silence_ends_a_flow() -> None:
    frame = ethernet(0x0800, ipv4(A, B, 17, udp(50000, 9, b"x")))
    data = bytearray(pcap([frame, frame]))
    struct.pack_into("<I", data, 24 + 16 + len(frame), HOUR + 3600)
    assert len(read(bytes(data)).records) == 2


def test_an_unknown_link_type_is_said() -> None:
    got = read(pcap([b"x" * 40], link=147))
    assert got.error is not None
    assert "link type 147" in got.error.what


def test_a_cut_capture_gives_what_is_there() -> None:
    data = pcap(conversation())
    for size in range(24, len(data), 13):
        got = read(data[:size])
        assert all(r.get("host") in (None, "www.evil.example") for r in got.records)
    assert read(data[:-1]).error is not None


def _by_dpkt(data: bytes) -> set[str] | None:
    reader = dpkt.pcap.UniversalReader(io.BytesIO(data))
    layers = {1: dpkt.ethernet.Ethernet, 0: dpkt.loopback.Loopback, 113: dpkt.sll.SLL, 101: dpkt.ip.IP}
    layer = layers.get(reader.datalink())
    if layer is None:
        return None
    found: set[str] = set()

    def visit(part: object) -> None:
        if isinstance(part, dpkt.ip.IP | dpkt.ip6.IP6):
            found.update(str(ipaddress.ip_address(raw)) for raw in (part.src, part.dst))
        if isinstance(part, dpkt.arp.ARP):
            found.update(str(ipaddress.ip_address(raw)) for raw in (part.spa, part.tpa))
        if isinstance(part, dpkt.Packet):
            visit(part.data)

    for _, frame in reader:
        try:
            visit(layer(frame))
        except (dpkt.UnpackError, IndexError, struct.error):
            continue
    return found


def test_every_address_that_dpkt_finds_is_found(samples: Path) -> None:
    compared = 0
    for path in sorted((samples / "logs").glob("*/*.pcap*")):
        data = path.read_bytes()
        try:
            theirs = _by_dpkt(data)
        except (ValueError, dpkt.UnpackError):
            continue
        if theirs is None:
            continue
        ours = set(addresses(read(data).records))
        assert theirs <= ours, path.name
        compared += bool(theirs)
    assert compared >= 12


def test_made_captures_agree_with_dpkt() -> None:
    frames = [
        *conversation(),
        *(f for n, f in CARRIERS.items() if n in ("plain", "vlan", "ip-in-ip", "gre", "mpls")),
    ]
    data = pcap(frames)
    assert _by_dpkt(data) <= set(addresses(read(data).records))  # type: ignore[operator]
    assert ip(A) in data
