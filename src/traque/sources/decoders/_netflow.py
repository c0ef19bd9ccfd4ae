"""Flow export datagrams: NetFlow v5, v9 (RFC 3954) and IPFIX (RFC 7011), with their templates.

A record has the names of the IANA registry, whichever version it came in. Where both directions of a
session are exported as records of their own, each is told of the other (``reverse``): among the last
16,384 records, by addresses, ports and protocol. Data whose template comes later wait for it; one that is
in another source of the stream is used where it is given.
"""

from __future__ import annotations

import socket
import struct
from collections import deque
from collections.abc import Iterator
from typing import Final, NamedTuple, cast

from traque.sources.decoders._decoder import Carried, Decoded, Faults, encode
from traque.sources.decoders._elements import ELEMENTS, REVERSE
from traque.sources.decoders._flows import address, moment

HELD: Final = 16_384
"""Records among which the other direction is looked for."""
APART: Final = 300_000
"""Milliseconds that may lie between the beginnings of the two directions."""
WAITING: Final = 2000
"""Sets that may wait for their template."""
TEMPLATES: Final = 10_000
FIELDS: Final = 1000

_V5: Final = struct.Struct(">4s4s4sHHIIIIHHxBBBHHBBxx")
_NTP: Final = 2_208_988_800
_EARLIEST, _LATEST = 631_152_000, 4_102_444_800

Flow = dict[str, object]


class _Field(NamedTuple):
    name: str
    kind: str
    size: int


class _Domain(NamedTuple):
    """Whose templates: the exporter, its observation domain, and the version."""

    exporter: str
    number: int
    version: int


class _Waiting(NamedTuple):
    domain: _Domain
    number: int
    body: bytes
    clock: _Clock
    offset: int


class _Clock(NamedTuple):
    """When a datagram left, in milliseconds since 1970, and how long its sender had been up then."""

    now: int
    up: int


def is_export(data: bytes, *, whole: bool) -> bool:
    """Whether a datagram is of NetFlow v5, v9 or IPFIX; ``whole``: ``data`` is all of it, and must fit."""
    if len(data) < 20:
        return False
    version, count = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:4], "big")
    second, third = int.from_bytes(data[4:8], "big"), int.from_bytes(data[8:12], "big")
    if version == 5:
        fits = 24 + 48 * count == len(data) or not whole
        return 1 <= count <= 30 and fits and _EARLIEST < third < _LATEST
    if version == 9 and _EARLIEST < third < _LATEST:
        return count > 0 and _is_set(data, 20)
    dated = version == 10 and _EARLIEST < second < _LATEST
    return dated and 16 <= count <= len(data) and _is_set(data, 16)


def _is_set(data: bytes, at: int) -> bool:
    if len(data) < at + 4:
        return False
    kind, length = int.from_bytes(data[at : at + 2], "big"), int.from_bytes(data[at + 2 : at + 4], "big")
    return (kind in (0, 1, 2, 3) or kind >= 256) and 4 <= length <= len(data) - at


