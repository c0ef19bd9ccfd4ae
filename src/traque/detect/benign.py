"""Which values become no rule unless asked for: it would fire all day, or cut your own network."""

from __future__ import annotations

import ipaddress
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
_NEVER: Final = tuple(
    ipaddress.ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.168.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "::/127", "fc00::/7", "fe80::/10", "ff00::/8"),
    )
)
_WIDEST: Final = {4: 16, 6: 32}


def known_benign(observable: Observable) -> str | None:
    """Why ``observable`` should be no rule: private, far too wide, or listed as harmless; else None.

    A name is held by a list that names it itself, not one that names what is above it. A URL names one page,
    and is never held by the list of its host.
    """
    if observable.kind.startswith("ip"):
        network = ipaddress.ip_network(observable.value)
        if network.prefixlen < _WIDEST[network.version]:
            return f"wider than /{_WIDEST[network.version]}, it holds whole providers"
        if any(network.version == each.version and network.overlaps(each) for each in _NEVER):
            return "private, reserved or multicast: it could only hit your own machines"
    if observable.kind == "url":
        return None
    for hit in warninglists.holding(observable):
        exact = observable.kind != "domain-name" or hit.entry in ("", observable.value)
        if hit.list.group in _GROUPS and exact:
            return f"on the warninglist {hit.list.name!r}"
    return None
