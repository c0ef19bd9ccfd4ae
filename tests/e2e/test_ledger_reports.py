"""Logs that went away after the ledger had read them: the answer says that there is no text of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from e2e_tools import SEEN, Run, auth_log


@pytest.fixture
def answer(traque: Run, tmp_path: Path) -> Path:
    """A result: of one log the ledger alone tells, the other is still there."""
    logs = tmp_path / "logs"
    (logs / "old").mkdir(parents=True)
    (logs / "old/auth.log").write_bytes(auth_log())
    (logs / "web.log").write_text(
        '198.51.100.7 - - [11/Mar/2021:03:14:07 +0000] "GET / HTTP/1.1" 200 512 "-" "curl/7.64"\n'
    )
    assert traque("ledger", "init", tmp_path / "ledger").returncode == 0
    assert traque("ledger", "add", "--ledger", tmp_path / "ledger", logs).returncode == 0
    (logs / "old/auth.log").unlink()
    out = tmp_path / "out"
    done = traque(
        "hunt",
        SEEN,
        "198.51.100.7",
        "--in",
        logs,
        "--ledger",
        tmp_path / "ledger",
        "--out",
        out,
    )
    assert done.returncode == 1
    assert b"known from the ledger alone" in done.stdout
    return out / "result.json"


def test_no_report_shows_an_empty_evidence(traque: Run, answer: Path) -> None:
    page = (answer.parent / "report.html").read_text()
    assert "No log text any more: known from the ledger alone" in page
    assert "<code>old/auth.log</code> · 1 record · the ledger alone" in page
    for name in ("md", "notification", "terminal"):
        done = traque("report", answer, "--as", name)
        assert done.returncode == 0
        assert b"known from the ledger alone" in done.stdout
    table = (answer.parent / "sightings.csv").read_text().splitlines()
    assert table[0].endswith(",ledger_only")
    assert [line.rsplit(",", 1)[1] for line in table[1:]] == ["1", "0"]
    assert answer.with_name("again.xlsx").exists() is False
    done = traque("report", answer, "--as", "xlsx", "--out", answer.with_name("again.xlsx"))
    assert done.returncode == 0


def test_documents_for_other_systems_say_so_too(traque: Run, answer: Path) -> None:
    ecs = [json.loads(line) for line in traque("report", answer, "--as", "ecs").stdout.splitlines()]
    sightings = [each["traque"] for each in ecs if each["event"]["dataset"] == "traque.sighting"]
    assert [each.get("ledger_only") for each in sightings] == [1, None]
    said = "known from the ledger alone"
    stix = json.loads(traque("report", answer, "--as", "stix").stdout)
    assert [said in each["description"] for each in stix["objects"] if each["type"] == "sighting"] == [
        True,
        False,
    ]
    misp = json.loads(traque("report", answer, "--as", "misp").stdout)
    assert [said in each["comment"] for each in misp["Event"]["Attribute"]] == [True, False]


def test_what_is_gone_is_neither_frozen_nor_read(answer: Path) -> None:
    plan = json.loads(answer.read_bytes())["plan"]
    assert [step["subject"] for step in plan["freeze"]] == ["web.log"]
    (lost,) = (step for step in plan["look"] if step["subject"] == "old/auth.log")
    assert lost["what"] == "find a copy of its logs (backups, a collector): only the ledger tells of them"


def test_explain_says_that_there_is_no_text(traque: Run, answer: Path) -> None:
    done = traque("explain", answer, SEEN)
    assert done.returncode == 0
    assert b"known from the ledger alone" in done.stdout
    assert b"0 of 1" not in done.stdout
