"""IPv4 addresses.

How one stands in a record: :mod:`traque.observables._ipv4`. Besides, every IPv6 address in ::ffff:0:0/96
(:mod:`traque.observables._ipv6`) is a reading of its IPv4 address, and so is ``d.c.b.a.in-addr.arpa`` in
Windows DNS form, over the whole form.
"""

from __future__ import annotations

from collections.abc import Iterator

from traque.observables import _ip, _ipv4, _ipv6
from traque.observables._kind import ObservableKind, Reading, exactly, itself
from traque.observables._names import windows_names


def find(record: bytes) -> Iterator[Reading]:
    """Every reading of an IPv4 address."""
    for start, end, address in _ipv4.addresses(record):
        yield Reading(start, end, address)
    for start, end, number in _ipv6.addresses(record):
        quad = _ipv6.mapped(number)
        if quad is not None:
            yield Reading(start, end, quad)
    for start, end, name in windows_names(record):
        for first, last, address in _ipv4.addresses(name.encode()):
            if (first, last) == (0, len(name.encode())):
                yield Reading(start, end, address)


SPEC = ObservableKind(
    name=_ip.IPV4,
    title="IPv4 address",
    canonical=_ip.canonical,
    find=find,
    spellings=itself,
    lookups=exactly,
    examples=("192.0.2.1", "198.51.100.0"),
)
