"""AWS Network Firewall: stateful rule groups in Suricata's language.

A rule has at most 8,192 characters, lists of addresses included; a group has a fixed capacity of at most
30,000 rules and 2,000,000 bytes. So addresses stand in lists of 400 a rule, and names have a rule for each
protocol that shows them. The rules keep their numbers between exports. Source: AWS Network Firewall developer
guide, "Quotas" and "Suricata compatible rule strings"; AWS CLI reference, ``network-firewall
update-rule-group``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from traque.exporters._capacity import aggregated, shards, within
from traque.exporters._job import File, Item, Job
from traque.exporters._packets import commented
from traque.exporters._suricata import identity
from traque.exporters._target import ADDRESSES, Limit, Target
from traque.observables import matches_below

_CAPACITY: Final = 30_000
_LISTED: Final = {4: 400, 6: 180}
"""Addresses in one rule: with the longest forms it stays below 8,000 characters."""
_GROUP: Final = "--rule-group-name traque --type STATEFUL"
_ADDRESSES: Final = 20_000
_NAMES: Final = 1_000
"""What fits 2,000,000 bytes together: an address stands in two rules, a name in three of about 200 bytes."""
_FULL: Final = f"a rule group of 2,000,000 bytes holds {_ADDRESSES:,} addresses and {_NAMES:,} names"


def write(job: Job) -> Iterator[File]:
    """The rule group, the script that creates or replaces it, and the removal."""
    names = within(job, job.of("domain-name"), _NAMES, _FULL)
    rules = [*_addresses(job), *(rule for item in names for rule in _name(job, item))]
    group = {
        "RulesSource": {"RulesString": "".join(f"{rule}\n" for rule in rules)},
        "StatefulRuleOptions": {"RuleOrder": "STRICT_ORDER"},
    }
    yield File("traque.json", [msgspec.json.format(msgspec.json.encode(group), indent=1), b"\n"])
    yield File("load.sh", _load(job, min(_CAPACITY, max(100, 2 * len(rules)))), script=True)
    yield File("remove.sh", _remove(job), script=True)


def _addresses(job: Job) -> Iterator[str]:
    kept = within(job, job.of(*ADDRESSES), _ADDRESSES, _FULL)
    found = aggregated(item.value for item in kept)
    for family, mark in ((4, "."), (6, ":")):
        values = [value for value in found if mark in value]
        for number, part in enumerate(shards(values, _LISTED[family]) if values else (), start=1):
            listed = f"[{','.join(part)}]"
            for way, sides in (("in", f"{listed} any -> any any"), ("out", f"any any -> {listed} any")):
                if job.direction in (way, "both"):
                    key = f"ipv{family}:{way}:{number}"
                    yield _rule(job, key, f"ip {sides} (", f"{way} address")


def _name(job: Job, item: Item) -> Iterator[str]:
    dotted = matches_below(item.observable)
    value = f".{item.value}" if dotted else item.value
    for protocol, buffer in (("dns", "dns.query"), ("tls", "tls.sni"), ("http", "http.host")):
        match = f'{buffer}; {"dotprefix; " if dotted else ""}content:"{value}"; nocase; endswith; '
        if not dotted:
            match += f"bsize:{len(value)}; "
        head = f"{protocol} any any -> any any ({match}"
        yield _rule(job, f"{protocol}:{item.value}", head, f"{protocol} name")


def _rule(job: Job, key: str, head: str, what: str) -> str:
    """The rule that ``key`` names and that begins with ``head``; its message says all, to save room."""
    message = f'msg:"traque {what} {job.label(job.items[0])}"; '.replace(":_", "_")
    rule = f"{'drop' if job.blocks else 'alert'} {head}{message}"
    return f"{rule}{identity(job, key, job.revision(key, rule))})"


def _load(job: Job, capacity: int) -> Iterator[str]:
    yield "#!/bin/sh\n"
    yield from commented(job)
    yield "# An existing group keeps its capacity. Where that is too small, AWS says so: run remove.sh before.\n"
    yield 'set -e\ncd "$(dirname "$0")"\n'
    yield f"token=$(aws network-firewall describe-rule-group {_GROUP} \\\n"
    yield "  --query UpdateToken --output text 2>/dev/null) || token=\n"
    group = f"{_GROUP} --rule-group file://traque.json"
    yield 'if [ -n "$token" ]; then\n'
    yield f'  aws network-firewall update-rule-group {group} --update-token "$token"\n'
    yield f"else\n  aws network-firewall create-rule-group {group} --capacity {capacity}\nfi\n"


def _remove(job: Job) -> Iterator[str]:
    yield "#!/bin/sh\n"
    yield from commented(job)
    yield f"# Run this on {job.expires:%Y-%m-%d} unless a newer export was loaded.\n"
    yield f"aws network-firewall delete-rule-group {_GROUP}\n"


SPEC = Target(
    name="aws-network-firewall",
    title="AWS Network Firewall rule group",
    family="network",
    kinds=(*ADDRESSES, "domain-name"),
    outside=True,
    limits=(
        Limit("8,192 characters a rule", "400 IPv4 or 180 IPv6 entries in one"),
        Limit(
            "30,000 rules and 2,000,000 bytes a group",
            "the worst names are kept; the rest is left out",
        ),
    ),
    escaping="values are addresses and names (letters, digits, `-`, `_`); messages are safe ASCII",
    load="./load.sh   # then add the rule group traque to the firewall policy",
    verify="aws network-firewall describe-rule-group --rule-group-name traque --type STATEFUL",
    remove="./remove.sh   # after the rule group was taken out of the policy",
    sources=("https://docs.aws.amazon.com/network-firewall/latest/developerguide/quotas.html",),
    write=write,
)
