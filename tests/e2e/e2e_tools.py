"""The command as a process, and small logs with documentation addresses."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., subprocess.CompletedProcess[bytes]]

SEEN = "198.51.100.23"
ABSENT = "192.0.2.99"
SOURCE = Path(__file__).resolve().parents[2] / "src"


def obey_permissions() -> None:
    """In a child before its program starts: file permissions hold, for root too (capabilities(7))."""
    dac_override, dac_read_search, capbset_drop = 1, 2, 24
    for capability in (dac_override, dac_read_search):
        ctypes.CDLL(None).prctl(capbset_drop, capability, 0, 0, 0)


def environment(**changes: str) -> dict[str, str]:
    """A plain environment: no colours, 100 columns, UTF-8."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if key in ("PATH", "HOME", "LD_LIBRARY_PATH", "TMPDIR")
    }
    return kept | {"PYTHONPATH": str(SOURCE), "COLUMNS": "100", "LC_ALL": "C.UTF-8", "TZ": "UTC"} | changes


def auth_log(days: range = range(1, 6), *, month: int = 3) -> bytes:
    """An sshd log with a record every hour of ``days`` of March 2021; on day 3 :data:`SEEN` logs in."""
    lines = [
        f"2021-{month:02d}-{day:02d}T{hour:02d}:00:00+00:00 bastion sshd[{day * 100 + hour}]: "
        f"Failed password for root from 192.0.2.{hour + 1} port 40{hour:02d} ssh2"
        for day in days
        for hour in range(24)
    ]
    if 3 in days:
        at = next(i for i, line in enumerate(lines) if f"-{month:02d}-03T12" in line)
        lines.insert(
            at + 1,
            f"2021-{month:02d}-03T12:34:56+00:00 bastion sshd[77]: Accepted password for jdoe from {SEEN} port 40022 ssh2",
        )
    return "".join(f"{line}\n" for line in lines).encode()
