"""osquery: a pack of scheduled queries over sockets, processes, files, services, the registry and DNS.

Values are SQLite string literals (a quote is doubled). Each query looks for at most 1,000 values. Source:
osquery documentation, "Packs" and "Schema".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from traque.exporters._capacity import shards, within
from traque.exporters._job import File, Item, Job
from traque.exporters._target import Limit, Target
from traque.exporters._text import plain

_SHARD: Final = 1_000
_MOST: Final = 10_000
_HASHES: Final = ("md5", "sha1", "sha256")
_FULL: Final = f"a pack holds {_MOST:,} values, more would slow every host"
_PROCESS: Final = (
    "SELECT p.pid, p.name, p.path, p.cmdline, h.{0} FROM processes p JOIN hash h ON h.path = p.path"
)
_PLATFORM: Final = {"dns_cache": "windows", "registry": "windows", "services": "windows", "pipes": "windows"}


def write(job: Job) -> Iterator[File]:
    """``traque.conf``, the pack."""
    queries = dict(_queries(job))
    pack = {"queries": queries, "version": "5.0.0"}
    yield File("traque.conf", [msgspec.json.format(msgspec.json.encode(pack), indent=1), b"\n"])


def _queries(job: Job) -> Iterator[tuple[str, dict[str, object]]]:
    kept = {id(item) for item in within(job, job.items, _MOST, _FULL)}

    def some(*kinds: str) -> list[Item]:
        return [item for item in job.of(*kinds) if id(item) in kept]

    yield from _each(
        job,
        "sockets",
        "SELECT s.pid, p.name, p.path, s.remote_address, s.remote_port FROM process_open_sockets s "
        "LEFT JOIN processes p USING (pid) WHERE s.remote_address",
        some("ipv4-addr", "ipv6-addr"),
    )
    for kind in _HASHES:
        yield from _each(job, f"process_{kind}", f"{_PROCESS.format(kind)} WHERE h.{kind}", some(kind))
    yield from _each(
        job, "dns_cache", "SELECT name, type FROM dns_cache WHERE lower(name)", some("domain-name")
    )
    yield from _each(
        job, "services", "SELECT name, path, status FROM services WHERE lower(name)", some("windows-service")
    )
    yield from _each(job, "pipes", "SELECT pid, name FROM pipes WHERE lower(name)", some("named-pipe"))
    keys = some("registry-key")
    yield from _each(job, "registry", "SELECT key, name, data, mtime FROM registry WHERE lower(key)", keys)
    files = some("file-name")
    yield from _each(
        job,
        "processes",
        "SELECT pid, name, path, cmdline FROM processes WHERE lower(path)",
        [item for item in files if _is_path(item)],
    )
    names = [item for item in files if not _is_path(item)]
    yield from _each(
        job, "process_names", "SELECT pid, name, path, cmdline FROM processes WHERE lower(name)", names
    )


def _is_path(item: Item) -> bool:
    return "\\" in item.value or "/" in item.value


def _each(job: Job, name: str, select: str, items: Sequence[Item]) -> Iterator[tuple[str, dict[str, object]]]:
    for number, part in enumerate(shards(items, _SHARD) if items else (), start=1):
        values = ", ".join(_literal(item.value) for item in part)
        query: dict[str, object] = {
            "query": f"{select} IN ({values});",
            "interval": 3600,
            "description": plain(f"traque {name}: {'; '.join(job.header())}", most=500),
            "removed": False,
        }
        if name in _PLATFORM:
            query["platform"] = _PLATFORM[name]
        yield f"traque_{name}_{number}", query


def _literal(value: str) -> str:
    doubled = value.replace("'", "''")
    return f"'{doubled}'"


SPEC = Target(
    name="osquery",
    title="osquery pack",
    family="hosts",
    kinds=(
        "ipv4-addr",
        "ipv6-addr",
        "domain-name",
        *_HASHES,
        "file-name",
        "registry-key",
        "named-pipe",
        "windows-service",
    ),
    actions=("alert",),
    limits=(
        Limit(f"{_SHARD:,} values a query", "more queries are written"),
        Limit(f"{_MOST:,} values in all", "the worst are kept; the others are listed as left out"),
    ),
    escaping="SQLite string literals inside JSON strings",
    load='osquery.conf: "packs": {"traque": "/etc/osquery/packs/traque.conf"}',
    verify="osqueryctl config-check",
    remove="take the pack out of osquery.conf",
    sources=("https://osquery.readthedocs.io/en/stable/deployment/configuration/#packs",),
    write=write,
)
