"""The process itself: pipes, signals, start-up, internal errors, the list of formats."""

from __future__ import annotations

import json
import os
import pty
import resource
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner
from e2e_tools import SEEN, Run, auth_log, environment

import traque.cli.main as door
from traque.cli.exit import MEANING, Exit
from traque.errors import SourceError

DOCS = Path(__file__).resolve().parents[2] / "docs" / "exit-codes.md"


def test_exit_statuses_are_documented(traque: Run) -> None:
    rows = [
        line.split(" | ") for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith("| ")
    ]
    documented = {int(row[0].strip("| ")): (row[1].strip("`"), row[2].strip(" |")) for row in rows[1:]}
    assert documented == {int(status): (status.name, MEANING[status]) for status in Exit}
    text = traque("hunt", "--help").stdout.decode()
    assert all(f"{int(status):<5}{meaning}" in text for status, meaning in MEANING.items())
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(
    "arguments", [("--help",), ("hunt", "--help"), ("formats", "--help"), ("-h",), ("--version",)]
)
def test_help_and_version(traque: Run, arguments: tuple[str, ...]) -> None:
    done = traque(*arguments)
    assert done.returncode == 0
    assert done.stdout
    assert done.stderr == b""


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from traque.cli.main import main; main(['hunt', '--help']); "
        "print(sorted({'rich', 'msgspec', 'isal', 'zstandard', 'publicsuffixlist', 'idna'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, check=True, timeout=60
    )
    assert done.stdout.decode().splitlines()[-1] == "[]"


def test_a_hunt_as_json_loads_no_page_and_no_ledger(tmp_path: Path) -> None:
    (tmp_path / "auth.log").write_bytes(auth_log())
    code = (
        "import sys; from traque.cli.main import main; main(sys.argv[1:]); "
        "print(sorted({'rich', 'traque.ledger', 'importlib.resources'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "hunt", SEEN, "--in", str(tmp_path), "--json"],
        env=environment(),
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.decode().splitlines()[-1] == "[]"


def test_help_is_quick(traque: Run) -> None:
    """Processor time, so that what else runs on the machine does not count."""

    def once() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        traque("--help")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(once() for _ in range(5)) < 0.150


@pytest.mark.parametrize("document", [(), ("--json",)])
def test_a_broken_pipe_is_not_an_error(logs: Path, document: tuple[str, ...]) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "traque", "hunt", SEEN, "--in", str(logs), *document],
        env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 1


def test_help_into_a_closed_pipe() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "traque", "hunt", "--help"],
        env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


def test_interrupt_gives_what_was_found_so_far() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "traque", "hunt", SEEN, "--in", "-", "--json"],
        env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        ended = threading.Event()

        def feed() -> None:
            assert process.stdin is not None
            try:
                while not ended.is_set():
                    process.stdin.write(auth_log())
                    process.stdin.flush()
                    time.sleep(0.001)
            except (BrokenPipeError, ValueError):
                pass

        feeder = threading.Thread(target=feed, daemon=True)
        feeder.start()
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        document = json.loads(process.stdout.read())
        ended.set()
        message = process.stderr.read()
        status = process.wait(60)
        feeder.join(10)
        with suppress(BrokenPipeError):  # what was still to be written
            process.stdin.close()
    assert status == 3, message
    assert document["hunt"]["interrupted"] is True
    assert document["sightings"][0]["count"] >= 1
    assert b"Ctrl-C again" in message


def test_second_interrupt_aborts() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "traque", "hunt", SEEN, "--in", "-"],
        env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        time.sleep(2)  # blocked on its empty standard input
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == Exit.ABORTED
        assert process.stdout is not None
        assert process.stdout.read() == b""


def test_progress_on_a_terminal_only(logs: Path) -> None:
    (logs / "big.log").write_bytes(auth_log() * 400)
    ours, theirs = pty.openpty()
    shown = b""
    command = [sys.executable, "-m", "traque", "hunt", SEEN, "--in", str(logs), "--json"]
    with subprocess.Popen(
        command, env=environment(TERM="xterm-256color"), stdout=subprocess.PIPE, stderr=theirs
    ) as process:
        os.close(theirs)
        reader = threading.Thread(target=lambda: process.stdout and process.stdout.read(), daemon=True)
        reader.start()
        try:
            while chunk := os.read(ours, 4096):
                shown += chunk
        except OSError:  # the other side is closed
            pass
        reader.join(30)
        assert process.wait(60) == 1
    os.close(ours)
    assert b"\x1b[?25h" in shown  # the cursor is given back
    assert b"B" in shown


def test_internal_errors_are_4(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise SourceError("went \x1b[31mwrong", where="/x", remedy="try again")

    monkeypatch.setattr("traque.hunt.hunt", fail)
    assert door.main(["hunt", SEEN, "--in", "x"]) == Exit.INTERNAL
    message = capsys.readouterr().err
    assert r"internal error: SourceError: /x: went \x1b[31mwrong (try again)" in message
    assert "TRAQUE_DEBUG=1" in message
    assert "Traceback" not in message
    monkeypatch.setenv("TRAQUE_DEBUG", "1")
    assert door.main(["hunt", SEEN, "--in", "x"]) == Exit.INTERNAL
    assert "Traceback" in capsys.readouterr().err


def test_formats_lists_everything(traque: Run) -> None:
    done = traque("formats")
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode()
    for name in (
        "misp-json",
        "stix2",
        "certfr-csv",
        "evtx",
        "netflow",
        "sshd",
        "squid",
        "ipv4-addr",
        "sha512",
        "terminal",
    ):
        assert name in text
    document = json.loads(traque("formats", "--json").stdout)
    assert set(document) == {"bulletins", "decoders", "logs", "observables", "renderers"}
    assert all(part["failed"] == [] for part in document.values())


def test_the_group_runs_under_clicks_own_runner() -> None:
    assert CliRunner().invoke(door.traque, ["--version"]).exit_code == 0
