"""A lower bound: every byte is read into memory, and nothing is done with it."""

from __future__ import annotations

from benchmarks.peers._peer import Peer, driver

SPEC = Peer(
    title="reading alone",
    origin="a loop over read()",
    version=lambda: "-",
    command=lambda work: driver("_reading_driver.py", str(work.logs)),
    check=None,
)
