"""What packet filters share: entries of one family, and how long they live."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from traque.exporters._capacity import aggregated
from traque.exporters._job import Job

FAMILIES = ((4, "ipv4-addr", "ipv4-net"), (6, "ipv6-addr", "ipv6-net"))


def entries(job: Job) -> dict[int, list[str]]:
    """The job's addresses and networks by family (4, 6), as the fewest that hold the same addresses."""
    return {family: aggregated(job.values(address, net)) for family, address, net in FAMILIES}


def seconds(job: Job) -> int:
    """How long the longest-lived of the job's items live, from the export on."""
    lives = max((item.expires - job.made for item in job.items), default=timedelta())
    return max(60, int(lives.total_seconds()))


def commented(job: Job, mark: str = "#") -> Iterable[str]:
    """The head comment, each line after ``mark``."""
    return (f"{mark} {line}\n" for line in job.header())
