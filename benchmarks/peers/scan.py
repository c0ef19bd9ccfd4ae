"""A lower bound for a hunt: the kernel's scan of the same bytes, with nothing before or after it."""

from __future__ import annotations

from benchmarks.peers._peer import Peer, counted_lines, driver


def _version() -> str | None:
    from traque.scan import kernel

    try:
        return kernel.version()
    except ImportError:
        return None


SPEC = Peer(
    title="the kernel's scan alone",
    origin="this checkout",
    version=_version,
    command=lambda work: driver("_scan_driver.py", str(work.listed), str(work.logs)),
    check=counted_lines("count"),
)
