"""Every address in every sample is found: a hunt for all of them equals an independent extraction.

The extraction knows nothing of traque. Text: a regular expression, and Python's ``ipaddress`` for the canonical
form. Event logs: the XML that the ``evtx`` package writes (the decoder reads its JSON). Captures: dpkt.
NetFlow v5 and log-in records, whose layouts are fixed: :mod:`struct`; v9 and IPFIX, where a datagram brings its
templates: the ``netflow`` package. Tables: pyarrow, and addresses in their text.
What stands plainly must be found; what is found must stand there at all, by an expression that takes
any digits and dots (or as four bytes in a binary log).
"""

from __future__ import annotations

import io
import ipaddress
import json
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from test_all_samples import unpacked

PLAIN4 = re.compile(rb"(?<![\w.:/\\%-])(?:\d{1,3}\.){3}\d{1,3}(?![\w/\\%-]|\.\w)")
PLAIN6 = re.compile(rb"(?<![\w:.%/-])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:.%/-])")
LOOSE4 = re.compile(rb"(?<!\d)(?:\d{1,3}\.){3}\d{1,3}(?!\d)")

ENDS = frozenset(f"{kind}_{end}_ADDR" for kind in ("IPV4", "IPV6") for end in ("SRC", "DST")) | frozenset(
    f"{end}{kind}Address" for kind in ("IPv4", "IPv6") for end in ("source", "destination")
)

Found = set[tuple[str, str]]


def canonical(text: bytes) -> str | None:
    """RFC 5952; zero-padded octets are decimal; an IPv4 address that is written as IPv6 is IPv4."""
    try:
        if b":" not in text:
            octets = [int(part) for part in text.split(b".")]
            return ".".join(map(str, octets)) if max(octets) < 256 else None
        if b"::" not in text and text.count(b":") != 7:
            return None  # a time or a MAC address
        groups = [group for group in text.split(b":") if group]
        if len(groups) == 8 and all(len(group) == 2 for group in groups):
            return None  # a certificate's serial number
        address = ipaddress.IPv6Address(text.decode())
    except ValueError:
        return None
    return str(address.ipv4_mapped or address)


def in_text(data: bytes) -> Iterator[str]:
    for expression in (PLAIN4, PLAIN6):
        for match in expression.finditer(data):
            if address := canonical(match[0]):
                yield address


def in_events(data: bytes) -> Iterator[str]:
    evtx = pytest.importorskip("evtx")
    for record in evtx.PyEvtxParser(io.BytesIO(data)).records():
        yield from in_text(record["data"].encode())


def in_packets(data: bytes) -> Iterator[str]:
    dpkt = pytest.importorskip("dpkt")
    reader = dpkt.pcap.UniversalReader(io.BytesIO(data))
    layers = {1: dpkt.ethernet.Ethernet, 0: dpkt.loopback.Loopback, 113: dpkt.sll.SLL, 101: dpkt.ip.IP}
    layer = layers.get(reader.datalink())
    for _, frame in reader if layer else ():
        try:
            part = layer(frame)
        except (dpkt.UnpackError, IndexError, struct.error):
            continue
        while isinstance(part, dpkt.Packet):
            if isinstance(part, dpkt.ip.IP | dpkt.ip6.IP6):
                for packed in (part.src, part.dst):
                    yield str(ipaddress.ip_address(packed))
            part = part.data


def _rows(data: bytes) -> bytes:
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = parquet.read_table(io.BytesIO(data)).to_pylist()
    return "\n".join(json.dumps(row, default=str).replace("\\", " ") for row in rows).encode()


@cache
def in_words(data: bytes) -> bytes:
    """An nfcapd file as ``nfdump`` describes it to people (traque reads its CSV); nothing without nfdump."""
    if shutil.which("nfdump") is None:
        return b""
    with tempfile.NamedTemporaryFile() as copy:
        copy.write(data)
        copy.flush()
        command = ["nfdump", "-r", copy.name, "-o", "raw"]
        return subprocess.run(command, capture_output=True, check=False, timeout=60).stdout


def in_datagrams(data: bytes) -> Iterator[str]:
    """NetFlow v5 only: a header of 24 bytes, then records of 48 that begin with both addresses."""
    at, prefix = (4, 4) if data.startswith(b"\0\0") else (0, 0)  # a length may stand before each
    while at + 24 <= len(data) and data[at : at + 2] == b"\0\5":
        (count,) = struct.unpack_from(">H", data, at + 2)
        for record in range(at + 24, min(at + 24 + 48 * count, len(data) - 47), 48):
            yield str(ipaddress.IPv4Address(data[record : record + 4]))
            yield str(ipaddress.IPv4Address(data[record + 4 : record + 8]))
        at += 24 + 48 * count + prefix


