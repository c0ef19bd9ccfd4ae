"""Packet captures: link types, fragments, and segments that come in another order than they were sent."""

from __future__ import annotations

import itertools
import random
import struct

import pytest
from decoder_tools import client_hello, dns_name, ethernet, ip, ipv4, ipv6, pcap, read, tcp, udp
from test_decoder_pcap import INNER, peers

from traque.logs import pcap as log

A, B = "192.0.2.7", "203.0.113.9"
WIFI = b"\x08\0" + bytes(22) + b"\xaa\xaa\3\0\0\0\x08\0" + INNER
LINKS = {
    0: b"\2\0\0\0" + INNER,
    9: b"\xff\3\0\x21" + INNER,
    10: bytes(13) + b"\xaa\xaa\3\0\0\0\x08\0" + INNER,
    101: INNER,
    105: WIFI,
    107: b"\x18\x41\x03\xcc" + INNER,
    109: b"\2\0\0\0" + bytes(8) + INNER,
    117: b"\x3d\2\0\0" + bytes(60) + INNER,
    119: bytes(144) + WIFI,
    127: b"\0\0\x08\0" + bytes(4) + WIFI,
    138: bytes(16) + b"\x08\0" + INNER,
    163: struct.pack(">II", 0x80211001, 64) + bytes(56) + WIFI,
    166: b"\0\3\0\x21" + INNER,
    192: b"\0\0\x08\0" + struct.pack("<I", 105) + WIFI,
    204: b"\0\xff\3\0\x21" + INNER,
    239: b"\2\0\0\0" + struct.pack("<HHI", 8, 1, 0) + struct.pack("<HH", 4 + len(INNER), 9) + INNER,
    276: struct.pack(">HHIHBB8s", 0x0800, 0, 1, 1, 0, 6, bytes(8)) + INNER,
}


@pytest.mark.parametrize("link", LINKS)
def test_link_types(link: int) -> None:
    assert peers(LINKS[link], link) == [("198.51.100.1", "198.51.100.2")]
    for size in range(len(LINKS[link])):
        peers(LINKS[link][:size], link)


def answers(last: str) -> bytes:
    """A DNS answer that no single packet of an Ethernet holds."""
    record = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4)
    listed = [*(f"198.51.100.{n}" for n in range(150)), last]
    question = dns_name("many.example") + struct.pack(">HH", 1, 1)
    body = b"".join(record + ip(address) for address in listed)
    return struct.pack(">HHHHHH", 7, 0x8180, 1, len(listed), 0, 0) + question + body


def fragments(wide: bool) -> list[bytes]:
    datagram = udp(53, 51000, answers(B))
    parts = [datagram[at : at + 1000] for at in range(0, len(datagram), 1000)]
    frames = []
    for number, part in enumerate(parts):
        more = number + 1 < len(parts)
        if wide:
            head = struct.pack(">BBHI", 17, 0, number * 1000 | more, 77)
            frames.append(ethernet(0x86DD, ipv6("2001:db8::53", "2001:db8::7", 44, head + part)))
        else:
            place = number * 125 | more << 13
            frames.append(ethernet(0x0800, ipv4("192.0.2.53", A, 17, part, fragment=place)))
    return frames


@pytest.mark.parametrize("wide", [False, True])
def test_fragments_are_put_together_in_any_order(wide: bool) -> None:
    frames = fragments(wide)
    assert len(frames) == 3
    for order in itertools.permutations(frames):
        records = read(pcap(list(order))).records
        (said,) = (r for r in records if r["type"] == "dns")
        assert said["answers"][-1] == B  # type: ignore[index]
        assert "cut" not in said
        (flow,) = (r for r in records if r["type"] == "flow")
        assert (flow["packets"], flow["src_port"]) == (1, 53)


def test_what_stays_incomplete_keeps_its_ends_and_its_beginning() -> None:
    first, second, third = fragments(wide=False)
    said, flow = read(pcap([first, third])).records
    assert (said["query"], said["cut"]) == ("many.example", True)
    assert (flow["src"], flow["dst"]) == ("192.0.2.53", A)
    (flow,) = read(pcap([second])).records
    assert (flow["src"], flow["dst"]) == ("192.0.2.53", A)


