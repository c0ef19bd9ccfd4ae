"""Addresses and networks for controls that refuse, or are misled by, one inside another."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator

import msgspec

from traque.exporters._job import Item


class Span(msgspec.Struct, frozen=True, gc=False):
    """An item's first and last address, as numbers; ``bits`` is 32 or 128."""

    first: int
    last: int
    bits: int


def outermost(items: Iterable[Item]) -> Iterator[tuple[Item, Span]]:
    """The addresses and networks that no other of ``items`` holds, in order: IPv4 first, then by address."""
    spans = [(span(item.value), item) for item in items]
    spans.sort(key=lambda pair: (pair[0].bits, pair[0].first, -pair[0].last))
    last, bits = -1, 0
    for each, item in spans:
        if each.bits != bits:
            last, bits = -1, each.bits
        if each.last > last:
            last = each.last
            yield item, each


def span(value: str) -> Span:
    """Of a canonical address or network."""
    address, _, prefix = value.partition("/")
    packed = socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)
    bits = 8 * len(packed)
    first = int.from_bytes(packed, "big")
    return Span(first, first | ((1 << (bits - int(prefix or bits))) - 1), bits)