class Exports:
    """Reads datagrams; one for each source, since templates carry over."""

    def __init__(self, faults: Faults, carried: Carried) -> None:
        self._faults = faults
        self._carried = carried
        self._templates: dict[tuple[_Domain, int], tuple[_Field, ...]] = {}
        self._waiting: deque[_Waiting] = deque()
        self._pairs = Pairs()

    def datagram(self, data: bytes, offset: int, exporter: str = "") -> Iterator[Decoded]:
        """The records of one datagram, and those that need no longer wait for their other direction."""
        try:
            version = int.from_bytes(data[:2], "big")
            if version == 5:
                flows = list(self._v5(data, offset, exporter))
            elif version == 9:
                flows = list(self._v9(data, offset, exporter))
            else:
                flows = list(self._ipfix(data, offset, exporter))
        except struct.error:
            self._faults.note(f"the datagram at byte {offset} is cut short")
            return
        for flow in flows:
            yield from self._pairs.take(*flow)

    def finish(self) -> Iterator[Decoded]:
        """No more datagrams will come."""
        for waiting in self._waiting:
            self._lack(waiting)
        self._waiting.clear()
        yield from self._pairs.finish()

    def _v5(self, data: bytes, offset: int, exporter: str) -> Iterator[tuple[Flow, int]]:
        _, count, up, seconds, nanoseconds = struct.unpack_from(">HHIII", data)
        clock = _Clock(seconds * 1000 + nanoseconds // 1_000_000, up)
        rate = int.from_bytes(data[22:24], "big") & 0x3FFF  # the upper two bits are how it is sampled
        there = (len(data) - 24) // 48
        if count > there:
            self._faults.note(f"the datagram at byte {offset} holds {there} of {count} records")
        for at in range(24, 24 + 48 * min(count, there), 48):
            source, destination, hop, inside, outside, packets, octets, first, last, *rest = _V5.unpack_from(
                data, at
            )
            flow: Flow = {
                "sourceIPv4Address": address(source),
                "destinationIPv4Address": address(destination),
                "sourceTransportPort": rest[0],
                "destinationTransportPort": rest[1],
                "protocolIdentifier": rest[3],
                "tcpControlBits": rest[2],
                "packetDeltaCount": packets,
                "octetDeltaCount": octets,
                "flowStartSysUpTime": first,
                "flowEndSysUpTime": last,
                "ipNextHopIPv4Address": address(hop),
                "ingressInterface": inside,
                "egressInterface": outside,
                "bgpSourceAsNumber": rest[5],
                "bgpDestinationAsNumber": rest[6],
            }
            if rate > 1:
                flow["samplingInterval"] = rate
            yield _finished(flow, 5, clock, exporter), offset

    def _v9(self, data: bytes, offset: int, exporter: str) -> Iterator[tuple[Flow, int]]:
        _, _, up, seconds, _, domain = struct.unpack_from(">HHIIII", data)
        yield from self._sets(data[20:], offset, _Domain(exporter, domain, 9), _Clock(seconds * 1000, up))

    def _ipfix(self, data: bytes, offset: int, exporter: str) -> Iterator[tuple[Flow, int]]:
        _, length, seconds, _, domain = struct.unpack_from(">HHIII", data)
        if length > len(data):
            self._faults.note(f"the datagram at byte {offset} is cut short")
        body = data[16 : max(16, length)]
        yield from self._sets(body, offset, _Domain(exporter, domain, 10), _Clock(seconds * 1000, 0))

    def _sets(self, data: bytes, offset: int, domain: _Domain, clock: _Clock) -> Iterator[tuple[Flow, int]]:
        at = 0
        while at + 4 <= len(data):
            number, length = struct.unpack_from(">HH", data, at)
            if length < 4:
                if any(data[at:]):
                    self._faults.note(f"the datagram at byte {offset} has a set without a length")
                return
            if at + length > len(data):
                self._faults.note(f"the datagram at byte {offset} is cut short")
            body = data[at + 4 : at + length]
            at += length
            if number in (0, 2):
                yield from self._learn(body, domain, options=False)
            elif number in (1, 3):
                yield from self._learn(body, domain, options=True)
            elif number >= 256:
                template = self._templates.get((domain, number)) or self._given(domain, number)
                if template is not None:
                    yield from _flows(template, body, domain, clock, offset)
                else:
                    self._wait(_Waiting(domain, number, body, clock, offset))

    def _wait(self, waiting: _Waiting) -> None:
        if len(self._waiting) >= WAITING:
            self._lack(self._waiting.popleft())
        self._waiting.append(waiting)

    def _lack(self, waiting: _Waiting) -> None:
        self._carried.lacking.add((waiting.domain, waiting.number))
        self._faults.note(
            f"flows that need template {waiting.number}, which is not here (at byte {waiting.offset})"
        )

    def _given(self, domain: _Domain, number: int) -> tuple[_Field, ...] | None:
        """The template as another source of the stream states it."""
        given = self._carried.given.get((domain, number))
        return cast("tuple[_Field, ...] | None", given)

    def _learn(self, body: bytes, domain: _Domain, *, options: bool) -> Iterator[tuple[Flow, int]]:
        at = 0
        while at + 4 <= len(body):
            number, count = struct.unpack_from(">HH", body, at)
            at += 4
            if number < 256:
                return  # padding
            if options and at + 2 <= len(body):
                (scopes,) = struct.unpack_from(">H", body, at)
                at += 2
                if domain.version == 9:  # there the counts are lengths: of the scopes, then of the options
                    count = (count + scopes) // 4
            fields: list[_Field] = []
            for _ in range(count):
                if at + 4 > len(body):
                    self._faults.note(f"template {number} is cut short")
                    return
                element, size = struct.unpack_from(">HH", body, at)
                at += 4
                enterprise = 0
                if element & 0x8000 and domain.version == 10:
                    if at + 4 > len(body):
                        self._faults.note(f"template {number} is cut short")
                        return
                    (enterprise,) = struct.unpack_from(">I", body, at)
                    element &= 0x7FFF
                    at += 4
                fields.append(_field(enterprise, element, size))
            if len(fields) <= FIELDS and len(self._templates) < TEMPLATES:
                template = self._templates[domain, number] = tuple(fields)
                self._carried.state((domain, number), template)
                yield from self._waited(domain, number, template)

    def _waited(self, domain: _Domain, number: int, fields: tuple[_Field, ...]) -> Iterator[tuple[Flow, int]]:
        still: deque[_Waiting] = deque()
        for waiting in self._waiting:
            if (waiting.domain, waiting.number) == (domain, number):
                yield from _flows(fields, waiting.body, domain, waiting.clock, waiting.offset)
            else:
                still.append(waiting)
        self._waiting = still


def _field(enterprise: int, number: int, size: int) -> _Field:
    backwards = enterprise == REVERSE
    known = ELEMENTS.get((0 if backwards else enterprise, number))
    if known is None:
        return _Field(f"{enterprise}.{number}" if enterprise else f"e{number}", "?", size)
    name, kind = known
    return _Field(f"reverse{name[0].upper()}{name[1:]}" if backwards else name, kind, size)


def _flows(
    template: tuple[_Field, ...], body: bytes, domain: _Domain, clock: _Clock, offset: int
) -> Iterator[tuple[Flow, int]]:
    least = sum(1 if field.size == 65_535 else field.size for field in template)
    at = 0
    while least and at + least <= len(body):
        flow: Flow = {}
        for name, kind, size in template:
            if size == 65_535:
                size, at = _length(body, at)  # noqa: PLW2901 -- a field of variable length states it here
            value = _value(kind, body[at : at + size])
            at += size
            if value is not None:
                flow.setdefault(name, value)
        if at > len(body):
            return
        yield _finished(flow, domain.version, clock, domain.exporter), offset


def _length(body: bytes, at: int) -> tuple[int, int]:
    if at >= len(body):
        return 0, at + 1
    if body[at] < 255:
        return body[at], at + 1
    return int.from_bytes(body[at + 1 : at + 3], "big"), at + 3


def _value(kind: str, raw: bytes) -> object:
    size = len(raw)
    if kind == "a":
        return (
            socket.inet_ntop(socket.AF_INET6 if size == 16 else socket.AF_INET, raw)
            if size in (4, 16)
            else None
        )
    if kind in ("s", "?"):
        text = raw.rstrip(b"\0")
        plain = text.isascii() and all(byte >= 0x20 for byte in text)
        if kind == "?" and not (plain and len(text) >= 4 and any(byte in b"./@:" for byte in text)):
            return None
        return text.decode("utf-8", "replace") if text else None
    if not size:
        return None
    if kind == "m":
        return raw.hex(":")
    number = int.from_bytes(raw, "big")
    if kind == "n":
        return number if size <= 8 else None
    if kind == "tn":
        return (
            raw and size == 8 and ((number >> 32) - _NTP) * 1000 + (number & 0xFFFF_FFFF) * 1000 // 2**32
        ) or None
    return number * (1000 if kind == "t0" else 1)


_STARTS: Final = (
    "flowStartMilliseconds",
    "flowStartMicroseconds",
    "flowStartNanoseconds",
    "flowStartSeconds",
)
_ENDS: Final = ("flowEndMilliseconds", "flowEndMicroseconds", "flowEndNanoseconds", "flowEndSeconds")


def _finished(flow: Flow, version: int, clock: _Clock, exporter: str) -> Flow:
    """The record in its final form: times as moments, the exporter, and the format first."""
    start = _pick(flow, _STARTS, "flowStartSysUpTime", clock)
    end = _pick(flow, _ENDS, "flowEndSysUpTime", clock)
    seen = flow.pop("observationTimeMilliseconds", None)
    if start is None:
        start = seen if isinstance(seen, int) else end if end is not None else clock.now
    whole: Flow = {"@format": "netflow", "@timestamp": moment(start * 1_000_000), "version": version}
    if end is not None:
        whole["flowEnd"] = moment(end * 1_000_000)
    if exporter:
        whole["exporter"] = exporter
    whole["@start"] = start
    every, space = flow.get("samplingPacketInterval"), flow.get("samplingPacketSpace")
    if isinstance(every, int) and isinstance(space, int) and every and space:
        flow.setdefault("samplingInterval", round((every + space) / every))
    return whole | flow


def _pick(flow: Flow, names: tuple[str, ...], uptime: str, clock: _Clock) -> int | None:
    found = [value for name in names if isinstance(value := flow.pop(name, None), int) and value > 0]
    up = flow.pop(uptime, None)
    begun = flow.get("systemInitTimeMilliseconds")
    if found:
        return found[0]
    if not isinstance(up, int):
        return None
    if isinstance(begun, int):
        return begun + up
    since = (clock.up - up) & 0xFFFF_FFFF
    return clock.now - (since if since < 0x8000_0000 else since - 2**32) if clock.up else None


class Pairs:
    """Holds the last records, to tell each of its other direction.

    A record's ``@start`` is when it began, in milliseconds since 1970; it is not written out.
    """

    def __init__(self) -> None:
        self._held: deque[tuple[Flow, int | None, tuple[object, ...] | None]] = deque()
        self._single: dict[tuple[object, ...], Flow] = {}

    def take(self, flow: Flow, offset: int | None) -> Iterator[Decoded]:
        """The next record; those that have waited long enough."""
        key, back = _keys(flow)
        if key is not None:
            other = self._single.get(back)
            if other is not None and _near(flow, other):
                del self._single[back]
                flow["reverse"], other["reverse"] = _short(other), _short(flow)
            else:
                self._single[key] = flow
        self._held.append((flow, offset, key))
        if len(self._held) > HELD:
            yield self._release()

    def finish(self) -> Iterator[Decoded]:
        """All that are left."""
        while self._held:
            yield self._release()

    def _release(self) -> Decoded:
        flow, offset, key = self._held.popleft()
        if key is not None and self._single.get(key) is flow:
            del self._single[key]
        flow.pop("@start", None)
        return Decoded(encode(flow), offset)


def _keys(flow: Flow) -> tuple[tuple[object, ...] | None, tuple[object, ...]]:
    source = flow.get("sourceIPv4Address") or flow.get("sourceIPv6Address")
    destination = flow.get("destinationIPv4Address") or flow.get("destinationIPv6Address")
    one, other = flow.get("sourceTransportPort"), flow.get("destinationTransportPort")
    if source is None or destination is None or flow.get("protocolIdentifier") not in (6, 17, 132):
        return None, ()
    protocol, exporter = flow["protocolIdentifier"], flow.get("exporter")
    return (source, one, destination, other, protocol, exporter), (
        destination, other, source, one, protocol, exporter,
    )  # fmt: skip


def _near(flow: Flow, other: Flow) -> bool:
    first, second = flow["@start"], other["@start"]
    return isinstance(first, int) and isinstance(second, int) and abs(first - second) <= APART


def _short(flow: Flow) -> Flow:
    """What one direction is told of the other; its addresses are the same, swapped."""
    names = ("@timestamp", "tcpControlBits", "packetDeltaCount", "octetDeltaCount")
    return {name.removeprefix("@"): flow[name] for name in names if name in flow}
