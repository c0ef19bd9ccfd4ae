"""Hunts through binary logs: the same answer as in text, and a clear word where a decoder is missing."""

from __future__ import annotations

import json
import sqlite3
import struct
import sys
from pathlib import Path

import msgspec
import pytest
from e2e_tools import Run

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "unit"))

from decoder_tools import (
    Flow5,
    ethernet,
    ipv4,
    netflow5,
    netflow9,
    pcap,
    tcp,
    udp,
    utmp,
)

SEEN, INSIDE = "198.51.100.23", "10.0.0.7"
FLOWS = [
    Flow5(SEEN, INSIDE, 40000, 22, 6, 27, 100),
    Flow5(INSIDE, SEEN, 22, 40000, 6, 27, 150),
    Flow5("203.0.113.5", INSIDE, 40000, 22, 6, 2, 300),
]


def hunt(
    traque: Run, folder: Path, *wanted: str, status: int = 1, path: str | None = None
) -> dict[str, object]:
    done = traque("hunt", *(wanted or (SEEN,)), "--in", folder, "--json")
    assert done.returncode == status, done.stderr
    return json.loads(done.stdout)


def answer(result: dict[str, object]) -> list[dict[str, object]]:
    kept = (
        "count",
        "first_seen",
        "last_seen",
        "verdict",
        "verdicts",
        "direction",
        "assets",
        "ports",
        "bytes",
    )
    return [{key: sighting[key] for key in kept} for sighting in result["sightings"]]  # type: ignore[attr-defined]


@pytest.mark.parametrize("make", [netflow5, netflow9])
def test_netflow_in_a_file_and_in_a_capture_give_the_same_answer(
    tmp_path: Path, traque: Run, make: object
) -> None:
    datagram = make(FLOWS)  # type: ignore[operator]
    for name, data in (
        ("plain", datagram),
        ("prefixed", struct.pack(">I", len(datagram)) + datagram),
        ("captured", pcap([ethernet(0x0800, ipv4("192.0.2.1", "192.0.2.2", 17, udp(9, 2055, datagram)))])),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "flows.bin").write_bytes(data)
    answers = [answer(hunt(traque, tmp_path / name)) for name in ("plain", "prefixed", "captured")]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0]["count"] == 2
    assert answers[0][0]["verdict"] == "session"
    assert answers[0][0]["bytes"] == {"in": 900, "out": 900}


def test_parquet_and_its_json_twin_give_equal_sightings(tmp_path: Path, traque: Run) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    rows = [
        {
            "timestamp": f"2021-01-{day:02d}T04:18:07.123456+0000",
            "flow_id": day,
            "event_type": "flow",
            "src_ip": SEEN if day % 3 == 0 else "192.0.2.50",
            "src_port": 51022,
            "dest_ip": INSIDE,
            "dest_port": 443,
            "proto": "TCP",
            "flow": {
                "pkts_toserver": 3,
                "pkts_toclient": 4,
                "bytes_toserver": 10,
                "bytes_toclient": 20,
                "state": "closed",
            },
        }
        for day in range(1, 29)
    ]
    for name in ("json", "parquet", "sqlite"):
        (tmp_path / name).mkdir()
    (tmp_path / "json/eve.json").write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "parquet/eve.parquet", row_group_size=10)
    by_json = hunt(traque, tmp_path / "json")
    by_parquet = hunt(traque, tmp_path / "parquet")
    assert answer(by_json) == answer(by_parquet)
    assert by_parquet["sightings"][0]["count"] == 9  # type: ignore[index]
    (source,) = by_parquet["coverage"]["sources"]  # type: ignore[index]
    assert (source["format"], source["encoding"], source["records"], source["complete"]) == (
        "suricata", "parquet", 28, True,
    )  # fmt: skip


