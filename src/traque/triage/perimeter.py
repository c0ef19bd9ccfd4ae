"""What is inside the organisation.

Inside are the networks that the user names (``--own``, ``--internal``) and the ranges below. The
list is written here and nowhere else: Python's ``is_private`` also holds the documentation ranges.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from typing import Final

from traque.errors import UsageError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

INSIDE_RANGES: Final = (
    "10.0.0.0/8",  # RFC 1918
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",  # RFC 6598, shared address space
    "127.0.0.0/8",  # RFC 1122, loopback
    "169.254.0.0/16",  # RFC 3927, link local
    "fc00::/7",  # RFC 4193, unique local
    "fe80::/10",  # RFC 4291, link local
    "::1/128",
)


@lru_cache(maxsize=65_536)
def parse_address(text: str) -> Address | None:
    """The address that ``text`` writes, else None; brackets, a zone and an IPv4-mapped form are read."""
    bare = text.strip().removeprefix("[").partition("]")[0].partition("%")[0]
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return _zero_padded(bare)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _zero_padded(text: str) -> Address | None:
    """``010.001.002.003``: some logs pad octets; they are decimal."""
    octets = text.split(".")
    if len(octets) != 4 or not all(o.isascii() and o.isdigit() and len(o) <= 3 for o in octets):
        return None
    values = [int(octet) for octet in octets]
    return ipaddress.IPv4Address(bytes(values)) if max(values) <= 255 else None


def parse_networks(texts: Sequence[str], option: str) -> tuple[Network, ...]:
    """Networks or single addresses given by the user; UsageError names the option and the bad value."""
    networks: list[Network] = []
    for text in texts:
        try:
            networks.append(ipaddress.ip_network(text.strip(), strict=False))
        except ValueError as error:
            raise UsageError(
                f"{option} {text!r} is not an address or a network",
                remedy="write it as 192.0.2.0/24 or 2001:db8::/32",
            ) from error
    return tuple(networks)


class Networks:
    """Answers whether one of many networks holds an address, by the lengths of their prefixes."""

    def __init__(self, networks: Iterable[Network]) -> None:
        self._begins: dict[tuple[int, int], set[int]] = {}
        for network in networks:
            width = network.max_prefixlen - network.prefixlen
            held = self._begins.setdefault((network.version, width), set())
            held.add(int(network.network_address) >> width)

    def hold(self, address: Address) -> bool:
        """Whether the address is in one of them."""
        number, version = int(address), address.version
        return any(
            number >> width in begins for (held, width), begins in self._begins.items() if held == version
        )


class Perimeter:
    """Answers *is this address ours?*; immutable, shared between threads."""

    def __init__(self, own: Sequence[str] = (), internal: Sequence[str] = ()) -> None:
        self.own = parse_networks(own, "--own")
        self.internal = parse_networks(internal, "--internal")
        self._inside = self.own + self.internal + tuple(map(ipaddress.ip_network, INSIDE_RANGES))
        self._networks = Networks(self._inside)
        self._known = lru_cache(maxsize=65_536)(self._look_up)

    @cached_property
    def inside(self) -> tuple[tuple[str, int], ...]:
        """Everything that is inside, as addresses with the lengths of their prefixes."""
        return tuple((str(network.network_address), network.prefixlen) for network in self._inside)

    def is_inside(self, text: str) -> bool:
        """Whether ``text`` writes an address inside the organisation."""
        return self._known(text)

    def _look_up(self, text: str) -> bool:
        address = parse_address(text)
        return address is not None and self._networks.hold(address)
