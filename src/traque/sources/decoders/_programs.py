"""Records from another program's output: run without a shell, in UTC, and never left behind."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from typing import Final

from traque.sources.decoders._decoder import Faults

LINE: Final = 16 << 20
"""Bytes of a line at most; a longer one is cut."""


def lines(program: str, arguments: Sequence[str], faults: Faults) -> Iterator[bytes]:
    """The lines of a program's standard output; what it complains of is a fault when it fails."""
    import subprocess
    import tempfile

    found = shutil.which(program)
    if found is None:
        faults.note(f"the program {program} is not installed")
        return
    environment = {"PATH": os.environ.get("PATH", ""), "TZ": "UTC", "LC_ALL": "C.UTF-8"}
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(  # noqa: S603 -- no shell; the arguments are ours
            [found, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=environment,
        )
        try:
            if process.stdout is not None:
                while line := process.stdout.readline(LINE):
                    yield line.rstrip(b"\r\n")
            status = process.wait()
        finally:
            if process.stdout is not None:
                process.stdout.close()
            if process.poll() is None:
                process.kill()
                process.wait()
        if status:
            complaints.seek(0)
            said = " ".join(complaints.read(400).decode("utf-8", "replace").split())
            faults.note(f"{program} ended with status {status}: {said[:200]}")
