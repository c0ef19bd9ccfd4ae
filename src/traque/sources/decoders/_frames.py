"""From an Ethernet frame or a PPP one to the IP packets in it, through whatever carries them.

Ethernet with VLAN, QinQ, PBB, VN and CMD tags, LLC/SNAP, PPP, PPPoE, MPLS, NSH; inside IP: GRE (ERSPAN and
Ethernet in it too), IP in IP, EtherIP, AH, and over UDP VXLAN, GENEVE, GTP-U, MPLS, L2TP, Teredo, LISP, TZSP.
Each IP packet on the way comes out, the outer ones first. A frame that is cut short (snaplen)
gives what its bytes still say.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from types import MappingProxyType
from typing import Final, NamedTuple

DEPTH: Final = 12
"""Layers inside one another."""
ARP: Final = -1
"""Stands for ARP where an IP packet has its protocol."""


class At(NamedTuple):
    """When a packet was captured, in nanoseconds since 1970, and where its record stands."""

    time: int | None
    offset: int


class Part(NamedTuple):
    """A fragment: of which packet, from which byte of its payload on, and whether there are more."""

    identification: int
    start: int
    more: bool


class Packet(NamedTuple):
    """An IP packet.

    ``length`` is what the packet claims. ``part``: which part of a packet it is, when it is a fragment; what
    it carries is not looked at. ``quoted``: it is only cited, by the ICMP error before it.
    """

    protocol: int
    source: bytes
    destination: bytes
    payload: bytes
    length: int
    quoted: bool = False
    part: Part | None = None


Into = list[Packet]


def reassembled(packet: Packet) -> list[Packet]:
    """A packet that was put together from its parts, and those that it carries. Never raises."""
    found: Into = []
    protocol, payload = packet.protocol, packet.payload
    with suppress(IndexError):
        if len(packet.source) == 16:
            protocol, payload, _ = _unextended(protocol, payload)
        _carried(packet._replace(protocol=protocol, payload=payload, part=None), found, 0)
    return found


def u16(data: bytes, at: int) -> int:
    return data[at] << 8 | data[at + 1]


def ethernet(data: bytes, found: Into, depth: int) -> None:
    ethertype(u16(data, 12), data[14:], found, depth)


def ethertype(kind: int, data: bytes, found: Into, depth: int) -> None:
    if depth > DEPTH:
        return
    while (size := _TAGS.get(kind)) is not None:
        kind, data = u16(data, size - 2), data[size:]
    if kind <= 1500:
        llc(data, found, depth)
    elif (inner := _ETHERTYPES.get(kind)) is not None:
        inner(data, found, depth + 1)


def llc(data: bytes, found: Into, depth: int) -> None:
    if data.startswith(b"\xaa\xaa\x03"):
        ethertype(u16(data, 6), data[8:], found, depth + 1)
    elif data.startswith((b"\x06\x06\x03", b"\xfe\xfe\x03\xcc")):
        ip(data[3 if data[0] == 6 else 4 :], found, depth)


def _arp(data: bytes, found: Into, _depth: int) -> None:
    hardware, size = data[4], data[5]
    if u16(data, 2) == 0x0800 and size == 4:
        at = 8 + hardware
        source, target = data[at : at + 4], data[at + 4 + hardware : at + 8 + hardware]
        if len(target) == 4:
            found.append(Packet(ARP, source, target, b"", len(data)))


def mpls(data: bytes, found: Into, depth: int) -> None:
    at = 0
    while not data[at + 2] & 1:
        at += 4
    inner = data[at + 4 :]
    first = inner[0] >> 4
    if first in (4, 6):
        ip(inner, found, depth)
    else:
        ethernet(inner[4:] if first == 0 else inner, found, depth + 1)


def pppoe(data: bytes, found: Into, depth: int) -> None:
    ppp(data[6:], found, depth)


def ppp(data: bytes, found: Into, depth: int) -> None:
    if data.startswith(b"\xff\x03"):
        data = data[2:]
    short = data[0] & 1
    protocol = data[0] if short else u16(data, 0)
    inner = _PPP.get(protocol)
    if inner is not None:
        inner(data[1 if short else 2 :], found, depth + 1)


def ip(data: bytes, found: Into, depth: int) -> None:
    if depth > DEPTH or not data:
        return
    version = data[0] >> 4
    if version == 4:
        _ipv4(data, found, depth)
    elif version == 6:
        _ipv6(data, found, depth)


def _ipv4(data: bytes, found: Into, depth: int, *, quoted: bool = False) -> None:
    size, total = (data[0] & 15) * 4, u16(data, 2)
    source, destination = data[12:16], data[16:20]
    if data[0] >> 4 != 4 or len(destination) < 4:
        return
    size = max(size, 20)
    payload = data[size:total] if total >= size else data[size:]
    place = u16(data, 6) & 0x3FFF
    part = None
    if place and not quoted:
        part = Part(u16(data, 4), (place & 0x1FFF) * 8, bool(place & 0x2000))
    elif place & 0x1FFF:
        payload = b""
    _carried(Packet(data[9], source, destination, payload, total, quoted, part), found, depth)


_EXTENSIONS: Final = frozenset({0, 43, 44, 51, 60, 135, 139, 140})


def _ipv6(data: bytes, found: Into, depth: int, *, quoted: bool = False) -> None:
    length, protocol = u16(data, 4), data[6]
    source, destination = data[8:24], data[24:40]
    if data[0] >> 4 != 6 or len(destination) < 16:
        return
    payload = data[40 : 40 + length] if length else data[40:]
    protocol, payload, part = _unextended(protocol, payload)
    if quoted:
        payload, part = payload if part is None or not part.start else b"", None
    _carried(Packet(protocol, source, destination, payload, 40 + length, quoted, part), found, depth)


def _unextended(protocol: int, payload: bytes) -> tuple[int, bytes, Part | None]:
    """What follows the extension headers; of a fragment, what follows its own."""
    while protocol in _EXTENSIONS and len(payload) >= 8:
        following = payload[0]
        if protocol == 44:
            size, place = 8, u16(payload, 2)
            if place & 0xFFF9:
                part = Part(int.from_bytes(payload[4:8], "big"), place & 0xFFF8, bool(place & 1))
                return following, payload[8:], part
        elif protocol == 51:
            size = (payload[1] + 2) * 4
        else:
            size = (payload[1] + 1) * 8
        protocol, payload = following, payload[size:]
    return protocol, payload, None


def _carried(packet: Packet, found: Into, depth: int) -> None:
    """Take a packet, then what it carries."""
    found.append(packet)
    protocol, payload = packet.protocol, packet.payload
    if depth > DEPTH or packet.quoted or packet.part is not None or not payload:
        return
    if protocol == 17:
        _in_udp(payload, found, depth + 1)
    elif protocol in (1, 58):
        errors = (3, 4, 5, 11, 12) if protocol == 1 else (1, 2, 3, 4)
        inner = payload[8:] if payload[0] in errors else b""
        if inner[:1]:
            (_ipv4 if inner[0] >> 4 == 4 else _ipv6)(inner, found, depth + 1, quoted=True)
    elif (carrier := _PROTOCOLS.get(protocol)) is not None:
        carrier(payload, found, depth + 1)


def _gre(data: bytes, found: Into, depth: int) -> None:
    flags, kind = u16(data, 0), u16(data, 2)
    at = 4
    if flags & 0xC000:
        at += 4
    if flags & 0x2000:
        at += 4
    if flags & 0x1000:
        at += 4
    if flags & 7 == 1 and flags & 0x0080:  # PPTP: an acknowledgement number
        at += 4
    if kind == 0x88BE:  # ERSPAN, type I without a header, II with one of 8 bytes
        ethernet(data[at + (8 if flags & 0x1000 else 0) :], found, depth)
    elif kind == 0x22EB:
        ethernet(data[at + 12 + (8 if data[at + 11] & 1 else 0) :], found, depth)
    elif kind == 0x880B:
        ppp(data[at:], found, depth)
    else:
        ethertype(kind, data[at:], found, depth)


def _ah(data: bytes, found: Into, depth: int) -> None:
    inner = _PROTOCOLS.get(data[0])
    if inner is not None and depth <= DEPTH:
        inner(data[(data[1] + 2) * 4 :], found, depth + 1)


def _in_udp(data: bytes, found: Into, depth: int) -> None:
    if len(data) < 16:
        return
    port, inner = u16(data, 2), data[8:]
    if port in (4789, 8472) and inner[0] & 0x08 and not inner[7]:
        ethernet(inner[8:], found, depth)
    elif port == 4790 and inner[0] & 0x0C == 0x0C:
        _by_number(inner[3], inner[8:], found, depth)
    elif port == 6081 and inner[0] >> 6 == 0:
        ethertype(u16(inner, 2), inner[8 + (inner[0] & 0x3F) * 4 :], found, depth)
    elif port == 2152 and inner[0] >> 5 == 1 and inner[1] == 0xFF:
        _gtp(inner, found, depth)
    elif port == 1701 and inner[1] & 15 == 2 and not inner[0] & 0x80:
        _l2tp(inner, found, depth)
    elif port == 3544 or u16(data, 0) == 3544:
        _teredo(inner, found, depth)
    elif port == 6635:
        mpls(inner, found, depth)
    elif port == 4341:
        ip(inner[8:], found, depth)
    elif port == 37008 and inner[0] == 1:
        _tzsp(inner, found, depth)


def _by_number(number: int, data: bytes, found: Into, depth: int) -> None:
    """What VXLAN-GPE and NSH call 1 (IPv4), 2 (IPv6), 3 (Ethernet), 4 (NSH)."""
    if number in (1, 2):
        ip(data, found, depth)
    elif number == 3:
        ethernet(data, found, depth)
    elif number == 4:
        _nsh(data, found, depth)


def _nsh(data: bytes, found: Into, depth: int) -> None:
    if depth <= DEPTH:
        _by_number(data[3], data[max(8, (data[1] & 0x3F) * 4) :], found, depth + 1)


def _l2tp(data: bytes, found: Into, depth: int) -> None:
    """A data message; its flags say which fields the header has."""
    at = 6 + 2 * bool(data[0] & 0x40) + 4 * bool(data[0] & 0x08)
    if data[0] & 0x02:
        at += 2 + u16(data, at)
    ppp(data[at:], found, depth)


def _teredo(data: bytes, found: Into, depth: int) -> None:
    if data.startswith(b"\0\1"):  # authentication
        data = data[13 + data[2] + data[3] :]
    if data.startswith(b"\0\0"):  # where it came from
        data = data[8:]
    if data[0] >> 4 == 6:
        ip(data, found, depth)


def _tzsp(data: bytes, found: Into, depth: int) -> None:
    """A frame that was sent to a sniffer, after tags that end with 1."""
    at = 4
    while data[at] != 1:
        at += 1 if data[at] == 0 else 2 + data[at + 1]
    ethernet(data[at + 1 :], found, depth)


def _gtp(data: bytes, found: Into, depth: int) -> None:
    at = 8
    if data[0] & 7:
        at, following = 12, data[11]
        while following and data[at]:
            at += data[at] * 4
            following = data[at - 1]
    ip(data[at:], found, depth)


Layer = Callable[[bytes, Into, int], None]

_TAGS: Final = MappingProxyType({0x8100: 4, 0x88A8: 4, 0x9100: 4, 0x9200: 4, 0x9300: 4, 0x8926: 6, 0x8909: 8})
"""Tags before the type of what follows, which is the last two of so many bytes: VLANs, VN, Cisco's CMD."""

_ETHERTYPES: Final[MappingProxyType[int, Layer]] = MappingProxyType(
    {
        0x0800: ip,
        0x86DD: ip,
        0x0806: _arp,
        0x8847: mpls,
        0x8848: mpls,
        0x8864: pppoe,
        0x880B: ppp,
        0x6558: ethernet,
        0x88E7: lambda data, found, depth: ethernet(data[4:], found, depth),
        0x894F: _nsh,
    }
)
_PPP: Final[MappingProxyType[int, Layer]] = MappingProxyType({0x21: ip, 0x57: ip, 0x281: mpls, 0x283: mpls})
_PROTOCOLS: Final[MappingProxyType[int, Layer]] = MappingProxyType(
    {
        4: ip,
        41: ip,
        47: _gre,
        51: _ah,
        97: lambda data, found, depth: ethernet(data[2:], found, depth),
        137: mpls,
        143: ethernet,
    }
)
