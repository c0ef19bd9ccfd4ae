"""A long record shortened around what matched in it."""

from __future__ import annotations

import re


def around(text: str, match: str, room: int) -> tuple[str, str, str]:
    """What stands before the match, the match as it was written, and what stands after.

    ``room`` characters in all; an ellipsis shows a cut. Without the match in ``text``, its beginning.
    """
    start, end = _span(text, match) if match else (0, 0)
    end = min(end, start + room)
    first = max(0, min(start - room // 3, len(text) - room))
    last = max(end, first + room)
    before = ("…" if first else "") + text[first:start]
    after = text[end:last] + ("…" if last < len(text) else "")
    return before, text[start:end], after


def _span(text: str, match: str) -> tuple[int, int]:
    at = text.find(match)
    if at >= 0 and text.lower().find(match.lower()) == at:
        return at, at + len(match)
    found = re.search(re.escape(match), text, re.IGNORECASE)
    return found.span() if found else (0, 0)
