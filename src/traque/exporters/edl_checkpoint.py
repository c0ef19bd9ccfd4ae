"""Check Point custom intelligence feed (IoC feed) in its own CSV.

Columns: a unique name, value, type, confidence, severity, blade, comment. IPv4 only; networks are ranges.
Lines that begin with ``#`` are comments. The feed's action (detect, prevent) is set where it is added.
Source: Check Point Threat Prevention guide, "Supported Indicator Files"; sk132193.
"""

from __future__ import annotations

import csv
import io
import ipaddress
from collections.abc import Iterator
from typing import Final

from traque.exporters._job import File, Item, Job
from traque.exporters._packets import commented
from traque.exporters._target import Limit, Target
from traque.exporters._text import plain, slug

_TYPE: Final = {
    "ipv4-addr": "IP",
    "ipv4-net": "IP Range",
    "domain-name": "Domain",
    "url": "URL",
    "email-addr": "Mail-from",
    "md5": "MD5",
    "sha1": "SHA1",
    "sha256": "SHA256",
}
_BLADE: Final = {"ipv4-addr": "AB", "ipv4-net": "AB", "domain-name": "AB"}
"""Anti-Bot for who is talked to, Anti-Virus for what is fetched."""
_LEVEL: Final = ((70, "high"), (40, "medium"), (0, "low"))


def write(job: Job) -> Iterator[File]:
    """``traque.csv``."""
    yield File("traque.csv", _table(job))


def _table(job: Job) -> Iterator[str]:
    yield from commented(job)
    yield "# UNIQ-NAME,VALUE,TYPE,CONFIDENCE,SEVERITY,PRODUCT,COMMENT\n"
    for number, item in enumerate(job.items, start=1):
        yield _row(job, number, item)


def _row(job: Job, number: int, item: Item) -> str:
    text = io.StringIO()
    name = f"traque-{slug(item.bulletins[0], most=30)}-{number}"
    level = next(word for least, word in _LEVEL if (item.indicator.confidence or 50) >= least)
    value = _range(item.value) if item.kind == "ipv4-net" else item.value
    blade = _BLADE.get(item.kind, "AV")
    comment = plain(job.label(item), most=120)
    csv.writer(text, lineterminator="\n").writerow(
        (name, value, _TYPE[item.kind], level, "high", blade, comment)
    )
    return text.getvalue()


def _range(network: str) -> str:
    span = ipaddress.IPv4Network(network)
    return f"{span.network_address}-{span.broadcast_address}"


SPEC = Target(
    name="edl-checkpoint",
    title="Check Point custom intelligence feed",
    family="network",
    kinds=tuple(_TYPE),
    limits=(Limit("two million observables a gateway (R81.20)", "one file; memory is the gateway's limit"),),
    escaping="RFC 4180 quotes; comments are reduced to safe ASCII",
    load=(
        "ioc_feeds add --feed_name traque --transport http --resource https://SERVER/traque.csv"
        " --feed_action detect   # or prevent"
    ),
    verify="ioc_feeds show; ioc_feeds push",
    remove="ioc_feeds delete --feed_name traque",
    sources=(
        "https://sc1.checkpoint.com/documents/R81.20/WebAdminGuides/EN/CP_R81.20_ThreatPrevention_AdminGuide/",
    ),
    write=write,
)
