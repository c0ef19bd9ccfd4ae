"""Values that a page's right edge broke over lines, put together again.

Only what cannot be anything else is joined: hex digits that are no hash alone but one together, the octets of
one address, and a name broken at a defanged dot. Two whole hashes below one another stay two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from traque import observables
from traque.expressions import expression

_HASH_LENGTHS: Final = frozenset({32, 40, 64, 128})
_HEX_END = expression(r"(?<![\w-])[0-9A-Fa-f]{4,127}$")
_HEX_START = expression(r"[0-9A-Fa-f]{4,127}(?![\w-])")
_HEX_LINE = expression(r"[0-9A-Fa-f]{4,127}$")
_DOT: Final = r"(?:\.|\[\.\]?|\(\.\)|\[dot\])"
_OCTETS_END = expression(rf"(?<![\w.\]])\d{{1,3}}(?:{_DOT}\d{{1,3}})*{_DOT}?$")
_OCTETS_START = expression(rf"{_DOT}?\d{{1,3}}(?:{_DOT}\d{{1,3}})*(?![\w])")
_ADDRESS = expression(r"\d{1,3}(?:\.\d{1,3}){3}")
_DEFANGED_END = expression(r"[\w-](?:\[\.\]|\(\.\)|\[dot\])$")
_DEFANGED_START = expression(r"(?:\[\.\]|\(\.\)|\[dot\])[\w-]")

Line = tuple[str, str]
"""The place of a line, and its text."""


def rejoined(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines, a broken value whole on the line where it begins."""
    rest = [(where, text.rstrip()) for where, text in lines]
    at = 0
    while at < len(rest):
        where, line = rest[at]
        at += 1
        while at < len(rest) and (taken := _continues(line, rest, at)):
            line += "".join(text.strip() for _, text in rest[at : at + taken])
            at += taken
        yield where, line


def _continues(line: str, rest: list[Line], at: int) -> int:
    """How many of the following lines hold the rest of the value that ends ``line``; 0 when none."""
    following = rest[at][1].lstrip()
    if end := _HEX_END.search(line):
        return _hex(end[0], rest, at)
    if (octets := _OCTETS_END.search(line)) and (start := _OCTETS_START.match(following)):
        whole = observables.refang(octets[0] + start[0])
        alone = observables.refang(octets[0])
        if _ADDRESS.fullmatch(whole) and not _ADDRESS.fullmatch(alone) and observables.guess(whole):
            return 1
    broken = _DEFANGED_END.search(line) and re.match(r"[\w-]", following)
    return 1 if broken or (re.search(r"[\w-]$", line) and _DEFANGED_START.match(following)) else 0


def _hex(begun: str, rest: list[Line], at: int) -> int:
    length, fragment = len(begun), len(begun) not in _HASH_LENGTHS
    for taken, (_, text) in enumerate(rest[at : at + 8], 1):
        start = _HEX_START.match(text.lstrip())
        if not start:
            return 0
        length += len(start[0])
        fragment = fragment or len(start[0]) not in _HASH_LENGTHS
        if length in _HASH_LENGTHS and fragment:
            return taken
        if not _HEX_LINE.match(text.strip()) or length > max(_HASH_LENGTHS):
            return 0
    return 0
