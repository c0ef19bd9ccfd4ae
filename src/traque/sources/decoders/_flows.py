"""Packets as flows: a bounded table of who spoke with whom, and the transactions seen in clear on the way."""

from __future__ import annotations

import socket
from collections import OrderedDict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from traque.sources.decoders._applications import LIMIT, Said, dns, hello, http, is_hello, is_http
from traque.sources.decoders._decoder import Decoded, encode
from traque.sources.decoders._frames import ARP, At, Packet
from traque.sources.decoders._ordering import Ordering, Segment, Turn

FLOWS: Final = 65_536
"""Flows that are kept at once; beyond that the one that is silent longest is written out."""
IDLE: Final = 300_000_000_000
"""Nanoseconds of silence that end a flow."""
PENDING: Final = 32
"""HTTP requests of a flow that may wait for their answer."""

_NAMES: Final = {
    ARP: "arp", 1: "icmp", 2: "igmp", 4: "ipip", 6: "tcp", 17: "udp", 41: "ipv6", 47: "gre", 50: "esp",
    51: "ah", 58: "ipv6-icmp", 88: "eigrp", 89: "ospf", 103: "pim", 112: "vrrp", 132: "sctp",
}  # fmt: skip
_FLAGS: Final = tuple(
    "".join(letter for bit, letter in enumerate("FSRPAUEC") if value >> bit & 1) for value in range(256)
)
_RESOLVERS: Final = frozenset({53, 5353, 5355})

_Key = tuple[int, bytes, int, bytes, int]
_End = tuple[bytes, int]


@lru_cache(maxsize=65_536)
def address(raw: bytes) -> str:
    """An IPv4 or IPv6 address in text."""
    return socket.inet_ntop(socket.AF_INET if len(raw) == 4 else socket.AF_INET6, raw)


@lru_cache(maxsize=4096)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def moment(nanoseconds: int | None) -> str | None:
    """A time in ISO 8601; None for one that no calendar holds."""
    if nanoseconds is None:
        return None
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    try:
        return f"{_second(seconds)}.{rest // 1000:06d}Z"
    except (ValueError, OverflowError, OSError):
        return None


class _Side:
    """One direction of a TCP connection: its segments, and a message that is not whole yet."""

    __slots__ = ("at", "buffer", "order")

    def __init__(self) -> None:
        self.order = Ordering()
        self.buffer = b""
        self.at = At(None, 0)


class _Flow:
    __slots__ = (
        "bytes", "destination", "destination_port", "first", "first_flags", "flags", "icmp", "key", "last",
        "packets", "payload", "pending", "protocol", "sides", "source", "source_port",
    )  # fmt: skip

    def __init__(self, key: _Key, packet: Packet, ports: tuple[int, int], at: At) -> None:
        self.key = key
        self.protocol = packet.protocol
        self.source, self.destination = packet.source, packet.destination
        self.source_port, self.destination_port = ports
        self.first = at
        self.last = at.time
        self.packets, self.bytes, self.payload, self.flags = [0, 0], [0, 0], [0, 0], [0, 0]
        self.first_flags = -1
        self.icmp: int | None = None
        self.sides: tuple[_Side, _Side] | None = None
        self.pending: list[tuple[At, Said]] = []

    def direction(self, packet: Packet, ports: tuple[int, int]) -> int:
        """0: the way of its first packet; 1: back."""
        return 0 if (packet.source, ports[0]) == (self.source, self.source_port) else 1

    def side(self, way: int) -> _Side:
        """Its direction ``way``."""
        if self.sides is None:
            self.sides = (_Side(), _Side())
        return self.sides[way]


