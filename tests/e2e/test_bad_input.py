"""Each bad input gives a clear message with place and remedy, the right status, and the rest goes on."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest
from e2e_tools import ABSENT, SEEN, Run, obey_permissions


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Missing"),
        (("hunt",), "no bulletin was named"),
        (("hunt", SEEN), "--in"),
        (("hunt", SEEN, "--in"), "needs at least one value"),
        (("hunt", SEEN, "--in", "--json"), "needs at least one value"),
        (("hunt", SEEN, "--in", "logs", "--since", "yesterday"), "'yesterday' is not a date"),
        (("hunt", SEEN, "--in", "logs", "--until", "2021-02-30"), "'2021-02-30' is not a date"),
        (("hunt", SEEN, "--in", "logs", "--since", "2021-03-02", "--until", "2021-03-01"), "not before"),
        (("hunt", SEEN, "--in", "logs", "--since", "2021-03-02", "--until", "2021-03-02"), "not before"),
        (("hunt", SEEN, "--in", "logs", "--tz", "Mars/Olympus"), "time zone"),
        (("hunt", SEEN, "--in", "logs", "--year", "12"), "--year"),
        (("hunt", SEEN, "--in", "logs", "--jobs", "0"), "--jobs"),
        (("hunt", SEEN, "--in", "logs", "--engine", "warp"), "warp"),
        (("hunt", SEEN, "--in", "logs", "--own", "203.0.113.0/99"), "203.0.113.0/99"),
        (("hunt", SEEN, "--in", "no-such-folder"), "no-such-folder"),
        (("hunt", "no-such-bulletin.json", "--in", "logs"), "no-such-bulletin.json"),
        (("hunt", "no/such/list", "--in", "logs"), "no/such/list"),
        (("hunt", SEEN, "--in", "logs", "--out", "logs/auth.log"), "logs/auth.log"),
        (("hunt", SEEN, "--in", "logs", "--out", "logs/auth.log/below"), "cannot write"),
        (("hunt", SEEN, "--in", "logs", "--fast"), "--fast"),
        (("fly",), "fly"),
    ],
)
def test_questions_that_cannot_be_asked_are_2(
    traque: Run, logs: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = traque(*arguments)
    assert done.returncode == 2, (done.stdout, done.stderr)
    if arguments:
        assert said in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert done.stdout == b""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.json", b""),
        ("empty.txt", b"\n\n"),
        ("prose.txt", b"Nothing to see here, move along.\n"),
        ("broken.json", b'{"type": "bundle", "objects": [{"type": "indicator", '),
        ("other.json", b'{"hello": "world"}'),
        ("binary.csv", bytes(range(256)) * 64),
        ("refused.txt", b"0.0.0.0/0\n::/0\n"),
        ("escape.csv", b"\x1b]0;owned\x07;\x1b[2J\n"),
    ],
)
def test_bulletins_that_cannot_be_used_are_2(
    traque: Run, logs: Path, tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    done = traque("hunt", name, "--in", logs)
    message = done.stderr.decode()
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert name in message
    assert "Traceback" not in message
    assert all(char.isprintable() or char == "\n" for char in message)


def test_a_folder_is_not_a_bulletin(traque: Run, logs: Path) -> None:
    assert traque("hunt", logs, "--in", logs).returncode == 2


def test_an_unreadable_bulletin(traque: Run, logs: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text(SEEN)
    (tmp_path / "secret.txt").chmod(0)
    done = traque("hunt", "secret.txt", "--in", logs, preexec_fn=obey_permissions)
    assert done.returncode == 2
    assert b"secret.txt" in done.stderr


def test_an_empty_and_a_binary_log(traque: Run, logs: Path) -> None:
    (logs / "empty.log").write_bytes(b"")
    (logs / "binary.dat").write_bytes(bytes(range(256)) * 5000 + SEEN.encode() + b"\x00\xff")
    done = traque("hunt", SEEN, "--in", logs, "--json")
    document = json.loads(done.stdout)
    assert done.returncode == 1, done.stderr
    paths = {
        source["path"].rsplit("/", 1)[-1]: source["count"] for source in document["sightings"][0]["sources"]
    }
    assert paths == {"auth.log": 1, "binary.dat": 1}


def test_escape_sequences_and_nul_in_records(traque: Run, logs: Path) -> None:
    bad = f"\x1b]0;owned\x07\x1b[2J\x00 \u202e [bold]GET[/] from {SEEN} =cmd\x9b31m\n"
    (logs / "bad.log").write_bytes(bad.encode() + b"\xff\xfe\x80 " + SEEN.encode() + b"\n")
    done = traque("hunt", SEEN, "--in", logs, "--out", "answer")
    assert done.returncode == 1, done.stderr
    report = done.stdout.decode()
    assert all(char.isprintable() or char == "\n" for char in report)


def test_hostile_file_names(traque: Run, logs: Path) -> None:
    with zipfile.ZipFile(logs / "old.zip", "w") as archive:
        archive.writestr("../../\x1b[2J.log", f"from {SEEN}\n")
    (logs / "auth.log").rename(logs / os.fsdecode(b"\xff\x1b[31m.log"))
    done = traque("hunt", SEEN, "--in", logs)
    assert done.returncode in (1, 3), done.stderr
    assert all(char.isprintable() or char == "\n" for char in done.stdout.decode())
    again = traque("hunt", SEEN, "--in", logs, "--json")
    assert json.loads(again.stdout)["sightings"][0]["count"] == 2


def test_no_permission_is_3_and_the_rest_is_searched(traque: Run, logs: Path) -> None:
    (logs / "closed.log").write_text(SEEN)
    (logs / "closed.log").chmod(0)
    done = traque("hunt", SEEN, "--in", logs, preexec_fn=obey_permissions)
    assert done.returncode == 3
    assert b"authenticated" in done.stdout
    assert b"closed.log" in done.stdout


def test_a_folder_loop(traque: Run, logs: Path) -> None:
    (logs / "loop").symlink_to(logs, target_is_directory=True)
    done = traque("hunt", SEEN, "--in", logs, "--json")
    assert json.loads(done.stdout)["sightings"][0]["count"] == 1


def test_a_line_of_megabytes(traque: Run, logs: Path) -> None:
    (logs / "long.log").write_bytes(b"x" * 20_000_000 + b" " + SEEN.encode() + b" " + b"y" * 1_000_000)
    done = traque("hunt", SEEN, "--in", logs, "--json")
    document = json.loads(done.stdout)
    assert document["sightings"][0]["count"] == 2
    assert len(done.stdout) < 1_000_000


def test_nothing_to_search(traque: Run, tmp_path: Path) -> None:
    (tmp_path / "void").mkdir()
    done = traque("hunt", ABSENT, "--in", "void", "--since", "2021-03-01", "--until", "2021-03-02")
    assert done.returncode == 3, done.stdout
