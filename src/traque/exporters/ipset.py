"""ipset and iptables: one set for each family, and a chain that looks it up.

The sets are filled under another name and swapped in, so that a reload never leaves a moment without them.
Timeouts of ipset end at 2,147,483 seconds (24 days): sets that live longer have none, and ``remove.sh`` takes
them out. Sources: ipset(8), iptables-extensions(8) "set" and "LOG" (a prefix of at most 29 characters).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from traque.exporters._check import run
from traque.exporters._job import File, Job
from traque.exporters._packets import commented, entries, seconds
from traque.exporters._target import ADDRESSES, Limit, Target
from traque.exporters._text import plain
from traque.model.detection import Check

_LONGEST: Final = 2_147_483
_PROGRAM: Final = {4: "iptables", 6: "ip6tables"}
_INET: Final = {4: "inet", 6: "inet6"}
_PREFIX: Final = 29


def write(job: Job) -> Iterator[File]:
    """The sets, the rules of both families, and the scripts that load and remove them."""
    found = entries(job)
    yield File("ipset.save", _sets(job, found))
    for family, program in _PROGRAM.items():
        yield File(f"{program}.rules", _rules(job, family))
    yield File("load.sh", _load(job), script=True)
    yield File("remove.sh", _remove(job), script=True)


def _sets(job: Job, found: dict[int, list[str]]) -> Iterator[str]:
    lives = seconds(job)
    timeout = lives if lives <= _LONGEST else 0
    yield from commented(job)
    for family, values in found.items():
        kept = f"hash:net family {_INET[family]} maxelem {max(65_536, 2 * len(values))} timeout {timeout}"
        yield f"create traque{family} {kept}\ncreate traque{family}-new {kept}\nflush traque{family}-new\n"
        yield from (f"add traque{family}-new {value}\n" for value in values)
        yield f"swap traque{family}-new traque{family}\ndestroy traque{family}-new\n"


def _rules(job: Job, family: int) -> Iterator[str]:
    yield from commented(job)
    yield "*filter\n:TRAQUE - [0:0]\n"
    for way, side in _ways(job):
        match = f"-A TRAQUE -m set --match-set traque{family} {side}"
        prefix = plain(f"traque {way} {job.bulletins[0].id}", most=_PREFIX - 1)
        yield f'{match} -m limit --limit 30/minute --limit-burst 60 -j LOG --log-prefix "{prefix} "\n'
        if job.blocks:
            yield f"{match} -j DROP\n"
    yield "COMMIT\n"


def _ways(job: Job) -> Sequence[tuple[str, str]]:
    return {
        "in": (("in", "src"),),
        "out": (("out", "dst"),),
        "both": (("in", "src"), ("out", "dst")),
    }[job.direction]


def _load(job: Job) -> Iterator[str]:
    yield "#!/bin/sh\n"
    yield from commented(job)
    yield 'set -e\ncd "$(dirname "$0")"\nipset -exist restore < ipset.save\n'
    for program in _PROGRAM.values():
        yield f"{program}-restore --noflush < {program}.rules\n"
        for chain in ("INPUT", "FORWARD", "OUTPUT"):
            yield f"{program} -C {chain} -j TRAQUE 2>/dev/null || {program} -I {chain} -j TRAQUE\n"


def _remove(job: Job) -> Iterator[str]:
    yield "#!/bin/sh\n"
    yield from commented(job)
    yield f"# Run this on {job.expires:%Y-%m-%d} unless a newer export was loaded.\n"
    for family, program in _PROGRAM.items():
        for chain in ("INPUT", "FORWARD", "OUTPUT"):
            yield f"{program} -D {chain} -j TRAQUE 2>/dev/null\n"
        yield f"{program} -F TRAQUE 2>/dev/null\n{program} -X TRAQUE 2>/dev/null\n"
        yield f"ipset destroy traque{family} 2>/dev/null\n"
    yield "exit 0\n"


def check(folder: Path) -> Iterator[Check]:
    """Load everything in a network namespace of its own, which ends with the check."""
    yield run(
        "unshare",
        "--net",
        "./load.sh",
        folder=folder,
        version=(),
        shown="ipset and iptables",
        needs=("ipset", "iptables-restore", "ip6tables-restore"),
        install="packages ipset, iptables and util-linux",
        privileged=("Operation not permitted", "Permission denied"),
    )


SPEC = Target(
    name="ipset",
    title="ipset sets with iptables chains",
    family="network",
    kinds=ADDRESSES,
    limits=(
        Limit("maxelem of a set", "set to twice the entries"),
        Limit("timeouts end at 24 days", "a longer life has no timeout, and remove.sh says when to run it"),
    ),
    expiry="a timeout on each set where 24 days are enough, else remove.sh",
    escaping="values are addresses; log prefixes are reduced to 29 safe characters",
    load="./load.sh",
    verify="ipset list traque4 | head; iptables -vnL TRAQUE",
    remove="./remove.sh",
    sources=("https://ipset.netfilter.org/ipset.man.html",),
    write=write,
    check=check,
)
