"""Autonomous systems of addresses and networks (``provenance.reference("networks")``)."""

from __future__ import annotations

from bisect import bisect_left
from functools import cache
from typing import Final

import msgspec

from traque.enrich._packed import column, read
from traque.enrich._ranges import PackedRanges, Ranges

_TOGETHER: Final = 256


class Network(msgspec.Struct, frozen=True, order=True):
    """An autonomous system: its number, and the name in its registry's record (may be empty)."""

    asn: int
    name: str


class _Names(msgspec.Struct, frozen=True):
    numbers: bytes
    names: list[str]
    """:data:`_TOGETHER` in each text, a line each."""


class _Networks:
    def __init__(self) -> None:
        self.ranges = Ranges(read("networks", PackedRanges))
        packed = read("network-names", _Names)
        self.numbers = column(packed.numbers, "I")
        self._names = packed.names

    def name(self, at: int) -> str:
        """The name of the system of the number at that place."""
        together, line = divmod(at, _TOGETHER)
        return self._names[together].split("\n")[line]


@cache
def _networks() -> _Networks:
    return _Networks()


def network(value: str) -> Network | None:
    """The system that announces an address, or the whole of a network; None where none does."""
    known = _networks()
    at = known.ranges.code(value)
    return Network(known.numbers[at - 1], known.name(at - 1)) if at else None


def network_name(asn: int) -> str:
    """The name of an autonomous system; empty when it announces nothing."""
    known = _networks()
    at = bisect_left(known.numbers, asn)
    return known.name(at) if at < len(known.numbers) and known.numbers[at] == asn else ""
