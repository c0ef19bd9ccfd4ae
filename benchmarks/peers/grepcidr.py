"""grepcidr: addresses only, compared as numbers. It takes files, not folders."""

from __future__ import annotations

from benchmarks.peers._peer import Found, Peer, Work, version_of


def _command(work: Work) -> list[str]:
    files = sorted(str(path) for path in work.logs.rglob("*") if path.is_file())
    return ["grepcidr", "-c", "-f", str(work.listed), *files]


def _check(output: bytes, work: Work) -> Found:
    """It prints one count for all files."""
    found = int(output or b"0")
    own, dotted = (sum(work.truth.lines_with(name).values()) for name in ("count", "dotted"))
    if found == own:
        return Found(True, "= truth")
    return Found(found == own + dotted, f"{found:,} lines, {own:,} are true, {dotted:,} version-like")


def _suits(work: Work) -> bool:
    listed = work.listed.read_text("ascii").split()
    few_files = sum(1 for path in work.logs.rglob("*") if path.is_file()) < 1000
    return (
        not work.wrapping
        and few_files
        and all(value.count(".") == 3 and value[-1].isdigit() for value in listed)
    )


SPEC = Peer(
    title="grepcidr -f",
    origin="Debian grepcidr",
    version=version_of("grepcidr", "-V"),
    command=_command,
    check=_check,
    suits=_suits,
)
