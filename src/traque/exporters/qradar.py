"""QRadar: reference sets, loaded by the API, and AQL searches that test events against them.

The set's type ``ALNIC`` compares without case; ``IP`` holds IPv4 only, so that IPv6 addresses have a set of their
own. No set holds networks: these stand in the searches, by ``INCIDR``, which knows IPv4. Values travel as JSON, because the
files that the console imports have no quoting. A set's elements die after its time to live.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from traque.exporters._capacity import aggregated, shards
from traque.exporters._job import File, Item, Job
from traque.exporters._json import encoded
from traque.exporters._lookups import kinds_of, listed, registry_forms
from traque.exporters._target import Limit, Target
from traque.model.detection import Direction

REQUEST: Final = 10_000
"""Values in one request."""
NETWORKS: Final = 50
"""Networks in one search."""


class _Set(msgspec.Struct, frozen=True):
    type: str
    fields: tuple[tuple[str, Direction], ...]


_SETS: Final = {
    "ip": _Set("IP", (("destinationip", "out"), ("sourceip", "in"))),
    "ipv6": _Set("ALNIC", (("destinationv6", "out"), ("sourcev6", "in"))),
    "domain": _Set("ALNIC", (('"DNS Query"', "both"), ('"URL Host"', "both"))),
    "url": _Set("ALNIC", (("url", "both"),)),
    "email": _Set("ALNIC", (('"Sender"', "both"),)),
    "hash": _Set("ALNIC", (('"MD5 Hash"', "both"), ('"SHA1 Hash"', "both"), ('"SHA256 Hash"', "both"))),
    "file": _Set("ALNIC", (("filename", "both"), ('"Process Name"', "both"))),
    "path": _Set("ALNIC", (('"File Path"', "both"), ('"Process Path"', "both"))),
    "agent": _Set("ALNIC", (('"User Agent"', "both"),)),
    "registry": _Set("ALNIC", (('"Registry Key"', "both"),)),
    "service": _Set("ALNIC", (('"Service Name"', "both"),)),
    "pipe": _Set("ALNIC", (('"Pipe Name"', "both"),)),
}
"""Properties of QRadar and of its content extensions (Sysmon, Endpoint, DNS Analyzer)."""
_LISTS: Final = ("ip", "net", *(name for name in _SETS if name not in ("ip", "ipv6")))


def write(job: Job) -> Iterator[File]:
    """The values in requests, the script that sends them, the removal of what was withdrawn, and the searches."""
    lists = listed(job.items, _LISTS)
    sets = {name: items for name, items in _split(lists).items() if items}
    requests: list[tuple[str, str]] = []
    for name, items in sets.items():
        values = list(dict.fromkeys(value for item in items for value in _spellings(name, item)))
        for number, part in enumerate(shards(values, REQUEST), 1):
            requests.append((f"sets/traque_{name}-{number:04}.json", name))
            yield File(requests[-1][0], [encoded(list(part)), b"\n"])
    yield File("load.sh", [_loader(job, sets, requests)], script=True)
    withdrawn = list(_withdrawn(job))
    if withdrawn:
        yield File("withdrawn.tsv", ("\t".join(row) + "\n" for row in withdrawn))
        yield File("remove.sh", [_REMOVER], script=True)
    yield File("searches.aql", _searches(job, sets, lists.get("net", ())))


def _split(lists: dict[str, list[Item]]) -> dict[str, Sequence[Item]]:
    found: dict[str, Sequence[Item]] = {
        name: items for name, items in lists.items() if name not in ("ip", "net")
    }
    addresses = lists.get("ip", ())
    return {
        "ip": [item for item in addresses if item.kind == "ipv4-addr"],
        "ipv6": [item for item in addresses if item.kind == "ipv6-addr"],
        **found,
    }


def _spellings(name: str, item: Item) -> Iterable[str]:
    if name == "registry":
        return [form.lower() for form in registry_forms(item.value)]
    return (item.value.lower(),)


def _loader(job: Job, sets: Iterable[str], requests: Iterable[tuple[str, str]]) -> str:
    days = max(1, math.ceil(max((item.expires - job.made).days for item in job.items))) if job.items else 1
    head = "".join(f"# {line}\n" for line in job.header())
    create = "".join(
        f'curl -sS -o /dev/null -X POST -H "SEC: $QRADAR_TOKEN" "$QRADAR/api/reference_data/sets?name=traque_{name}'
        f'&element_type={_SETS[name].type}&timeout_type=LAST_SEEN&time_to_live={days}%20days"\n'
        for name in sets
    )
    load = "".join(
        'curl -fsS -o /dev/null -X POST -H "SEC: $QRADAR_TOKEN" -H "Content-Type: application/json"'
        f' --data-binary @{path} "$QRADAR/api/reference_data/sets/bulk_load/traque_{name}"\n'
        for path, name in requests
    )
    return (
        f"#!/bin/sh\n{head}# QRADAR is the address of the console, QRADAR_TOKEN an authorised service token.\nset -eu\n"
        ': "${QRADAR:?say where the console is}" "${QRADAR_TOKEN:?give the token of an authorised service}"\n'
        f"# A set that exists stays as it is.\n{create}# Loading a value again renews it.\n{load}"
    )


def _withdrawn(job: Job) -> Iterator[tuple[str, str]]:
    """The set and the value, percent-encoded for the path of a request, of what is listed no more."""
    from urllib.parse import quote

    from traque.exporters._lookups import file_list

    names = {
        "ipv4-addr": "ip",
        "ipv6-addr": "ipv6",
        "domain-name": "domain",
        "url": "url",
        "email-addr": "email",
    }
    names |= dict.fromkeys(("md5", "sha1", "sha256", "sha512"), "hash")
    names |= {
        "user-agent": "agent",
        "registry-key": "registry",
        "windows-service": "service",
        "named-pipe": "pipe",
    }
    for gone in job.withdrawn:
        if gone.kind in ("ipv4-net", "ipv6-net"):
            continue
        name = file_list(gone.value) if gone.kind == "file-name" else names[gone.kind]
        forms = registry_forms(gone.value) if name == "registry" else [gone.value]
        for form in forms:
            yield f"traque_{name}", quote(quote(form.lower(), safe=""), safe="")


_REMOVER: Final = """#!/bin/sh
# Takes out what the last export held and this one does not.
set -eu
: "${QRADAR:?say where the console is}" "${QRADAR_TOKEN:?give the token of an authorised service}"
while IFS="$(printf '\\t')" read -r name value; do
  curl -sS -o /dev/null -X DELETE -H "SEC: $QRADAR_TOKEN" "$QRADAR/api/reference_data/sets/$name/$value"
