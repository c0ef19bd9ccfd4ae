"""JSON lines in Elastic Common Schema: a document for each sighting, one for each record of its evidence.

Schema: https://www.elastic.co/docs/reference/ecs (8.17), field sets *threat*, *event*, *log*. What ECS has no
field for (verdict, counts) is under ``traque``; ``traque.ledger_only`` are records known from a ledger
alone. A sighting's ``@timestamp`` is its last record's, or the hunt's end when none has a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from traque.model import Evidence, HuntResult, IndicatorRef, Sighting
from traque.reports._marks import bulletins_of
from traque.reports._recalled import gone, recalled
from traque.reports._renderer import Renderer, Setting
from traque.reports.csv_ import stamp
from traque.reports.json_ import line

VERSION: Final = "8.17.0"
_TYPES: Final = {
    "ipv4-net": "ipv4-addr", "ipv6-net": "ipv6-addr", "md5": "file", "sha1": "file", "sha256": "file",
    "sha512": "file", "file-name": "file", "registry-key": "windows-registry-key", "asn": "autonomous-system",
    "user-agent": "software", "named-pipe": "file", "windows-service": "process", "ja3": "x509-certificate",
    "ja3s": "x509-certificate", "ja4": "x509-certificate",
}  # fmt: skip
"""ECS's word for a kind, where it is not ours."""
_FIELDS: Final = {
    "ipv4-addr": "ip", "ipv6-addr": "ip", "url": "url.full", "domain-name": "url.domain",
    "email-addr": "email.address", "md5": "file.hash.md5", "sha1": "file.hash.sha1",
    "sha256": "file.hash.sha256", "sha512": "file.hash.sha512", "file-name": "file.name",
    "registry-key": "registry.key",
}  # fmt: skip
"""Where ``threat.indicator`` holds the value."""


def _render(result: HuntResult, setting: Setting) -> bytes:
    return b"".join(_pieces(result, setting))


def _pieces(result: HuntResult, _setting: Setting) -> Iterator[bytes]:
    return map(line, _documents(result))


def _documents(result: HuntResult) -> Iterator[dict[str, Any]]:
    without = gone(result)
    for sighting in result.sightings:
        threat = {"indicator": _indicator(result, sighting)}
        actors = list(dict.fromkeys(a for b in bulletins_of(result, sighting.indicator) for a in b.actors))
        if actors:
            threat["group"] = {"name": actors[0], "alias": actors[1:]} if actors[1:] else {"name": actors[0]}
        yield _sighting(result, sighting, threat, recalled(sighting, without))
        for record in sighting.evidence:
            yield _record(result, sighting, record, threat)


def _sighting(
    result: HuntResult, sighting: Sighting, threat: dict[str, Any], ledger_only: int
) -> dict[str, Any]:
    event: dict[str, Any] = {
        "module": "traque", "dataset": "traque.sighting", "kind": "alert", "category": ["threat"],
        "type": ["indicator"], "created": stamp(result.hunt.finished),
    }  # fmt: skip
    if sighting.first_seen and sighting.last_seen:
        event |= {"start": stamp(sighting.first_seen), "end": stamp(sighting.last_seen)}
    outside = sighting.outside_window
    own = {
        "verdict": sighting.verdict, "verdicts": sighting.verdicts, "count": sighting.count,
        "undated": sighting.undated, "direction": sighting.direction, "assets": sighting.assets,
        "accounts": sighting.accounts, "ports": sighting.ports, "confidence": sighting.confidence,
        "outside_window": outside.count if outside else 0,
        "streams": list(dict.fromkeys(source.stream for source in sighting.sources)),
        "warninglists": sighting.enrichment.get("warninglists"),
        "ledger_only": ledger_only or None,
    }  # fmt: skip
    return {
        "event": event,
        "@timestamp": stamp(sighting.last_seen or result.hunt.finished),
        "ecs": {"version": VERSION},
        "message": f"{sighting.verdict}: {sighting.indicator.value}, {sighting.count} records",
        "threat": threat,
        "related": _related(sighting),
        "traque": {name: value for name, value in own.items() if value is not None},
    }


def _related(sighting: Sighting) -> dict[str, list[str]]:
    addresses = [sighting.indicator.value] if sighting.indicator.kind in ("ipv4-addr", "ipv6-addr") else []
    return {"ip": addresses, "user": list(sighting.accounts)}


def _record(
    result: HuntResult, sighting: Sighting, record: Evidence, threat: dict[str, Any]
) -> dict[str, Any]:
    document: dict[str, Any] = {
        "event": {"module": "traque", "dataset": "traque.record", "kind": "event"},
        "@timestamp": stamp(record.time or result.hunt.finished),
        "ecs": {"version": VERSION},
    }
    for name, value in record.fields.items():
        _put(document, name, value)
    document["event"] |= {"original": record.text, "created": stamp(result.hunt.finished)}
    _put(document, "log.file.path", record.path)
    _put(document, "log.offset", record.offset)
    document["threat"] = {
        "enrichments": [{"indicator": threat["indicator"], "matched": {"atomic": record.match}}]
    }
    document["traque"] = {
        "verdict": record.verdict, "why": record.why, "line": record.line, "sha256": record.sha256,
        "undated": record.time is None, "sighting": sighting.indicator.value,
    }  # fmt: skip
    return document


def _put(document: dict[str, Any], name: str, value: object) -> None:
    """``a.b.c`` as nested objects; what would stand in a value's place, or replace our own, is left out."""
    *parents, last = name.split(".")
    place = document
    for parent in parents:
        inner = place.setdefault(parent, {})
        if not isinstance(inner, dict):
            return
        place = inner
    place.setdefault(last, value)


def _indicator(result: HuntResult, sighting: Sighting) -> dict[str, Any]:
    ref: IndicatorRef = sighting.indicator
    bulletins = bulletins_of(result, ref)
    made: dict[str, Any] = {"type": _TYPES.get(ref.kind, ref.kind), "name": ref.value}
    if field := _FIELDS.get(ref.kind):
        _put(made, field, ref.value)
    if ref.description:
        made["description"] = ref.description
    if sighting.first_seen and sighting.last_seen:
        made |= {"first_seen": stamp(sighting.first_seen), "last_seen": stamp(sighting.last_seen)}
    made["sightings"] = sighting.count
    if sighting.confidence is not None:
        made["confidence"] = _level(sighting.confidence)
    for bulletin in bulletins[:1]:
        made |= {"provider": bulletin.producer} if bulletin.producer else {}
        made |= {"marking": {"tlp": bulletin.tlp.upper()}} if bulletin.tlp else {}
        made["reference"] = bulletin.id
    if asn := sighting.enrichment.get("asn", "").removeprefix("AS"):
        made["as"] = {"number": int(asn)} if asn.isdecimal() else {}
    if country := sighting.enrichment.get("country"):
        made["geo"] = {"country_iso_code": country}
    return made


def _level(confidence: int) -> str:
    """STIX's scale from None to High (STIX 2.1, appendix A)."""
    if confidence <= 0:
        return "None"
    return "Low" if confidence < 30 else "Medium" if confidence < 70 else "High"


SPEC = Renderer(
    name="ecs",
    title="JSON lines in Elastic Common Schema: each sighting, each record of its evidence",
    render=_render,
    pieces=_pieces,
    file_name="sightings.ecs.jsonl",
    media_type="application/x-ndjson",
)
