"""The packets of a capture file: pcap in its variants, and pcapng.

Formats: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng. A file whose lengths make no sense is read up
to there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from types import MappingProxyType
from typing import Final, NamedTuple

from traque.sources.decoders._decoder import Faults, Reading

LARGEST: Final = 4 << 20
"""No packet and no block of a capture is larger; what claims to be is damaged."""


class Frame(NamedTuple):
    """A captured packet: its link type, time in nanoseconds since 1970, offset of its record, and bytes."""

    link: int
    time: int | None
    offset: int
    data: bytes


class Names(NamedTuple):
    """Addresses and their names, as a capture program resolved them (pcapng only)."""

    offset: int
    pairs: list[tuple[bytes, str]]


PCAP: Final = MappingProxyType(
    {
        b"\xd4\xc3\xb2\xa1": ("<", 1000, 16),
        b"\xa1\xb2\xc3\xd4": (">", 1000, 16),
        b"\x4d\x3c\xb2\xa1": ("<", 1, 16),
        b"\xa1\xb2\x3c\x4d": (">", 1, 16),
        b"\x34\xcd\xb2\xa1": ("<", 1000, 24),
        b"\xa1\xb2\xcd\x34": (">", 1000, 24),
    }
)
"""Byte order, nanoseconds of a unit of the fraction, and size of a packet's header, by magic."""

_SECTION: Final = b"\x0a\x0d\x0d\x0a"
_ORDERS: Final = {b"\x1a\x2b\x3c\x4d": ">", b"\x4d\x3c\x2b\x1a": "<"}


def is_pcap(head: bytes) -> bool:
    """Whether a pcap file begins so."""
    return head[:4] in PCAP


def is_pcapng(head: bytes) -> bool:
    """Whether a pcapng file begins so."""
    return head.startswith(_SECTION) and head[8:12] in _ORDERS


def packets(reading: Reading, faults: Faults) -> Iterator[Frame | Names]:
    """The packets of a capture, in its order."""
    start = reading.take(4)
    if start in PCAP:
        yield from _pcap(reading, faults, *PCAP[start])
    else:
        yield from _Pcapng(reading, faults).blocks(start)


def _pcap(reading: Reading, faults: Faults, order: str, unit: int, size: int) -> Iterator[Frame]:
    header = reading.take(20)
    if len(header) < 20:
        faults.note("its header is cut short")
        return
    link = struct.unpack_from(f"{order}I", header, 16)[0] & 0x0FFF_FFFF
    unpack = struct.Struct(f"{order}IIII").unpack_from
    take = reading.take
    while True:
        at = reading.offset
        head = take(size)
        if not head:
            return
        if len(head) < size:
            faults.note(f"the packet at byte {at} is cut short")
            return
        seconds, fraction, captured, _length = unpack(head)
        if captured > LARGEST:
            faults.note(f"the packet at byte {at} claims {captured:,} bytes: nothing after it was decoded")
            return
        data = take(captured)
        if len(data) < captured:
            faults.note(f"the packet at byte {at} is cut short")
        yield Frame(link, seconds * 1_000_000_000 + fraction * unit, at, data)


class _Interface(NamedTuple):
    link: int
    unit: int  # ticks in a second
    shift: int  # seconds


class _Pcapng:
    def __init__(self, reading: Reading, faults: Faults) -> None:
        self._reading = reading
        self._faults = faults
        self._order = "<"
        self._interfaces: list[_Interface] = []

    def blocks(self, start: bytes) -> Iterator[Frame | Names]:
        take = self._reading.take
        while start:
            at = self._reading.offset - len(start)
            head = start + take(8 - len(start))
            extra = take(4) if start == _SECTION else b""
            if extra:
                self._order = _ORDERS.get(extra, self._order)
                self._interfaces = []
            if len(head) < 8:
                self._faults.note(f"the block at byte {at} is cut short")
                return
            kind, length = struct.unpack(f"{self._order}II", head)
            if not 12 <= length <= LARGEST or length % 4:
                self._faults.note(
                    f"the block at byte {at} claims {length:,} bytes: nothing after it was decoded"
                )
                return
            body = extra + take(length - 12 - len(extra))
            if len(take(4)) < 4:
                self._faults.note(f"the block at byte {at} is cut short")
            try:
                yield from self._block(kind, at, body)
            except (struct.error, IndexError):
                self._faults.note(f"the block at byte {at} is malformed")
            start = take(4)

    def _block(self, kind: int, at: int, body: bytes) -> Iterator[Frame | Names]:
        order = self._order
        if kind == 1:
            self._interfaces.append(self._interface(body))
        elif kind == 6:
            number, high, low, captured, _ = struct.unpack_from(f"{order}IIIII", body)
            yield self._frame(number, high << 32 | low, at, body[20 : 20 + captured])
        elif kind == 2:
            number, _, high, low, captured, _ = struct.unpack_from(f"{order}HHIIII", body)
            yield self._frame(number, high << 32 | low, at, body[20 : 20 + captured])
        elif kind == 3:
            (length,) = struct.unpack_from(f"{order}I", body)
            yield self._frame(0, None, at, body[4 : 4 + length])
        elif kind == 4:
            yield Names(at, list(self._names(body)))

    def _frame(self, number: int, ticks: int | None, at: int, data: bytes) -> Frame:
        link, unit, shift = self._interfaces[number]
        time = None if ticks is None else shift * 1_000_000_000 + ticks * 1_000_000_000 // unit
        return Frame(link, time, at, data)

    def _interface(self, body: bytes) -> _Interface:
        (link,) = struct.unpack_from(f"{self._order}H", body)
        unit, shift = 1_000_000, 0
        for code, value in self._options(body, 8):
            if code == 9 and value:
                power = value[0] & 0x7F
                unit = 2 ** min(power, 63) if value[0] & 0x80 else 10 ** min(power, 18)
            elif code == 14 and len(value) == 8:
                (shift,) = struct.unpack(f"{self._order}q", value)
        return _Interface(link, unit, shift)

    def _options(self, body: bytes, at: int) -> Iterator[tuple[int, bytes]]:
        while at + 4 <= len(body):
            code, length = struct.unpack_from(f"{self._order}HH", body, at)
            if not code:
                return
            yield code, body[at + 4 : at + 4 + length]
            at += 4 + (length + 3 & ~3)

    def _names(self, body: bytes) -> Iterator[tuple[bytes, str]]:
        for kind, value in self._options(body, 0):
            size = {1: 4, 2: 16}.get(kind, 0)
            for name in value[size:].split(b"\0") if size else ():
                if name:
                    yield value[:size], name.decode("utf-8", "replace")