done < withdrawn.tsv
"""


def _searches(job: Job, sets: Iterable[str], nets: Sequence[Item]) -> Iterator[str]:
    yield from (f"-- {line}\n" for line in job.header())
    for name in sets:
        tests = [
            f"REFERENCESETCONTAINS('traque_{name}', {field})"
            for field, way in _SETS[name].fields
            if job.direction == "both" or way in ("both", job.direction)
        ]
        yield _search(name, tests)
    networks = aggregated(item.value for item in nets)
    for part in shards(networks, NETWORKS) if networks else ():
        tests = [
            f"INCIDR('{network}', {field})"
            for network in part
            for field, way in _SETS["ip"].fields
            if job.direction == "both" or way in ("both", job.direction)
        ]
        yield _search("networks", tests)


def _search(name: str, tests: Sequence[str]) -> str:
    if not tests:
        return ""
    either = "\n    OR ".join(tests)
    return (
        f"\n-- {name}\nSELECT DATEFORMAT(starttime, 'yyyy-MM-dd HH:mm:ss') AS time, LOGSOURCENAME(logsourceid) AS source,\n"
        f"    sourceip, destinationip, username, QIDNAME(qid) AS event\nFROM events\nWHERE {either}\nLAST 24 HOURS\n"
    )


SPEC = Target(
    name="qradar",
    title="QRadar reference sets and AQL",
    family="siem",
    kinds=tuple(kind for kind in kinds_of(_LISTS) if kind != "ipv6-net"),
    actions=("alert",),
    limits=(
        Limit(f"{REQUEST:,} values a request", "more requests, sent by load.sh"),
        Limit(f"{NETWORKS} networks a search", "networks are aggregated; more searches"),
        Limit("names are compared whole", "names below a listed one are not found"),
    ),
    expiry="the set's time to live, counted from the last loading; a set that exists keeps the one it has",
    escaping="JSON strings in requests; percent-encoding in removals; searches hold only names of sets and networks",
    load="QRADAR=https://qradar.example QRADAR_TOKEN=... ./load.sh   (in the folder of the files)",
    verify="each search of searches.aql in Log Activity, Advanced Search",
    remove="./remove.sh for what was withdrawn; delete the sets whose name begins with traque_ for all",
    sources=(
        "https://www.ibm.com/docs/en/qsip/7.5?topic=qradar-reference-sets-overview",
        "https://ibmsecuritydocs.github.io/qradar_api_20.0/",
    ),
    write=write,
)
