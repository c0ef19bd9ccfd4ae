"""The window of a hunt, as its result tells it."""

from __future__ import annotations

from traque.model import HuntResult, Window


def window_of(result: HuntResult) -> Window:
    """The window that was asked for, or that the bulletin states."""
    return Window(since=result.hunt.since, until=result.hunt.until)
