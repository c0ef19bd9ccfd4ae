"""Cisco ASA and FTD: network object groups, in the CLI's own words.

Access lists are read from above, and where a permit line goes is the administrator's to know: the groups are
written, and the lines that use them as comments. A group that exists is added to: what was withdrawn is taken out
by name, so every value is an object of its own. Source: Cisco ASA CLI configuration guide, "Objects for
Access Control".
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from typing import Final

from traque.exporters._job import File, Job
from traque.exporters._packets import FAMILIES, commented
from traque.exporters._target import ADDRESSES, Limit, Target

_GROUP: Final = "TRAQUE"


def write(job: Job) -> Iterator[File]:
    """The groups, to paste or to copy to the running configuration, and their removal."""
    found = [_Family(job, *kinds) for kinds in FAMILIES]
    yield File("traque.cfg", _groups(job, [family for family in found if family.listed or family.gone]))
    yield File("remove.cfg", _remove(job))


class _Family:
    def __init__(self, job: Job, number: int, *kinds: str) -> None:
        self.group = f"{_GROUP}{number}"
        self.listed = job.values(*kinds)
        self.gone = job.gone(*kinds)


def _groups(job: Job, found: Sequence[_Family]) -> Iterator[str]:
    yield from commented(job, "!")
    for family in found:
        yield f"object-group network {family.group}\n"
        if job.items:
            yield f" description {job.label(job.items[0])}\n"
        yield from (f" network-object {_object(value)}\n" for value in family.listed)
        yield from (f" no network-object {_object(value)}\n" for value in family.gone)
        yield "exit\n"
    verb = "deny" if job.blocks else "permit"
    for family in found:
        yield f"! access-list NAME line N extended {verb} ip object-group {family.group} any log\n"
        yield f"! access-list NAME line N extended {verb} ip any object-group {family.group} log\n"


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
    limits=(
        Limit(
            "the memory for access lists of the platform",
            "one object a value: a device that is full refuses the rest in words",
        ),
    ),
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
