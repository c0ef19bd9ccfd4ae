"""Snort 3: rules for addresses, names and URLs.

A DNS question holds a name as lengths and labels, so that content matches at label boundaries by itself; in
TLS the name stands behind its two length bytes (itself) or a dot (what is below). Source: Snort 3 rule
writing guide.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from traque.exporters._capacity import aggregated, shards, within
from traque.exporters._check import run
from traque.exporters._job import File, Item, Job
from traque.exporters._suricata import Carried, content, message, requested
from traque.exporters._target import ADDRESSES, Limit, Target
from traque.model.detection import Check
from traque.observables import matches_below

_FILE: Final = "traque.rules"
_LISTED: Final = 1_000
_NAMES: Final = 10_000
_URLS: Final = 5_000
_ASKING: Final = "flow:to_server,established; "


def write(job: Job) -> Iterator[File]:
    """``traque.rules``."""
    yield File(_FILE, _rules(job))


def _rules(job: Job) -> Iterator[str]:
    yield from (f"# {line}\n" for line in job.header())
    rule = _Rule(job)
    addresses = aggregated(job.values(*ADDRESSES))
    opened = "" if job.direction == "both" else "flow:to_server; "
    for number, part in enumerate(shards(addresses, _LISTED) if addresses else (), start=1):
        listed = f"[{','.join(part)}]"
        for way, sides in (("in", f"{listed} any -> any any"), ("out", f"any any -> {listed} any")):
            if job.direction in (way, "both"):
                yield rule(f"ip {sides}", opened, f"{way} listed address", f"address:{way}:{number}")
    full = "each {} takes rules of its own, and {:,} are written"
    for item in within(job, job.of("domain-name"), _NAMES, full.format("name", _NAMES)):
        yield from _name(rule, item)
    for item in within(job, job.of("url"), _URLS, full.format("URL", _URLS)):
        yield rule("tcp any any -> any $HTTP_PORTS", _url(item), "listed URL", f"url:{item.value}")
    for item in job.of("user-agent"):
        match = f'{_ASKING}http_header:field user-agent; content:"{content(item.spelling)}",nocase; '
        yield rule("tcp any any -> any any", match, "user agent", f"user-agent:{item.value}")


class _Rule:
    """Writes rules of one job: action, message, metadata and number are the same for all."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._carried = Carried(job)

    def __call__(self, head: str, match: str, what: str, key: str) -> str:
        verb = "drop" if self._job.blocks else "alert"
        rule = f'{verb} {head} (msg:"{message(self._job, what)}"; {match}'
        return f"{rule}{self._carried(key, rule)})\n"


def _name(rule: _Rule, item: Item) -> Iterator[str]:
    name, below = item.value, matches_below(item.observable)
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
    for protocol in ("udp", "tcp"):
        start = "" if below else f"offset {12 if protocol == 'udp' else 14},depth {len(labels)},"
        match = f'content:"{content(labels)}",{start}nocase; '
        yield rule(f"{protocol} any any -> any 53", match, "listed name over dns", f"name:{protocol}:{name}")
    tls = "tcp any any -> any any"
    exact = f'content:"|00|{content(len(name).to_bytes(2, "big"))}{content(name)}",nocase; '
    client = f"{_ASKING}ssl_state:client_hello; "
    yield rule(tls, client + exact, "listed name over tls", f"name:tls:{name}")
    host = f"{_ASKING}http_header:field host; "
    match = f'{host}content:"{content(name)}",nocase; bufferlen:{len(name)}; '
    yield rule(tls, match, "listed name over http", f"name:http:{name}")
    if below:
        dotted = f'content:".{content(name)}|00|",nocase; '
        yield rule(tls, client + dotted, "name below a listed one over tls", f"below:tls:{name}")
        match = f'{host}content:".{content(name)}",nocase; isdataat:!1,relative; '
        yield rule(tls, match, "name below a listed one over http", f"below:http:{name}")


def _url(item: Item) -> str:
    host, path = requested(item)
    return (
        f'{_ASKING}http_header:field host; content:"{content(host)}",nocase; '
        f'http_raw_uri; content:"{content(path)}"; bufferlen:{len(path.encode())}; '
    )


def check(folder: Path) -> Iterator[Check]:
    """``snort -T`` where Snort 3 is installed."""
    yield run("snort", "-T", "-R", _FILE, folder=folder, version=("-V",), install="Snort 3, from snort.org")


SPEC = Target(
    name="snort3",
    title="Snort 3 rules",
    family="network",
    kinds=(*ADDRESSES, "domain-name", "url", "user-agent"),
    limits=(
        Limit(f"{_LISTED:,} addresses a rule", "more rules are written"),
        Limit(f"{_NAMES:,} names, {_URLS:,} URLs", "the worst are kept; the others are listed as left out"),
    ),
    escaping="all but letters, digits and plain punctuation stands in hex in `content`",
    load=(
        "cp traque.rules /usr/local/etc/rules/\n"
        "# snort.lua: ips = { include = RULE_PATH .. '/traque.rules' }\n"
        "kill -HUP $(pidof snort)"
    ),
    verify="snort -c snort.lua -R traque.rules -T",
    remove="delete the file and reload",
    sources=("https://docs.snort.org/",),
    read_back=(_FILE,),
    read_kinds=ADDRESSES,
    write=write,
    check=check,
)
