"""The script that takes out what does not expire by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from traque.exporters._job import File, Job

REMOVAL: Final = "remove.sh"


def removal(job: Job, commands: Iterable[str]) -> File:
    """``remove.sh`` with these lines of POSIX shell; its head says when to run it."""
    return File(REMOVAL, _script(job, commands), script=True)


def _script(job: Job, commands: Iterable[str]) -> Iterator[str]:
    yield "#!/bin/sh\n"
    yield from (f"# {line}\n" for line in job.header())
    yield f"# The entries do not expire by themselves: run this on {job.expires:%Y-%m-%d},\n"
    yield "# or load a newer export before.\nset -eu\n"
    yield from (f"{command}\n" for command in commands)
