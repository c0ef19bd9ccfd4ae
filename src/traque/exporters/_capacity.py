"""Room: devices hold so many entries and drop the rest without a word, so it is planned for."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from traque.exporters._job import Item, Job

T = TypeVar("T")

_FIRST = {"c2": 0, "payload": 1, "exfiltration": 1, "phishing": 2, "relay": 3, "scanner": 4}
"""Which roles keep their place when there is not room for all."""


def shards(entries: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    """``entries`` in lists of at most ``most``; one empty list when there are none, so that a file exists."""
    if not entries:
        yield entries
    for start in range(0, len(entries), most):
        yield entries[start : start + most]


def within(job: Job, items: Sequence[Item], most: int, limit: str) -> list[Item]:
    """At most ``most`` of ``items``, in their order; ``job`` lists the others with ``limit`` as the reason.

    The first to stay are those whose role is worst, then those the bulletin is surest of, then the newest.
    """
    if len(items) <= most:
        return list(items)
    ranked = sorted(range(len(items)), key=lambda index: _rank(items[index]))
    kept = set(ranked[:most])
    for index, item in enumerate(items):
        if index not in kept:
            job.leave_out(item, "capacity", limit)
    return [item for index, item in enumerate(items) if index in kept]


def _rank(item: Item) -> tuple[int, int, float]:
    indicator = item.indicator
    seen = indicator.valid_from.timestamp() if indicator.valid_from else 0.0
    return (_FIRST.get(indicator.role or "", 5), -(indicator.confidence or 0), -seen)


def aggregated(values: Iterable[str]) -> list[str]:
    """Addresses and networks of either family as the fewest networks that hold exactly the same addresses.

    A single address stays without a prefix length. For targets whose room is in entries, and for sets that
    refuse overlapping ones. Ordered by family, then by address.
    """
    networks = [ipaddress.ip_network(value, strict=False) for value in values]
    four = [network for network in networks if isinstance(network, ipaddress.IPv4Network)]
    six = [network for network in networks if isinstance(network, ipaddress.IPv6Network)]
    return [
        *map(_short, ipaddress.collapse_addresses(four)),
        *map(_short, ipaddress.collapse_addresses(six)),
    ]


def _short(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> str:
    return str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)
