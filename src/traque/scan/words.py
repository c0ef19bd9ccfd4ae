"""Where any of a few fixed words stand in bytes: what a log says of itself, rarely."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from traque._kernel import Words

__all__ = ["Words", "finder"]


def finder(words: Iterable[bytes]) -> Words | None:
    """Looks for all of ``words`` in one pass; None where there are none. ValueError for an empty one."""
    return _finder(tuple(words))


@lru_cache(maxsize=64)
def _finder(words: tuple[bytes, ...]) -> Words | None:
    return Words(list(words)) if words else None
