"""pf (OpenBSD, FreeBSD, pfSense): an anchor with a table that is read from a file.

Source: pf.conf(5), "TABLES" and "PACKET FILTERING".
"""

from __future__ import annotations

from collections.abc import Iterator

from traque.exporters._job import File, Job
from traque.exporters._packets import commented, entries
from traque.exporters._target import ADDRESSES, Limit, Target


def write(job: Job) -> Iterator[File]:
    """The table's addresses, the anchor's rules, and the removal."""
    yield File("traque.table", _table(job))
    yield File("traque.conf", _anchor(job))
    yield File("remove.sh", _remove(job), script=True)


def _table(job: Job) -> Iterator[str]:
    yield from commented(job)
    for values in entries(job).values():
        yield from (f"{value}\n" for value in values)


def _anchor(job: Job) -> Iterator[str]:
    yield from commented(job)
    yield 'table <traque> persist file "/etc/traque.table"\n'
    does = "block drop log quick" if job.blocks else "match log"
    if job.direction in ("in", "both"):
        yield f"{does} from <traque> to any\n"
    if job.direction in ("out", "both"):
        yield f"{does} from any to <traque>\n"


def _remove(job: Job) -> Iterator[str]:
    yield "#!/bin/sh\n"
    yield from commented(job)
    yield f"# Run this on {job.expires:%Y-%m-%d} unless a newer export was loaded.\n"
    yield "pfctl -a traque -F rules\npfctl -a traque -t traque -T kill\nrm -f /etc/traque.table\n"


SPEC = Target(
    name="pf",
    title="pf anchor with a table",
    family="network",
    kinds=ADDRESSES,
    limits=(
        Limit(
            "set limit table-entries, 200,000 unless raised", "aggregated; raise it where more are written"
        ),
    ),
    escaping="values are addresses; comments are reduced to safe ASCII",
    load=(
        "cp traque.table /etc/traque.table\n"
        "# pf.conf needs the line: anchor traque\n"
        "pfctl -a traque -f traque.conf"
    ),
    verify="pfctl -a traque -t traque -T show | head; pfctl -a traque -vs rules",
    remove="./remove.sh",
    sources=("https://man.openbsd.org/pf.conf",),
    read_back=("traque.table",),
    write=write,
)
