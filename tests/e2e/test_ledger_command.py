"""``traque ledger`` as a process, from an empty folder to a legal hold."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from e2e_tools import SEEN, Run, auth_log, obey_permissions


@pytest.fixture
def ledger(traque: Run, tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs/auth.log").write_bytes(auth_log())
    at = tmp_path / "ledger"
    done = traque("ledger", "init", at, "--retention", "9999", "--legal-basis", "a law")
    assert (done.returncode, done.stderr) == (0, b"")
    return at


def status(traque: Run, ledger: Path) -> dict[str, object]:
    done = traque("ledger", "status", "--ledger", ledger, "--json")
    assert done.returncode == 0
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_logs_are_added_once_and_shown(traque: Run, ledger: Path, tmp_path: Path) -> None:
    done = traque("ledger", "add", "--ledger", ledger, tmp_path / "logs")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"1 file: 1 new." in done.stdout
    log = tmp_path / "logs/auth.log"
    (tmp_path / "logs/auth.log.1.gz").write_bytes(gzip.compress(log.read_bytes()))
    log.write_bytes(auth_log(range(1, 6), month=4))
    done = traque("ledger", "add", "--ledger", ledger, tmp_path / "logs", "--json")
    added = json.loads(done.stdout)
    assert (added["moved"] + added["copies"], added["changed"], added["sources"]) == (1, 1, 1)
    held = status(traque, ledger)
    assert (held["records"], held["days"], held["legal_basis"]) == (242, 10, "a law")
    assert [kind["kind"] for kind in held["kinds"]] == ["ipv4-addr"]  # type: ignore[attr-defined]
    page = traque("ledger", "status", "--ledger", ledger)
    for words in (b"2 in 1 stream", b"10 with records", b"9999 days", b"a law", b"no record on 26 days"):
        assert words in page.stdout
    assert traque("ledger", "verify", "--ledger", ledger).stdout.startswith(b"whole: ")


def test_the_ledger_may_be_named_in_the_environment(traque: Run, ledger: Path) -> None:
    done = traque("ledger", "status", "--json", environment={"TRAQUE_LEDGER": str(ledger)})
    assert json.loads(done.stdout)["sequence"] == 1


def test_what_cannot_be_read_makes_it_incomplete(traque: Run, ledger: Path, tmp_path: Path) -> None:
    (tmp_path / "logs/cut.gz").write_bytes(gzip.compress(auth_log() * 9)[:-9])
    for _ in range(2):
        done = traque("ledger", "add", "--ledger", ledger, tmp_path / "logs")
        assert done.returncode == 3
        assert b"could not be read, or not to its end: cut.gz" in done.stdout


def test_standard_input_and_another_way_to_name_it(traque: Run, ledger: Path) -> None:
    for sources in (1, 0):
        done = traque("ledger", "add", "--ledger", ledger, "-", "--json", input=auth_log())
        assert (done.returncode, json.loads(done.stdout)["sources"]) == (0, sources)


def test_forgetting_and_holding(traque: Run, ledger: Path, tmp_path: Path) -> None:
    traque("ledger", "add", "--ledger", ledger, tmp_path / "logs")
    assert (
        traque("ledger", "hold", "--ledger", ledger, "*", "--reason", "case 7").stdout
        == b"1 source changed.\n"
    )
    held = traque("ledger", "forget", "--ledger", ledger, "--value", SEEN)
    assert held.returncode == 3
    assert b"under a legal hold are 1 (auth.log: case 7)" in held.stderr
    assert traque("ledger", "hold", "--ledger", ledger, "1", "--lift").returncode == 0
    before = status(traque, ledger)["rows"]
    done = traque("ledger", "forget", "--ledger", ledger, "--value", SEEN)
    assert (done.returncode, done.stdout) == (0, b"Gone: rows of 0 sources, 0 sources whole, 1 value.\n")
    assert status(traque, ledger)["rows"] == before - 1  # type: ignore[operator]
    assert traque("ledger", "forget", "--ledger", ledger, "--before", "2021-03-04").returncode == 0
    assert status(traque, ledger)["days"] == 2
    assert traque("ledger", "forget", "--ledger", ledger, "--source", "auth.*").returncode == 0
    assert (status(traque, ledger)["rows"], status(traque, ledger)["sources"]) == (0, [])
    assert traque("ledger", "compact", "--ledger", ledger).returncode == 0
    assert traque("ledger", "verify", "--ledger", ledger).returncode == 0


def test_the_retention_is_changed_and_kept_to(traque: Run, ledger: Path, tmp_path: Path) -> None:
    traque("ledger", "add", "--ledger", ledger, tmp_path / "logs")
    assert traque("ledger", "settings", "--ledger", ledger, "--retention", "30").returncode == 0
    page = traque("ledger", "status", "--ledger", ledger).stdout
    assert b"Overdue: 1 source with rows past the retention: traque ledger compact removes them." in page
    assert b"removed rows of 1 source" in traque("ledger", "compact", "--ledger", ledger).stdout
    assert status(traque, ledger)["rows"] == 0
    assert traque("ledger", "settings", "--ledger", ledger, "--no-retention").returncode == 0
    assert status(traque, ledger)["retention_days"] is None


def test_damage_is_named(traque: Run, ledger: Path, tmp_path: Path) -> None:
    traque("ledger", "add", "--ledger", ledger, tmp_path / "logs")
    (path,) = ledger.glob("rows/*/*.parquet")
    path.write_bytes(path.read_bytes()[:-9])
    done = traque("ledger", "verify", "--ledger", ledger)
    assert done.returncode == 1
    assert b"DAMAGED  rows/kind=ipv4-addr/" in done.stdout


def test_what_is_wrong_is_said_in_one_line(traque: Run, ledger: Path, tmp_path: Path) -> None:
    for arguments, status_, words in (
        (("add", "--ledger", tmp_path / "logs", tmp_path), 2, b"there is no ledger here"),
        (("status", "--ledger", tmp_path / "nothing"), 2, b"there is no ledger here"),
        (("init", ledger), 2, b"a ledger here already"),
        (("add", "--ledger", ledger, tmp_path / "nowhere"), 2, b"nowhere"),
        (("forget", "--ledger", ledger), 2, b"Say what to forget"),
        (("forget", "--ledger", ledger, "--source", "7"), 2, b"no source '7'"),
        (("forget", "--ledger", ledger, "--value", "C:\\evil-loader.exe"), 2, b"not an address"),
        (("hold", "--ledger", ledger, "1"), 2, b"--reason"),
    ):
        done = traque("ledger", *arguments)
        assert (done.returncode, done.stdout) == (status_, b""), arguments
        assert words in done.stderr
        assert b"Traceback" not in done.stderr
    manifest = (ledger / "ledger.json").read_text()
    (ledger / "ledger.json").write_text(manifest.replace("traque/ledger/1", "traque/ledger/7"))
    done = traque("ledger", "status", "--ledger", ledger)
    assert (done.returncode, done.stdout) == (3, b"")
    assert b"a newer traque wrote this ledger" in done.stderr


def test_a_read_only_folder_is_read_and_not_written(traque: Run, ledger: Path, tmp_path: Path) -> None:
    traque("ledger", "add", "--ledger", ledger, tmp_path / "logs")
    for path in (ledger, *ledger.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    (tmp_path / "logs/more.log").write_bytes(auth_log(range(8, 9)))
    try:
        done = traque("ledger", "add", "--ledger", ledger, tmp_path / "logs", preexec_fn=obey_permissions)
        assert done.returncode == 3
        assert b"the ledger cannot be written: Permission denied" in done.stderr
        assert traque("ledger", "verify", "--ledger", ledger, preexec_fn=obey_permissions).returncode == 0
    finally:
        for path in (ledger, *ledger.rglob("*")):
            path.chmod(0o755)


def test_help_has_examples(traque: Run) -> None:
    for command in ((), ("add",), ("forget",), ("hold",)):
        assert b"traque ledger" in traque("ledger", *command, "--help").stdout
