r"""Zeek intelligence file for ``Intel::read_files``.

Tab-separated; a value is written with ``\xNN`` for what the reader would take for a separator, an escape or
no ASCII. URLs have no scheme. A domain is seen as itself, not below. Zeek adds to its store as a file changes
and never takes out: what was withdrawn goes when Zeek restarts. Source: Zeek documentation, "Intelligence
Framework".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from traque.exporters._check import run
from traque.exporters._job import File, Item, Job
from traque.exporters._target import Limit, Target
from traque.model.detection import Check

_TYPE: Final = {
    "ipv4-addr": "ADDR",
    "ipv6-addr": "ADDR",
    "ipv4-net": "SUBNET",
    "ipv6-net": "SUBNET",
    "domain-name": "DOMAIN",
    "url": "URL",
    "email-addr": "EMAIL",
    "md5": "FILE_HASH",
    "sha1": "FILE_HASH",
    "sha256": "FILE_HASH",
    "file-name": "FILE_NAME",
    "user-agent": "SOFTWARE",
    "x509-certificate": "CERT_HASH",
}
_FILE: Final = "traque.intel"
_URLS: Final = "traque-urls.intel"


def write(job: Job) -> Iterator[File]:
    """``traque.intel`` and the lines of ``local.zeek`` that read it."""
    yield File(_FILE, _table(job, [item for item in job.items if item.kind != "url"]))
    if job.of("url"):
        yield File(_URLS, _table(job, job.of("url")))
    yield File("traque.zeek", _script(job))


def _table(job: Job, items: Sequence[Item]) -> Iterator[str]:
    yield "#fields\tindicator\tindicator_type\tmeta.source\tmeta.desc\tmeta.do_notice\n"
    for item in items:
        if item.kind == "file-name" and "\\" in item.value:
            job.leave_out(item, "grammar", "Zeek sees the names of files without their folders")
            continue
        if item.kind == "x509-certificate" and len(item.value) != 40:
            job.leave_out(item, "grammar", "CERT_HASH is a SHA-1")
            continue
        source = job.label(item)
        expires = f"expires {item.expires:%Y-%m-%d}"
        yield f"{_value(item)}\tIntel::{_TYPE[item.kind]}\t{source}\t{expires}\tT\n"


def _value(item: Item) -> str:
    value = item.spelling
    if item.kind == "url":
        value = value.split("://", 1)[-1]
        value = value if "/" in value else f"{value}/"
    return "".join(
        chr(byte) if 0x20 <= byte < 0x7F and byte != 0x5C else f"\\x{byte:02x}" for byte in value.encode()
    )


def _script(job: Job) -> Iterator[str]:
    yield from (f"# {line}\n" for line in job.header())
    yield "@load frameworks/intel/seen\n@load frameworks/intel/do_notice\n"
    for name in (_FILE, _URLS) if job.of("url") else (_FILE,):
        yield f'redef Intel::read_files += {{ fmt("%s/{name}", @DIR) }};\n'


def check(folder: Path) -> Iterator[Check]:
    """``zeek --parse-only`` of the script, where Zeek is installed."""
    yield run("zeek", "--parse-only", "./traque.zeek", folder=folder, install="Zeek, from zeek.org")


SPEC = Target(
    name="zeek-intel",
    title="Zeek intelligence file",
    family="network",
    kinds=tuple(_TYPE),
    actions=("alert",),
    limits=(Limit("Zeek's memory", "one file"), Limit("a domain is matched exactly", "not what is below it")),
    escaping="tabs, backslashes and what is not ASCII stand as `\\xNN`",
    load=(
        "cp traque*.intel traque.zeek /opt/zeek/share/zeek/site/\n"
        "# local.zeek needs the line: @load ./traque.zeek\n"
        "zeekctl deploy"
    ),
    verify="intel.log, and notice.log with Intel::Notice",
    remove="delete the files and the @load line, then zeekctl deploy",
    sources=("https://docs.zeek.org/en/current/frameworks/intel.html",),
    read_back=(_FILE,),
    read_kinds=tuple(kind for kind in _TYPE if kind != "url"),
    write=write,
    check=check,
)
