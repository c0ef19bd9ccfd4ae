"""Addresses and networks that cannot be an attacker's, or hold too many others."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from traque.lint._subject import ADDRESSES, Network, Subject
from traque.model.lint import Complaint

_SPECIAL: Final = (
    ("private", "private, carrier-grade or unique local (RFC 1918, 6598, 4193)",
     ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")),
    ("documentation", "documentation (RFC 5737, 3849, 9637)",
     ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20")),
    ("multicast", "multicast (RFC 5771, 4291)", ("224.0.0.0/4", "ff00::/8")),
    ("reserved", "loopback, link local, benchmarking or reserved (RFC 6890)",
     ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "198.18.0.0/15", "240.0.0.0/4",
      "::/127", "fe80::/10")),
)  # fmt: skip
_ERROR: Final = {4: 16, 6: 32}
_WARNING: Final = {4: 22, 6: 48}
"""Shorter prefixes than these hold too many neighbours."""
_POOL: Final = 5
"""So many listed addresses in one /16 are seldom the attacker's own machines."""


def special(subject: Subject) -> Iterator[Complaint]:
    """Private, reserved, multicast and documentation addresses."""
    for code, words, ranges in _SPECIAL:
        parsed = [ipaddress.ip_network(text) for text in ranges]
        values = [value for value, network in subject.networks if _inside(network, parsed)]
        if values:
            yield subject.complain(
                code,
                "error",
                f"{code} addresses",
                f"nobody on the Internet has them: they are {words}",
                "leave them out; they would match your own machines or nothing",
                values=values,
                drops=True,
            )


def _inside(network: Network, ranges: list[Network]) -> bool:
    return any(
        network.version == each.version and network.subnet_of(each)  # type: ignore[arg-type]
        for each in ranges
    )


def wide(subject: Subject) -> Iterator[Complaint]:
    """Networks that hold too many addresses for a list."""
    worst = [value for value, net in subject.networks if net.prefixlen < _ERROR[net.version]]
    if worst:
        yield subject.complain(
            "too-wide",
            "error",
            "networks that are far too wide",
            f"wider than /{_ERROR[4]} (IPv6: /{_ERROR[6]}), they hold whole providers",
            "ask the publisher which addresses are meant",
            values=worst,
            drops=True,
        )
    broad = [
        value
        for value, net in subject.networks
        if _ERROR[net.version] <= net.prefixlen < _WARNING[net.version]
    ]
    if broad:
        yield subject.complain(
            "wide",
            "warning",
            "wide networks",
            f"wider than /{_WARNING[4]} (IPv6: /{_WARNING[6]}), they hold many strangers",
            "alert on them, do not block; look at each sighting",
            values=broad,
        )


def zero_hosts(subject: Subject) -> Iterator[Complaint]:
    """Addresses that end in ``.0`` and are hosts all the same."""
    values = [
        each.observable.value for each in subject.of("ipv4-addr") if each.observable.value.endswith(".0")
    ]
    if values:
        yield subject.complain(
            "zero-host",
            "note",
            "addresses that end in .0",
            "they are listed as hosts, and a host may end in .0; they are not read as networks",
            "nothing, unless the publisher meant a network",
            values=values,
        )


def pools(subject: Subject) -> Iterator[Complaint]:
    """Many addresses of one neighbourhood: the pool of an access provider, whose tenants change."""
    from traque.enrich import networks

    grouped: dict[str, list[str]] = defaultdict(list)
    for each in subject.of(*ADDRESSES):
        value = each.observable.value
        prefix = 16 if each.observable.kind == "ipv4-addr" else 40
        grouped[str(ipaddress.ip_network(f"{value}/{prefix}", strict=False))].append(value)
    crowded = {pool: values for pool, values in grouped.items() if len(values) >= _POOL}
    if crowded:
        details = {}
        for pool, values in sorted(crowded.items(), key=lambda entry: -len(entry[1])):
            system = networks.network(values[0])
            owner = f" of AS{system.asn} {system.name}" if system else ""
            details[pool] = f"{len(values)} addresses{owner}"
        listed = sum(map(len, crowded.values()))
        yield subject.complain(
            "dynamic-pool",
            "warning",
            f"{listed} addresses in {len(crowded)} crowded {'pool' if len(crowded) == 1 else 'pools'}",
            "so many of one neighbourhood point to an access provider: the address has another tenant soon",
            "alert, do not block; let the rules expire after 30 days; compare times before you conclude",
            values=[value for values in crowded.values() for value in values],
            details=details,
        )
