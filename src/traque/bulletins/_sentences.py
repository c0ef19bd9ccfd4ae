"""The sentence that stands around a place in a text, whatever the lines it is broken over."""

from __future__ import annotations

from typing import Final

from traque.expressions import expression

SHOWN: Final = 400
"""Characters of a sentence that are kept."""
_REACH: Final = 1000
"""Characters on each side in which its ends are looked for."""

_END = expression(
    r"[.!?…]+[\"'”’»)\]]*(?=\s+[\"'“‘«(\[]*[^\W\d_a-zà-ÿ]|\s*\n)|\n\s*\n|\n(?=\s*(?:[-*•▪–—#>|]|\d+[.)]\s))"
)
"""A full stop before a capital letter or at the end of a line, an empty line, an item of a list."""
_ABBREVIATION = expression(
    r"(?i)(?:\b(?:[a-z]|jan|feb|févr?|apr|avr|jul|juil|aug|sept?|oct|nov|dec|déc|approx|ca|cf|etc|e\.g|i\.e|env|mr|mrs|dr|no|nos|vs|inc|ltd|fig))\.$"
)


def around(text: str, start: int, end: int) -> tuple[str, int]:
    """The sentence that holds ``text[start:end]``, in one line, and where it begins in ``text``."""
    low, high = max(0, start - _REACH), min(len(text), end + _REACH)
    begin = low
    for stop in _END.finditer(text, low, start):
        if not _ABBREVIATION.search(text[max(low, stop.start() - 8) : stop.start() + 1]):
            begin = stop.end()
    close = high
    for stop in _END.finditer(text, end, high):
        if not _ABBREVIATION.search(text[max(low, stop.start() - 8) : stop.start() + 1]):
            close = stop.end()
            break
    return _shown(text[begin:close], start - begin), begin


def _shown(sentence: str, at: int) -> str:
    """``sentence`` folded to one line and cut around ``at`` where it is too long."""
    if len(sentence) > SHOWN:
        first = max(0, min(at - SHOWN // 2, len(sentence) - SHOWN))
        cut = sentence[first : first + SHOWN]
        sentence = f"{'…' if first else ''}{cut}{'…' if first + SHOWN < len(sentence) else ''}"
    return " ".join(sentence.split()).lstrip("-*•▪#>| ")
