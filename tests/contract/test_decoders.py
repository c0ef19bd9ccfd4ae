"""Every decoder: its SPEC, one JSON object a line, and hostile bytes. New decoders need no new test."""

from __future__ import annotations

import importlib
import json
import random
import sqlite3
import sys
import time
from pathlib import Path

import pytest

from traque.errors import SourceError
from traque.sources.decoders import Decoder, registry

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "unit"))

from decoder_tools import (
    Flow5,
    client_hello,
    dns_answer,
    ethernet,
    ipfix,
    ipv4,
    netflow5,
    netflow9,
    pcap,
    pcapng,
    read,
    tcp,
    udp,
    utmp,
    vc0,
)

DECODERS = list(registry())


def test_all_modules_load() -> None:
    assert registry().failures == ()


@pytest.mark.parametrize("spec", DECODERS, ids=lambda spec: spec.name)
def test_spec_is_complete(spec: Decoder) -> None:
    module = importlib.import_module(f"traque.sources.decoders.{spec.name}")
    assert module.__doc__
    assert spec.title
    assert bool(spec.remedy) == bool(spec.package or spec.program)


@pytest.mark.parametrize("spec", DECODERS, ids=lambda spec: spec.name)
def test_text_is_never_recognised(spec: Decoder) -> None:
    logs = Path(__file__).resolve().parent.parent / "data" / "logs"
    for path in logs.glob("*/*.log"):
        assert not spec.recognise(path.read_bytes(), path.name)


def made(tmp_path: Path) -> dict[str, bytes]:
    flows = [Flow5("192.0.2.7", "203.0.113.9"), Flow5("203.0.113.9", "192.0.2.7", 443, 51022)]
    frames = [
        ethernet(0x0800, ipv4("192.0.2.7", "192.0.2.53", 17, udp(53, 5100, dns_answer("evil.example", "203.0.113.9")))),
        ethernet(0x8100, b"\0\5\x08\0" + ipv4("192.0.2.7", "203.0.113.9", 6, tcp(1, 443, 24, client_hello("evil.example")))),
        ethernet(0x0800, ipv4("192.0.2.7", "203.0.113.9", 6, tcp(2, 80, 24, b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"))),
        ethernet(0x0800, ipv4("192.0.2.7", "203.0.113.9", 47, b"\0\0\x08\0" + ipv4("192.0.2.1", "192.0.2.2", 1, b"\3\1" + bytes(40)))),
        ethernet(0x0800, ipv4("192.0.2.1", "192.0.2.2", 17, udp(9, 2055, netflow9(flows)))),
    ]  # fmt: skip
    path = tmp_path / "x.db"
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
    pq.write_table(table, tmp_path / "x.parquet")
    found["parquet"] = (tmp_path / "x.parquet").read_bytes()
    with pa.OSFile(str(tmp_path / "x.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    found["arrow"] = (tmp_path / "x.arrow").read_bytes()
    return found


def check(data: bytes, name: str) -> None:
    started = time.perf_counter()
    try:
        got = read(data, name)
    except AssertionError:
        return  # no longer recognised
    assert time.perf_counter() - started < 5
    assert got.error is None or isinstance(got.error, SourceError)
    if got.error is not None:
        assert "ended early" not in got.error.what, got.error.what
    for line in got.text.splitlines():
        assert isinstance(json.loads(line), dict)


def mutated(data: bytes, rng: random.Random) -> bytes:
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


NAMES = ("pcap", "pcapng", "netflow5", "netflow9", "ipfix", "wtmp", "sqlite", "parquet", "arrow")


@pytest.mark.parametrize("name", NAMES)
def test_hostile_bytes_never_crash_nor_hang(name: str, tmp_path: Path) -> None:
    data = made(tmp_path).get(name)
    if data is None:
        pytest.skip("pyarrow is not installed")
    check(data, name)
    assert read(data, name).records
    rng = random.Random(name)
    for _ in range(150 if name in ("sqlite", "parquet", "arrow") else 600):
        check(mutated(data, rng), name)
    for size in range(8, len(data), max(1, len(data) // 100)):
        check(data[:size], name)


@pytest.mark.parametrize("folder", ["evtx", "pcap", "netflow_raw", "plaso", "parquet_derived"])
def test_hostile_real_samples_never_crash_nor_hang(folder: str, samples: Path) -> None:
    rng = random.Random(folder)
    for path in sorted((samples / "logs" / folder).iterdir()):
        data = path.read_bytes()
        if folder == "plaso" and "tmp" not in path.name:
            continue
        data = data[:140_000]
        for _ in range(12):
            check(mutated(data, rng), path.name)
