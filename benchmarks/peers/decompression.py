"""A lower bound: the libraries that traque decompresses with, and nothing done with the bytes."""

from __future__ import annotations

from benchmarks.peers._peer import Peer, driver

SPEC = Peer(
    title="decompression alone",
    origin="isal, zstandard",
    version=lambda: "-",
    command=lambda work: driver("_reading_driver.py", str(work.logs)),
    check=None,
    suits=lambda work: bool(work.wrapping),
)