class Flows:
    """Takes packets in their order, gives records: flows when they end, transactions at once."""

    def __init__(self, datagram: Callable[[bytes, Packet, int], Iterator[Decoded]]) -> None:
        self._table: OrderedDict[_Key, _Flow] = OrderedDict()
        self._datagram = datagram

    def take(self, packet: Packet, at: At) -> Iterator[Decoded]:
        """One packet; what it completes."""
        if at.time is not None:
            yield from self._expire(at.time)
        ports = _ports(packet)
        source, destination = (packet.source, ports[0]), (packet.destination, ports[1])
        low, high = (source, destination) if source <= destination else (destination, source)
        key = (packet.protocol, *low, *high)
        flow = self._table.get(key)
        if flow is None:
            if len(self._table) >= FLOWS:
                yield from self._end(self._table.popitem(last=False)[1])
            flow = self._table[key] = _Flow(key, packet, ports, at)
        else:
            self._table.move_to_end(key)
        way = flow.direction(packet, ports)
        flow.packets[way] += 1
        flow.bytes[way] += packet.length
        if at.time is not None:
            flow.last = at.time
        yield from self._understand(flow, packet, way, at)

    def finish(self) -> Iterator[Decoded]:
        """The capture has ended: all flows that are left, in the order of their first packets."""
        for flow in sorted(self._table.values(), key=lambda flow: flow.first.offset):
            yield from self._end(flow)
        self._table.clear()

    def _expire(self, now: int) -> Iterator[Decoded]:
        while self._table:
            oldest = next(iter(self._table.values()))
            if oldest.last is None or now - oldest.last <= IDLE:
                return
            del self._table[oldest.key]
            yield from self._end(oldest)

    def _understand(self, flow: _Flow, packet: Packet, way: int, at: At) -> Iterator[Decoded]:
        payload = packet.payload
        if packet.protocol == 6 and len(payload) >= 14:
            flags, size = payload[13], max(20, (payload[12] >> 4) * 4)
            flow.flags[way] |= flags
            if flow.first_flags < 0:
                flow.first_flags = flags
            data, sequence = payload[size:], int.from_bytes(payload[4:8], "big")
            side = flow.side(way)
            if flags & 2:
                side.order.begin(sequence)
            if data:
                patient = bool(side.buffer) or not flow.payload[way]
                flow.payload[way] += len(data)
                turns = side.order.take(Segment(sequence, data, at), patient=patient)
                yield from self._stream(flow, way, turns)
        elif packet.protocol == 17 and len(payload) > 8:
            data = payload[8:]
            flow.payload[way] += len(data)
            if _RESOLVERS & {flow.source_port, flow.destination_port}:
                said = dns(data)
                if said is not None:
                    yield _record("dns", flow, way, at, said)
            else:
                yield from self._datagram(data, packet, at.offset)
        elif packet.protocol in (1, 58) and payload and flow.icmp is None:
            flow.icmp = payload[0]

    def _stream(self, flow: _Flow, way: int, turns: list[Turn]) -> Iterator[Decoded]:
        """The next segments of one direction: a gap ends what was gathered."""
        side = flow.side(way)
        for (_, data, at), gap in turns:
            if gap:
                yield from self._message(flow, way, side, last=True)
            if side.buffer:
                side.buffer += data
            elif _begins(data, flow):
                side.buffer, side.at = data, at
            else:
                continue
            yield from self._message(flow, way, side, last=len(side.buffer) > LIMIT)

    def _message(self, flow: _Flow, way: int, side: _Side, *, last: bool) -> Iterator[Decoded]:
        """Read the messages at the beginning of what was gathered; ``last``: no more of it will come."""
        while side.buffer:
            data = side.buffer
            if 53 in (flow.source_port, flow.destination_port):
                size = 2 + int.from_bytes(data[:2], "big")
                if len(data) < size and not last:
                    return
                said = dns(data[2:size])
                if said is not None:
                    yield _record("dns", flow, way, side.at, said)
                side.buffer = data[size:]
            elif is_hello(data):
                try:
                    said = hello(data)
                except IndexError:
                    if not last:
                        return
                    said = None
                if said is not None:
                    yield _record("tls", flow, way, side.at, said)
                side.buffer = b""
            elif is_http(data):
                said, end = http(data)
                if not end and not last:
                    return
                yield from self._exchange(flow, way, side, said)
                rest = data[end:] if end else b""
                side.buffer = rest if is_http(rest) else b""
            else:
                side.buffer = b""

    def _exchange(self, flow: _Flow, way: int, side: _Side, said: Said) -> Iterator[Decoded]:
        """A request waits for its answer; an answer without a request stands for itself."""
        status = said.pop("status", None)
        if status is None:
            if said:
                flow.pending.append((side.at, {"way": way, **said}))
                if len(flow.pending) > PENDING:
                    yield _request(flow, flow.pending.pop(0))
        elif not isinstance(status, int) or status >= 200 or not flow.pending:
            answer = {f"response_{key}": value for key, value in said.items()}
            if flow.pending:
                yield _request(flow, flow.pending.pop(0), {"status": status, **answer})
            else:
                said = {"status": status, **answer}
                yield _record("http", flow, 1 - way, side.at, said)

    def _end(self, flow: _Flow) -> Iterator[Decoded]:
        if flow.sides is not None:
            for way in (0, 1):
                yield from self._stream(flow, way, flow.sides[way].order.rest())
                yield from self._message(flow, way, flow.sides[way], last=True)
        for request in flow.pending:
            yield _request(flow, request)
        said: Said = {
            "last": moment(flow.last),
            "packets": flow.packets[0],
            "packets_back": flow.packets[1],
            "bytes": flow.bytes[0],
            "bytes_back": flow.bytes[1],
        }
        if flow.protocol in (6, 17):
            said |= {"payload": flow.payload[0], "payload_back": flow.payload[1]}
        if flow.first_flags >= 0:
            said |= {
                "first_flags": _FLAGS[flow.first_flags],
                "flags": _FLAGS[flow.flags[0]],
                "flags_back": _FLAGS[flow.flags[1]],
            }
        if flow.icmp is not None:
            said["icmp_type"] = flow.icmp
        yield _record("flow", flow, 0, flow.first, said)


