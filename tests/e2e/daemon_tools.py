"""Real engines on loopback: started on free ports, ended with the test."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from traque.bulletins import from_values
from traque.detect import DetectOptions, detect
from traque.exporters._check import program
from traque.model.detection import Action, Direction

LOOPBACK = "127.0.0.1"
PATIENCE = 30.0


def engine(name: str, package: str) -> str:
    """The program's path. Without it the test is skipped, or fails with ``TRAQUE_CHECKERS=required``."""
    path = program(name)
    if path is None:
        if os.environ.get("TRAQUE_CHECKERS") == "required":
            pytest.fail(f"{name} is required here: install the package {package}")
        pytest.skip(f"{name} is not installed (package {package})")
    return path


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that an engine that gives up its rights can read and write too."""
    with tempfile.TemporaryDirectory(prefix="traque-engine.") as name:
        Path(name).chmod(0o777)
        yield Path(name)


def exported(folder: Path, target: str, *values: str, action: Action, direction: Direction = "both") -> Path:
    """The folder of the files that traque writes for these values."""
    made = datetime(2026, 1, 15, tzinfo=UTC)
    options = DetectOptions(targets=(target,), action=action, direction=direction, check=True)
    result = detect([from_values(values)], folder, options=options, made=made)
    (export,) = result.targets
    assert export.refused == ""
    assert [check for check in export.checks if check.status == "failed"] == []
    return folder / target


def free_port() -> int:
    """A port that is free for UDP and TCP on loopback."""
    while True:
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind((LOOPBACK, 0))
            port = int(tcp.getsockname()[1])
            try:
                udp.bind((LOOPBACK, port))
            except OSError:
                continue
            return port


class Engine:
    """A running engine, and where it writes what it says."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self._process = process
        self._log = log
        self.folder = log.parent

    def reload(self) -> None:
        """Have it read its files anew."""
        self._process.send_signal(signal.SIGHUP)

    @property
    def said(self) -> str:
        """All that it wrote to its output so far."""
        return self._log.read_text("utf-8", "replace")

    @property
    def alive(self) -> bool:
        return self._process.poll() is None


@contextmanager
def running(command: Sequence[str | Path], folder: Path, ready: Callable[[], bool]) -> Iterator[Engine]:
    """The engine, from when ``ready`` says so until the end of the block."""
    log = folder / f"{Path(command[0]).name}.out"
    with log.open("wb") as out:
        process = subprocess.Popen(
            list(map(str, command)),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    started = Engine(process, log)
    try:
        wait_for(lambda: ready() or not started.alive, started)
        assert started.alive, started.said[-2000:]
        yield started
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(true: Callable[[], bool], engine: Engine) -> None:
    """Return once ``true`` is; fail with the engine's words when it never is."""
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            pytest.fail(f"waited in vain; the engine said: {engine.said[-2000:]}")
        time.sleep(0.02)


def listens(port: int) -> bool:
    """Whether somebody accepts TCP connections there."""
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex((LOOPBACK, port)) == 0


def moved(folder: Path, home: str) -> None:
    """Have the files of ``folder`` name it, where they name the folder that they are installed in."""
    for path in folder.iterdir():
        if path.suffix == ".conf" or path.suffix == ".cfg":
            path.write_text(path.read_text("utf-8").replace(home, str(folder)), encoding="utf-8")


def copied(source: Path, folder: Path) -> None:
    """Install the files."""
    for path in source.iterdir():
        shutil.copy(path, folder)
