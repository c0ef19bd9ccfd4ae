"""Countries of addresses and networks, by the packed ranges (``provenance.reference("countries")``)."""

from __future__ import annotations

from functools import cache

import msgspec

from traque.enrich._packed import read
from traque.enrich._ranges import PackedRanges, Ranges


class _Packed(msgspec.Struct, frozen=True):
    ranges: PackedRanges
    names: list[tuple[str, str]]


class _Countries:
    def __init__(self) -> None:
        packed = read("countries", _Packed)
        self.ranges = Ranges(packed.ranges)
        self.codes = ("", *(code for code, _ in packed.names))
        self.names = dict(packed.names)


@cache
def _countries() -> _Countries:
    return _Countries()


def country(value: str) -> str:
    """The ISO 3166 two-letter code for an address, or for a network that lies in one country whole.

    Empty where the data know none, where a network spans several, and for a value that is no address.
    """
    known = _countries()
    return known.codes[known.ranges.code(value)]


def country_name(code: str) -> str:
    """The English short name of a two-letter code; the code itself when it is unknown."""
    return _countries().names.get(code.upper(), code)
