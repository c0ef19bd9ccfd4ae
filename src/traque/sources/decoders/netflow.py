"""Flow export datagrams in a file: NetFlow v5, v9, IPFIX, one after another, with or without lengths before.

The records are those of :mod:`traque.sources.decoders._netflow`; the offset is the datagram's.
"""

from __future__ import annotations

from collections.abc import Iterator

from traque.sources.decoders._decoder import Decoded, Decoder, Faults, Reading
from traque.sources.decoders._netflow import Exports
from traque.sources.recognise import encoded_container

_TITLES = ("NetFlow v5 flows", "NetFlow v9 flows", "IPFIX flows")


def decode(reading: Reading) -> Iterator[Decoded]:
    """The flows, datagram by datagram."""
    faults = Faults()
    exports = Exports(faults, reading.carried)
    for offset, datagram in _datagrams(reading, faults):
        yield from exports.datagram(datagram, offset)
    yield from exports.finish()
    faults.check()


def _datagrams(reading: Reading, faults: Faults) -> Iterator[tuple[int, bytes]]:
    """Each datagram and where it begins."""
    take = reading.take
    start = take(4)
    prefixed = start[:2] == b"\0\0"
    while len(start) == 4:
        at = reading.offset - 4
        version, count = start[1], int.from_bytes(start[2:4], "big")
        if prefixed:
            length = int.from_bytes(start, "big")
            if not 16 <= length <= 65_535:
                faults.note(f"no datagram begins at byte {at}: nothing after it was decoded")
                return
            yield at + 4, take(length)
            start = take(4)
        elif start[0] == 0 and version == 5:
            yield at, start + take(20) + take(48 * count)
            start = take(4)
        elif start[0] == 0 and version == 10:
            yield at, start + take(count - 4)
            start = take(4)
        elif start[0] == 0 and version == 9:
            datagram, start = _version_9(start, reading)
            yield at, datagram
        else:
            faults.note(f"no datagram begins at byte {at}: nothing after it was decoded")
            return
    if start:
        faults.note("it ends within a datagram")


def _version_9(start: bytes, reading: Reading) -> tuple[bytes, bytes]:
    """A datagram that does not state its length: its sets go on until something begins that is none."""
    parts = [start, reading.take(16)]
    while True:
        head = reading.take(4)
        number, length = int.from_bytes(head[:2], "big"), int.from_bytes(head[2:4], "big")
        if len(head) == 4 and head == b"\0\0\0\0":
            continue  # padding
        if len(head) < 4 or 2 <= number < 256 or length < 4:
            return b"".join(parts), head
        parts += (head, reading.take(length - 4))


SPEC = Decoder(
    name="netflow",
    title="NetFlow and IPFIX datagrams",
    recognise=lambda head, name: encoded_container(head, name) in _TITLES,
    decode=decode,
)
