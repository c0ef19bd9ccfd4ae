"""The examples of docs/ledger-format.md, run: what others read of the ledger's rows without traque."""

from __future__ import annotations

import json
import re
import sys
from datetime import date, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kernel"))

from ledger_rows import DAY, TABLES, Row, summed, write

from traque.ledger.inside import Inside

PAGE = Path(__file__).resolve().parents[2] / "docs" / "ledger-format.md"
ASKED, OTHER, OUTSIDE = (bytes([192, 0, n, 4]) for n in (2, 2, 3))
OTHER = bytes([192, 0, 2, 255])
SECOND = 1_000_000


def example(words: str) -> str:
    """The first block of code that holds these words."""
    blocks = re.findall(r"```(?:sql|python)\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return next(block for block in blocks if words in block)


def row(value: bytes, source: int, day: int | None, first: int = 0, last: int = 0, count: int = 1) -> Row:
    begin = 0 if day is None else day * DAY
    return Row(value, source, day, 0, count, begin + first, begin + last, None, 7)


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two files that the manifest names, one that it does not, and a dropped source."""
    folder = tmp_path / "ledger" / "rows" / "kind=ipv4-addr"
    folder.mkdir(parents=True)
    one = [
        row(ASKED, 1, 18_262, 10 * SECOND, 86_399 * SECOND + 5, 3),
        row(ASKED, 9, 18_262),
        row(OUTSIDE, 1, 18_262),
    ]
    two = [
        row(ASKED, 1, 18_262, 7 * SECOND + 1, 8 * SECOND, 2),
        row(ASKED, 1, None, count=4),
        row(OTHER, 2, -1),
    ]
    write("ipv4-addr", folder / "1.parquet", one)
    write("ipv4-addr", folder / "2.parquet", two)
    write("ipv4-addr", folder / "3.parquet", one)
    named = [{"name": f"rows/kind=ipv4-addr/{n}.parquet", "kind": "ipv4-addr"} for n in (1, 2)]
    manifest = {"schema": "traque/ledger/1", "rows": named, "dropped": [9]}
    (tmp_path / "ledger" / "ledger.json").write_text(json.dumps(manifest))
    monkeypatch.chdir(tmp_path)


MIDNIGHT = datetime(2020, 1, 1)  # noqa: DTZ001 -- as all of them answer
FIRST = MIDNIGHT + timedelta(seconds=7, microseconds=1)
LAST = MIDNIGHT + timedelta(seconds=86_399, microseconds=5)
SEEN = [(None, 1, 4, None, None), (MIDNIGHT.date(), 1, 5, FIRST, LAST)]


def test_duckdb(ledger: None) -> None:
    answer = duckdb.sql(example("list_contains")).fetchall()
    assert sorted(answer, key=lambda line: line[0] or date.min) == SEEN


def test_polars(ledger: None) -> None:
    pytest.importorskip("polars")
    found: dict[str, Any] = {}
    exec(example("import polars"), found)
    assert found["answer"].rows() == SEEN


def test_pyarrow(ledger: None) -> None:
    found: dict[str, Any] = {}
    exec(example("import pyarrow"), found)
    day = date(2020, 1, 1)
    lines = [tuple(line.values()) for line in found["answer"].to_pylist()]
    asked, other = (int.from_bytes(value, "big") for value in (ASKED, OTHER))
    assert lines == [(asked, day, 1, 5), (asked, None, 1, 4), (other, date(1969, 12, 31), 2, 1)]


def test_spark_is_asked_the_same() -> None:
    sql = example("spark.sql")
    assert "value = 3221225988 GROUP BY day, source ORDER BY day, source" in sql


@pytest.mark.parametrize(
    ("address", "kept"), [("10.7.0.1", 8), ("172.16.99.1", 12), ("203.0.113.9", 29), ("fd00::1", 7)]
)
def test_pseudonyms(address: str, kept: int) -> None:
    """Another program that has read the page makes the same ones, and finds the way back."""
    found: dict[str, Any] = {}
    exec(example("def turned"), found)
    secret = bytes(range(32))
    inside = Inside(((address, kept), ("192.168.0.0", 16)), (), secret)
    packed = ip_address(address).packed
    made = inside.held("ipv4-addr" if len(packed) == 4 else "ipv6-addr", packed)
    assert found["turned"](secret, address, kept) == str(ip_address(made))
    assert found["turned"](secret, str(ip_address(made)), kept, back=True) == address


@pytest.mark.parametrize("kind", TABLES)
def test_every_table_is_read_by_others_as_it_was_written(kind: str, tmp_path: Path) -> None:
    from traque import _kernel

    value = {
        "ipv4-addr": bytes([1, 2, 3, 250]),
        "domain-name": b"example.evil",
        "url": "exämple.evil/x http".encode(),
    }
    width = {"ipv6-addr": 16, "md5": 16, "sha1": 20, "sha256": 32, "sha512": 64}.get(kind)
    base = value.get(kind) or (bytes(range(100, 100 + width)) if width else b"a@evil.example")
    values = sorted({base, base[:-1] + b"\x7f", b"\x7f" + base[1:]})
    held = summed(
        row(each, source, day, source, 90 * SECOND + source % 7)
        for each in values
        for source in range(5000)
        for day in (None, 3)
    )
    path = tmp_path / "rows.parquet"
    write(kind, path, held)

    def read(each: bytes) -> Any:
        return int.from_bytes(each, "big") if kind == "ipv4-addr" else each if width else each.decode()

    wanted = [
        (
            read(r.value),
            r.source,
            r.day,
            r.count,
            r.first % DAY if r.day else 0,
            (r.last - r.first) if r.day else 0,
            r.outward,
        )
        for r in held
    ]
    columns = "value, source, epoch_us(day) // 86400000000, count, second::BIGINT * 1000000 + microsecond, span::BIGINT * 1000000 + span_microsecond, outward"
    assert duckdb.sql(f"SELECT {columns} FROM '{path}'").fetchall() == wanted
    table = pq.read_table(path)
    assert table["value"].to_pylist() == [line[0] for line in wanted]
    assert table["source"].to_pylist() == [line[1] for line in wanted]
    assert _kernel.find_rows(kind, [path], [], [(b"", b"\xff")])[-1] == b"".join(r.value for r in held)
    polars = pytest.importorskip("polars")
    assert polars.read_parquet(path)["value"].to_list() == [line[0] for line in wanted]
