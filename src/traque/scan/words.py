"""What a log says of itself, rarely: the records of a stream that hold one of a few fixed words."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from traque._kernel import Lookout, Words

__all__ = ["BLOCK", "Lookout", "lookout"]

BLOCK = 65_536
"""Bytes of a stream in each of which some records are told of a word that stands in every one."""


def lookout(rare: Iterable[bytes], everywhere: Iterable[bytes] = ()) -> Lookout:
    """For the records with one of ``rare``, and for some of those with a word that stands ``everywhere``.

    A record, without its line end, is told once for each word, by the word's number; ``rare`` comes first.
    Of one longer than 16 KiB the end is looked at. ValueError for an empty word.
    """
    return Lookout(_words(tuple(rare)), list(everywhere))


@lru_cache(maxsize=64)
def _words(words: tuple[bytes, ...]) -> Words | None:
    return Words(list(words)) if words else None
