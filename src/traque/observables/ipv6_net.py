"""IPv6 networks: matched by every address inside.

A network in a record (``2001:db8::/32``) is read as its address, like any other; its prefix is not looked
at.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv6Network

from traque.observables import _ip, ipv6_addr
from traque.observables._kind import ObservableKind, itself

_WIDTH = 128


def lookups(address: str) -> Iterator[tuple[str, str]]:
    """Every network that holds the address."""
    for prefix in range(_ip.WIDEST_V6, _WIDTH):
        yield str(IPv6Network((address, prefix), strict=False)), "network"


SPEC = ObservableKind(
    name=_ip.IPV6_NET,
    title="IPv6 network",
    canonical=_ip.canonical,
    find=ipv6_addr.find,
    spellings=itself,
    lookups=lookups,
    examples=("2001:db8::/32", "2001:db8:0:1::/64"),
)
