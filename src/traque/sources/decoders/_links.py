"""From a captured frame to the IP packets in it, by the capture's link type.

Ethernet, PPP and what carries them, raw IP, loopback, Linux cooked captures, 802.11 (with the headers of
radiotap, Prism, AVS and PPI), FDDI, frame relay, Cisco HDLC, the BSDs' pflog and enc, Linux' NFLOG, IP over
FireWire, and Marvell's switches.
"""

from __future__ import annotations

from contextlib import suppress
from types import MappingProxyType
from typing import Final

from traque.sources.decoders._frames import (
    Into,
    Layer,
    Packet,
    ethernet,
    ethertype,
    ip,
    llc,
    mpls,
    ppp,
    pppoe,
    u16,
)


def known(link: int) -> bool:
    """Whether frames of this link type can be read."""
    return link in _LINKS


def dissect(link: int, frame: bytes) -> list[Packet]:
    """The IP packets (and ARP) in a frame, outermost first. Never raises, whatever the bytes."""
    found: Into = []
    with suppress(IndexError, KeyError):  # cut short
        _LINKS[link](frame, found, 0)
    return found


def _null(data: bytes, found: Into, depth: int) -> None:
    ip(data[4:], found, depth)


def _cooked(data: bytes, found: Into, depth: int) -> None:
    ethertype(u16(data, 14), data[16:], found, depth)


def _cooked2(data: bytes, found: Into, depth: int) -> None:
    ethertype(u16(data, 0), data[20:], found, depth)


def _chdlc(data: bytes, found: Into, depth: int) -> None:
    ethertype(u16(data, 2), data[4:], found, depth)


def _wifi(data: bytes, found: Into, depth: int) -> None:
    control, flags = data[0], data[1]
    if control & 0x0C != 0x08 or flags & 0x40 or control & 0x40:
        return  # no data, encrypted, or without a body
    size = 24 + (6 if flags & 3 == 3 else 0)
    if control & 0x80:
        size += 2 + (4 if flags & 0x80 else 0)
    llc(data[size:], found, depth)


def _radiotap(data: bytes, found: Into, depth: int) -> None:
    _wifi(data[data[2] | data[3] << 8 :], found, depth)


def _edsa(data: bytes, found: Into, depth: int) -> None:
    """Marvell switches: a tag of eight bytes, with its own type, before the frame's."""
    ethertype(u16(data, 20), data[22:], found, depth)


def _after(size: int, inner: Layer) -> Layer:
    """``inner`` after a header of ``size`` bytes."""
    return lambda data, found, depth: inner(data[size:], found, depth)


def _prism(data: bytes, found: Into, depth: int) -> None:
    if data.startswith(b"\x80\x21\x10"):
        _avs(data, found, depth)
    else:
        _wifi(data[144:], found, depth)


def _avs(data: bytes, found: Into, depth: int) -> None:
    _wifi(data[int.from_bytes(data[4:8], "big") :], found, depth)


def _ppi(data: bytes, found: Into, depth: int) -> None:
    size, link = data[2] | data[3] << 8, int.from_bytes(data[4:8], "little")
    if size >= 8 and link != 192:
        _LINKS[link](data[size:], found, depth)


def _frame_relay(data: bytes, found: Into, depth: int) -> None:
    if data[2] == 3 and data[3] in (0xCC, 0x8E):
        ip(data[4:], found, depth)
    elif data[2] == 3 and data[4:5] == b"\x80":  # after a byte of padding
        ethertype(u16(data, 8), data[10:], found, depth)


def _pflog(data: bytes, found: Into, depth: int) -> None:
    ip(data[data[0] + 3 & ~3 :], found, depth)


def _nflog(data: bytes, found: Into, depth: int) -> None:
    """Netfilter: values with their lengths and types, of which 9 is the packet."""
    at = 4
    while at + 4 <= len(data):
        size, kind = data[at] | data[at + 1] << 8, data[at + 2] | data[at + 3] << 8
        if kind == 9:
            ip(data[at + 4 : at + size], found, depth)
        if size < 4:
            return
        at += size + 3 & ~3


_LINKS: Final[MappingProxyType[int, Layer]] = MappingProxyType(
    {
        0: _null,
        1: ethernet,
        9: ppp,
        10: _after(13, llc),
        12: ip,
        14: ip,
        50: ppp,
        51: pppoe,
        101: ip,
        104: _chdlc,
        105: _wifi,
        107: _frame_relay,
        108: _null,
        109: _after(12, ip),
        113: _cooked,
        117: _pflog,
        119: _prism,
        127: _radiotap,
        138: lambda data, found, depth: ethertype(u16(data, 16), data[18:], found, depth),
        163: _avs,
        166: _after(2, ppp),
        192: _ppi,
        204: _after(1, ppp),
        205: _after(1, _chdlc),
        219: mpls,
        228: ip,
        229: ip,
        239: _nflog,
        276: _cooked2,
        285: _edsa,
    }
)
