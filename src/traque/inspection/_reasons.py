"""Why a record is not understood, as far as can be told without understanding it."""

from __future__ import annotations

from typing import Final

from traque.model import TimeRule
from traque.timestamps import read

AUTO: Final = (TimeRule("auto"),)
_CONTROL: Final = bytes(code for code in range(32) if code not in b"\t\n\r\x1b")


def is_header(record: bytes) -> bool:
    """Whether a line could be the names of a table's columns: no document, and no time in it."""
    return record[:1] not in (b"{", b"[", b"<") and read(record[:4096], AUTO) is None


def why_not(record: bytes, *, cut: bool, timed: bool) -> str:
    """The reason, in words that a person can act on; ``timed`` if a time is known to stand in the record."""
    if cut:
        return "longer than 64 KiB: only its beginning was tried"
    if len(record.translate(None, _CONTROL)) * 10 < len(record) * 9:
        return "binary: not text"
    if record[:1] in (b" ", b"\t"):
        return "begins with a blank: the continuation of the record before?"
    opening = record.lstrip(b"\xef\xbb\xbf")[:1]
    if opening in (b"{", b"["):
        return "JSON without the fields of a known format"
    if opening == b"<" and not record[1:2].isdigit():
        return "XML or HTML without the elements of a known format"
    if timed or read(record[:4096], AUTO) is not None:
        return "a time is read, the rest is not understood"
    return "not even a time is found"
