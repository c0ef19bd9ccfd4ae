"""Sysmon: a configuration fragment whose rules record what is listed.

A group for each event; names are matched with what is below them. Merge it into your configuration: Sysmon
has one. Source: Sysmon documentation, "Event filtering entries".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from traque.exporters import _xml
from traque.exporters._capacity import within
from traque.exporters._job import File, Item, Job
from traque.exporters._target import Limit, Target
from traque.exporters._text import slug
from traque.model.detection import Check
from traque.observables import matches_below

_MOST: Final = 2_000
_FULL: Final = f"Sysmon compares each event with each rule, and {_MOST:,} values are written"
_FILE: Final = "traque-sysmon.xml"


def write(job: Job) -> Iterator[File]:
    """``traque-sysmon.xml``."""
    yield File(_FILE, _configuration(job))


def _configuration(job: Job) -> Iterator[str]:
    kept = {id(item) for item in within(job, job.items, _MOST, _FULL)}

    def some(*kinds: str) -> list[Item]:
        return [item for item in job.of(*kinds) if id(item) in kept]

    yield from _xml.comment(job)
    yield '<Sysmon schemaversion="4.50">\n  <EventFiltering>\n'
    addresses = some("ipv4-addr", "ipv6-addr")
    sides = {"in": ("SourceIp",), "out": ("DestinationIp",), "both": ("SourceIp", "DestinationIp")}[
        job.direction
    ]
    yield from _group(
        job, "NetworkConnect", [(side, "is", item.value) for side in sides for item in addresses]
    )
    names = [(condition, value) for item in some("domain-name") for condition, value in _name(item)]
    yield from _group(job, "DnsQuery", [("QueryName", condition, value) for condition, value in names])
    hashes = [
        ("Hashes", "contains", f"{item.kind.upper()}={item.value}") for item in some("md5", "sha1", "sha256")
    ]
    images = [("Image", "end with", _below(item)) for item in some("file-name")]
    yield from _group(job, "ProcessCreate", hashes + images)
    loaded = [("ImageLoaded", "end with", _below(item)) for item in some("file-name")]
    yield from _group(job, "ImageLoad", hashes + loaded)
    made = [("TargetFilename", "end with", _below(item)) for item in some("file-name")]
    yield from _group(job, "FileCreate", made)
    keys = [("TargetObject", "contains", _key(item)) for item in some("registry-key")]
    yield from _group(job, "RegistryEvent", keys)
    pipes = [("PipeName", "is", f"\\{item.spelling.rpartition(chr(92))[2]}") for item in some("named-pipe")]
    yield from _group(job, "PipeEvent", pipes)
    yield "  </EventFiltering>\n</Sysmon>\n"


def _name(item: Item) -> Iterator[tuple[str, str]]:
    yield "is", item.value
    if matches_below(item.observable):
        yield "end with", f".{item.value}"


def _below(item: Item) -> str:
    """A path as it stands (without its drive's variable), a name behind its folder."""
    path = item.spelling.replace("/", "\\")
    return path if "\\" in path else f"\\{path}"


def _key(item: Item) -> str:
    """Without the hive, which Sysmon abbreviates in its own way."""
    return item.spelling.partition("\\")[2] or item.spelling


def _group(job: Job, event: str, rules: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    if not rules:
        return
    name = f"traque,{slug(job.bulletins[0].id)}"
    yield f'    <RuleGroup name="{name}" groupRelation="or">\n      <{event} onmatch="include">\n'
    for field, condition, value in rules:
        yield f'        <{field} condition="{condition}">{_xml.text(value)}</{field}>\n'
    yield f"      </{event}>\n    </RuleGroup>\n"


def check(folder: Path) -> Iterator[Check]:
    """The fragment is well-formed; only Sysmon itself knows its schema."""
    yield _xml.well_formed(folder, _FILE)


SPEC = Target(
    name="sysmon",
    title="Sysmon configuration fragment",
    family="hosts",
    kinds=(
        "ipv4-addr",
        "ipv6-addr",
        "domain-name",
        "md5",
        "sha1",
        "sha256",
        "file-name",
        "registry-key",
        "named-pipe",
    ),
    actions=("alert",),
    limits=(Limit(f"{_MOST:,} values", "the worst are kept; the others are listed as left out"),),
    escaping="XML escapes; what XML cannot hold becomes `?`",
    load="merge the RuleGroups into your configuration, then sysmon64 -c config.xml",
    verify="sysmon64 -c   # prints the configuration in use",
    remove="take the RuleGroups whose name begins with traque out of your configuration",
    sources=("https://learn.microsoft.com/en-us/sysinternals/downloads/sysmon",),
    write=write,
    check=check,
)
