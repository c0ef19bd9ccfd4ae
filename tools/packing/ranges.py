"""Address ranges from start-end-code rows to the places where the code changes."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from ipaddress import ip_network

from packing import columns
from packing.columns import column

NEVER_V4 = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
    *("192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
    *("203.0.113.0/24", "224.0.0.0/3"),
)
NEVER_V6 = ("::/3", "2001:2::/48", "2001:10::/28", "2001:db8::/32", "3fff::/20", "4000::/2", "8000::/1")
"""Not public (IANA's special-purpose registries), though some sources state countries for them."""

Row = tuple[int, int, int]
"""First and last address, code (never 0)."""


def changes(rows: Iterable[Row], bits: int, never: Iterable[str] = ()) -> tuple[list[int], list[int]]:
    """Starts and codes, ascending: adjacent ranges of one code are one, what lies between ranges has code 0.

    Where ranges overlap (a provider's own statement inside a registry's block) the narrowest speaks.
    ``never`` are networks that have code 0 whatever the rows say.
    """
    none = [(int(net[0]), int(net[-1]), 0) for net in map(ip_network, never)]
    held = sorted([*rows, *none])
    edges = sorted({0} | {first for first, _, _ in held} | {last + 1 for _, last, _ in held})
    starts: list[int] = []
    codes: list[int] = []
    open_: list[tuple[int, int, int]] = []
    at = 0
    for edge in edges:
        if edge >> bits:
            break
        while at < len(held) and held[at][0] == edge:
            first, last, code = held[at]
            heapq.heappush(open_, (last - first if code else -1, last, code))
            at += 1
        while open_ and open_[0][1] < edge:
            heapq.heappop(open_)
        code = open_[0][2] if open_ else 0
        if not codes or codes[-1] != code:
            starts.append(edge)
            codes.append(code)
    return starts, codes


def packed(v4: Iterable[Row], v6: Iterable[Row], code: str) -> dict[str, object]:
    """What ``traque.enrich._ranges.PackedRanges`` reads; addresses that are never public are nowhere."""
    return columns_of(changes(v4, 32, NEVER_V4), changes(v6, 128, NEVER_V6), code)


def columns_of(
    v4: tuple[list[int], list[int]], v6: tuple[list[int], list[int]], code: str
) -> dict[str, object]:
    """The same from starts and codes."""
    return {
        "v4": column(v4[0], "I"),
        "v4_codes": column(v4[1], code),
        "v6": columns.packed(
            {
                "high": column([start >> 64 for start in v6[0]], "Q"),
                "low": column((start & ((1 << 64) - 1) for start in v6[0]), "Q"),
                "codes": column(v6[1], code),
            }
        ),
        "code": code,
    }
