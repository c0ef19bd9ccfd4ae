"""Windows event logs (EVTX), through the Rust crate and PyPI package ``evtx``.

An EVTX file is a header of 4 KiB and chunks of 64 KiB that stand for themselves (templates and strings
included), so that chunks are decoded one by one: memory is flat, and a damaged chunk costs only itself.
A record is ``{"@format":"evtx","@timestamp":...,"Event":{...}}``, the event as the package renders it.
The offset is the record's in the file. Addresses that an event holds as a binary ``sockaddr`` (SMB
client and server logs) are added in text under ``@addresses``.

Structure: https://github.com/libyal/libevtx/blob/main/documentation/Windows%20XML%20Event%20Log%20(EVTX).asciidoc
"""

from __future__ import annotations

import io
import re
import socket
import struct
from collections.abc import Iterator
from typing import Final

from traque.expressions import expression
from traque.sources.decoders._decoder import Decoded, Decoder, Faults, Reading, encode, refused

HEADER: Final = 4096
CHUNK: Final = 65_536
FIRST: Final = 512
"""Where the records of a chunk begin."""

_BLANKED: Final = bytes.maketrans(bytes(range(32)), b" " * 32)
_SOCKADDR: Final = expression(rb'"(?:0x)?((?:0200[0-9A-Fa-f]{28})|(?:1700[0-9A-Fa-f]{52}))"')


def _chunk(header: bytes, chunk: bytes, at: int, faults: Faults) -> Iterator[Decoded]:
    from evtx import PyEvtxParser

    offsets = dict(_offsets(chunk))
    try:
        records = PyEvtxParser(io.BytesIO(header + chunk), number_of_threads=1).records_json()
    except BaseException as error:  # noqa: BLE001 -- a panic of the library is no Exception
        faults.note(f"chunk at byte {at}: {refused(error)}")
        return
    seen = 0
    while seen <= CHUNK:
        seen += 1
        try:
            record = next(records, None)
        except BaseException as error:  # noqa: BLE001 -- a panic of the library is no Exception
            faults.note(f"chunk at byte {at}: {refused(error)}")
            if not isinstance(error, Exception):
                return
            continue
        if record is None:
            return
        try:
            yield Decoded(_line(record), at + offsets.get(record["event_record_id"], 0))
        except (KeyError, TypeError, ValueError) as error:
            faults.note(f"chunk at byte {at}: {refused(error)}")


def _line(record: dict[str, object]) -> bytes:
    # Of damaged records the package leaves control characters as they are.
    data = str(record["data"]).encode("utf-8", "replace").translate(_BLANKED).strip()
    if not data.startswith(b"{"):
        data = b"{" + data.partition(b"{")[2]
    moment = str(record["timestamp"]).removesuffix(" UTC")
    stated = re.search(rb'"SystemTime":"([^"]{10,40})"', data)
    first = b'{"@format":"evtx","@timestamp":' + encode(stated[1].decode() if stated else moment)
    addresses = list(dict.fromkeys(filter(None, map(_address, _SOCKADDR.findall(data)))))
    if addresses:
        first += b',"@addresses":' + encode(addresses)
    return first + b"," + data[1:]


def _address(digits: bytes) -> str:
    """The address of a ``sockaddr_in`` or ``sockaddr_in6`` written in hexadecimal."""
    raw = bytes.fromhex(digits.decode())
    if len(raw) == 16:
        return socket.inet_ntop(socket.AF_INET, raw[4:8]) if any(raw[4:8]) else ""
    return socket.inet_ntop(socket.AF_INET6, raw[8:24]) if any(raw[8:24]) else ""


def _offsets(chunk: bytes) -> Iterator[tuple[int, int]]:
    """Record number and offset of each record of a chunk."""
    at = FIRST
    while at + 24 <= len(chunk) and chunk.startswith(b"**\0\0", at):
        size, number = struct.unpack_from("<IQ", chunk, at + 4)
        yield number, at
        if size < 24:
            return
        at += size


def decode(reading: Reading) -> Iterator[Decoded]:
    """The events, chunk by chunk."""
    faults = Faults()
    header = reading.take(HEADER)
    while True:
        at = reading.offset
        chunk = reading.take(CHUNK)
        if not chunk:
            break
        if not chunk.startswith(b"ElfChnk\0"):
            if any(chunk):
                faults.note(f"no chunk begins at byte {at}")
            continue
        if len(chunk) < CHUNK:
            faults.note(f"the chunk at byte {at} is cut short")
            chunk = chunk.ljust(CHUNK, b"\0")
        before = 0
        for record in _chunk(header, chunk, at, faults):
            before += 1
            yield record
        there = sum(1 for _ in _offsets(chunk))
        if before < there:
            faults.note(f"{before} of {there} records of the chunk at byte {at} were read")
    if len(header) < HEADER:
        faults.note("its header is cut short")
    faults.check()


SPEC = Decoder(
    name="evtx",
    title="Windows event log (EVTX)",
    recognise=lambda head, _name: head.startswith(b"ElfFile\0"),
    decode=decode,
    package="evtx",
    remedy="pip install evtx",
)
