"""What the command's exit status says (docs/exit-codes.md)."""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class Exit(IntEnum):
    """Every status that ``traque`` ends with."""

    NOTHING_SEEN = 0
    SEEN = 1
    USAGE = 2
    INCOMPLETE = 3
    INTERNAL = 4
    ABORTED = 130
    """128 + SIGINT, as shells count it."""


MEANING: Final = {
    Exit.NOTHING_SEEN: "complete: nothing seen, and the window (if any) is covered",
    Exit.SEEN: "complete: there are sightings or findings",
    Exit.USAGE: "no question: arguments, a bulletin or a path are wrong",
    Exit.INCOMPLETE: "incomplete: something unread, or nothing seen and a window not covered",
    Exit.INTERNAL: "internal error: a fault of traque or of its surroundings, no answer",
    Exit.ABORTED: "aborted by Ctrl-C, no answer",
}
"""One line for each status."""


def explain(status: int) -> str:
    """Say it: ``Exit status 1, complete: there are sightings or findings.``."""
    return f"Exit status {int(status)}, {MEANING[Exit(status)]}."


def table() -> str:
    """All statuses, for ``--help``; the backspace keeps click from filling the lines."""
    lines = [f"  {int(status):<5}{meaning}" for status, meaning in MEANING.items()]
    return "\n".join(["\b", "Exit status:", *lines])
