"""Tables: Parquet, Arrow and SQLite twins of JSON rows, and addresses stored as integers or bytes."""

from __future__ import annotations

import datetime as dt
import io
import ipaddress
import json
import sqlite3
from pathlib import Path

import pytest
from decoder_tools import ip, read

from traque.sources.values import names_address

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

SEEN = "198.51.100.23"
ROWS = [
    {
        "ts": 1609992000.5,
        "id.orig_h": "192.0.2.7",
        "note": 'é\n"x"',
        "nested": {"ip": SEEN, "many": ["a", "b"]},
    },
    {"ts": 1609992001.5, "id.orig_h": SEEN, "note": None, "nested": None},
]


def parquet(table: object, tmp_path: Path, **options: object) -> bytes:
    path = tmp_path / "x.parquet"
    pq.write_table(table, path, **options)
    return path.read_bytes()


@pytest.mark.parametrize("compression", ["none", "snappy", "zstd", "gzip"])
def test_parquet_rows_are_the_json_rows(tmp_path: Path, compression: str) -> None:
    got = read(parquet(pa.Table.from_pylist(ROWS), tmp_path, compression=compression))
    assert got.error is None
    assert got.records == ROWS


def test_arrow_rows_are_the_json_rows(tmp_path: Path) -> None:
    table = pa.Table.from_pylist(ROWS)
    with pa.OSFile(str(tmp_path / "x.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    assert read((tmp_path / "x.arrow").read_bytes()).records == ROWS


def test_an_arrow_stream_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    table = pa.Table.from_pylist(ROWS)
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
        writer.write_table(table)
    data = sink.getvalue()
    assert read(data).records == ROWS * 2
    cut = read(data[: len(data) * 3 // 4])
    assert cut.records == ROWS
    assert cut.error is not None


def test_false_offsets_are_a_fault_and_no_crash(tmp_path: Path) -> None:
    """The library takes them as they are written, and reads anywhere in memory."""
    table = pa.Table.from_pylist(ROWS)
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    data = sink.getvalue()
    faults = 0
    for at in range(len(data) // 2, len(data) - 4, 4):
        got = read(data[:at] + b"\xff\xff\xff\x7f" + data[at + 4 :])
        faults += got.error is not None
    assert faults > 10


def test_integers_beside_missing_ones_and_text_in_bytes(tmp_path: Path) -> None:
    """pandas makes floating-point numbers of integers where one is missing."""
    number = int(ipaddress.IPv4Address(SEEN))
    table = pa.table(
        {
            "src_ip": pa.array([float(number), None]),
            "load": pa.array([float(number), None]),
            "peer_ips": pa.array([[number], [ip(SEEN)[0]]]),
            "payload": pa.array([b"\0\1GET http://evil.example/\xff", "evil.example".encode("utf-16-le")]),
            "digest": pa.array([bytes(range(20)), b"\0\1\2"]),
        }
    )
    first, second = read(parquet(table, tmp_path)).records
    assert first["src_ip"] == SEEN
    assert second["src_ip"] is None
    assert first["load"] == number
    assert first["peer_ips"] == [SEEN]
    assert first["payload"] == "  GET http://evil.example/\ufffd"
    assert second["payload"] == "evil.example"
    assert (first["digest"], second["digest"]) == (bytes(range(20)).hex(), "000102")


def test_addresses_as_integers_and_bytes_are_written_as_addresses(tmp_path: Path) -> None:
    number = int(ipaddress.IPv4Address(SEEN))
    table = pa.table(
        {
            "srcaddr": pa.array([number], pa.uint32()),
            "dst_ip": pa.array([number - (1 << 32)], pa.int32()),
            "clientIp": pa.array([number], pa.int64()),
            "src_ip_bytes": pa.array([ip(SEEN)], pa.binary(4)),
            "remote_addr": pa.array([ip("2001:db8::23")], pa.binary()),
            "peer": pa.array([{"ip": number, "ip_ttl": number}]),
            "bytes": pa.array([number], pa.int64()),
            "mac_address": pa.array([number], pa.int64()),
            "ip_version": pa.array([4], pa.int32()),
        }
    )
    (row,) = read(parquet(table, tmp_path)).records
    assert row["srcaddr"] == row["dst_ip"] == row["clientIp"] == row["src_ip_bytes"] == SEEN
    assert row["remote_addr"] == "2001:db8::23"
    assert row["peer"] == {"ip": SEEN, "ip_ttl": number}
    assert (row["bytes"], row["mac_address"], row["ip_version"]) == (number, number, 4)


def test_times_and_other_types(tmp_path: Path) -> None:
    moment = dt.datetime(2021, 1, 7, 4, 18, 7, tzinfo=dt.UTC)
    table = pa.table(
        {
            "t": pa.array([moment], pa.timestamp("ns", "UTC")),
            "d": pa.array([moment.date()]),
            "m": pa.array([[("k", SEEN)]], pa.map_(pa.string(), pa.string())),
            "c": pa.array(["x"]).dictionary_encode(),
            "n": pa.array([[{"t": moment}]], pa.list_(pa.struct([("t", pa.timestamp("us", "UTC"))]))),
        }
    )
    got = read(parquet(table, tmp_path))
    assert got.error is None
    (row,) = got.records
    assert row["t"] == "2021-01-07T04:18:07Z"
    assert row["m"] == {"k": SEEN}
    assert row["n"] == [{"t": "2021-01-07T04:18:07Z"}]


@pytest.mark.parametrize(
    "name",
    [
        "src_ip",
        "SrcIP",
        "dstaddr",
        "id.orig_h",
        "c_ip",
        "ipaddr",
        "nexthop",
        "dst",
        "src_ips",
        "ip_from",
        "raddr",
    ],
)
def test_names_of_addresses(name: str) -> None:
    assert names_address(name)


@pytest.mark.parametrize(
    "name", ["ip_ttl", "zip", "description", "mac_addr", "email_address", "shipping", "ts"]
)
def test_names_of_other_things(name: str) -> None:
    assert not names_address(name)


def database(tmp_path: Path) -> bytes:
    path = tmp_path / "x.db"
    with sqlite3.connect(path) as db:
        db.execute('CREATE TABLE "odd ""name" (ts TEXT, src_ip INTEGER, raw BLOB, note TEXT)')
        number = int(ipaddress.IPv4Address(SEEN))
        db.execute(
            'INSERT INTO "odd ""name" VALUES (?, ?, ?, ?)', ("2021-01-07T04:18:07Z", number, ip(SEEN), "é")
        )
        db.execute("CREATE TABLE generated (a TEXT, b AS (hex(zeroblob(40000000))))")
        db.execute("INSERT INTO generated (a) VALUES ('evil.example')")
    db.close()
    return path.read_bytes()


def test_sqlite_rows(tmp_path: Path) -> None:
    got = read(database(tmp_path))
    assert got.error is None
    assert got.records[0] == {
        "ts": "2021-01-07T04:18:07Z",
        "src_ip": SEEN,
        "raw": ip(SEEN).hex(),
        "note": "é",
        "@table": 'odd "name',
    }
    assert got.records[1] == {"a": "evil.example", "@table": "generated"}


def test_a_damaged_database_gives_what_it_can(tmp_path: Path) -> None:
    data = bytearray(database(tmp_path))
    data[100:140] = b"\xff" * 40
    assert read(bytes(data)).error is not None
    assert read(bytes(data[:5000])).error is not None


def test_the_real_parquet_samples_are_the_rows_that_arrow_reads(samples: Path) -> None:
    for path in (samples / "logs/parquet_derived").glob("*.parquet"):
        got = read(path.read_bytes())
        assert got.error is None
        rows = pq.read_table(path).to_pylist()
        assert json.loads(json.dumps(rows, default=str)) == got.records
