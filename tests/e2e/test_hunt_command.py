"""``traque hunt`` from the outside: statuses, documents, options."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pytest
from e2e_tools import ABSENT, SEEN, Run, auth_log

from traque.reports.json_ import load

WINDOW = ("--since", "2021-03-01", "--until", "2021-03-06")


def test_seen_is_1(traque: Run, logs: Path) -> None:
    done = traque("hunt", SEEN, ABSENT, "--in", logs, *WINDOW)
    report = done.stdout.decode()
    assert done.returncode == 1, done.stderr
    assert report.startswith("1 of 2 indicators was seen; worst: authenticated (1).")
    assert "Accepted password for jdoe" in report
    assert report.rstrip().endswith("Exit status 1, complete: there are sightings or findings.")
    assert done.stderr == b""
    assert b"\x1b" not in done.stdout


def test_nothing_seen_and_covered_is_0(traque: Run, logs: Path) -> None:
    done = traque("hunt", ABSENT, "--in", logs, *WINDOW)
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith(b"The indicator was not seen in what was searched. Complete:")


def test_nothing_seen_and_no_window_is_0(traque: Run, logs: Path) -> None:
    assert traque("hunt", ABSENT, "--in", logs).returncode == 0


def test_a_finding_alone_is_1(traque: Run, logs: Path) -> None:
    done = traque("hunt", "203.0.113.9", "--in", logs, "--own", "203.0.113.0/24", *WINDOW)
    assert done.returncode == 1
    assert b"own-asset" in done.stdout


def test_nothing_seen_and_not_covered_is_3(traque: Run, logs: Path) -> None:
    done = traque("hunt", ABSENT, "--in", logs, "--since", "2021-03-01", "--until", "2021-03-11")
    assert done.returncode == 3
    assert b"not seen in what was searched: 5 of 10 days" in done.stdout


def test_seen_and_not_covered_is_1(traque: Run, logs: Path) -> None:
    assert (
        traque("hunt", SEEN, "--in", logs, "--since", "2021-03-01", "--until", "2021-03-11").returncode == 1
    )


def test_a_truncated_source_is_3_and_the_rest_is_searched(traque: Run, logs: Path) -> None:
    whole = gzip.compress(auth_log(range(6, 10)))
    (logs / "auth.log.1.gz").write_bytes(whole[: len(whole) // 2])
    done = traque("hunt", SEEN, "--in", logs)
    assert done.returncode == 3
    report = done.stdout.decode()
    assert "Incomplete: 1 source was not searched to the end." in " ".join(report.split("\n")[:2])
    assert "auth.log.1.gz" in report.partition("NOT SEARCHED TO THE END")[2]
    assert "authenticated" in report


def test_records_outside_the_window_are_shown(traque: Run, logs: Path) -> None:
    done = traque("hunt", SEEN, "--in", logs, "--since", "2021-03-04", "--until", "2021-03-06")
    assert done.returncode == 1
    assert b"1 record before the window: 2021-03-03T12:34:56Z" in done.stdout


def test_json_is_the_result_document(traque: Run, logs: Path) -> None:
    done = traque("hunt", SEEN, ABSENT, "--in", logs, *WINDOW, "--json")
    assert done.returncode == 1
    document = json.loads(done.stdout)
    assert document["schema"] == "traque/hunt-result/1"
    assert {"started", "finished", "since", "until", "engine", "version"} <= set(document["hunt"])
    assert (document["hunt"]["since"], document["hunt"]["until"]) == (
        "2021-03-01T00:00:00Z",
        "2021-03-06T00:00:00Z",
    )
    (sighting,) = document["sightings"]
    assert {
        "indicator", "count", "first_seen", "last_seen", "outside_window", "verdict", "verdicts", "direction",
        "assets", "ports", "bytes", "sources", "evidence", "enrichment",
    } <= set(sighting)  # fmt: skip
    assert {"kind", "value", "bulletin", "role"} <= set(sighting["indicator"])
    assert set(sighting["bytes"]) == {"in", "out"}
    assert {"path", "stream", "count", "first_seen", "last_seen"} <= set(sighting["sources"][0])
    assert {"path", "line", "offset", "time", "text", "match", "verdict"} <= set(sighting["evidence"][0])
    assert sighting["evidence"][0]["line"] == 2 * 24 + 14
    assert [indicator["value"] for indicator in document["not_seen"]] == [ABSENT]
    coverage = document["coverage"]
    assert {"name", "first", "last", "gaps"} <= set(coverage["streams"][0])
    assert {
        "path", "stream", "format", "bytes", "records", "undated", "first", "last", "complete", "why",
    } <= set(coverage["sources"][0])  # fmt: skip
    assert coverage["window_covered"] is True
    assert load(done.stdout).sightings[0].count == 1


def test_out_writes_both_documents(traque: Run, logs: Path, tmp_path: Path) -> None:
    done = traque("hunt", SEEN, "--in", logs, "--out", "a/b")
    assert done.returncode == 1
    assert sorted(path.name for path in (tmp_path / "a" / "b").iterdir()) == [
        "report.html",
        "result.json",
        "sightings.csv",
    ]
    result = load((tmp_path / "a" / "b" / "result.json").read_bytes())
    assert result.sightings[0].indicator.value == SEEN
    with (tmp_path / "a" / "b" / "sightings.csv").open(newline="") as stream:
        assert [row["indicator"] for row in csv.DictReader(stream)] == [SEEN]


def test_our_own_documents_are_not_searched(traque: Run, logs: Path) -> None:
    first = traque("hunt", SEEN, "--in", logs, "--out", logs / "answer", "--json")
    second = traque("hunt", SEEN, "--in", logs, "--json")
    assert json.loads(first.stdout)["sightings"] == json.loads(second.stdout)["sightings"]


def test_quiet_is_the_answer_alone(traque: Run, logs: Path) -> None:
    done = traque("hunt", SEEN, "--in", logs, "--quiet")
    assert done.returncode == 1
    assert done.stdout == b"1 of 1 indicator was seen; worst: authenticated (1).\n"


def test_standard_input(traque: Run) -> None:
    done = traque("hunt", SEEN, "--in", "-", "--json", input=auth_log())
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["sightings"][0]["count"] == 1


def test_several_paths_after_one_flag(traque: Run, logs: Path, tmp_path: Path) -> None:
    (tmp_path / "more.log").write_bytes(auth_log(range(3, 4), month=4))
    together = traque("hunt", SEEN, "--in", logs, "more.log", "--json")
    apart = traque("hunt", SEEN, "--in", logs, "--json", "--in", "more.log")
    for done in (together, apart):
        assert json.loads(done.stdout)["sightings"][0]["count"] == 2


def test_exclude_is_said(traque: Run, logs: Path) -> None:
    (logs / "other.log").write_bytes(auth_log(range(3, 4), month=4))
    done = traque("hunt", SEEN, "--in", logs, "--exclude", "other*", "--json")
    document = json.loads(done.stdout)
    assert document["sightings"][0]["count"] == 1
    assert document["hunt"]["excluded"] == ["other*"]


@pytest.mark.parametrize("engine", ["auto", "python"])
def test_engines_agree(traque: Run, logs: Path, engine: str) -> None:
    done = traque("hunt", SEEN, "--in", logs, "--engine", engine, "--json")
    assert json.loads(done.stdout)["sightings"][0]["count"] == 1


def test_a_bulletin_file(traque: Run, logs: Path, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text(f"relays:\n198.51.100[.]23\n{ABSENT}\n")
    done = traque("hunt", "list.txt", "--in", logs, "--json")
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["bulletins"][0]["indicators"] == 2


def test_no_colour_and_narrow_and_ascii(traque: Run, logs: Path) -> None:
    done = traque(
        "hunt", SEEN, "--in", logs, environment={"COLUMNS": "80", "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    )
    assert done.returncode == 1
    assert done.stdout.isascii()
    assert max(map(len, done.stdout.splitlines())) <= 80
