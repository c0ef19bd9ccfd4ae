"""Ranges of addresses in sorted arrays: which range holds an address, in about a microsecond."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from socket import AF_INET, AF_INET6, inet_pton
from typing import Final

import msgspec

from traque.enrich._packed import column, unpack

NOWHERE: Final = 0
"""The code of addresses that no range holds."""

_HALF: Final = (1 << 64) - 1
_V4_BITS: Final = 32
_V6_BITS: Final = 128


class PackedRanges(msgspec.Struct, frozen=True):
    """Where the code changes, from address 0 on, and to what."""

    v4: bytes
    v4_codes: bytes
    v6: bytes
    """The same of IPv6, packed for itself: of what is larger than all of IPv4 most look-ups need nothing."""
    code: str
    """Type code of the codes' array."""


class _Packed6(msgspec.Struct, frozen=True):
    """The addresses in upper and lower halves."""

    high: bytes
    low: bytes
    codes: bytes


class Ranges:
    """Codes by address; :data:`NOWHERE` where there is none. IPv6 is unpacked when first asked for."""

    def __init__(self, packed: PackedRanges) -> None:
        self._packed = packed
        self._v4 = column(packed.v4, "I")
        self._v4_codes = column(packed.v4_codes, packed.code)
        self._v6: tuple[array[int], array[int], array[int]] | None = None

    def code(self, value: str) -> int:
        """The code of an address, or of a network that lies in one range whole; else :data:`NOWHERE`."""
        try:  # by far the most frequent: an IPv4 address
            return self._v4_codes[bisect_right(self._v4, int.from_bytes(inet_pton(AF_INET, value))) - 1]
        except (OSError, ValueError):  # UnicodeEncodeError is a ValueError
            return self._code(value)

    def _code(self, value: str) -> int:
        span = bounds(value)
        if span is None:
            return NOWHERE
        version, first, last = span
        if version == 4:
            at = bisect_right(self._v4, first)
            if not at or (last > first and bisect_right(self._v4, last) != at):
                return NOWHERE
            return self._v4_codes[at - 1]
        at = self._find6(first)
        if not at or (last > first and self._find6(last) != at):
            return NOWHERE
        return self._parts6()[2][at - 1]

    def codes(self, value: str) -> set[int]:
        """Every code that an address or network touches, :data:`NOWHERE` among them; empty for no address."""
        span = bounds(value)
        if span is None:
            return set()
        version, first, last = span
        if version == 4:
            at, end, held = bisect_right(self._v4, first), bisect_right(self._v4, last), self._v4_codes
        else:
            at, end, held = self._find6(first), self._find6(last), self._parts6()[2]
        found = set(held[max(at - 1, 0) : end])
        return found if at else found | {NOWHERE}

    def _find6(self, number: int) -> int:
        """How many starts are not above ``number``."""
        highs, lows, _ = self._parts6()
        high, low = number >> 64, number & _HALF
        end = bisect_right(highs, high)
        return bisect_right(lows, low, bisect_left(highs, high, 0, end), end)

    def _parts6(self) -> tuple[array[int], array[int], array[int]]:
        if self._v6 is None:
            packed = unpack(self._packed.v6, _Packed6)
            codes = column(packed.codes, self._packed.code)
            self._v6 = column(packed.high, "Q"), column(packed.low, "Q"), codes
        return self._v6


def bounds(value: str) -> tuple[int, int, int] | None:
    """(4 or 6, first, last address as integers) of a canonical address or network; None for anything else."""
    address, slash, prefix = value.partition("/")
    family, version, bits = (AF_INET6, 6, _V6_BITS) if ":" in address else (AF_INET, 4, _V4_BITS)
    try:
        first = int.from_bytes(inet_pton(family, address))
        free = bits - int(prefix) if slash else 0
    except (OSError, ValueError):  # UnicodeEncodeError is a ValueError
        return None
    if not 0 <= free <= bits:
        return None
    mask = (1 << free) - 1
    return (version, first & ~mask, first | mask)
