"""A response policy zone: which names and addresses of answers a resolver denies.

A zone that breaks one rule is rejected whole, so: every owner once, nothing that is no name in the zone, and
no name below one that is listed with all below it (it would make a hole in the wildcard). Source:
draft-vixie-dnsop-dns-rpz-00, sections 3 to 5; how an IPv6 address is written there (``zz`` for the longest
run of zeros, as in RFC 5952) is what BIND calls canonical.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from traque.exporters._job import File, Item, Job
from traque.exporters._lines import noted
from traque.exporters._names import fitting, leaving, topmost
from traque.exporters._packets import commented
from traque.exporters._target import ADDRESSES, NAMES, Limit

ZONE: Final = "traque.rpz"
FILE: Final = "traque.rpz.zone"
KINDS: Final = (*NAMES, *ADDRESSES)
LIMITS: Final = (
    Limit(f"253 characters a name, with *. and .{ZONE}", "longer names are left out"),
    Limit(
        "as many as memory holds: 1,000,000 names take 0.7 GB in BIND 9.18, 1.3 GB in Unbound 1.17",
        "names below a listed one are covered by it, and not repeated",
    ),
)
ESCAPING: Final = "names are A-labels, addresses are reversed as the zone wants; text stands in comments only"
SOURCES: Final = ("https://datatracker.ietf.org/doc/html/draft-vixie-dnsop-dns-rpz-00",)

_TRIGGERS: Final = ("rpz-ip", "rpz-client-ip", "rpz-nsip", "rpz-nsdname")
"""Last labels with a meaning of their own in the zone."""
_QUARTER: Final = 900


def zone(job: Job) -> File:
    """The zone's file: ``CNAME .`` (the name does not exist) to block, ``rpz-passthru`` to alert."""
    return File(FILE, _zone(job, leaving(job)))


def _zone(job: Job, items: list[Item]) -> Iterator[str]:
    does = "." if job.blocks else "rpz-passthru."
    yield from commented(job, ";")
    yield head(serial(job))
    names = fitting(job, _plain(job, [item for item in items if item.kind in NAMES]), f".{ZONE}")
    yield from noted(job, topmost(names), lambda item, below: _name(item.value, does, below), ";")
    addresses = ((item, None) for item in items if item.kind in ADDRESSES)
    yield from noted(job, addresses, lambda item, _: f"{trigger(item.value)} CNAME {does}\n", ";")


def serial(job: Job) -> int:
    """``YYYYMMDDnn`` of the export, ``nn`` being the quarter of an hour: it never goes back."""
    quarter = (job.made.hour * 3600 + job.made.minute * 60) // _QUARTER
    return int(f"{job.made:%Y%m%d}{quarter:02d}")


def head(number: int | str) -> str:
    """The records that every zone begins with; ``number`` is its serial."""
    return (
        f"$TTL 300\n$ORIGIN {ZONE}.\n"
        f"@ SOA localhost. root.localhost. {number} 3600 600 2592000 300\n"
        "@ NS localhost.\n"
    )


def _plain(job: Job, names: list[Item]) -> list[Item]:
    """Without names whose last label the zone reads as something else."""
    kept = []
    for item in names:
        if item.value.rpartition(".")[2] in _TRIGGERS:
            job.leave_out(item, "grammar", "its last label has another meaning in a response policy zone")
        else:
            kept.append(item)
    return kept


def _name(name: str, does: str, below: bool) -> str:
    line = f"{name} CNAME {does}\n"
    return f"{line}*.{line}" if below else line


def trigger(value: str) -> str:
    """The owner that stands for a canonical address or network: ``24.0.2.0.192.rpz-ip``."""
    address, _, prefix = value.partition("/")
    if ":" not in address:
        return f"{prefix or 32}.{'.'.join(reversed(address.split('.')))}.rpz-ip"
    before, zeros, behind = address.partition("::")
    groups = (*reversed(behind.split(":")), zeros and "zz", *reversed(before.split(":")))
    return f"{prefix or 128}.{'.'.join(filter(None, groups))}.rpz-ip"
