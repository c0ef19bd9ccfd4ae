"""GNU grep with fixed strings from a file, in bytes (``LC_ALL=C`` is set for every program)."""

from __future__ import annotations

from benchmarks.peers._peer import Peer, Work, counted_lines, version_of


def _command(work: Work) -> list[str]:
    return ["grep", "-r", "-c", "-H", "-F", "-f", str(work.listed), str(work.logs)]


SPEC = Peer(
    title="GNU grep -F -f",
    origin="Debian grep",
    version=version_of("grep", "--version"),
    command=_command,
    check=counted_lines("count", "glued", "dotted"),
)
