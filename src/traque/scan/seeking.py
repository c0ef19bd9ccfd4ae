"""Lines that hold one of a few words: the kernel's one pass where it is built, else a search for each word.

Words are plain bytes, wherever they stand; this is no search for indicators.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

Line = tuple[int, int, int]
"""The number of a word, and where in the text a line that holds it begins and ends."""


class Seeker(Protocol):
    """Finds the lines with one of its words and without any of the excluding ones.

    A word that stands in more lines than it may is given up; lines are counted over all texts.
    """

    def seek(self, text: bytes) -> tuple[list[Line], list[int]]:
        """The lines of a text, each once for each word in it, and the words given up from now on."""


def seeker(words: Sequence[tuple[bytes, int]], excluding: Sequence[bytes]) -> Seeker:
    """The quickest seeker here for ``words``, each with the most lines in which it may stand."""
    try:
        from traque import _kernel
    except ImportError:
        return SpecifiedSeeker(words, excluding)
    return _kernel.Seeker(list(words), list(excluding))


class SpecifiedSeeker:
    """What a seeker answers, in slow Python."""

    def __init__(self, words: Sequence[tuple[bytes, int]], excluding: Sequence[bytes]) -> None:
        self._words = {number: word for number, word in enumerate(words) if word[0]}
        self._excluding = [word for word in excluding if word]
        self._lines = [0] * len(words)

    def seek(self, text: bytes) -> tuple[list[Line], list[int]]:
        """As :class:`Seeker` says; the lines are in the order of the words."""
        found: list[Line] = []
        common: list[int] = []
        for number, (word, most) in self._words.items():
            for begin, end in _lines_with(text, word):
                if any(other in text[begin:end] for other in self._excluding):
                    continue
                found.append((number, begin, end))
                self._lines[number] += 1
                if self._lines[number] > most:
                    common.append(number)
                    break
        for number in common:
            del self._words[number]
        return found, common


def _lines_with(text: bytes, word: bytes) -> Iterator[tuple[int, int]]:
    at = text.find(word)
    while at >= 0:
        end = text.find(b"\n", at)
        end = len(text) if end < 0 else end
        yield text.rfind(b"\n", 0, at) + 1, end
        at = text.find(word, max(end, at + 1))
