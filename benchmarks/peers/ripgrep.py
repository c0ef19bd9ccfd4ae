"""ripgrep with fixed strings from a file, counting lines; ``-z`` runs gzip or zstd beside it."""

from __future__ import annotations

from benchmarks.peers._peer import Peer, Work, counted_lines, version_of


def _command(work: Work) -> list[str]:
    return [
        "rg", "--no-config", "--no-ignore", "--hidden", "-F", "-f", str(work.listed), "-c", "--with-filename",
        f"-j{work.cores}", *(["-z"] if work.wrapping else []), str(work.logs),
    ]  # fmt: skip


SPEC = Peer(
    title="ripgrep -F -f",
    origin="Debian ripgrep",
    version=version_of("rg", "--version"),
    command=_command,
    check=counted_lines("count", "glued", "dotted"),
    suits=lambda _: True,
)
