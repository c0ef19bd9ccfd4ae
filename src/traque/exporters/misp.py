"""MISP: one event a bulletin, to import or to add with the API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from traque.exporters import _misp
from traque.exporters._by_bulletin import file_stem
from traque.exporters._job import File, Job
from traque.exporters._target import Limit, Target
from traque.model.detection import Check


def write(job: Job) -> Iterator[File]:
    """An event for each bulletin."""
    for bulletin, event in _misp.events(job):
        yield File(f"{file_stem(bulletin)}.json", event.document())


def check(folder: Path) -> Iterable[Check]:
    """What PyMISP says of the events."""
    return _misp.check(folder, "*.json")


SPEC = Target(
    name="misp",
    title="MISP event",
    family="exchange",
    kinds=tuple(_misp.TYPES),
    limits=(
        Limit(
            "a server's own upload limit (PHP's post_max_size)",
            "one event a bulletin; use misp-feed for more",
        ),
    ),
    expiry="MISP has none: the comment says by when; a withdrawn attribute comes as deleted",
    escaping="JSON strings; `\"` in the name of an actor becomes `'`, which would end its tag",
    load="Event Actions, Import from..., MISP standard; or POST /events/add",
    verify="traque show *.json",
    remove="import the next export: what was withdrawn is deleted by its uuid",
    sources=("https://www.misp-standard.org/rfc/misp-standard-core.html",),
    read_back=("*.json",),
    write=write,
    check=check,
)
