r"""STIX 2.1: one bundle a bulletin, with its identity, markings, actors, indicators and report.

Identifiers are name-based: a later export gives the same indicator the same id with a later ``modified``, and
a withdrawn one comes as ``revoked``. ``valid_until`` is the day the rule should go. Actors are intrusion sets;
an indicator whose actors are not those of its bulletin points to them by a relationship of its own.

Format: https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html; TLP 2.0:
https://github.com/oasis-open/cti-stix-common-objects (extension-definition-specifications/tlp-2.0)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from traque.exporters._by_bulletin import by_bulletin, file_stem
from traque.exporters._check import absent
from traque.exporters._job import File, Item, Job
from traque.exporters._json import around, stamp
from traque.exporters._target import Limit, Target
from traque.exporters._text import plain, visible
from traque.model import Observable
from traque.model.detection import Check, DetectionBulletin
from traque.model.stix import PATHS, TLP, TLP_CREATED, TLP_EXTENSION, stable

Object = dict[str, Any]

_PATHS: Final = PATHS | {"x509-certificate": "x509-certificate:hashes"}
"""Where an observed object holds values of a kind (STIX 2.1, section 6)."""
_FINGERPRINTS: Final = {32: ".MD5", 40: ".'SHA-1'", 64: ".'SHA-256'"}
_SIGNS: Final = {"ipv4-net": "ISSUBSET", "ipv6-net": "ISSUBSET"}

_ACTIVITY: Final = {"relay": "anonymization", "benign": "benign"}
"""A role in STIX's open vocabulary of indicator types; what is not here is malicious activity."""


def write(job: Job) -> Iterator[File]:
    """A bundle for each bulletin."""
    for bulletin, items in by_bulletin(job):
        yield File(f"{file_stem(bulletin)}.json", _bundle(job, bulletin, items))


def _bundle(job: Job, bulletin: DetectionBulletin, items: Sequence[Item]) -> Iterator[bytes]:
    head = f'{{"type":"bundle","id":"bundle--{stable("bundle", bulletin.id)}","objects":['
    return around(head.encode(), _Bundle(job, bulletin, items).objects(), b"]}\n")


