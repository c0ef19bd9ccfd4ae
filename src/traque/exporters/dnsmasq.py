"""dnsmasq: names that do not exist, and addresses whose answers become "no such name".

It has no way to log listed names only, so it only blocks. A name without the names below it (``github.io``)
can only be given a null address. Source: dnsmasq(8), ``--address``, ``--bogus-nxdomain``, ``--host-record``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from traque.exporters._capacity import within
from traque.exporters._check import run
from traque.exporters._job import File, Item, Job
from traque.exporters._lines import noted
from traque.exporters._names import leaving, topmost
from traque.exporters._packets import commented
from traque.exporters._removal import removal
from traque.exporters._target import ADDRESSES, NAMES, Limit, Target
from traque.model.detection import Check

FILE: Final = "traque.conf"
HOME: Final = "/etc/dnsmasq.d"
ADDRESSES_MOST: Final = 10_000
_LIMIT: Final = f"dnsmasq compares each answer with each of at most {ADDRESSES_MOST:,} addresses in turn"


def write(job: Job) -> Iterator[File]:
    """``traque.conf`` and the removal script."""
    yield File(FILE, _conf(job, leaving(job)))
    yield removal(job, (f"rm -f {HOME}/{FILE}", "systemctl restart dnsmasq"))


def _conf(job: Job, items: list[Item]) -> Iterator[str]:
    yield from commented(job)
    yield from noted(job, topmost([item for item in items if item.kind in NAMES]), _name)
    addresses = [item for item in items if item.kind in ADDRESSES]
    kept = within(job, addresses, ADDRESSES_MOST, _LIMIT)
    yield from noted(job, ((item, None) for item in kept), lambda item, _: f"bogus-nxdomain={item.value}\n")


def _name(item: Item, below: bool) -> str:
    return f"address=/{item.value}/\n" if below else f"host-record={item.value},0.0.0.0,::\n"


def check(folder: Path) -> Iterator[Check]:
    """``dnsmasq --test`` on ``traque.conf`` alone."""
    yield run("dnsmasq", "--test", f"--conf-file={FILE}", folder=folder, install="package dnsmasq-base")


SPEC = Target(
    name="dnsmasq",
    title="dnsmasq names and addresses",
    family="network",
    kinds=(*NAMES, *ADDRESSES),
    actions=("block",),
    limits=(
        Limit(_LIMIT, "the worst roles, the surest and the newest stay"),
        Limit("a name without those below it", "it gets the addresses 0.0.0.0 and ::"),
    ),
    escaping="names are A-labels, addresses are canonical; text stands in comments only",
    load=f"install -m 644 {FILE} {HOME}/\ndnsmasq --test && systemctl restart dnsmasq",
    verify="dig @127.0.0.1 A_LISTED_NAME      # NXDOMAIN, which log-queries shows",
    remove="./remove.sh",
    sources=("https://thekelleys.org.uk/dnsmasq/docs/dnsmasq-man.html",),
    write=write,
    check=check,
)
