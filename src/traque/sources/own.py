"""Knows the files that traque writes itself: searching an earlier answer would find its own indicators."""

from __future__ import annotations

import re
from typing import Final

from traque.expressions import expression

_RESULT: Final = expression(
    rb'(?:\xef\xbb\xbf)?\s{0,64}\{\s{0,64}"schema"\s{0,8}:\s{0,8}"traque/[a-z-]{1,32}/\d'
)
_REPORT: Final = (b"<!-- traque hunt report -->", b"<!DOCTYPE html>\n<!-- traque hunt report -->")
_SIGHTINGS: Final = b"verdict,kind,indicator,bulletins,role,records,first_seen,last_seen,"


_BAG: Final = expression(
    rb'PK\x03\x04.{22}\x0d\0..manifest\.json\{\s{0,8}"schema": "traque/evidence-bag/\d', re.DOTALL
)
_PAGE: Final = b"traque coverage certificate\n"


def is_own_output(head: bytes, name: str) -> bool:
    """Whether a file that begins with ``head`` is a document, report, table, certificate or bag of ours.

    Decided by content; the ``name`` must only not contradict it: a log line that quotes the schema in
    ``access.log`` is still searched.
    """
    lowered = name.lower()
    if lowered.endswith(".csv"):
        return head.removeprefix(b"\xef\xbb\xbf").startswith(_SIGHTINGS)
    if lowered.endswith(".zip"):
        return _BAG.match(head) is not None
    if lowered.endswith(".txt"):
        return head.startswith(_PAGE)
    if lowered.endswith((".html", ".md")):
        return head.startswith(_REPORT)
    return lowered.endswith(".json") and _RESULT.match(head) is not None