class _Bundle:
    """The objects of one bulletin."""

    def __init__(self, job: Job, bulletin: DetectionBulletin, items: Sequence[Item]) -> None:
        self._job = job
        self._bulletin = bulletin
        self._items = items
        self._created = bulletin.published or job.made
        self._common: Object = {
            "spec_version": "2.1",
            "created": stamp(self._created),
            "modified": stamp(max(self._created, job.made)),
        }
        if bulletin.producer:
            self._common["created_by_ref"] = _id("identity", bulletin.producer)
        self._own_marks = _marks(bulletin.tlp, bulletin.pap)

    def objects(self) -> Iterator[Object]:
        bulletin = self._bulletin
        if bulletin.producer:
            yield {
                "type": "identity",
                "id": _id("identity", bulletin.producer),
                **{key: value for key, value in self._common.items() if key != "created_by_ref"},
                "name": visible(bulletin.producer),
                "identity_class": "organization",
            }
        yield from self._definitions()
        for actor in self._actors():
            yield {
                "type": "intrusion-set",
                "id": _id("intrusion-set", actor),
                **self._common,
                "name": visible(actor),
            }
        for item in self._items:
            yield from self._indicator(item)
        for observable in self._job.withdrawn:
            yield self._withdrawn(observable)
        if self._items:
            yield self._report()

    def _definitions(self) -> Iterator[Object]:
        levels = {item.indicator.tlp for item in self._items} | {self._bulletin.tlp}
        paps = {item.indicator.pap for item in self._items} | {self._bulletin.pap}
        for level in sorted(level for level in levels if level in TLP):
            yield {
                "type": "marking-definition",
                "spec_version": "2.1",
                "id": f"marking-definition--{TLP[level]}",
                "created": TLP_CREATED,
                "name": f"TLP:{level.upper()}",
                "extensions": {TLP_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": level}},
            }
        for pap in sorted(filter(None, paps)):
            yield {
                "type": "marking-definition",
                "spec_version": "2.1",
                "id": _id("marking-definition", f"pap:{pap}"),
                "created": TLP_CREATED,
                "name": f"PAP:{pap.upper()}",
                "definition_type": "statement",
                "definition": {"statement": f"PAP:{pap.upper()}"},
            }

    def _actors(self) -> list[str]:
        own = (actor for item in self._items for actor in item.indicator.actors)
        return list(dict.fromkeys((*self._bulletin.actors, *own)))

    def _indicator(self, item: Item) -> Iterator[Object]:
        indicator, bulletin = item.indicator, self._bulletin
        thing = {
            "type": "indicator",
            "id": self._of(item.observable),
            **self._common,
            "name": visible(item.spelling),
            "indicator_types": [
                _ACTIVITY.get(indicator.role, "malicious-activity") if indicator.role else "unknown"
            ],
            "pattern": pattern(item.kind, item.spelling),
            "pattern_type": "stix",
            **self._validity(item),
        }
        if indicator.description:
            thing["description"] = visible(indicator.description)
        if indicator.role:
            thing["labels"] = [visible(indicator.role)]
        if indicator.confidence is not None:
            thing["confidence"] = indicator.confidence
        if marks := _marks(indicator.tlp or bulletin.tlp, indicator.pap or bulletin.pap):
            thing["object_marking_refs"] = marks
        if others := item.bulletins[1:]:
            thing["external_references"] = [{"source_name": visible(other)} for other in others]
        yield thing
        if indicator.actors != bulletin.actors:
            yield from map(self._indicates, [item.observable] * len(indicator.actors), indicator.actors)

    def _indicates(self, observable: Observable, actor: str) -> Object:
        return {
            "type": "relationship",
            "id": _id("relationship", self._of(observable), actor),
            **self._common,
            "relationship_type": "indicates",
            "source_ref": self._of(observable),
            "target_ref": _id("intrusion-set", actor),
        }

    def _validity(self, item: Item) -> Object:
        """STIX wants ``valid_from``, and ``valid_until`` after it."""
        stated = (item.indicator.valid_from, self._bulletin.published, self._job.made)
        begins = next((moment for moment in stated if moment and moment < item.expires), None)
        begins = begins or item.expires - timedelta(days=1)
        return {"valid_from": stamp(begins), "valid_until": stamp(item.expires)}

    def _withdrawn(self, observable: Observable) -> Object:
        return {
            "type": "indicator",
            "id": self._of(observable),
            **self._common,
            "revoked": True,
            "indicator_types": ["unknown"],
            "pattern": pattern(observable.kind, observable.value),
            "pattern_type": "stix",
            "valid_from": stamp(self._created),
        }

    def _report(self) -> Object:
        bulletin = self._bulletin
        thing = {
            "type": "report",
            "id": _id("report", bulletin.id),
            **self._common,
            "name": visible(bulletin.title or bulletin.id),
            "report_types": ["indicator"],
            "published": stamp(self._created),
            "external_references": [
                {"source_name": visible(bulletin.producer or "traque"), "external_id": visible(bulletin.id)}
            ],
            "object_refs": [
                *(_id("intrusion-set", actor) for actor in bulletin.actors),
                *(self._of(item.observable) for item in self._items),
            ],
        }
        if self._own_marks:
            thing["object_marking_refs"] = self._own_marks
        return thing

    def _of(self, observable: Observable) -> str:
        return _id("indicator", self._bulletin.id, observable.kind, observable.value)


def pattern(kind: str, value: str) -> str:
    r"""The STIX pattern of one value: ``\`` and ``'`` get a backslash before them (STIX 2.1, section 9.2)."""
    path, sign = _PATHS[kind], _SIGNS.get(kind, "=")
    if kind == "asn":
        return f"[{path} = {value.lower().removeprefix('as')}]"
    if kind == "x509-certificate":
        path += _FINGERPRINTS[len(value)]
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"[{path} {sign} '{escaped}']"


def _id(kind: str, *parts: str) -> str:
    return f"{kind}--{stable('stix2', kind, *parts)}"


def _marks(tlp: str | None, pap: str | None) -> list[str]:
    marks = [f"marking-definition--{TLP[tlp]}"] if tlp in TLP else []
    return [*marks, _id("marking-definition", f"pap:{pap}")] if pap else marks


def check(folder: Path) -> Iterator[Check]:
    """The validator of OASIS: schemas, patterns and what the specification says in words."""
    try:
        import stix2validator
    except ImportError:
        yield absent("stix2-validator")
        return
    options = stix2validator.ValidationOptions(version="2.1", silent=True, disabled="identifier,uuid-version")
    for path in sorted(folder.glob("*.json")):
        found = stix2validator.validate_string(path.read_text("utf-8"), options)
        yield Check(
            status="passed" if found.is_valid else "failed",
            by="stix2-validator",
            detail="" if found.is_valid else plain(str(found.as_dict()), most=600),
        )


SPEC = Target(
    name="stix2",
    title="STIX 2.1 bundle",
    family="exchange",
    kinds=tuple(_PATHS),
    limits=(
        Limit(
            "a platform's own upload limit", "one bundle a bulletin; TAXII servers take its objects in pages"
        ),
    ),
    expiry="`valid_until` is the day the rule should go; a withdrawn indicator comes as `revoked`",
    escaping="patterns: a backslash before `\\` and `'`; the pattern is then a JSON string",
    load="import the bundle into the platform, or post its objects to a TAXII 2.1 collection",
    verify="traque show *.json",
    remove="import the next export: what was withdrawn is revoked by its id",
    sources=(
        "https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html",
        "https://github.com/oasis-open/cti-stix-common-objects",
    ),
    read_back=("*.json",),
    write=write,
    check=check,
)
