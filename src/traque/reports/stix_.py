"""A STIX 2.1 bundle: each sighting with the indicator it is of, what was observed, and a report of the hunt.

``sighting.count`` and ``observed-data.number_observed`` count records. Verdicts are labels and words of the
description, and so is what a ledger alone tells: STIX has no field for them. A sighting without any readable
time has no observed data, which must state when. What is only the bulletin's own text (``self``) is left out.
Inner addresses and accounts are not in it. Identifiers are name-based: the same result gives the same bundle,
and indicators bear the ids of ``traque detect --for stix2``.

Format: https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html; TLP 2.0:
https://github.com/oasis-open/cti-stix-common-objects (extension-definition-specifications/tlp-2.0)
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from traque.model import HuntResult, Sighting, Verdict
from traque.model.result import BulletinInfo
from traque.model.stix import TLP, TLP_CREATED, TLP_EXTENSION
from traque.reports._escape import printable
from traque.reports._ids import stable
from traque.reports._marks import TLPS, bulletins_of, strictest_tlp
from traque.reports._recalled import gone, remark
from traque.reports._renderer import Renderer, Setting
from traque.reports._stix_observables import observed, pattern
from traque.reports._summary import answer
from traque.reports.json_ import laid_out

Object = dict[str, Any]

_MOST: Final = 999_999_999
"""The largest count that STIX allows."""
_ACTIVITY: Final = {"relay": "anonymization", "benign": "benign"}


def _render(result: HuntResult, setting: Setting) -> bytes:
    return b"".join(_pieces(result, setting))


def _pieces(result: HuntResult, _setting: Setting) -> Iterator[bytes]:
    name = stable("stix2", "bundle", "hunt", result.hunt.started.isoformat(), *_ids(result))
    yield laid_out({"type": "bundle", "id": f"bundle--{name}"})[: -len(b"\n}")]
    given: set[str] = set()
    for thing in _objects(result):
        if thing["id"] not in given:
            yield (b",\n    " if given else b',\n  "objects": [\n    ') + laid_out(thing, 2)
            given.add(thing["id"])
    yield b"\n  ]\n}\n"


def _ids(result: HuntResult) -> list[str]:
    return [bulletin.id for bulletin in result.bulletins]


def _objects(result: HuntResult) -> Iterator[Object]:
    made = stamp(result.hunt.finished)
    own = {
        "type": "identity", "spec_version": "2.1", "id": _id("identity", "traque"), "created": TLP_CREATED,
        "modified": TLP_CREATED, "name": "traque", "identity_class": "system",
    }  # fmt: skip
    yield own
    yield from _marking_definitions(result)
    refs: list[str] = []
    without = gone(result)
    for bulletin in result.bulletins:
        yield from _identity(bulletin, made)
    for sighting in result.sightings:
        if sighting.verdict is Verdict.SELF:
            continue
        yield _indicator(result, sighting)
        yield from _observed(result, sighting)
        seen = _sighting(result, sighting, remark(sighting, without))
        refs.append(seen["id"])
        yield seen
    yield {
        "type": "report", **_common(result, "report", "hunt", result.hunt.started.isoformat(), *_ids(result)),
        "name": f"traque hunt: {', '.join(printable(b.title or b.id) for b in result.bulletins[:5])}",
        "description": printable(answer(result)),
        "report_types": ["observed-data"],
        "published": made,
        "object_refs": refs or [own["id"]],
        **_marks(strictest_tlp(result)),
    }  # fmt: skip


def _common(result: HuntResult, kind: str, *parts: str) -> Object:
    made = stamp(result.hunt.finished)
    return {
        "spec_version": "2.1", "id": _id(kind, *parts), "created_by_ref": _id("identity", "traque"),
        "created": made, "modified": made,
    }  # fmt: skip


def _identity(bulletin: BulletinInfo, made: str) -> Iterator[Object]:
    if bulletin.producer:
        created = stamp(bulletin.published) if bulletin.published else made
        yield {
            "type": "identity", "spec_version": "2.1", "id": _id("identity", bulletin.producer),
            "created": created, "modified": max(created, made), "name": printable(bulletin.producer),
            "identity_class": "organization",
        }  # fmt: skip


def _marking_definitions(result: HuntResult) -> Iterator[Object]:
    for tlp in sorted({bulletin.tlp.lower() for bulletin in result.bulletins if bulletin.tlp} & set(TLPS)):
        yield {
            "type": "marking-definition", "spec_version": "2.1", "id": f"marking-definition--{TLP[tlp]}",
            "created": TLP_CREATED, "name": f"TLP:{tlp.upper()}",
            "extensions": {TLP_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": tlp}},
        }  # fmt: skip


def _marks(tlp: str | None) -> Object:
    known = (tlp or "").lower()
    return {"object_marking_refs": [f"marking-definition--{TLP[known]}"]} if known in TLP else {}


def _indicator(result: HuntResult, sighting: Sighting) -> Object:
    ref, made = sighting.indicator, stamp(result.hunt.finished)
    bulletin = next(iter(bulletins_of(result, ref)), None)
    published = bulletin.published if bulletin else None
    created = stamp(published) if published else made
    begins = ref.valid_from or published or result.hunt.started
    thing: Object = {
        "type": "indicator", "spec_version": "2.1", "id": _id("indicator", ref.bulletin, ref.kind, ref.value),
        "created": created, "modified": max(created, made), "name": printable(ref.value),
        "indicator_types": [_ACTIVITY.get(ref.role, "malicious-activity") if ref.role else "unknown"],
        "pattern": pattern(ref.kind, ref.value), "pattern_type": "stix", "valid_from": stamp(begins),
        **_marks(bulletin.tlp if bulletin else None),
    }  # fmt: skip
    if bulletin and bulletin.producer:
        thing["created_by_ref"] = _id("identity", bulletin.producer)
    if ref.valid_until and ref.valid_until > begins:
        thing["valid_until"] = stamp(ref.valid_until)
    if ref.description:
        thing["description"] = printable(ref.description)
    if ref.confidence is not None:
        thing["confidence"] = min(max(ref.confidence, 0), 100)
    thing["external_references"] = [
        {"source_name": printable(b.producer or "traque"), "external_id": printable(b.id)}
        for b in bulletins_of(result, ref)
    ] or [{"source_name": printable(ref.bulletin), "external_id": printable(ref.bulletin)}]
    return thing


def _observed(result: HuntResult, sighting: Sighting) -> Iterator[Object]:
    thing = observed(sighting.indicator.kind, sighting.indicator.value)
    if thing is None or sighting.first_seen is None or sighting.last_seen is None:
        return
    yield thing
    yield {
        "type": "observed-data", **_common(result, "observed-data", *_names(result, sighting)),
        "first_observed": stamp(sighting.first_seen), "last_observed": stamp(sighting.last_seen),
        "number_observed": min(max(sighting.count, 1), _MOST), "object_refs": [thing["id"]],
        **_marks(_tlp(result, sighting)),
    }  # fmt: skip


def _sighting(result: HuntResult, sighting: Sighting, note: str) -> Object:
    ref = sighting.indicator
    of = ", ".join(f"{verdict} {many}" for verdict, many in sighting.verdicts.items())
    told = f"Worst verdict: {sighting.verdict}. Records: {of}. Direction: {sighting.direction}."
    thing: Object = {
        "type": "sighting", **_common(result, "sighting", *_names(result, sighting)),
        "description": f"{told} {note}".rstrip(),
        "sighting_of_ref": _id("indicator", ref.bulletin, ref.kind, ref.value),
        "count": min(sighting.count, _MOST), "summary": True, "labels": [f"verdict:{sighting.verdict}"],
        **_marks(_tlp(result, sighting)),
    }  # fmt: skip
    if sighting.first_seen is not None and sighting.last_seen is not None:
        thing |= {"first_seen": stamp(sighting.first_seen), "last_seen": stamp(sighting.last_seen)}
        if observed(ref.kind, ref.value) is not None:
            thing["observed_data_refs"] = [_id("observed-data", *_names(result, sighting))]
    if sighting.confidence is not None:
        thing["confidence"] = min(max(sighting.confidence, 0), 100)
    return thing


def _names(result: HuntResult, sighting: Sighting) -> tuple[str, ...]:
    ref = sighting.indicator
    return ref.bulletin, ref.kind, ref.value, result.hunt.started.isoformat()


def _tlp(result: HuntResult, sighting: Sighting) -> str | None:
    stated = [b.tlp.lower() for b in bulletins_of(result, sighting.indicator) if b.tlp]
    return max((tlp for tlp in stated if tlp in TLPS), key=TLPS.index, default=None)


def _id(kind: str, *parts: str) -> str:
    return f"{kind}--{stable('stix2', kind, *parts)}"


def stamp(moment: datetime) -> str:
    """``2026-01-15T09:30:00.000Z``: to the millisecond, as STIX wants it."""
    date = moment.isoformat(timespec="milliseconds")
    return date.replace("+00:00", "Z")


SPEC = Renderer(
    name="stix",
    title="a STIX 2.1 bundle with sightings and observed data; no inner addresses",
    render=_render,
    pieces=_pieces,
    file_name="sightings.stix.json",
    media_type="application/stix+json;version=2.1",
)