def test_a_tunnel_in_fragments() -> None:
    datagram = udp(50000, 4789, b"\x08" + bytes(7) + ethernet(0x0800, INNER))
    frames = [
        ethernet(0x0800, ipv4(A, B, 17, datagram[:24], fragment=0x2000)),
        ethernet(0x0800, ipv4(A, B, 17, datagram[24:], fragment=3)),
    ]
    ends = [(r["src"], r["dst"]) for r in read(pcap(frames)).records]
    assert ends == [(A, B), ("198.51.100.1", "198.51.100.2")]


def test_endless_fragments_end() -> None:
    rng = random.Random(7)
    frames = []
    for _ in range(3000):
        place = rng.randrange(1, 0x4000)
        address = f"198.51.100.{rng.randrange(256)}"
        frames.append(ethernet(0x0800, ipv4(address, A, 17, bytes(rng.randrange(60)), fragment=place)))
    got = read(pcap(frames))
    assert got.error is None
    assert {r["src"] for r in got.records} == {f"198.51.100.{n}" for n in range(256)}


def segments(data: bytes, start: int, size: int = 500) -> list[bytes]:
    return [
        ethernet(0x0800, ipv4(A, B, 6, tcp(51022, 443, 24, data[at : at + size], start + at)))
        for at in range(0, len(data), size)
    ]


@pytest.mark.parametrize("start", [0, 0xFFFF_FF00])
def test_a_client_hello_in_any_order(start: int) -> None:
    opening = ethernet(0x0800, ipv4(A, B, 6, tcp(51022, 443, 2, sequence=start)))
    hello = client_hello("sni.evil.example", padding=1500)
    parts = [
        ethernet(
            0x0800, ipv4(A, B, 6, tcp(51022, 443, 24, hello[at : at + 500], (start + 1 + at) & 0xFFFF_FFFF))
        )
        for at in range(0, len(hello), 500)
    ]
    for order in itertools.permutations(parts):
        (said, flow) = read(pcap([opening, *order, order[0]])).records
        assert said["server_name"] == "sni.evil.example"
        assert flow["payload"] == len(hello) + len(order[0]) - 54


def test_what_never_comes_is_not_waited_for() -> None:
    opening = ethernet(0x0800, ipv4(A, B, 6, tcp(51022, 443, 2, sequence=0)))
    hello = client_hello("sni.evil.example")
    frames = [opening, *segments(bytes(6000), 2001), *segments(hello, 8001)]
    (said, _) = read(pcap(frames)).records
    assert said["server_name"] == "sni.evil.example"


def test_ports_that_are_used_again() -> None:
    frames = []
    for start in (5000, 100):
        frames.append(ethernet(0x0800, ipv4(A, B, 6, tcp(51022, 443, 2, sequence=start))))
        frames += segments(client_hello(f"n{start}.example"), start + 1)
    names = [r["server_name"] for r in read(pcap(frames)).records if r["type"] == "tls"]
    assert names == ["n5000.example", "n100.example"]


@pytest.mark.parametrize(
    ("request_line", "host"),
    [
        (b"GET /a HTTP/1.1\r\nHost: www.evil.example:8080\r\n\r\n", "www.evil.example"),
        (b"CONNECT www.evil.example:443 HTTP/1.1\r\nHost: proxy.example\r\n\r\n", "www.evil.example"),
        (b"GET /a HTTP/1.1\r\nHost: [2001:db8::1]:8080\r\n\r\n", "2001:db8::1"),
    ],
)
def test_the_host_of_a_request_has_no_port(request_line: bytes, host: str) -> None:
    frame = ethernet(0x0800, ipv4(A, B, 6, tcp(51022, 8080, 24, request_line)))
    (record,) = (r for r in read(pcap([frame])).records if r["type"] == "http")
    event = log.document(record)
    assert event is not None
    assert event.fields["url.domain"] == host
