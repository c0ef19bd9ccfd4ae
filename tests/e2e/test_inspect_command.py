"""``traque inspect``, ``traque init``, ``traque formats NAME`` and ``--config`` from the outside."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

from e2e_tools import ABSENT, SEEN, Run, auth_log, environment

MAP = '[[source]]\nfiles = "logs/*"\nname = "bastion"\nowner = "ops"\ninternal = ["198.51.100.0/24"]\n'


def test_inspect_shows_what_was_recognised(traque: Run, logs: Path) -> None:
    done = traque("inspect", logs / "auth.log")
    said = done.stdout.decode()
    assert (done.returncode, done.stderr) == (0, b"")
    assert "format       sshd: OpenSSH server" in said
    assert "90% sure, by its content" in said
    assert "understood   100% of 121 records (every one was tried)" in said
    assert (
        "source     192.0.2.1 port 4000: outside, opened the exchange; were it an indicator: auth-failed"
        in said
    )
    assert "user.name=root" in said
    assert "\x1b" not in said


def test_inspect_a_folder(traque: Run, logs: Path) -> None:
    (logs / "strange.log").write_bytes(b"\x1b[31m what is this?\n" * 9)
    (logs / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 9)
    (logs / "new.log").write_bytes(b"")
    (logs / "auth.log.1.gz").write_bytes(gzip.compress(auth_log(range(10, 12))))
    done = traque("inspect", "logs")
    said = done.stdout.decode()
    assert done.returncode == 0
    assert "SOURCES  5, 2 of unknown format, 1 empty" in said
    assert "picture.png: not text" in said
    assert "STREAMS" in said
    assert "no record on 4 days: 2021-03-06 to 2021-03-09" in said
    assert "WHAT TO DO ABOUT UNKNOWN FORMATS" in said
    assert "\x1b" not in said
    full = traque("inspect", "logs", "--full").stdout.decode()
    assert full.count("HOW THEY ARE READ".lower()) == full.count("how they are read") == 2


def test_inspect_standard_input_as_json(traque: Run) -> None:
    done = traque("inspect", "-", "--json", "--all", input=auth_log())
    document = json.loads(done.stdout)
    assert document["schema"] == "traque/inspection/1"
    (source,) = document["sources"]
    assert source["recognised"]["format"] == "sshd"
    assert source["coverage"]["path"] == "stdin"
    assert source["reading"]["tried"] == 121


def test_inspect_what_cannot_be_read_to_its_end_is_3(traque: Run, tmp_path: Path) -> None:
    whole = gzip.compress(auth_log(range(6, 10)))
    (tmp_path / "cut.gz").write_bytes(whole[: len(whole) // 2])
    done = traque("inspect", "cut.gz")
    assert done.returncode == 3
    assert b"It was not read to its end" in done.stdout


def test_inspect_needs_something_that_is_there(traque: Run) -> None:
    assert traque("inspect").returncode == 2
    done = traque("inspect", "nowhere.log")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"nowhere.log: nothing to search there" in done.stderr


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path, logs: Path) -> None:
    command = f"{sys.executable} -m traque inspect logs/auth.log --json | head -c 1"
    done = subprocess.run(
        command, shell=True, cwd=tmp_path, env=environment(), capture_output=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == (b"{", b"")


def test_the_map_of_the_folder_is_used(traque: Run, logs: Path, tmp_path: Path) -> None:
    (tmp_path / "traque.toml").write_text(MAP)
    hunted = json.loads(traque("hunt", SEEN, "--in", "logs", "--json").stdout)
    (stream,) = hunted["coverage"]["streams"]
    assert (stream["name"], stream["owner"]) == ("bastion", "ops")
    assert hunted["hunt"]["source_map"] == "traque.toml"
    seen = json.loads(traque("inspect", "logs/auth.log", "--json").stdout)
    assert seen["sources"][0]["mapped"] == "traque.toml:1"
    report = traque("hunt", SEEN, "--in", "logs").stdout.decode()
    assert "map       traque.toml" in report


def test_another_map_or_none(traque: Run, logs: Path, tmp_path: Path) -> None:
    (tmp_path / "traque.toml").write_text("this is wrong")
    (tmp_path / "other.toml").write_text(MAP.replace("bastion", "other"))
    named = json.loads(traque("hunt", SEEN, "--in", "logs", "--json", "--config", "other.toml").stdout)
    assert named["coverage"]["streams"][0]["name"] == "other"
    none = json.loads(traque("hunt", SEEN, "--in", "logs", "--json", "--config", "/dev/null").stdout)
    assert none["coverage"]["streams"][0]["name"] == "auth.log"


def test_a_wrong_map_is_2(traque: Run, logs: Path, tmp_path: Path) -> None:
    (tmp_path / "traque.toml").write_text('\n[[source]]\nfiles = "logs/*"\nformat = "sshdd"\n')
    for command in (("hunt", ABSENT, "--in", "logs"), ("inspect", "logs")):
        done = traque(*command)
        assert (done.returncode, done.stdout) == (2, b"")
        assert b"traque.toml:4: format in [[source]] number 1 'sshdd' is not a log format" in done.stderr
        assert b"did you mean sshd?" in done.stderr
    done = traque("hunt", ABSENT, "--in", "logs", "--config", "missing.toml")
    assert done.returncode == 2
    assert b"missing.toml: the source map cannot be read" in done.stderr


def test_a_glob_that_matches_nothing_is_said(traque: Run, logs: Path, tmp_path: Path) -> None:
    (tmp_path / "traque.toml").write_text('[[source]]\nfiles = ["logs/*", "firewall/*"]\n')
    done = traque("hunt", ABSENT, "--in", "logs")
    assert done.returncode == 0
    said = " ".join(done.stdout.decode().split())
    assert (
        "globs of the source map that named no source that was searched (traque.toml:1: firewall/*)" in said
    )


def test_init_writes_a_map_that_changes_nothing(traque: Run, logs: Path, tmp_path: Path) -> None:
    (logs / "strange.log").write_bytes(b"what is this?\n" * 9)
    before = json.loads(traque("hunt", SEEN, ABSENT, "--in", "logs", "--json").stdout)
    done = traque("init", "logs")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == b"traque.toml: 1 stream of 1 source; 1 of no known format\n"
    assert 'files = ["logs/auth.log*"]' in (tmp_path / "traque.toml").read_text()
    after = json.loads(traque("hunt", SEEN, ABSENT, "--in", "logs", "--json").stdout)
    for document in (before, after):
        del document["digest"]  # of the times too
        for changing in ("started", "finished", "source_map"):
            del document["hunt"][changing]
    assert before == after


def test_init_overwrites_only_when_told(traque: Run, logs: Path, tmp_path: Path) -> None:
    path = tmp_path / "traque.toml"
    path.write_text("# mine\n")
    done = traque("init", "logs")
    assert done.returncode == 2
    assert b"--force" in done.stderr
    printed = traque("init", "logs", "--print")
    assert printed.returncode == 0
    assert path.read_text() == "# mine\n"
    assert traque("init", "logs", "--force").returncode == 0
    assert path.read_bytes() == printed.stdout


def test_init_elsewhere(traque: Run, logs: Path, tmp_path: Path) -> None:
    (tmp_path / "maps").mkdir()
    assert traque("init", "logs", "--out", "maps/estate.toml").returncode == 0
    done = traque("inspect", "logs", "--config", "maps/estate.toml", "--json")
    assert json.loads(done.stdout)["sources"][0]["mapped"].startswith("maps/estate.toml:")
    assert traque("init", "logs", "--out", "nowhere/x.toml").returncode == 2
    assert traque("init", "nowhere").returncode == 2


def test_formats_tells_all_of_one(traque: Run) -> None:
    said = traque("formats", "suricata").stdout.decode()
    assert "(bulletins)" in said
    assert "(logs)" in said
    assert "tls.client.server_name" in said
    assert "https://docs.suricata.io" in said
    details = json.loads(traque("formats", "sshd", "--json").stdout)
    assert details[0]["read"][0]["outcome"] == "login-accepted" or details[0]["read"]
    done = traque("formats", "sshdd")
    assert done.returncode == 2
    assert b"did you mean sshd?" in done.stderr


def test_help_of_each(traque: Run) -> None:
    for command in ("inspect", "init", "formats"):
        done = traque(command, "--help")
        assert done.returncode == 0
        assert done.stdout.startswith(f"Usage: traque {command}".encode()) or b"Usage:" in done.stdout
