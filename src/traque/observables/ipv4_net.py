"""IPv4 networks: matched by every address inside.

A network in a record (``192.0.2.0/24``) is read as its address, like any other; its prefix is not looked
at.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from traque.observables import _ip, ipv4_addr
from traque.observables._kind import ObservableKind, itself

_WIDTH = 32


def lookups(address: str) -> Iterator[tuple[str, str]]:
    """Every network that holds the address."""
    for prefix in range(_ip.WIDEST_V4, _WIDTH):
        yield str(IPv4Network((address, prefix), strict=False)), "network"


SPEC = ObservableKind(
    name=_ip.IPV4_NET,
    title="IPv4 network",
    canonical=_ip.canonical,
    find=ipv4_addr.find,
    spellings=itself,
    lookups=lookups,
    examples=("192.0.2.0/24", "198.51.100.64/26"),
)
