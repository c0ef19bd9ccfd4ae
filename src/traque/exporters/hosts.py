"""Lists of names: a hosts file, plain names (Pi-hole, EDL readers), and AdGuard's syntax.

A hosts file and plain names stand for exactly these names; only ``||name^`` covers the names below, so there
those that are below a listed one are not repeated. Sources: hosts(5); Pi-hole "Blocklists"; AdGuard DNS
filtering syntax.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from traque.exporters._job import File, Item, Job
from traque.exporters._lines import noted
from traque.exporters._names import leaving, topmost
from traque.exporters._packets import commented
from traque.exporters._removal import removal
from traque.exporters._target import NAMES, Limit, Target

HOSTS: Final = "hosts"
DOMAINS: Final = "domains.txt"
ADGUARD: Final = "adguard.txt"
_BEGIN: Final = "# begin traque"
_END: Final = "# end traque"


def write(job: Job) -> Iterator[File]:
    """``hosts``, ``domains.txt``, ``adguard.txt`` and the removal script of the first."""
    items = leaving(job)
    yield File(HOSTS, _marked(job, items))
    yield File(DOMAINS, _exact(job, items, "{0}\n"))
    yield File(ADGUARD, _adguard(job, items))
    yield removal(job, (f"sed -i '/^{_BEGIN}$/,/^{_END}$/d' \"${{1:-/etc/hosts}}\"",))


def _marked(job: Job, items: list[Item]) -> Iterator[str]:
    """Between two lines by which the removal script finds it."""
    yield f"{_BEGIN}\n"
    yield from _exact(job, items, "0.0.0.0 {0}\n:: {0}\n")
    yield f"{_END}\n"


def _exact(job: Job, items: list[Item], line: str) -> Iterator[str]:
    yield from commented(job)
    yield from noted(job, ((item, None) for item in items), lambda item, _: line.format(item.value))


def _adguard(job: Job, items: list[Item]) -> Iterator[str]:
    yield from commented(job, "!")
    yield from noted(
        job, topmost(items), lambda item, below: f"||{item.value}^\n" if below else f"|{item.value}^\n", "!"
    )


SPEC = Target(
    name="hosts",
    title="hosts file, Pi-hole and AdGuard lists",
    family="network",
    kinds=NAMES,
    actions=("block",),
    limits=(
        Limit(
            "hosts and domains.txt stand for exactly these names", "take adguard.txt where names below matter"
        ),
        Limit("Windows reads a large hosts file slowly", "above 10,000 names use a resolver's target"),
    ),
    escaping="names are A-labels; text stands in comments only",
    load=(
        "./remove.sh; cat hosts >> /etc/hosts      # one machine\n"
        "pihole -g      # once domains.txt is served and its address added under Lists\n"
        "# AdGuard Home: Filters, DNS blocklists, Add: the address or path of adguard.txt"
    ),
    verify="getent hosts A_LISTED_NAME      # 0.0.0.0 or ::",
    remove="./remove.sh      # /etc/hosts; elsewhere remove the list",
    sources=(
        "https://man7.org/linux/man-pages/man5/hosts.5.html",
        "https://docs.pi-hole.net/database/gravity/",
        "https://adguard-dns.io/kb/general/dns-filtering-syntax/",
    ),
    read_back=("hosts", "domains.txt"),
    write=write,
)
