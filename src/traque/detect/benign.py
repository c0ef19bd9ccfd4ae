"""Which values become no rule unless asked for: it would fire all day, or cut your own network."""

from __future__ import annotations

from bisect import bisect_right
from ipaddress import ip_network
from socket import AF_INET, AF_INET6, inet_pton
from typing import Final

from traque.enrich import warninglists
from traque.model import Observable

_GROUPS: Final = frozenset(
    {
        "resolver",
        "cdn",
        "top-site",
        "sinkhole",
        "security",
        "suffix",
        "lookup",
        "hash",
        "certificate",
        "contact",
    }
)
"""Groups that speak against a rule. Clouds, VPN exits and shared services do not: attackers rent there."""
_NEVER: Final = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
    *("192.168.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "::/127", "fc00::/7", "fe80::/10", "ff00::/8"),
)
_WIDEST: Final = {4: 16, 6: 32}


class _Ranges:
    """Which of some networks, all of one family and none inside another, a stretch of addresses touches."""

    def __init__(self, version: int) -> None:
        networks = [network for network in map(ip_network, _NEVER) if network.version == version]
        spans = sorted((int(network[0]), int(network[-1])) for network in networks)
        self._firsts = [first for first, _ in spans]
        self._lasts = [last for _, last in spans]

    def touched(self, first: int, last: int) -> bool:
        at = bisect_right(self._firsts, last)
        return at > 0 and self._lasts[at - 1] >= first


_NOT_PUBLIC: Final = {4: _Ranges(4), 6: _Ranges(6)}


def known_benign(observable: Observable) -> str | None:
    """Why ``observable`` should be no rule: private, far too wide, or listed as harmless; else None.

    A name is held by a list that names it itself, not one that names what is above it. A URL names one page,
    and is never held by the list of its host.
    """
    if observable.kind.startswith("ip") and (why := _unfit_network(observable.value)):
        return why
    if observable.kind == "url":
        return None
    for hit in warninglists.holding(observable):
        exact = observable.kind != "domain-name" or hit.entry in ("", observable.value)
        if hit.list.group in _GROUPS and exact:
            return f"on the warninglist {hit.list.name!r}"
    return None


def _unfit_network(value: str) -> str | None:
    address, _, prefix = value.partition("/")
    version, family, bits = (6, AF_INET6, 128) if ":" in address else (4, AF_INET, 32)
    length = int(prefix) if prefix else bits
    if length < _WIDEST[version]:
        return f"wider than /{_WIDEST[version]}, it holds whole providers"
    first = int.from_bytes(inet_pton(family, address))
    if _NOT_PUBLIC[version].touched(first, first | ((1 << (bits - length)) - 1)):
        return "private, reserved or multicast: it could only hit your own machines"
    return None
