"""Cisco ASA and FTD: network object groups, in the CLI's own words.

Access lists are read from above, and where a permit line goes is the administrator's to know: the groups are
written, and the lines that use them as comments. Source: Cisco ASA CLI configuration guide, "Objects for
Access Control".
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from typing import Final

from traque.exporters._job import File, Job
from traque.exporters._packets import commented, entries
from traque.exporters._target import ADDRESSES, Limit, Target

_GROUP: Final = "TRAQUE"


def write(job: Job) -> Iterator[File]:
    """The groups, to paste or to copy to the running configuration, and their removal."""
    found = [(family, values) for family, values in entries(job).items() if values]
    yield File("traque.cfg", _groups(job, found))
    yield File("remove.cfg", _remove(job))


def _groups(job: Job, found: Sequence[tuple[int, list[str]]]) -> Iterator[str]:
    yield from commented(job, "!")
    for family, values in found:
        yield f"object-group network {_GROUP}{family}\n"
        yield f" description {job.label(job.items[0])}\n"
        yield from (f" network-object {_object(value)}\n" for value in values)
        yield "exit\n"
    verb = "deny" if job.blocks else "permit"
    for family, _values in found:
        yield f"! access-list NAME line N extended {verb} ip object-group {_GROUP}{family} any log\n"
        yield f"! access-list NAME line N extended {verb} ip any object-group {_GROUP}{family} log\n"


def _object(value: str) -> str:
    network = ipaddress.ip_network(value)
    if network.prefixlen == network.max_prefixlen:
        return f"host {network.network_address}"
    if isinstance(network, ipaddress.IPv6Network):
        return str(network)
    return f"{network.network_address} {network.netmask}"


def _remove(job: Job) -> Iterator[str]:
    yield from commented(job, "!")
    yield f"! Use this on {job.expires:%Y-%m-%d} unless a newer export was loaded,\n"
    yield "! and after the lines that use the groups are gone.\n"
    yield from (f"no object-group network {_GROUP}{family}\n" for family in (4, 6))


SPEC = Target(
    name="cisco-asa",
    title="Cisco ASA and FTD object groups",
    family="network",
    kinds=ADDRESSES,
    limits=(Limit("the memory for access lists of the platform", "aggregated into the fewest networks"),),
    escaping="values are addresses; descriptions are reduced to safe ASCII",
    load=(
        "copy traque.cfg to the running configuration\n"
        "then put its commented lines where they belong in your access lists"
    ),
    verify="show object-group id TRAQUE4 | count network-object",
    remove="copy remove.cfg to the running configuration",
    sources=("https://www.cisco.com/c/en/us/td/docs/security/asa/asa-cli-reference/",),
    write=write,
)
