"""MISP events: one a bulletin, with an attribute an indicator.

Identifiers are name-based, so a later export updates the same attributes; a withdrawn one comes as deleted.
The event is ours and not the publisher's own: it never takes the place of that one on a server that has both.
MISP has no validity: the day a rule should go stands in the comment.

Format: https://www.misp-standard.org/rfc/misp-standard-core.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from traque.exporters._by_bulletin import by_bulletin
from traque.exporters._check import absent
from traque.exporters._job import Item, Job
from traque.exporters._json import around, encoded
from traque.exporters._text import plain, visible
from traque.model.detection import Check, DetectionBulletin
from traque.model.stix import stable

Object = dict[str, Any]

TYPES: Final = {
    "ipv4-addr": ("ip-dst", "Network activity"),
    "ipv4-net": ("ip-dst", "Network activity"),
    "ipv6-addr": ("ip-dst", "Network activity"),
    "ipv6-net": ("ip-dst", "Network activity"),
    "domain-name": ("domain", "Network activity"),
    "url": ("url", "Network activity"),
    "email-addr": ("email-src", "Payload delivery"),
    "md5": ("md5", "Payload delivery"),
    "sha1": ("sha1", "Payload delivery"),
    "sha256": ("sha256", "Payload delivery"),
    "sha512": ("sha512", "Payload delivery"),
    "file-name": ("filename", "Payload delivery"),
    "user-agent": ("user-agent", "Network activity"),
    "registry-key": ("regkey", "Persistence mechanism"),
    "mutex": ("mutex", "Artifacts dropped"),
    "named-pipe": ("named pipe", "Artifacts dropped"),
    "windows-service": ("windows-service-name", "Artifacts dropped"),
    "asn": ("AS", "Network activity"),
    "ja3": ("ja3-fingerprint-md5", "Network activity"),
    "x509-certificate": ("x509-fingerprint-sha1", "Network activity"),
}
"""MISP's type and category for each kind; ja3s and ja4 have none."""
_FINGERPRINTS: Final = {32: "x509-fingerprint-md5", 64: "x509-fingerprint-sha256"}


class Event:
    """The event of one bulletin."""

    def __init__(self, job: Job, bulletin: DetectionBulletin, items: Sequence[Item]) -> None:
        self.uuid = stable("misp", "event", bulletin.id)
        self.items = items
        self._job = job
        self._bulletin = bulletin
        self._seconds = str(int(job.made.timestamp()))

    def head(self) -> Object:
        """What the manifest of a feed holds of the event."""
        bulletin = self._bulletin
        producer = visible(bulletin.producer) or "traque"
        return {
            "Orgc": {"name": producer, "uuid": stable("misp", "organisation", producer)},
            "Tag": [{"name": name} for name in self._tags()],
            "info": visible(bulletin.title or bulletin.id),
            "date": f"{bulletin.published or self._job.made:%Y-%m-%d}",
            "analysis": "2",
            "threat_level_id": "4",
            "timestamp": self._seconds,
        }

    def document(self) -> Iterator[bytes]:
        """The event as MISP imports it, in parts."""
        head = {
            "uuid": self.uuid,
            **self.head(),
            "publish_timestamp": self._seconds,
            "published": False,
            "distribution": "0",
        }
        before = b'{"Event":' + encoded(head)[:-1] + b',"Attribute":['
        return around(before, self._attributes(), b"]}}\n")

    def _attributes(self) -> Iterator[Object]:
        for item in self.items:
            yield self._attribute(item.kind, item.value, item.spelling) | self._said(item)
        for observable in self._job.withdrawn:
            yield self._attribute(observable.kind, observable.value, observable.value) | {
                "to_ids": False,
                "deleted": True,
            }

    def _attribute(self, kind: str, value: str, spelling: str) -> Object:
        name, category = TYPES[kind]
        if kind == "x509-certificate":
            name = _FINGERPRINTS.get(len(value), name)
        return {
            "uuid": stable("misp", "attribute", self._bulletin.id, kind, value),
            "type": name,
            "category": category,
            "value": spelling,
            "to_ids": True,
            "timestamp": self._seconds,
            "distribution": "5",
        }

    def _said(self, item: Item) -> Object:
        indicator, bulletin = item.indicator, self._bulletin
        words = (
            indicator.role or "",
            visible(indicator.description),
            f"renew or remove by {item.expires:%Y-%m-%d}",
        )
        said: Object = {"comment": "; ".join(filter(None, words))}
        own = [
            *_marks(
                indicator.tlp if indicator.tlp != bulletin.tlp else None,
                indicator.pap if indicator.pap != bulletin.pap else None,
            ),
            *(_actors(indicator.actors) if indicator.actors != bulletin.actors else ()),
        ]
        return said | {"Tag": [{"name": name} for name in own]} if own else said

    def _tags(self) -> Iterable[str]:
        bulletin = self._bulletin
        return [*_marks(bulletin.tlp, bulletin.pap), *_actors(bulletin.actors)]


def events(job: Job) -> list[tuple[DetectionBulletin, Event]]:
    """Every bulletin of the job with its event."""
    return [(bulletin, Event(job, bulletin, items)) for bulletin, items in by_bulletin(job)]


def check(folder: Path, pattern: str) -> Iterator[Check]:
    """PyMISP takes the events: it knows every type, and which categories a type may stand in."""
    try:
        from pymisp import MISPEvent, PyMISPError
    except ImportError:
        yield absent("pymisp")
        return
    for path in sorted(folder.glob(pattern)):
        event = MISPEvent(strict_validation=True)
        try:
            event.load_file(str(path))
            event.to_feed(with_meta=True)
        except (PyMISPError, ValueError) as error:
            yield Check(status="failed", by="pymisp", detail=plain(str(error), most=600))
        else:
            yield Check(status="passed", by="pymisp")


def _marks(tlp: str | None, pap: str | None) -> Iterator[str]:
    if tlp:
        yield f"tlp:{tlp}"
    if pap:
        yield f"PAP:{pap.upper()}"


def _actors(names: Iterable[str]) -> Iterator[str]:
    """Tags of the galaxy of threat actors; a quote would end the tag's value."""
    for name in names:
        yield 'misp-galaxy:threat-actor="{}"'.format(visible(name).replace('"', "'"))
