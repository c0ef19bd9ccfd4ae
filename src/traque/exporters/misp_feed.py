"""A MISP feed: a folder that a server fetches by HTTP or from its disk.

``manifest.json`` names the events, ``<uuid>.json`` holds one each, ``hashes.csv`` has the MD5 of every value
with its event, for look-ups without fetching the events.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from traque.exporters import _misp
from traque.exporters._job import File, Job
from traque.exporters._json import encoded
from traque.exporters._target import Limit, Target
from traque.model.detection import Check

_EVENTS: Final = "????????-????-????-????-????????????.json"


def write(job: Job) -> Iterator[File]:
    """The manifest, the events and the hashes."""
    events = [event for _, event in _misp.events(job)]
    yield File("manifest.json", [encoded({event.uuid: event.head() for event in events}), b"\n"])
    for event in events:
        yield File(f"{event.uuid}.json", event.document())
    yield File("hashes.csv", _hashes(events))


def _hashes(events: Sequence[_misp.Event]) -> Iterator[str]:
    for event in events:
        for start in range(0, len(event.items), 10_000):
            yield "".join(
                f"{hashlib.md5(item.spelling.encode(), usedforsecurity=False).hexdigest()},{event.uuid}\n"
                for item in event.items[start : start + 10_000]
            )


def check(folder: Path) -> Iterable[Check]:
    """What PyMISP says of the events."""
    return _misp.check(folder, _EVENTS)


SPEC = Target(
    name="misp-feed",
    title="MISP feed",
    family="exchange",
    kinds=tuple(_misp.TYPES),
    limits=(Limit("an event of more than some 100,000 attributes is slow in MISP", "one event a bulletin"),),
    expiry="MISP has none: the comment says by when; a withdrawn attribute comes as deleted",
    escaping="JSON strings; `\"` in the name of an actor becomes `'`, which would end its tag",
    load="serve the folder by HTTPS, or copy it to the server; add it as a feed of the format MISP",
    verify="traque show .",
    remove="disable the feed and delete its events",
    sources=(
        "https://www.misp-standard.org/rfc/misp-standard-core.html",
        "https://www.misp-project.org/feeds/",
    ),
    read_back=(_EVENTS,),
    write=write,
    check=check,
)
