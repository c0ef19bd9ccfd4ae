"""The outlines of countries, projected for drawing, and a font (``provenance``: world, font)."""

from __future__ import annotations

from functools import cache

import msgspec

from traque.enrich._packed import read


class World(msgspec.Struct, frozen=True):
    """A map ``width`` by ``height`` in its own units, y downward.

    ``shapes`` are SVG path data by country code, in code order (disputed areas without a code begin with
    ``-``); ``centres`` the middle of each country's largest part; ``small`` the countries that are too
    small to be seen, or have no outline at all.
    """

    width: float
    height: float
    shapes: tuple[tuple[str, str], ...]
    small: frozenset[str]
    centres: tuple[tuple[str, tuple[float, float]], ...]


class Font(msgspec.Struct, frozen=True):
    """TrueType files of two weights."""

    regular: bytes
    bold: bytes


@cache
def world() -> World:
    """The one map that is packed."""
    return read("world", World)


def font() -> Font:
    """The one font that is packed."""
    return read("font", Font)
