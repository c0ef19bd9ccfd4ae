"""nftables: one table of our own, with sets whose elements time out.

Addresses stand in hash sets, networks in interval sets (which refuse overlapping elements: they are
aggregated). The table is deleted and made anew in one transaction, so a reload renews every element and drops
what was withdrawn. Source: nft(8), "SETS", "RULESETS".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from traque.exporters._capacity import aggregated
from traque.exporters._check import run
from traque.exporters._job import File, Item, Job
from traque.exporters._target import ADDRESSES, Limit, Target
from traque.exporters._text import plain
from traque.model.detection import Check

FILE: Final = "traque.nft"
_SETS: Final = (
    ("ipv4", "ip", "ipv4_addr", "ipv4-addr"),
    ("ipv6", "ip6", "ipv6_addr", "ipv6-addr"),
    ("ipv4_nets", "ip", "ipv4_addr", "ipv4-net"),
    ("ipv6_nets", "ip6", "ipv6_addr", "ipv6-net"),
)
"""Name, family in a rule, type of the elements, kind of the items."""
_LOGGED: Final = "limit rate 30/minute burst 60 packets"
"""A scan by a listed address must not fill the log; the counter counts every packet."""


def write(job: Job) -> Iterator[File]:
    """``traque.nft``, for ``nft -f``."""
    sets = [(name, family, kind, of) for name, family, kind, of in _SETS if job.of(of)]
    yield File(FILE, _ruleset(job, sets), script=True)


def _ruleset(job: Job, sets: Sequence[tuple[str, str, str, str]]) -> Iterator[str]:
    yield "#!/usr/sbin/nft -f\n"
    yield from (f"# {line}\n" for line in job.header())
    yield "table inet traque\ndelete table inet traque\ntable inet traque {\n"
    for name, _family, kind, of in sets:
        yield from _set(job, name, kind, job.of(of))
    if job.direction in ("in", "both"):
        yield "\tchain arriving {\n\t\ttype filter hook prerouting priority -150; policy accept;\n"
        opener = "" if job.direction == "both" else "ct direction original "
        for name, family, _kind, _of in sets:
            yield from _rules(job, f"{opener}{family} saddr @{name}", "in")
        yield "\t}\n"
    if job.direction in ("out", "both"):
        for chain, hook in (("leaving", "output"), ("passing", "forward")):
            yield f"\tchain {chain} {{\n\t\ttype filter hook {hook} priority -150; policy accept;\n"
            opener = "" if job.direction == "both" else "ct direction original "
            for name, family, _kind, _of in sets:
                yield from _rules(job, f"{opener}{family} daddr @{name}", "out")
            yield "\t}\n"
    yield "}\n"


def _set(job: Job, name: str, kind: str, items: Sequence[Item]) -> Iterator[str]:
    interval = name.endswith("_nets")
    lives = max(item.expires for item in items) - job.made
    yield f"\tset {name} {{\n\t\ttype {kind}\n\t\tflags {'interval,' if interval else ''}timeout\n"
    yield f"\t\ttimeout {_span(lives)}\n\t\tsize {max(65_536, 2 * len(items))}\n\t\telements = {{\n"
    if interval:
        yield from (f"\t\t\t{network},\n" for network in aggregated(item.value for item in items))
    else:
        yield from _elements(job, items, lives)
    yield "\t\t}\n\t}\n"


def _elements(job: Job, items: Iterable[Item], lives: timedelta) -> Iterator[str]:
    for item in items:
        own = item.expires - job.made
        yield f"\t\t\t{item.value},\n" if own == lives else f"\t\t\t{item.value} timeout {_span(own)},\n"


def _rules(job: Job, match: str, way: str) -> Iterator[str]:
    prefix = plain(f"traque {way} {job.bulletins[0].id if job.bulletins else ''}", most=60)
    yield f'\t\t{match} {_LOGGED} log prefix "{prefix}: "\n'
    yield f"\t\t{match} counter{' drop' if job.blocks else ''}\n"


def _span(lives: timedelta) -> str:
    """``30d``; nothing shorter than a minute, because 0 means for ever."""
    minutes = max(1, int(lives.total_seconds()) // 60)
    days, rest = divmod(minutes, 1440)
    hours, rest = divmod(rest, 60)
    return "".join(f"{count}{unit}" for count, unit in ((days, "d"), (hours, "h"), (rest, "m")) if count)


def check(folder: Path) -> Iterator[Check]:
    """``nft -c``: the kernel checks the transaction and does not make it."""
    yield run(
        "nft",
        "-c",
        "-f",
        FILE,
        folder=folder,
        install="package nftables",
        privileged=("Operation not permitted",),
    )


SPEC = Target(
    name="nftables",
    title="nftables table with sets that time out",
    family="network",
    kinds=ADDRESSES,
    limits=(Limit("as many elements as memory holds", "the sets' size is set to twice what is in them"),),
    expiry="each element has a timeout; loading the file again renews it",
    escaping="values are addresses; ids of bulletins in comments and log prefixes are reduced to safe ASCII",
    load="nft -f traque.nft",
    verify="nft list set inet traque ipv4; nft list chain inet traque arriving",
    remove="nft delete table inet traque",
    sources=("https://www.netfilter.org/projects/nftables/manpage.html",),
    write=write,
    check=check,
)
