"""Unbound: the same response policy zone as for BIND, and the clause of unbound.conf that uses it.

A zone, not ``local-zone`` lines: those cannot stand for a name without the names below it, nor for addresses
in answers. To alert, the records are ``rpz-passthru``, which is logged (``rpz-action-override: disabled``
does not log addresses, Unbound 1.17). It also ends the policy for that query: zones that block go
before this one.
Source: unbound.conf(5), "Response Policy Zone Options".
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from traque.exporters import _rpz
from traque.exporters._check import run
from traque.exporters._job import File, Job
from traque.exporters._packets import commented
from traque.exporters._removal import removal
from traque.exporters._target import Target
from traque.exporters._trial import trial
from traque.model.detection import Check

CONF: Final = "traque.conf"
HOME: Final = "/etc/unbound"


def write(job: Job) -> Iterator[File]:
    """The zone, ``traque.conf`` and the removal script."""
    yield _rpz.zone(job)
    yield File(CONF, _conf(job))
    yield removal(job, (f"rm -f {HOME}/unbound.conf.d/{CONF} {HOME}/{_rpz.FILE}", "unbound-control reload"))


def _conf(job: Job) -> Iterator[str]:
    yield from commented(job)
    yield 'server:\n\t# With DNSSEC validation off: "respip iterator".\n'
    yield '\tmodule-config: "respip validator iterator"\n'
    if not job.blocks:
        yield "# A passthru ends the policy: zones of yours that block must come before this one.\n"
    yield f'rpz:\n\tname: "{_rpz.ZONE}"\n\tzonefile: "{HOME}/{_rpz.FILE}"\n'
    yield '\trpz-log: yes\n\trpz-log-name: "traque"\n'


def check(folder: Path) -> Iterator[Check]:
    """``traque.conf`` with ``unbound-checkconf``; the zone with ``named-checkzone``."""
    yield run(
        "named-checkzone", _rpz.ZONE, _rpz.FILE, folder=folder, version=("-v",), install="package bind9-utils"
    )
    with trial(folder, {CONF: (folder / CONF).read_text("utf-8")}, home=HOME) as place:
        yield run(
            "unbound-checkconf", str(place / CONF), folder=folder, version=(), install="package unbound"
        )


SPEC = Target(
    name="unbound-rpz",
    title="Unbound response policy zone",
    family="network",
    kinds=_rpz.KINDS,
    limits=_rpz.LIMITS,
    escaping=_rpz.ESCAPING,
    load=(
        f"install -m 644 {_rpz.FILE} {HOME}/\n"
        f"install -m 644 {CONF} {HOME}/unbound.conf.d/\n"
        "unbound-checkconf && unbound-control reload"
    ),
    verify=(
        "unbound-control list_auth_zones\n"
        "dig @127.0.0.1 A_LISTED_NAME      # NXDOMAIN when it blocks; the log says: rpz: applied [traque]"
    ),
    remove="./remove.sh",
    sources=(*_rpz.SOURCES, "https://unbound.docs.nlnetlabs.nl/en/latest/topics/filtering/rpz.html"),
    read_back=(_rpz.FILE,),
    write=write,
    check=check,
)
