"""``traque lint`` and ``traque diff`` from the outside."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from e2e_tools import Run

HEAD = "type,value,valid_from,tlp,role\n"
CLEAN = f"{HEAD}ip-dst,45.155.205.7,2026-01-01,green,c2\ndomain,evil-update.example,2026-01-01,green,c2\n"


@pytest.fixture
def write(tmp_path: Path):
    def _write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text)
        return path

    return _write


def test_a_clean_bulletin_is_0(traque: Run, write) -> None:
    done = traque("lint", write("a.csv", CLEAN), "--as-of", "2026-01-15")
    assert done.returncode == 0, done.stdout
    assert b"2 indicators, no complaint" in done.stdout or b"note" in done.stdout


def test_warnings_are_1_and_errors_3(traque: Run, write) -> None:
    warned = write("b.csv", CLEAN + "domain,google.com,2026-01-01,green,c2\n")
    assert traque("lint", warned, "--as-of", "2026-01-15").returncode == 1
    wrong = write("c.csv", CLEAN + "ip-dst,10.0.0.1,2026-01-01,green,c2\n")
    done = traque("lint", wrong, "--as-of", "2026-01-15")
    assert done.returncode == 3
    assert b"private addresses" in done.stdout
    assert traque("lint", "--own", "203.0.113.0/24").returncode == 2


def test_json_names_every_value(traque: Run, write) -> None:
    done = traque("lint", write("d.csv", CLEAN + "ip-dst,8.8.8.8,2026-01-01,green,c2\n"), "--json")
    document = json.loads(done.stdout)
    assert document["schema"] == "traque/lint/1"
    found = {complaint["code"]: complaint["values"] for complaint in document["complaints"]}
    assert found["public-resolver"] == ["8.8.8.8"]


def test_fix_writes_a_bulletin_that_reads_back(traque: Run, write, tmp_path: Path) -> None:
    bad = write("e.csv", CLEAN + "ip-dst,10.0.0.1,2026-01-01,green,c2\n")
    assert traque("lint", bad, "--fix", tmp_path / "clean", "--as-of", "2026-01-15").returncode == 3
    with (tmp_path / "clean/changes.csv").open() as text:
        assert [row["value"] for row in csv.DictReader(text)] == ["10.0.0.1"]
    done = traque("lint", tmp_path / "clean/cleaned.csv", "--as-of", "2026-01-15", "--json")
    document = json.loads(done.stdout)
    assert document["indicators"] == 2
    assert "private" not in {complaint["code"] for complaint in document["complaints"]}


def test_diff(traque: Run, write) -> None:
    old = write("old.csv", CLEAN)
    new = write(
        "new.csv", f"{HEAD}ip-dst,45.155.205.7,2026-01-01,green,c2\nip-dst,45.155.205.9,2026-01-09,green,c2\n"
    )
    assert traque("diff", old, old).returncode == 0
    done = traque("diff", old, new)
    assert done.returncode == 1
    assert b"1 added, 1 withdrawn" in done.stdout
    assert json.loads(traque("diff", old, new, "--json").stdout)["added"] == [
        {"kind": "ipv4-addr", "value": "45.155.205.9", "why": ""}
    ]


def test_a_hunt_of_what_is_new(traque: Run, write, logs: Path) -> None:
    old = write("old.csv", "type,value\nip-dst,198.51.100.23\n")
    new = write("new.csv", "type,value\nip-dst,198.51.100.23\nip-dst,192.0.2.99\n")
    done = traque("hunt", new, "--known", old, "--in", logs, "--json")
    document = json.loads(done.stdout)
    assert document["sightings"] == []
    assert [each["value"] for each in document["not_seen"]] == ["192.0.2.99"]
    assert traque("hunt", old, "--known", old, "--in", logs).returncode == 2


def test_detect_leaves_out_what_is_harmless(traque: Run, write, tmp_path: Path) -> None:
    bad = write("f.csv", CLEAN + "ip-dst,8.8.8.8,2026-01-01,green,c2\n")
    done = traque("detect", bad, "--for", "csv", "--out", tmp_path / "rules")
    assert b"8.8.8.8" in done.stdout
    assert "8.8.8.8" not in (tmp_path / "rules/csv/indicators.csv").read_text()
    traque("detect", bad, "--for", "csv", "--out", tmp_path / "rules", "--include", "8.8.8.8")
    assert "8.8.8.8" in (tmp_path / "rules/csv/indicators.csv").read_text()