def quoted(packet: Packet, at: At) -> Decoded:
    """The packet that an ICMP error cites."""
    said: Said = {"proto": _NAMES.get(packet.protocol, packet.protocol)}
    one, other = _ports(packet)
    return _line("icmp-quoted", at, (packet.source, one), (packet.destination, other), said)


def names(pairs: list[tuple[bytes, str]], offset: int) -> Iterator[Decoded]:
    """What a capture's writer resolved."""
    for raw, name in pairs:
        if len(raw) in (4, 16):
            yield Decoded(
                encode({"@format": "pcap", "type": "name", "ip": address(raw), "name": name}), offset
            )


def _begins(data: bytes, flow: _Flow) -> bool:
    return 53 in (flow.source_port, flow.destination_port) or is_hello(data) or is_http(data)


def _ports(packet: Packet) -> tuple[int, int]:
    payload = packet.payload
    if packet.protocol in (6, 17, 132) and len(payload) >= 4:
        return payload[0] << 8 | payload[1], payload[2] << 8 | payload[3]
    return 0, 0


def _request(flow: _Flow, request: tuple[At, Said], more: Said | None = None) -> Decoded:
    at, said = request
    way = 1 if said.get("way") == 1 else 0
    said = {key: value for key, value in said.items() if key != "way"}
    return _record("http", flow, way, at, said | (more or {}))


def _record(kind: str, flow: _Flow, way: int, at: At, said: Said) -> Decoded:
    ends = ((flow.source, flow.source_port), (flow.destination, flow.destination_port))
    said = {"proto": _NAMES.get(flow.protocol, flow.protocol), **said}
    return _line(kind, at, ends[way], ends[1 - way], said)


def _line(kind: str, at: At, source: _End, destination: _End, said: Said) -> Decoded:
    record: Said = {
        "@format": "pcap",
        "@timestamp": moment(at.time),
        "type": kind,
        "src": address(source[0]),
        "src_port": source[1],
        "dst": address(destination[0]),
        "dst_port": destination[1],
    }
    if not source[1] and not destination[1]:
        del record["src_port"], record["dst_port"]
    return Decoded(encode(record | said), at.offset)
