"""IPv6 addresses.

How one stands in a record: :mod:`traque.observables._ipv6`. An address in ::ffff:0:0/96 is not one of them:
it is IPv4. The canonical form is that of RFC 5952, an embedded IPv4 address written in hex.
"""

from __future__ import annotations

from collections.abc import Iterator

from traque.observables import _ip, _ipv6
from traque.observables._kind import ObservableKind, Reading, exactly, itself
from traque.observables._names import windows_names


def find(record: bytes) -> Iterator[Reading]:
    """Every reading of an IPv6 address."""
    for start, end, number in _ipv6.addresses(record):
        if _ipv6.mapped(number) is None:
            yield Reading(start, end, _ipv6.compressed(number))
    for start, end, name in windows_names(record):
        for first, last, number in _ipv6.addresses(name.encode()):
            if (first, last) == (0, len(name.encode())) and _ipv6.mapped(number) is None:
                yield Reading(start, end, _ipv6.compressed(number))


SPEC = ObservableKind(
    name=_ip.IPV6,
    title="IPv6 address",
    canonical=_ip.canonical,
    find=find,
    spellings=itself,
    lookups=exactly,
    examples=("2001:db8::1", "64:ff9b::c000:201"),
)
