"""The progress bar on standard error, and Ctrl-C."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Final

from traque.cli.exit import Exit
from traque.reports import printable

if TYPE_CHECKING:
    from rich.progress import Progress

_SHOW_CURSOR: Final = b"\x1b[?25h"


class Bar:
    """Bytes done, rate and time left; the name of a source that is being read."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None)

    def start(self, total: int) -> None:
        """How many bytes will be read."""
        self._progress.update(self._task, total=total, completed=0)

    def advance(self, count: int) -> None:
        """So many more are done."""
        self._progress.advance(self._task, count)

    def source(self, name: str) -> None:
        """Show whose turn it is."""
        self._progress.update(self._task, description=printable(name)[-40:])


@contextmanager
def progress_bar(*, quiet: bool) -> Iterator[Bar | None]:
    """A bar that vanishes when the work is done; None where nobody would see one."""
    if quiet or sys.stderr is None or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    from rich import progress
    from rich.console import Console

    columns = (
        progress.BarColumn(bar_width=24),
        progress.DownloadColumn(),
        progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
        progress.TextColumn("{task.description}", markup=False),
    )
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        yield Bar(shown)


@contextmanager
def stop_on_interrupt() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets; the second ends the process at once."""
    stop = threading.Event()

    def interrupted(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():  # a worker may be stuck in a system call: nothing to tidy but the cursor
            _tell(b"traque: aborted\n", _SHOW_CURSOR)
            os._exit(Exit.ABORTED)
        stop.set()
        _tell(b"\ntraque: stopping; Ctrl-C again to abort without an answer\n")

    previous = signal.signal(signal.SIGINT, interrupted)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, previous)


def _tell(message: bytes, control: bytes = b"") -> None:
    """Straight to the descriptor: a signal may have come in the middle of a buffered write."""
    os.write(2, (control if os.isatty(2) else b"") + message)
