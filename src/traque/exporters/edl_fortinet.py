"""Fortinet threat feeds (FortiGate external resources): addresses, domains, URLs, file hashes.

One entry a line, ``#`` begins a comment line. Before FortiOS 7.4.4 a resource holds 131,072 entries or 10 MB,
and the rest is cut in silence; files stay below both. Domains match what is below them too. IDN and UTF-8 are
both read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from traque.exporters._job import File, Job
from traque.exporters._lists import listed
from traque.exporters._packets import commented, entries
from traque.exporters._target import ADDRESSES, Limit, Target

_ENTRIES: Final = 131_072
_BYTES: Final = 10 << 20
_HASHES: Final = ("md5", "sha1", "sha256")


def write(job: Job) -> Iterator[File]:
    """A feed for each type of external resource."""
    found = {
        "addresses": [value for values in entries(job).values() for value in values],
        "domains": job.values("domain-name"),
        "urls": _urls(job),
        **{kind: job.values(kind) for kind in _HASHES},
    }
    for name, values in found.items():
        longest = max((len(value) for value in values), default=1) + 1
        yield from listed(name, values, min(_ENTRIES, _BYTES // longest) - 8, lambda: commented(job))


def _urls(job: Job) -> list[str]:
    kept = []
    for item in job.of("url"):
        if "*" in item.value:
            job.leave_out(item, "grammar", "`*` is a wildcard in a URL feed, and cannot be escaped")
        else:
            kept.append(item.value)
    return kept


SPEC = Target(
    name="edl-fortinet",
    title="Fortinet threat feeds",
    family="network",
    kinds=(*ADDRESSES, "domain-name", "url", *_HASHES),
    limits=(Limit("131,072 entries or 10 MB a feed (FortiOS before 7.4.4)", "more feeds are written"),),
    escaping="entries have no quoting: URLs with `*` are left out; comments are reduced to safe ASCII",
    load=(
        "publish the files on a web server, then Security Fabric > External Connectors > Threat Feeds:\n"
        "IP Address, Domain Name, FortiGuard Category (URLs), Malware Hash"
    ),
    verify="diagnose sys external-resource stats",
    remove="delete the connector, or publish an empty file",
    sources=(
        "https://docs.fortinet.com/document/fortigate/7.4.0/new-features/677896/external-resource-entry-limit-enhancements-7-4-4",
    ),
    read_back=("addresses*.txt", "domains*.txt", "md5*.txt", "sha1*.txt", "sha256*.txt"),
    read_kinds=(*ADDRESSES, "domain-name", *_HASHES),
    write=write,
)
