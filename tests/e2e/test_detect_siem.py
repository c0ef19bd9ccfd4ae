"""What is written for a SIEM finds planted rows and passes their neighbours, in engines that run here."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import duckdb
import pytest
from sigma.backends.sqlite import sqliteBackend
from sigma.collection import SigmaCollection
from sigma.processing.pipeline import ProcessingPipeline

from traque.bulletins import read_bytes
from traque.detect import DetectOptions, detect

HASH = "0123456789abcdef" * 4
VALUES = b"""{"threat":{"indicator":{"type":"ipv4-addr","ip":"192.0.2.10","provider":"x"}}}
{"threat":{"indicator":{"type":"ipv6-addr","ip":"2001:db8::1","provider":"x"}}}
{"threat":{"indicator":{"name":"203.0.113.0/25"}},"traque":{"kind":"ipv4-net"}}
{"threat":{"indicator":{"type":"domain-name","url":{"domain":"evil.example"}}}}
{"threat":{"indicator":{"name":"C:\\\\Users\\\\\xc3\xa9vil \\"a\\";b'.exe"}},"traque":{"kind":"file-name"}}
{"threat":{"indicator":{"name":"Evil*/1.0 (X11; \\"q\\"; |2a|; ' OR 1=1 --)"}},"traque":{"kind":"user-agent"}}
{"threat":{"indicator":{"name":"HKLM\\\\Software\\\\Evil\\\\Run"}},"traque":{"kind":"registry-key"}}
"""
AGENT = 'Evil*/1.0 (X11; "q"; |2a|; \' OR 1=1 --)'
FOUND = [
    "192.0.2.10",
    "203.0.113.5",
    "www.EVIL.example",
    "evil.example",
    AGENT,
    'C:\\Users\\évil "a";b\'.exe',
]
PASSED = [
    "192.0.2.100",
    "203.0.113.200",
    "notevil.example",
    "evil.example.org",
    AGENT.replace("*", "x"),
    "évil.exe",
]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    from datetime import UTC, datetime

    many = b"".join(
        b'{"threat":{"indicator":{"type":"domain-name","url":{"domain":"h%d.other.example"}}}}\n' % n
        for n in range(120)
    )
    bulletin = read_bytes(VALUES + many, "planted.jsonl")
    options = DetectOptions(targets=("sigma", "duckdb"), check=True)
    result = detect([bulletin], tmp_path, options=options, made=datetime.now(UTC))
    assert result.complete
    return tmp_path


@pytest.mark.parametrize("values", ["found", "passed"])
def test_sigma_rules_find_rows_in_sqlite(written: Path, values: str) -> None:
    pipeline = ProcessingPipeline.from_yaml((written / "sigma/placeholders.yml").read_text("utf-8"))
    rules = sorted(written.glob("sigma/rules/*.yml"))
    columns = ["dst_ip", "src_ip", "query", "c-useragent", "Image"]
    for value in FOUND if values == "found" else PASSED:
        logs = sqlite3.connect(":memory:")
        logs.execute(f"CREATE TABLE logs ({', '.join(f'`{name}` TEXT' for name in columns)})")
        logs.execute(f"INSERT INTO logs VALUES ({', '.join('?' * len(columns))})", [value] * len(columns))
        hits = 0
        for path in rules:
            if not any(
                f"-{part}." in path.name for part in ("firewall", "dns", "agent-proxy", "path-process")
            ):
                continue
            for query in sqliteBackend(pipeline).convert(SigmaCollection.from_yaml(path.read_text("utf-8"))):
                hits += len(logs.execute(query).fetchall())
        logs.close()
        assert bool(hits) == (values == "found"), value


def test_duckdb_finds_planted_rows_and_passes_their_neighbours(written: Path) -> None:
    with duckdb.connect(config={"file_search_path": str(written / "duckdb")}) as engine:
        engine.execute((written / "duckdb/load.sql").read_text("utf-8"))
        engine.execute("CREATE TABLE logs (cell VARCHAR)")
        for value in (*FOUND, *PASSED, "2001:0DB8:0:0::1", "2001:db8::2", "hklm\\software\\evil\\run\\x"):
            engine.execute("INSERT INTO logs VALUES (?)", [value])
        found = {row[0] for row in engine.execute("SELECT cell FROM traque_hits('logs')").fetchall()}
    assert found == {*FOUND, "2001:0DB8:0:0::1", "hklm\\software\\evil\\run\\x"}
