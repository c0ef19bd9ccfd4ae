"""Vocabularies: lists of words, in English and French, as one expression."""

from __future__ import annotations

import re


def words(vocabulary: str) -> re.Pattern[str]:
    """Any of the words of ``vocabulary``, which white space separates, whole and in any case.

    Each is a regular expression; ``_`` stands for white space, ``*`` at its end for any ending.
    """
    return re.compile(rf"(?i)\b(?:{alternatives(vocabulary)})(?!\w)")


def alternatives(vocabulary: str) -> str:
    """The same without bounds, as a part of another expression."""
    return "|".join(re.sub(r"\*$", r"\\w*", word).replace("_", r"\s+") for word in vocabulary.split())
