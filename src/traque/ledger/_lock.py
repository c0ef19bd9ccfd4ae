"""One writer at a time; readers need no lock."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from traque.errors import LedgerBusy
from traque.ledger._disk import in_words

NAME: Final = "ledger.lock"
_AGAIN: Final = 0.1
"""Seconds between two tries."""


@contextmanager
def writing(folder: Path, *, wait: float = 0.0) -> Iterator[None]:
    """Be the only writer of the ledger in ``folder``.

    Waits up to ``wait`` seconds for another to end, then raises LedgerBusy. The lock is advisory (flock): it
    ends with its process, however that ends. LedgerError where the folder cannot be written.
    """
    import fcntl

    with in_words(folder):
        descriptor = os.open(folder / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        until = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise _busy(folder, descriptor) from None
                time.sleep(_AGAIN)
        with in_words(folder):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _busy(folder: Path, descriptor: int) -> LedgerBusy:
    process = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
    who = f"process {process}" if process.isdigit() else "another process"
    return LedgerBusy(
        f"{who} writes to this ledger", where=str(folder), remedy="wait for it to end, or use --wait SECONDS"
    )