def test_a_log_in_of_wtmp_and_a_failure_of_btmp(tmp_path: Path, traque: Run) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "wtmp").write_bytes(utmp("jdoe", SEEN, SEEN) * 2)
    (logs / "btmp").write_bytes(utmp("root", SEEN, SEEN, kind=6) * 3)
    (sighting,) = hunt(traque, logs)["sightings"]  # type: ignore[misc]
    assert sighting["verdicts"] == {"authenticated": 2, "auth-failed": 3}
    assert {e["offset"] for e in sighting["evidence"]} <= {0, 384, 768}


def test_text_in_packets_is_found_in_the_bytes_and_counted_once(tmp_path: Path, traque: Run) -> None:
    body = b"220 mail.example\r\nsee http://bad.evil.example/x\r\n"
    frames = [ethernet(0x0800, ipv4(SEEN, INSIDE, 6, tcp(25, 40000, 24, body)))]
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs/mail.pcap").write_bytes(pcap(frames))
    result = hunt(traque, tmp_path / "logs", SEEN, "evil.example")
    found = {s["indicator"]["value"]: s for s in result["sightings"]}  # type: ignore[attr-defined]
    assert found[SEEN]["count"] == 1
    assert found["evil.example"]["count"] == 1
    (evidence,) = found["evil.example"]["evidence"]
    assert evidence["verdict"] == "unclear"
    assert pcap(frames)[evidence["offset"] :].startswith(b"bad.evil.example")


def test_a_row_that_was_deleted_is_found_in_the_bytes(tmp_path: Path, traque: Run) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    with sqlite3.connect(logs / "x.db") as db:
        db.execute("PRAGMA secure_delete = OFF")
        db.execute("CREATE TABLE visits (url TEXT)")
        db.executemany(
            "INSERT INTO visits VALUES (?)", [(" http://evil.example/a ",), (" http://other.example/ ",)]
        )
        db.commit()
        db.execute("DELETE FROM visits WHERE url LIKE '%evil%'")
    db.close()
    result = hunt(traque, logs, "evil.example", "other.example")
    assert len(result["sightings"]) == 2  # type: ignore[arg-type]


def test_a_cut_capture_is_searched_as_far_as_it_goes_and_said(tmp_path: Path, traque: Run) -> None:
    (tmp_path / "logs").mkdir()
    frame = ethernet(0x0800, ipv4(SEEN, INSIDE, 6, tcp(40000, 22, 2)))
    (tmp_path / "logs/x.pcap").write_bytes(pcap([frame, frame])[:-9])
    result = hunt(traque, tmp_path / "logs", status=3)
    assert result["sightings"]
    (source,) = result["coverage"]["sources"]  # type: ignore[index]
    assert "cut short" in source["why"]


def test_a_log_without_records_is_not_of_an_unknown_format(tmp_path: Path, traque: Run) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs/empty.pcap").write_bytes(pcap([]))
    result = hunt(traque, tmp_path / "logs", status=0)
    (source,) = result["coverage"]["sources"]  # type: ignore[index]
    assert (source["format"], source["records"], source["complete"]) == ("pcap", 0, True)
    assert "format-unknown" not in {d["code"] for d in result["diagnostics"]}  # type: ignore[attr-defined]


def test_without_the_decoders_package_the_remedy_is_said(
    tmp_path: Path, traque: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs/nfcapd.1").write_bytes(b"\x0c\xa5\1\0" + bytes(200))
    done = traque("hunt", SEEN, "--in", tmp_path / "logs", "--json", environment={"PATH": "/nowhere"})
    assert done.returncode == 3
    (source,) = json.loads(done.stdout)["coverage"]["sources"]
    assert "were not searched (install nfdump)" in source["why"]


def test_the_real_captures_and_datagrams_agree_on_a_planted_bulletin(
    tmp_path: Path, traque: Run, samples: Path
) -> None:
    folder = samples / "logs/netflow_derived"
    for stem in ("plaso-test", "utica-a"):
        answers = []
        for end in ("datagrams.bin", "pcap"):
            path = folder / f"{stem}.netflow-v5.{end}"
            result = hunt(traque, path, "10.0.1.5", "99.33.54.70", "63.245.217.43", "192.168.195.0/24")
            answers.append(answer(result))
        assert answers[0] == answers[1]
        assert answers[0]
