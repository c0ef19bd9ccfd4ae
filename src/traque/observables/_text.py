"""The characters of a record, with the byte each one begins at.

A valid UTF-8 sequence is its code point; any other byte is read as Latin-1. So a name in a UTF-8 log and in
a Latin-1 log are the same characters.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from itertools import accumulate

from traque.observables._label_chars import LABEL_RANGES

_ASCII = 0x80


def decode(record: bytes) -> tuple[str, Sequence[int]]:
    """The characters of ``record``, and for each (and for the end) its byte offset."""
    if record.isascii():
        return record.decode("ascii"), range(len(record) + 1)
    characters = record.decode("utf-8", "surrogateescape")
    sizes = [1 if _is_stray(char) else len(char.encode()) for char in characters]
    text = "".join(chr(ord(char) - 0xDC00) if _is_stray(char) else char for char in characters)
    return text, list(accumulate(sizes, initial=0))


def _is_stray(char: str) -> bool:
    # How Python marks a byte that is no UTF-8; UTF-8 itself cannot hold surrogates.
    return "\udc80" <= char <= "\udcff"


def lower(text: str) -> str:
    """Lower case, each code point by itself (no rule looks at its neighbours)."""
    return text.lower() if text.isascii() else "".join(map(str.lower, text))


def is_label_char(code: int) -> bool:
    """Whether a code point belongs to a label: a letter, a mark, a digit, ``-`` or ``_``."""
    if code < _ASCII:
        return chr(code).isalnum() or code in b"-_"
    at = bisect_right(LABEL_RANGES, (code, 0x110000))
    return at > 0 and code <= LABEL_RANGES[at - 1][1]


@cache
def label_class() -> str:
    """The label characters as the inside of a regular expression's ``[...]``."""
    return r"A-Za-z0-9_\-" + "".join(f"{chr(first)}-{chr(last)}" for first, last in LABEL_RANGES)
