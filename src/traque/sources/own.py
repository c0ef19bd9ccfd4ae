"""Knows the files that traque writes itself: searching an earlier answer would find its own indicators."""

from __future__ import annotations

import re
from typing import Final

_RESULT: Final = re.compile(
    rb'(?:\xef\xbb\xbf)?\s{0,64}\{\s{0,64}"schema"\s{0,8}:\s{0,8}"traque/hunt-result/\d'
)
_SIGHTINGS: Final = b"verdict,kind,indicator,bulletins,role,records,first_seen,last_seen,"


def is_own_output(head: bytes, name: str) -> bool:
    """Whether a file that begins with ``head`` is a result document or a table of sightings.

    Decided by content; the ``name`` must only not contradict it: a log line that quotes the schema in
    ``access.log`` is still searched.
    """
    lowered = name.lower()
    if lowered.endswith(".csv"):
        return head.removeprefix(b"\xef\xbb\xbf").startswith(_SIGHTINGS)
    return lowered.endswith(".json") and _RESULT.match(head) is not None
