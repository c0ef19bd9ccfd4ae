"""The command as a process, and a folder of logs to hunt in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from e2e_tools import Run, auth_log, environment


@pytest.fixture
def traque(tmp_path: Path) -> Run:
    """Runs ``python -m traque`` in a folder of its own; 60 seconds at most."""

    def run(*arguments: str | Path, **options: object) -> subprocess.CompletedProcess[bytes]:
        changes = options.pop("environment", {})
        return subprocess.run(
            [sys.executable, "-m", "traque", *map(str, arguments)],
            cwd=tmp_path,
            env=environment(**changes),  # type: ignore[arg-type]
            capture_output=True,
            timeout=60,
            check=False,
            **options,  # type: ignore[call-overload]
        )

    return run


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """A folder with one readable log of five days."""
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "auth.log").write_bytes(auth_log())
    return folder
