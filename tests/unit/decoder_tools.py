"""Runs a decoder on bytes, and builds small binary logs with documentation addresses."""

from __future__ import annotations

import ipaddress
import json
import random
import sqlite3
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from traque.errors import SourceError
from traque.hunt.decoding import DecodedText
from traque.sources.decoders import Reading, decoder_for

HOUR = 1_609_992_000  # 2021-01-07 04:00 UTC


class Read(NamedTuple):
    records: list[dict[str, object]]
    error: SourceError | None
    offsets: list[int]
    text: bytes


def read(data: bytes, name: str = "x", *, piece: int = 1 << 20) -> Read:
    """What the decoder for ``data`` makes of it. AssertionError when none recognises it."""
    decoder = decoder_for(data[:65536], name)
    assert decoder is not None, data[:16]
    pieces = (data[at : at + piece] for at in range(0, len(data), piece))
    text = DecodedText(decoder, Reading(pieces, name))
    decoded = b"".join(text.batches())
    lines = decoded.splitlines(keepends=True)
    offsets, at = [], 0
    for line in lines:
        offsets.append(text.original_offset(at))
        at += len(line)
    return Read([json.loads(line) for line in lines], text.error, offsets, decoded)


def ip(text: str) -> bytes:
    return ipaddress.ip_address(text).packed


def ipv4(source: str, destination: str, protocol: int, payload: bytes, *, fragment: int = 0) -> bytes:
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 1, fragment, 64, protocol, 0)
    return head + ip(source) + ip(destination) + payload


def ipv6(source: str, destination: str, protocol: int, payload: bytes) -> bytes:
    return struct.pack(">IHBB", 6 << 28, len(payload), protocol, 64) + ip(source) + ip(destination) + payload


def udp(source: int, destination: int, data: bytes) -> bytes:
    return struct.pack(">HHHH", source, destination, 8 + len(data), 0) + data


def tcp(source: int, destination: int, flags: int, data: bytes = b"", sequence: int = 1) -> bytes:
    return struct.pack(">HHIIBBHHH", source, destination, sequence, 1, 0x50, flags, 1000, 0, 0) + data


def ethernet(kind: int, payload: bytes) -> bytes:
    return b"\x02\0\0\0\0\1\x02\0\0\0\0\2" + struct.pack(">H", kind) + payload


