"""Items by the bulletin that states them first: exchange formats have one document for each."""

from __future__ import annotations

from collections.abc import Sequence

from traque.exporters._job import Item, Job
from traque.exporters._text import slug
from traque.model.detection import DetectionBulletin
from traque.model.stix import stable


def by_bulletin(job: Job) -> list[tuple[DetectionBulletin, Sequence[Item]]]:
    """Every bulletin of the job with its items, in their order; one without items has none."""
    found: dict[str, list[Item]] = {bulletin.id: [] for bulletin in job.bulletins}
    for item in job.items:
        found[item.bulletins[0]].append(item)
    return [(bulletin, found[bulletin.id]) for bulletin in job.bulletins]


def file_stem(bulletin: DetectionBulletin) -> str:
    """A file name without its ending: readable, and different for every bulletin."""
    return f"{slug(bulletin.id)}-{stable('file', bulletin.id)[:8]}"
