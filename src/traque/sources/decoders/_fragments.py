"""Puts fragments of IP packets together again (RFC 791, RFC 8200): one answer of DNS may need several.

A packet whose parts do not all come is given as far as its beginning goes, so that its ends are never lost.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Final, NamedTuple

from traque.sources.decoders._frames import At, Packet

HELD: Final = 256
"""Packets whose parts are waited for; beyond that the oldest is given up."""
PARTS: Final = 100
LONGEST: Final = 65_535
PATIENCE: Final = 30_000_000_000
"""Nanoseconds after which a part is of another packet."""

_Key = tuple[bytes, bytes, int]


class _Gathered(NamedTuple):
    first: Packet
    at: At
    parts: dict[int, Packet]


class Fragments:
    """Takes fragments, gives packets with the place of the part that came first."""

    def __init__(self) -> None:
        self._held: OrderedDict[_Key, _Gathered] = OrderedDict()

    def take(self, packet: Packet, at: At) -> Iterator[tuple[Packet, At]]:
        """A fragment; the packet that it completes, and those that are given up for it."""
        if packet.part is None:
            yield packet, at
            return
        key = packet.source, packet.destination, packet.part.identification
        gathered = self._held.get(key)
        if gathered is not None and _apart(gathered.at, at):
            yield _given(self._held.pop(key))
            gathered = None
        if gathered is None:
            if len(self._held) >= HELD:
                yield _given(self._held.popitem(last=False)[1])
            gathered = self._held[key] = _Gathered(packet, at, {})
        gathered.parts[packet.part.start] = packet
        if _is_whole(gathered) or len(gathered.parts) > PARTS:
            yield _given(self._held.pop(key))

    def finish(self) -> Iterator[tuple[Packet, At]]:
        """No more will come."""
        while self._held:
            yield _given(self._held.popitem(last=False)[1])


def _apart(one: At, other: At) -> bool:
    return one.time is not None and other.time is not None and abs(other.time - one.time) > PATIENCE


def _is_whole(gathered: _Gathered) -> bool:
    end = 0
    for start, packet in sorted(gathered.parts.items()):
        if start > end:
            return False
        end = max(end, start + len(packet.payload))
        if packet.part is not None and not packet.part.more:
            return True
    return False


def _given(gathered: _Gathered) -> tuple[Packet, At]:
    """The packet with its payload up to the first part that is missing."""
    payload = b""
    for start, packet in sorted(gathered.parts.items()):
        if start > len(payload):
            break
        payload += packet.payload[len(payload) - start :]
    first = gathered.parts.get(0, gathered.first)
    length = sum(packet.length for packet in gathered.parts.values())
    return first._replace(payload=payload[:LONGEST], length=length), gathered.at