def pcap(frames: list[bytes], *, link: int = 1, order: str = "<", snaplen: int = 65535) -> bytes:
    parts = [struct.pack(f"{order}IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, snaplen, link)]
    for number, frame in enumerate(frames):
        cut = frame[:snaplen]
        parts += (struct.pack(f"{order}IIII", HOUR + number, 5, len(cut), len(frame)), cut)
    return b"".join(parts)


def pcapng(frames: list[bytes], *, link: int = 1, order: str = "<") -> bytes:
    def block(kind: int, body: bytes) -> bytes:
        body += b"\0" * (-len(body) % 4)
        size = struct.pack(f"{order}I", 12 + len(body))
        return struct.pack(f"{order}I", kind) + size + body + size

    parts = [block(0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1))]
    resolution = struct.pack(f"{order}HHB3xHH", 9, 1, 9, 0, 0)  # nanoseconds
    parts.append(block(1, struct.pack(f"{order}HHI", link, 0, 65535) + resolution))
    for number, frame in enumerate(frames):
        high, low = divmod((HOUR + number) * 10**9 + 5000, 1 << 32)
        parts.append(block(6, struct.pack(f"{order}IIIII", 0, high, low, len(frame), len(frame)) + frame))
    parts.append(
        block(
            4, struct.pack(f"{order}HH", 1, 17) + ip("192.0.2.88") + b"name.example\0" + b"\0" * 3 + bytes(4)
        )
    )
    return b"".join(parts)


def dns_name(name: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def dns_answer(name: str, address: str) -> bytes:
    question = dns_name(name) + struct.pack(">HH", 1, 1)
    answer = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + ip(address)
    return struct.pack(">HHHHHH", 7, 0x8180, 1, 1, 0, 0) + question + answer


def client_hello(name: str, *, padding: int = 0) -> bytes:
    host = name.encode()
    server_name = struct.pack(">HHHBH", 0, len(host) + 5, len(host) + 3, 0, len(host)) + host
    extensions = struct.pack(">HH", 21, padding) + bytes(padding) + server_name
    body = (
        b"\3\3"
        + bytes(32)
        + b"\0"
        + b"\0\2\x13\x01"
        + b"\1\0"
        + struct.pack(">H", len(extensions))
        + extensions
    )
    handshake = b"\1" + len(body).to_bytes(3, "big") + body
    return b"\x16\3\1" + struct.pack(">H", len(handshake)) + handshake


class Flow5(NamedTuple):
    source: str
    destination: str
    source_port: int = 51022
    destination_port: int = 443
    protocol: int = 6
    flags: int = 27
    first: int = 0
    """Milliseconds after :data:`HOUR`."""


UP = 100_000


def netflow5(flows: list[Flow5]) -> bytes:
    head = struct.pack(">HHIIIIBBH", 5, len(flows), UP, HOUR, 0, 1, 0, 0, 0)
    return head + b"".join(
        ip(f.source)
        + ip(f.destination)
        + bytes(4)
        + struct.pack(">HHIIII", 1, 2, 6, 900, UP + f.first, UP + f.first + 10)
        + struct.pack(
            ">HHxBBBHHBBxx", f.source_port, f.destination_port, f.flags, f.protocol, 0, 0, 0, 24, 24
        )
        for f in flows
    )


_TEMPLATE = ((8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (6, 1), (1, 4), (2, 4), (22, 4), (21, 4))


def _flow9(flow: Flow5) -> bytes:
    return (
        ip(flow.source)
        + ip(flow.destination)
        + struct.pack(">HHBB", flow.source_port, flow.destination_port, flow.protocol, flow.flags)
        + struct.pack(">IIII", 900, 6, UP + flow.first, UP + flow.first + 10)
    )


def _set(number: int, body: bytes) -> bytes:
    return struct.pack(">HH", number, 4 + len(body)) + body


def netflow9(flows: list[Flow5], *, template: bool = True, data: bool = True) -> bytes:
    fields = b"".join(struct.pack(">HH", *field) for field in _TEMPLATE)
    body = _set(0, struct.pack(">HH", 300, len(_TEMPLATE)) + fields) if template else b""
    if data:
        body += _set(300, b"".join(map(_flow9, flows)))
    return struct.pack(">HHIIII", 9, len(flows) + template, UP, HOUR, 1, 77) + body


def ipfix(flows: list[Flow5]) -> bytes:
    template = ((8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (6, 1), (152, 8), (460, 65535))
    fields = b"".join(struct.pack(">HH", *field) for field in template)
    rows = b"".join(
        ip(f.source)
        + ip(f.destination)
        + struct.pack(">HHBB", f.source_port, f.destination_port, f.protocol, f.flags)
        + struct.pack(">Q", HOUR * 1000 + f.first)
        + b"\x0chost.example"
        for f in flows
    )
    body = _set(2, struct.pack(">HH", 400, len(template)) + fields) + _set(400, rows)
    return struct.pack(">HHIII", 10, 16 + len(body), HOUR, 1, 9) + body


def utmp(user: str, host: str, address: str, *, kind: int = 7, order: str = "<", wide: bool = False) -> bytes:
    raw = ip(address).ljust(16, b"\0")
    shape = f"{order}hxxi32s4s32s256shhqqq16s20x4x" if wide else f"{order}hxxi32s4s32s256shhiii16s20x"
    return struct.pack(
        shape, kind, 42, b"pts/0", b"ts/0", user.encode(), host.encode(), 0, 0, 0, HOUR, 5, raw
    )


def vc0(user: str, address: str, said: str, *, count: int = 3) -> bytes:
    records = (
        f"\5{HOUR + number:08x}.{number:08x}\tics.example\tAUT24326\tvc0\tRoot\t{address}\t{user}\t{said}"
        for number in range(count)
    )
    return b"\5\0\0\0\1".ljust(8192, b"\0") + "".join(records).encode()


def every_kind(folder: Path) -> dict[str, bytes]:
    """A small file of each binary format that can be made here."""
    flows = [Flow5("192.0.2.7", "203.0.113.9"), Flow5("203.0.113.9", "192.0.2.7", 443, 51022)]
    frames = [
        ethernet(0x0800, ipv4("192.0.2.7", "192.0.2.53", 17, udp(53, 5100, dns_answer("evil.example", "203.0.113.9")))),
        ethernet(0x8100, b"\0\5\x08\0" + ipv4("192.0.2.7", "203.0.113.9", 6, tcp(1, 443, 24, client_hello("evil.example")))),
        ethernet(0x0800, ipv4("192.0.2.7", "203.0.113.9", 6, tcp(2, 80, 24, b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"))),
        ethernet(0x0800, ipv4("192.0.2.7", "203.0.113.9", 47, b"\0\0\x08\0" + ipv4("192.0.2.1", "192.0.2.2", 1, b"\3\1" + bytes(40)))),
        ethernet(0x0800, ipv4("192.0.2.1", "192.0.2.2", 17, udp(9, 2055, netflow9(flows)))),
    ]  # fmt: skip
    path = folder / "x.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE t (a TEXT, src_ip INTEGER)")
        db.executemany("INSERT INTO t VALUES (?, ?)", [("evil.example", 3_221_225_985)] * 200)
    db.close()
    found = {
        "pcap": pcap(frames),
        "pcapng": pcapng(frames),
        "netflow5": netflow5(flows),
        "netflow9": netflow9(flows) + netflow9(flows),
        "ipfix": ipfix(flows) + ipfix(flows),
        "wtmp": utmp("jdoe", "home.example", "192.0.2.7") * 5,
        "sqlite": path.read_bytes(),
        "vc0": vc0("jdoe", "192.0.2.7", "Login succeeded") + b"\5" + vc0("x", "192.0.2.8", "a")[8192:],
    }
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        return found
    table = pa.Table.from_pylist([{"a": "evil.example", "n": {"ip": 3_221_225_985}}] * 50)
    pq.write_table(table, folder / "x.parquet")
    found["parquet"] = (folder / "x.parquet").read_bytes()
    with pa.OSFile(str(folder / "x.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    found["arrow"] = (folder / "x.arrow").read_bytes()
    with pa.OSFile(str(folder / "x.arrows"), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    found["arrow-stream"] = (folder / "x.arrows").read_bytes()
    return found


def mutated(data: bytes, rng: random.Random) -> bytes:
    """The same with bits flipped, lengths falsified, bytes taken out, or its end cut off."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 3, 10))):
        at = rng.randrange(4, len(changed))
        match rng.randrange(4):
            case 0:
                changed[at] ^= 1 << rng.randrange(8)
            case 1:
                changed[at : at + 4] = rng.choice((b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff\xff\xff"))
            case 2:
                del changed[at : at + rng.randrange(1, 40)]
            case _:
                changed = changed[: max(8, at)]
        if len(changed) < 8:
            break
    return bytes(changed)


def addresses(records: list[dict[str, object]]) -> Iterator[str]:
    for record in records:
        yield from (str(record[key]) for key in ("src", "dst") if key in record)
