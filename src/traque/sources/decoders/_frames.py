"""From a link-layer frame to the IP packets in it, through whatever carries them.

Ethernet with VLAN and QinQ tags, LLC/SNAP, 802.11 data, PPP, PPPoE, MPLS, Linux cooked captures,
loopback; inside IP: GRE (ERSPAN and Ethernet in it too), IP in IP, EtherIP, AH, VXLAN, GENEVE, GTP-U,
MPLS. Each IP packet on the way comes out, the outer ones first. A frame that is cut short (snaplen)
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


class Packet(NamedTuple):
    """An IP packet.

    ``payload`` is empty for all fragments but the first; ``length`` is what the packet claims.
    ``quoted``: it is only cited, by the ICMP error before it.
    """

    protocol: int
    source: bytes
    destination: bytes
    payload: bytes
    length: int
    quoted: bool = False


_Into = list[Packet]


def known(link: int) -> bool:
    """Whether frames of this link type can be read."""
    return link in _LINKS


def dissect(link: int, frame: bytes) -> list[Packet]:
    """The IP packets (and ARP) in a frame, outermost first. Never raises, whatever the bytes."""
    found: _Into = []
    with suppress(IndexError, KeyError):  # cut short
        _LINKS[link](frame, found, 0)
    return found


def _u16(data: bytes, at: int) -> int:
    return data[at] << 8 | data[at + 1]


def _ethernet(data: bytes, found: _Into, depth: int) -> None:
    _ethertype(_u16(data, 12), data[14:], found, depth)


def _ethertype(kind: int, data: bytes, found: _Into, depth: int) -> None:
    if depth > DEPTH:
        return
    while kind in (0x8100, 0x88A8, 0x9100, 0x9200, 0x9300):
        kind, data = _u16(data, 2), data[4:]
    if kind <= 1500:
        _llc(data, found, depth)
    elif (inner := _ETHERTYPES.get(kind)) is not None:
        inner(data, found, depth + 1)


def _llc(data: bytes, found: _Into, depth: int) -> None:
    if data.startswith(b"\xaa\xaa\x03"):
        _ethertype(_u16(data, 6), data[8:], found, depth + 1)
    elif data.startswith((b"\x06\x06\x03", b"\xfe\xfe\x03\xcc")):
        _ip(data[3 if data[0] == 6 else 4 :], found, depth)


def _arp(data: bytes, found: _Into, _depth: int) -> None:
    hardware, size = data[4], data[5]
    if _u16(data, 2) == 0x0800 and size == 4:
        at = 8 + hardware
        source, target = data[at : at + 4], data[at + 4 + hardware : at + 8 + hardware]
        if len(target) == 4:
            found.append(Packet(ARP, source, target, b"", len(data)))


def _mpls(data: bytes, found: _Into, depth: int) -> None:
    at = 0
    while not data[at + 2] & 1:
        at += 4
    inner = data[at + 4 :]
    first = inner[0] >> 4
    if first in (4, 6):
        _ip(inner, found, depth)
    else:
        _ethernet(inner[4:] if first == 0 else inner, found, depth + 1)


def _pppoe(data: bytes, found: _Into, depth: int) -> None:
    _ppp(data[6:], found, depth)


def _ppp(data: bytes, found: _Into, depth: int) -> None:
    if data.startswith(b"\xff\x03"):
        data = data[2:]
    short = data[0] & 1
    protocol = data[0] if short else _u16(data, 0)
    inner = _PPP.get(protocol)
    if inner is not None:
        inner(data[1 if short else 2 :], found, depth + 1)


def _ip(data: bytes, found: _Into, depth: int) -> None:
    if depth > DEPTH or not data:
        return
    version = data[0] >> 4
    if version == 4:
        _ipv4(data, found, depth)
    elif version == 6:
        _ipv6(data, found, depth)


def _ipv4(data: bytes, found: _Into, depth: int, *, quoted: bool = False) -> None:
    size, total = (data[0] & 15) * 4, _u16(data, 2)
    source, destination = data[12:16], data[16:20]
    if data[0] >> 4 != 4 or len(destination) < 4:
        return
    size = max(size, 20)
    payload = data[size:total] if total >= size else data[size:]
    if _u16(data, 6) & 0x1FFF:
        payload = b""
    _carried(data[9], Packet(data[9], source, destination, payload, total, quoted), found, depth)


_EXTENSIONS: Final = frozenset({0, 43, 44, 51, 60, 135, 139, 140})


def _ipv6(data: bytes, found: _Into, depth: int, *, quoted: bool = False) -> None:
    length, protocol = _u16(data, 4), data[6]
    source, destination = data[8:24], data[24:40]
    if data[0] >> 4 != 6 or len(destination) < 16:
        return
    payload = data[40 : 40 + length] if length else data[40:]
    while protocol in _EXTENSIONS and len(payload) >= 8:
        following = payload[0]
        if protocol == 44:
            size = 8
            if _u16(payload, 2) & 0xFFF8:
                protocol, payload = following, b""
                break
        elif protocol == 51:
            size = (payload[1] + 2) * 4
        else:
            size = (payload[1] + 1) * 8
        protocol, payload = following, payload[size:]
    _carried(protocol, Packet(protocol, source, destination, payload, 40 + length, quoted), found, depth)


def _carried(protocol: int, packet: Packet, found: _Into, depth: int) -> None:
    """Take a packet, then what it carries."""
    found.append(packet)
    payload = packet.payload
    if depth > DEPTH or packet.quoted or not payload:
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


def _gre(data: bytes, found: _Into, depth: int) -> None:
    flags, kind = _u16(data, 0), _u16(data, 2)
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
        _ethernet(data[at + (8 if flags & 0x1000 else 0) :], found, depth)
    elif kind == 0x22EB:
        _ethernet(data[at + 12 + (8 if data[at + 11] & 1 else 0) :], found, depth)
    elif kind == 0x880B:
        _ppp(data[at:], found, depth)
    else:
        _ethertype(kind, data[at:], found, depth)


def _ah(data: bytes, found: _Into, depth: int) -> None:
    inner = _PROTOCOLS.get(data[0])
    if inner is not None and depth <= DEPTH:
        inner(data[(data[1] + 2) * 4 :], found, depth + 1)


def _in_udp(data: bytes, found: _Into, depth: int) -> None:
    if len(data) < 16:
        return
    port, inner = _u16(data, 2), data[8:]
    if port in (4789, 8472) and inner[0] & 0x08 and not inner[7]:
        _ethernet(inner[8:], found, depth)
    elif port == 6081 and inner[0] >> 6 == 0:
        _ethertype(_u16(inner, 2), inner[8 + (inner[0] & 0x3F) * 4 :], found, depth)
    elif port == 2152 and inner[0] >> 5 == 1 and inner[1] == 0xFF:
        _gtp(inner, found, depth)
    elif port == 6635:
        _mpls(inner, found, depth)


def _gtp(data: bytes, found: _Into, depth: int) -> None:
    at = 8
    if data[0] & 7:
        at, following = 12, data[11]
        while following and data[at]:
            at += data[at] * 4
            following = data[at - 1]
    _ip(data[at:], found, depth)


def _null(data: bytes, found: _Into, depth: int) -> None:
    _ip(data[4:], found, depth)


def _cooked(data: bytes, found: _Into, depth: int) -> None:
    _ethertype(_u16(data, 14), data[16:], found, depth)


def _cooked2(data: bytes, found: _Into, depth: int) -> None:
    _ethertype(_u16(data, 0), data[20:], found, depth)


def _chdlc(data: bytes, found: _Into, depth: int) -> None:
    _ethertype(_u16(data, 2), data[4:], found, depth)


def _wifi(data: bytes, found: _Into, depth: int) -> None:
    control, flags = data[0], data[1]
    if control & 0x0C != 0x08 or flags & 0x40 or control & 0x40:
        return  # no data, encrypted, or without a body
    size = 24 + (6 if flags & 3 == 3 else 0)
    if control & 0x80:
        size += 2 + (4 if flags & 0x80 else 0)
    _llc(data[size:], found, depth)


def _radiotap(data: bytes, found: _Into, depth: int) -> None:
    _wifi(data[data[2] | data[3] << 8 :], found, depth)


def _edsa(data: bytes, found: _Into, depth: int) -> None:
    """Marvell switches: a tag of eight bytes, with its own type, before the frame's."""
    _ethertype(_u16(data, 20), data[22:], found, depth)


