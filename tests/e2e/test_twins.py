"""Twins: the same records in another form give equal sightings, to the count, the second and the verdict."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from e2e_tools import Run

STREAMS = ("dpd", "ftp", "kerberos", "known_hosts", "weird")
KEPT = ("count", "first_seen", "last_seen", "verdict", "verdicts", "direction", "assets", "ports", "bytes")


def answer(traque: Run, bulletin: Path, *logs: Path) -> list[dict[str, object]]:
    done = traque("hunt", bulletin, "--in", *logs, "--json")
    assert done.returncode in (0, 1), done.stderr
    result = json.loads(done.stdout)
    return [{"value": s["indicator"]["value"], **{k: s[k] for k in KEPT}} for s in result["sightings"]]


@pytest.mark.parametrize("stream", STREAMS)
def test_zeek_in_tables_and_in_json(stream: str, tmp_path: Path, traque: Run, samples: Path) -> None:
    """The real samples: of each stream, every address that any of its first 400 records names."""
    import gzip

    lines = gzip.decompress((samples / f"logs/zeek_json/{stream}.json.gz").read_bytes()).splitlines()[:400]
    entries = [json.loads(line) for line in lines]
    names = ("id.orig_h", "id.resp_h", "host")
    planted = {str(entry[name]) for entry in entries for name in names if name in entry}
    bulletin = tmp_path / "planted.txt"
    bulletin.write_text("\n".join(sorted(planted)))
    by_json = answer(traque, bulletin, samples / f"logs/zeek_json/{stream}.json.gz")
    by_table = answer(traque, bulletin, samples / f"logs/zeek_tsv/{stream}.log.gz")
    assert by_json
    assert by_json == by_table


def test_netflow_datagrams_and_a_capture_of_them(tmp_path: Path, traque: Run, samples: Path) -> None:
    """The derived samples: every address in them."""
    import struct
    from ipaddress import IPv4Address

    folders = sorted((samples / "logs/netflow_derived").glob("*.datagrams.bin"))
    assert folders
    for path in folders:
        data, planted, at = path.read_bytes(), set[str](), 0
        while at + 28 <= len(data):  # each after its length
            length, _, count = struct.unpack_from(">IHH", data, at)
            for record in range(at + 28, at + 28 + 48 * count, 48):
                planted |= {str(IPv4Address(data[place : place + 4])) for place in (record, record + 4)}
            at += 4 + length
        bulletin = tmp_path / "planted.txt"
        bulletin.write_text("\n".join(sorted(planted)))
        direct = answer(traque, bulletin, path)
        capture = path.with_name(path.name.replace(".datagrams.bin", ".pcap"))
        assert direct
        assert direct == answer(traque, bulletin, capture)


def test_a_table_in_csv_in_arrow_and_in_search_results(tmp_path: Path, traque: Run) -> None:
    pa = pytest.importorskip("pyarrow")
    rows = [
        {
            "timestamp": f"2021-01-{day:02d}T04:18:07Z",
            "src_ip": "198.51.100.23" if day % 2 else "192.0.2.1",
            "dst_ip": "10.0.0.7",
            "dst_port": 22,
            "action": "deny" if day % 3 else "allow",
        }
        for day in range(1, 29)
    ]
    for name in ("json", "csv", "arrow", "stream", "elastic"):
        (tmp_path / name).mkdir()
    (tmp_path / "json/fw.json").write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    lines = [",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]
    (tmp_path / "csv/fw.csv").write_text("\n".join(lines) + "\n")
    table = pa.Table.from_pylist(rows)
    for name, writer in (("arrow", pa.ipc.new_file), ("stream", pa.ipc.new_stream)):
        with pa.OSFile(str(tmp_path / name / "fw.arrow"), "wb") as sink, writer(sink, table.schema) as sheet:
            sheet.write_table(table)
    hits = [{"_index": "fw", "_id": str(n), "_source": row} for n, row in enumerate(rows)]
    (tmp_path / "elastic/fw.json").write_text(json.dumps({"took": 1, "hits": {"total": 28, "hits": hits}}))
    bulletin = tmp_path / "planted.txt"
    bulletin.write_text("198.51.100.23\n")
    answers = [answer(traque, bulletin, tmp_path / n) for n in ("json", "csv", "arrow", "stream", "elastic")]
    assert answers[0][0]["count"] == 14
    assert all(one == answers[0] for one in answers)


def zeek_rows() -> list[dict[str, object]]:
    return [
        {
            "ts": 1_609_992_000 + minute * 60 + 0.25,
            "uid": f"C{minute}",
            "id.orig_h": "10.0.0.7" if minute % 2 else "198.51.100.23",
            "id.orig_p": 50000 + minute,
            "id.resp_h": "198.51.100.23" if minute % 2 else "10.0.0.7",
            "id.resp_p": 443,
            "proto": "tcp",
            "orig_bytes": 10,
            "resp_bytes": 20 * (minute % 3),
            "conn_state": "SF" if minute % 3 else "S0",
        }
        for minute in range(40)
    ]


def test_zeek_in_json_in_tables_and_in_parquet(tmp_path: Path, traque: Run) -> None:
    """Made: with dots in the columns' names, and with underscores for them, as exporters to Parquet write."""
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    rows = zeek_rows()
    for name in ("json", "table", "parquet", "flat"):
        (tmp_path / name).mkdir()
    (tmp_path / "json/conn.json").write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    header = [r"#separator \x09", "#path\tconn", "#fields\t" + "\t".join(rows[0])]
    lines = [*header, *("\t".join(map(str, row.values())) for row in rows)]
    (tmp_path / "table/conn.log").write_text("\n".join(lines) + "\n")
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "parquet/conn.parquet")
    flat = [{name.replace(".", "_"): value for name, value in row.items()} for row in rows]
    pq.write_table(pa.Table.from_pylist(flat), tmp_path / "flat/conn.parquet")
    bulletin = tmp_path / "planted.txt"
    bulletin.write_text("198.51.100.23\n")
    answers = [answer(traque, bulletin, tmp_path / name) for name in ("json", "table", "parquet", "flat")]
    assert answers[0] == answers[1] == answers[2] == answers[3]
    assert answers[0][0]["count"] == 40
    assert len(answers[0][0]["verdicts"]) > 2  # type: ignore[arg-type]


def test_a_json_log_of_no_schema_and_its_parquet(tmp_path: Path, traque: Run) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    rows = [
        {
            "timestamp": f"2021-01-{day:02d}T04:18:07Z",
            "client": {"ip": "198.51.100.23" if day % 2 else "192.0.2.1", "port": 51022},
            "src_ip": "198.51.100.23" if day % 2 else "192.0.2.1",
            "dst_ip": "10.0.0.7",
            "dst_port": 22,
            "action": "deny" if day % 3 else "allow",
        }
        for day in range(1, 29)
    ]
    for name in ("json", "parquet"):
        (tmp_path / name).mkdir()
    (tmp_path / "json/fw.json").write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "parquet/fw.parquet")
    bulletin = tmp_path / "planted.txt"
    bulletin.write_text("198.51.100.23\n")
    answers = [answer(traque, bulletin, tmp_path / name) for name in ("json", "parquet")]
    assert answers[0] == answers[1]
    assert answers[0][0]["count"] == 14
