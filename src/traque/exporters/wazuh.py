"""Wazuh: CDB lists and the rules that look them up.

A key with a colon stands in quotes. Networks are keys that end with a dot (``192.0.2.``), so that they begin
at 8, 16 or 24 bits: others are written as the /24 they hold, or address by address. Rules alert; what answers
them is the administrator's. Source: Wazuh documentation, "Using CDB lists" and "Rules syntax" (local rule
numbers 100000 to 120000).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from traque.exporters import _xml
from traque.exporters._job import File, Item, Job, origin
from traque.exporters._target import Limit, Target
from traque.exporters._text import plain
from traque.model.detection import Check

_IDS: Final = (100_000, 120_000)
_MOST: Final = 4_096
"""Keys that one network may become."""
_LISTS: Final = {
    "ip": (("ipv4-addr", "ipv6-addr", "ipv4-net"), (("srcip", "in"), ("dstip", "out")), "address_match_key"),
    "domain": (("domain-name",), (("hostname", "name"), ("url", "name")), "match_key"),
    "hash": (("md5", "sha1", "sha256"), (("md5", "file"), ("sha1", "file"), ("sha256", "file")), "match_key"),
}
"""List: its kinds, the fields that are looked up in it with what that means, and how."""
_SYSCHECK: Final = "syscheck"


def write(job: Job) -> Iterator[File]:
    """A list for each sort of value, and ``traque_rules.xml``."""
    names = [name for name, (kinds, _fields, _how) in _LISTS.items() if job.of(*kinds)]
    for name in names:
        yield File(f"traque-{name}", _list(job, name))
    yield File("traque_rules.xml", _rules(job, names))


def _list(job: Job, name: str) -> Iterator[str]:
    """The list's lines; Wazuh warns of a key that stands twice, and overlapping networks would make some."""
    written: set[str] = set()
    for item in job.of(*_LISTS[name][0]):
        value = plain(item.bulletins[0], most=60).replace(":", "_")
        fresh = [key for key in _keys(job, item) if key not in written]
        written.update(fresh)
        for key in fresh:
            yield f'"{key}":{value}\n' if ":" in key else f"{key}:{value}\n"


def _keys(job: Job, item: Item) -> Iterator[str]:
    if item.kind != "ipv4-net":
        yield item.value
        return
    network = ipaddress.IPv4Network(item.value)
    bits = next(bits for bits in (8, 16, 24, 32) if bits >= network.prefixlen)
    if 1 << (bits - network.prefixlen) > _MOST:
        job.leave_out(item, "grammar", f"it would take more than {_MOST:,} keys")
        return
    for part in network.subnets(new_prefix=bits):
        octets = str(part.network_address).split(".")[: bits // 8]
        yield ".".join(octets) + ("." if bits < 32 else "")


def _rules(job: Job, names: list[str]) -> Iterator[str]:
    yield from _xml.comment(job)
    yield '<group name="traque,threat_intel,">\n'
    for name in names:
        _kinds, fields, how = _LISTS[name]
        for field, what in fields:
            if what in ("in", "out") and job.direction not in (what, "both"):
                continue
            number = job.number(f"{name}:{field}", *_IDS)
            said = _xml.text(plain(f"traque {what}: a listed {name} of {job.bulletins[0].id}"))
            yield f'  <rule id="{number}" level="10">\n'
            yield f"    <if_group>{_SYSCHECK}</if_group>\n" if name == "hash" else ""
            yield f'    <list field="{field}" lookup="{how}">etc/lists/traque-{name}</list>\n'
            yield f"    <description>{said}</description>\n"
            for bulletin in job.bulletins[:3]:
                yield f'    <info type="text">{_xml.text(plain(origin(bulletin, titled=False)))}</info>\n'
            yield "  </rule>\n"
    yield "</group>\n"


def check(folder: Path) -> Iterator[Check]:
    """The rules are well-formed."""
    yield _xml.well_formed(folder, "traque_rules.xml")


SPEC = Target(
    name="wazuh",
    title="Wazuh CDB lists and rules",
    family="hosts",
    kinds=("ipv4-addr", "ipv6-addr", "ipv4-net", "domain-name", "md5", "sha1", "sha256"),
    actions=("alert",),
    limits=(Limit(f"{_MOST:,} keys for one network", "wider ones between octets are left out"),),
    escaping="keys with a colon in quotes; XML escapes; descriptions are safe ASCII",
    load=(
        "cp traque-* /var/ossec/etc/lists/ && cp traque_rules.xml /var/ossec/etc/rules/\n"
        "# ossec.conf, <ruleset>: <list>etc/lists/traque-ip</list> and so on for each list\n"
        "systemctl restart wazuh-manager"
    ),
    verify="/var/ossec/bin/wazuh-logtest",
    remove="delete the lists, the rules and the <list> lines, and restart the manager",
    sources=("https://documentation.wazuh.com/current/user-manual/ruleset/cdb-list.html",),
    write=write,
    check=check,
)
