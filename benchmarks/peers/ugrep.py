"""ugrep with fixed strings from a file, counting lines; ``-z`` decompresses inside the process."""

from __future__ import annotations

from benchmarks.peers._peer import Peer, Work, counted_lines, version_of


def _command(work: Work) -> list[str]:
    return [
        "ugrep", "-r", "-c", "-H", "--min-count=1", "-F", "-f", str(work.listed), f"-J{work.cores}",
        *(["-z"] if work.wrapping else []), str(work.logs),
    ]  # fmt: skip


SPEC = Peer(
    title="ugrep -F -f",
    origin="Debian ugrep",
    version=version_of("ugrep", "--version"),
    command=_command,
    check=counted_lines("count", "glued", "dotted"),
    suits=lambda _: True,
)
