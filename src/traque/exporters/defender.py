"""Microsoft Defender for Endpoint: custom indicators as the CSV that the portal imports.

A file holds at most 500 indicators and a tenant 15,000; networks are not taken. Source: Microsoft
documentation, "Import a list of IoCs" and "Indicators overview".
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Final

from traque.exporters._capacity import shards, within
from traque.exporters._job import File, Item, Job
from traque.exporters._target import Limit, Target
from traque.exporters._text import plain

_TYPE: Final = {
    "ipv4-addr": "IpAddress",
    "ipv6-addr": "IpAddress",
    "domain-name": "DomainName",
    "url": "Url",
    "md5": "FileMd5",
    "sha1": "FileSha1",
    "sha256": "FileSha256",
    "x509-certificate": "CertificateThumbprint",
}
_COLUMNS: Final = (
    "IndicatorType", "IndicatorValue", "ExpirationTime", "Action", "Severity", "Title", "Description",
    "RecommendedActions", "RbacGroups", "Category", "MitreTechniques", "GenerateAlert",
)  # fmt: skip
_FILE_LIMIT: Final = 500
_TENANT: Final = 15_000
_BLOCKS: Final = {"md5": "BlockAndRemediate", "sha1": "BlockAndRemediate", "sha256": "BlockAndRemediate"}


def write(job: Job) -> Iterator[File]:
    """``indicators-1.csv`` and on."""
    fitting = [item for item in job.items if _fits(job, item)]
    kept = within(job, fitting, _TENANT, "a tenant takes 15,000 indicators")
    for number, part in enumerate(shards(kept, _FILE_LIMIT), start=1):
        yield File(f"indicators-{number}.csv", _table(job, part))
    if gone := job.gone(*_TYPE):
        yield File("withdrawn.txt", (f"{value}\n" for value in gone))


def _fits(job: Job, item: Item) -> bool:
    if item.kind == "x509-certificate" and len(item.value) != 40:
        job.leave_out(item, "grammar", "CertificateThumbprint is a SHA-1")
        return False
    return True


def _table(job: Job, items: Sequence[Item]) -> Iterator[str]:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(_COLUMNS)
    for item in items:
        action = _BLOCKS.get(item.kind, "Block") if job.blocks else "Audit"
        said = job.label(item)
        rows.writerow(
            (
                _TYPE[item.kind],
                item.value,
                f"{item.expires:%Y-%m-%dT%H:%M:%S.0Z}",
                action,
                "High" if job.blocks else "Medium",
                plain(f"traque {item.bulletins[0]}", most=100),
                said,
                "Look for what led to it before you close the alert.",
                "",
                "SuspiciousActivity",
                "",
                "TRUE",
            )
        )
    yield text.getvalue()


SPEC = Target(
    name="defender",
    title="Microsoft Defender custom indicators (CSV)",
    family="hosts",
    kinds=tuple(_TYPE),
    outside=True,
    limits=(
        Limit("500 indicators a file", "more files are written"),
        Limit("15,000 indicators a tenant", "the worst are kept; the others are listed as left out"),
    ),
    expiry="the column ExpirationTime",
    escaping="RFC 4180 quotes; titles and descriptions are safe ASCII",
    load="Settings > Endpoints > Indicators > Import, file by file; delete what withdrawn.txt names",
    verify="the list of indicators, filtered by the title traque",
    remove="select the indicators by title and delete them",
    sources=("https://learn.microsoft.com/en-us/defender-endpoint/indicators-overview",),
    write=write,
)