_Layer = Callable[[bytes, _Into, int], None]

_ETHERTYPES: Final[MappingProxyType[int, _Layer]] = MappingProxyType(
    {
        0x0800: _ip,
        0x86DD: _ip,
        0x0806: _arp,
        0x8847: _mpls,
        0x8848: _mpls,
        0x8864: _pppoe,
        0x880B: _ppp,
        0x6558: _ethernet,
    }
)
_PPP: Final[MappingProxyType[int, _Layer]] = MappingProxyType(
    {0x21: _ip, 0x57: _ip, 0x281: _mpls, 0x283: _mpls}
)
_PROTOCOLS: Final[MappingProxyType[int, _Layer]] = MappingProxyType(
    {
        4: _ip,
        41: _ip,
        47: _gre,
        51: _ah,
        97: lambda data, found, depth: _ethernet(data[2:], found, depth),
        137: _mpls,
        143: _ethernet,
    }
)
_LINKS: Final[MappingProxyType[int, _Layer]] = MappingProxyType(
    {
        0: _null,
        1: _ethernet,
        9: _ppp,
        12: _ip,
        14: _ip,
        50: _ppp,
        51: _pppoe,
        101: _ip,
        104: _chdlc,
        105: _wifi,
        108: _null,
        113: _cooked,
        127: _radiotap,
        219: _mpls,
        228: _ip,
        229: _ip,
        276: _cooked2,
        285: _edsa,
    }
)