def in_exports(data: bytes) -> Iterator[str]:
    """NetFlow v9 and IPFIX, one datagram with its own templates: fields that are named addresses."""
    netflow = pytest.importorskip("netflow")
    try:
        packet = netflow.parse_packet(data, {"netflow": {}, "ipfix": {}})
        flows = [flow.data for flow in packet.flows]
    except Exception:  # noqa: BLE001 -- the oracle raises anything
        return
    for flow in flows:
        for name, value in flow.items():
            if name in ENDS and isinstance(value, int | str):
                yield str(ipaddress.ip_address(value))


def in_logins(data: bytes) -> Iterator[str]:
    """Linux' log-in records, by their length: the address is the last but what is unused."""
    size = next((size for size in (384, 400) if len(data) % size == 0), 384)
    big = data[:2] in (b"\0\0", b"\0\1", b"\0\2") and data[1:2] != b"\0"
    for at in range(0, len(data) - size + 1, size):
        raw = data[at + size - (36 if size == 384 else 40) :][:16]
        yield from in_text(data[at + 76 : at + 332].partition(b"\0")[0])
        if any(raw) and not big:
            yield str(ipaddress.ip_address(raw if any(raw[4:]) else raw[:4]))


def stands_plainly(path: str, data: bytes) -> Iterator[str]:
    if data.startswith(b"ElfFile\0"):
        return in_events(data)
    if data.startswith(b"PAR1"):
        return in_text(_rows(data))
    if path.startswith("pcap/") or path.endswith(".pcap"):
        return in_packets(data)
    if data.startswith(b"\0\5") or path.endswith(".datagrams.bin"):
        return in_datagrams(data)
    if ".nfcapd." in path:
        return in_text(in_words(data))
    if data.startswith((b"\0\x09", b"\0\x0a")):
        return in_exports(data)
    if re.search(r"/[uwb]tmp(?:\.1|_x86_64|_aarch64|_s390)?$", path):
        return in_logins(data)
    if path.endswith(".vc0"):
        return in_text(data.replace(b"\t", b"\n"))
    if b"\0" in data[:4096]:
        return iter(())
    return in_text(data)


class AtAll:
    """All that may be an address in a source, taken loosely."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.spelled = {canonical(match[0]) for match in LOOSE4.finditer(data)}

    def holds(self, address: str) -> bool:
        if ":" in address:
            return True  # spellings without end: the kernel's own tests hold them
        if address in self.spelled or ".".join(reversed(address.split("."))) in self.spelled:
            return True
        packed = ipaddress.ip_address(address).packed
        return any(one in self.data for one in (packed, packed[::-1], address.encode("utf-16-le")))


@pytest.fixture(scope="module")
def sources(samples: Path) -> dict[str, bytes]:
    logs = samples / "logs"
    files = sorted(path for path in logs.rglob("*") if path.is_file())
    return {n: data for path in files for n, data in unpacked(path, path.relative_to(logs).as_posix())}


@pytest.fixture(scope="module")
def plain(sources: dict[str, bytes]) -> Found:
    return {(path, address) for path, data in sources.items() for address in stands_plainly(path, data)}


class Hunt:
    """A hunt for all addresses: what was asked, what was found where, what repeats another source."""

    def __init__(self, result: dict[str, list[dict[str, object]]]) -> None:
        sightings: list[dict] = result["sightings"]
        self.asked = {s["indicator"]["value"] for s in sightings} | {
            one["value"] for one in result["not_seen"]
        }
        self.found = {(at["path"], s["indicator"]["value"]) for s in sightings for at in s["sources"]}
        self.repeats = {
            s["path"]: s["duplicate_of"] for s in result["coverage"]["sources"] if s["duplicate_of"]
        }


@pytest.fixture(scope="module")
def hunted(samples: Path, plain: Found, tmp_path_factory: pytest.TempPathFactory) -> Hunt:
    bulletin = tmp_path_factory.mktemp("recall") / "all.txt"
    bulletin.write_text("\n".join(sorted({address for _, address in plain})))
    command = [sys.executable, "-m", "traque", "hunt", str(bulletin), "--in", str(samples / "logs"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 3, done.stderr
    return Hunt(json.loads(done.stdout))


def test_all_that_stands_plainly_is_found(plain: Found, hunted: Hunt) -> None:
    """What repeats the beginning of another source counts there."""
    assert len(plain) > 5000
    assert {address for _, address in plain} - hunted.asked <= {"::", "::1", "::2"}  # no list names these
    missed = [
        (path, address)
        for path, address in sorted(plain)
        if address in hunted.asked and (hunted.repeats.get(path, path), address) not in hunted.found
    ]
    assert not missed, "\n".join(map(str, missed[:100]))


def test_all_that_is_found_stands_there(sources: dict[str, bytes], hunted: Hunt) -> None:
    texts = {path: _rows(data) if data.startswith(b"PAR1") else data for path, data in sources.items()}
    texts |= {path: in_words(data) + data for path, data in sources.items() if ".nfcapd." in path}
    all_of = {path: AtAll(data) for path, data in texts.items()}
    invented = [(p, a) for p, a in sorted(hunted.found) if p in sources and not all_of[p].holds(a)]
    assert not invented, "\n".join(map(str, invented[:100]))
