"""MikroTik RouterOS: address lists with timeouts, and raw rules that log or drop.

Entries with a timeout are dynamic: they go by themselves, and with a reboot (import the file again). Source:
RouterOS manual, "Address-lists", "Filter", "Scripting" (quoting).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from traque.exporters._job import File, Job
from traque.exporters._packets import commented, entries, seconds
from traque.exporters._target import ADDRESSES, Limit, Target

_PATH: Final = {4: "/ip firewall", 6: "/ipv6 firewall"}


def write(job: Job) -> Iterator[File]:
    """A script for ``/import``, and one that takes everything out."""
    yield File("traque.rsc", _script(job))
    yield File("remove.rsc", (line for path in _PATH.values() for line in _clean(path)))


def _script(job: Job) -> Iterator[str]:
    yield from commented(job)
    days, rest = divmod(seconds(job), 86_400)
    timeout = f"{days}d{rest // 3600:02d}:{rest // 60 % 60:02d}:00"
    comment = f"traque {job.label(job.items[0])}" if job.items else "traque"
    for family, values in entries(job).items():
        path = _PATH[family]
        yield from _clean(path)
        yield f"{path} address-list\n"
        yield from (
            f'add list=traque address={value} timeout={timeout} comment="{comment}"\n' for value in values
        )
        action = "drop" if job.blocks else "log"
        for way, side in (("in", "src"), ("out", "dst")):
            if job.direction in (way, "both"):
                yield (
                    f"{path} raw add chain=prerouting {side}-address-list=traque action={action} "
                    f'log=yes log-prefix="traque-{way}" comment="traque"\n'
                )


def _clean(path: str) -> Iterator[str]:
    yield f"{path} address-list remove [find list=traque]\n"
    yield f'{path} raw remove [find comment="traque"]\n'


SPEC = Target(
    name="mikrotik",
    title="MikroTik RouterOS address lists",
    family="network",
    kinds=ADDRESSES,
    limits=(Limit("the router's memory", "aggregated into the fewest networks"),),
    expiry="each entry has a timeout; entries with one do not outlive a reboot either",
    escaping="values are addresses; comments are reduced to safe ASCII, which RouterOS reads as it stands",
    load="/import file-name=traque.rsc",
    verify="/ip firewall address-list print count-only where list=traque",
    remove="/import file-name=remove.rsc",
    sources=("https://help.mikrotik.com/docs/spaces/ROS/pages/130220161/Address-lists",),
    write=write,
)
