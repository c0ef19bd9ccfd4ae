"""Ranges of addresses as lists write them: ``192.0.2.0-192.0.2.255``, ``2001:db8:: - 2001:db8::ff``."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, summarize_address_range
from typing import Final

from traque.errors import ObservableError
from traque.expressions import expression
from traque.model import Observable
from traque.observables import _ip

_V4: Final = r"\d{1,3}(?:\.\d{1,3}){3}"
_V6: Final = r"(?=[0-9A-Fa-f]*:[0-9A-Fa-f:]*:)[0-9A-Fa-f:]{2,39}"
RANGE: Final = expression(
    rf"(?<![\w.:/-])(?P<first>{_V4}|{_V6})[ \t]{{0,3}}[-–—][ \t]{{0,3}}(?P<last>{_V4}|{_V6})(?![\w.:/-])"
)
"""A range in text."""


def expand(first: str, last: str) -> tuple[Observable, ...]:
    """The networks and addresses (at most 254) that make the range, ends included. Raises ObservableError."""
    low, high = _ip.canonical(first), _ip.canonical(last)
    if low.kind != high.kind or not low.kind.endswith("-addr"):
        raise ObservableError(f"{first}-{last} is no range of addresses", code="malformed")
    begin, end = ip_address(low.value), ip_address(high.value)
    if int(begin) > int(end):
        raise ObservableError(f"{first}-{last} ends before it begins", code="malformed")
    networks: Iterable[object] = ()
    if (isinstance(begin, IPv4Address) and isinstance(end, IPv4Address)) or (
        isinstance(begin, IPv6Address) and isinstance(end, IPv6Address)
    ):
        networks = summarize_address_range(begin, end)
    return tuple(_ip.canonical(str(network)) for network in networks)
