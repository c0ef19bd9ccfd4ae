"""Indicators as documents of the Elastic Common Schema (``threat.indicator.*``).

Format: https://www.elastic.co/guide/en/ecs/current/ecs-threat.html (the types are those of STIX; what ECS has
no type for is ``unknown``, and ``traque.kind`` always says which kind it is).
"""

from __future__ import annotations

from typing import Any, Final

from traque.exporters._job import Item, Job
from traque.exporters._json import stamp
from traque.exporters._text import visible
from traque.model.stix import stable

Document = dict[str, Any]

FIELDS: Final = {
    "ipv4-addr": ("ipv4-addr", "ip"),
    "ipv6-addr": ("ipv6-addr", "ip"),
    "ipv4-net": ("ipv4-addr", ""),
    "ipv6-net": ("ipv6-addr", ""),
    "domain-name": ("domain-name", "url.domain"),
    "url": ("url", "url.full"),
    "email-addr": ("email-addr", "email.address"),
    "md5": ("file", "file.hash.md5"),
    "sha1": ("file", "file.hash.sha1"),
    "sha256": ("file", "file.hash.sha256"),
    "sha512": ("file", "file.hash.sha512"),
    "file-name": ("file", "file.name"),
    "registry-key": ("windows-registry-key", "registry.path"),
    "x509-certificate": ("x509-certificate", ""),
    "asn": ("autonomous-system", ""),
}
"""ECS's type and the field below ``threat.indicator`` of a kind; networks fit no field of type ``ip``."""
_CERTAIN: Final = ((75, "High"), (35, "Medium"), (0, "Low"))
"""``threat.indicator.confidence`` in words, by the scale of STIX 2.1, appendix A."""


def document(job: Job, item: Item) -> Document:
    """What is known of one indicator."""
    indicator, bulletin = item.indicator, job.bulletin(item)
    kind, field = FIELDS.get(item.kind, ("unknown", ""))
    inner: Document = {
        "type": kind,
        "name": item.spelling,
        "provider": visible(bulletin.producer) or "traque",
        "modified_at": stamp(job.made),
    }
    if indicator.confidence is not None:
        inner["confidence"] = next(word for least, word in _CERTAIN if indicator.confidence >= least)
    if indicator.description:
        inner["description"] = visible(indicator.description)
    if level := indicator.tlp or bulletin.tlp:
        inner["marking"] = {"tlp": level.upper(), "tlp_version": "2.0"}
    if field == "file.name" and "\\" in item.spelling:
        field = "file.path"
    if field:
        _put(inner, field.split("."), item.spelling)
    threat: Document = {"indicator": inner, "feed": {"name": visible(" ".join(item.bulletins))}}
    if actors := indicator.actors or bulletin.actors:
        threat["group"] = {"name": [visible(actor) for actor in actors]}
    return {
        "@timestamp": stamp(job.made),
        "event": {"kind": "enrichment", "category": ["threat"], "type": ["indicator"]},
        "threat": threat,
        "traque": _own(job, item),
    }


def identifier(kind: str, value: str) -> str:
    """The document's id: the same in every export."""
    return stable("ecs", kind, value)


def _own(job: Job, item: Item) -> Document:
    """What ECS has no field for."""
    indicator, bulletin = item.indicator, job.bulletin(item)
    own: Document = {"kind": item.kind, "value": item.value, "expires": stamp(item.expires)}
    if indicator.valid_from:
        own["valid_from"] = stamp(indicator.valid_from)
    if indicator.valid_until:
        own["valid_until"] = stamp(indicator.valid_until)
    if indicator.role:
        own["role"] = visible(indicator.role)
    if pap := indicator.pap or bulletin.pap:
        own["pap"] = pap.upper()
    return own


def _put(document: Document, path: list[str], value: str) -> None:
    for name in path[:-1]:
        document = document.setdefault(name, {})
    document[path[-1]] = value
