"""Indicators in the Elastic Common Schema: ``threat.indicator.*``, one document a line or a list of them.

What the threat-intelligence modules of Filebeat and Elastic Agent index, as exported (a search's ``_source``
and a bulk request are read too), and what ``traque detect --for jsonl`` writes. The value stands in the field
of its kind, else in ``name``; of several in one document (the hashes of a file) each is an indicator.
``first_seen`` is what was observed, not a validity: it goes in the description.

Format: https://www.elastic.co/guide/en/ecs/current/ecs-threat.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from traque.bulletins import _json
from traque.bulletins._build import ADDRESS, Builder, Context, Head
from traque.bulletins._fields import confidence, moment, pap_tag, tlp
from traque.bulletins._reader import BulletinReader
from traque.errors import MalformedBulletin
from traque.model import Bulletin

_FIELDS: Final = (
    ("ip", ADDRESS),
    ("url.full", "url"),
    ("url.original", "url"),
    ("url.domain", "domain-name"),
    ("email.address", "email-addr"),
    ("file.hash.md5", "md5"),
    ("file.hash.sha1", "sha1"),
    ("file.hash.sha256", "sha256"),
    ("file.hash.sha512", "sha512"),
    ("registry.path", "registry-key"),
    ("file.path", "file-name"),
    ("file.name", "file-name"),
)
"""Fields below ``threat.indicator`` and the kind of their values; the first of a file or URL is taken."""
_TYPES: Final = {
    "ipv4-addr": ADDRESS,
    "ipv6-addr": ADDRESS,
    "domain-name": "domain-name",
    "url": "url",
    "email-addr": "email-addr",
    "autonomous-system": "asn",
    "windows-registry-key": "registry-key",
    "x509-certificate": "x509-certificate",
}
"""``threat.indicator.type`` where the value is only in ``name``."""
_SNIFFED: Final = (b'"threat"', b'"indicator"', b'"provider"', b'"enrichment"')


def _sniff(head: bytes, _name: str) -> float:
    start = head.lstrip()
    if not start.startswith((b"{", b"[")):
        return 0.0
    first = b"\n".join(start.split(b"\n", 2)[:2])  # of a bulk request the first line is the action
    if b'"threat.indicator.' in first:
        return 0.95
    return (
        0.95 if all(mark in first for mark in _SNIFFED[:2]) and any(m in first for m in _SNIFFED[2:]) else 0.0
    )


def _read(data: bytes, name: str) -> tuple[Bulletin, ...]:
    if data.lstrip().startswith(b"["):
        document, notes = _json.load(data, name)
        documents = _json.objects(document)
    else:
        documents, notes = [thing for thing in _json.load_lines(data, name) if isinstance(thing, dict)], ()
    found = [(number, thing) for number, thing in enumerate(map(_source, documents), 1) if _indicator(thing)]
    if not found:
        raise MalformedBulletin(
            "no document holds threat.indicator", where=name, remedy="export the documents of a threat index"
        )
    builder = Builder(_head([thing for _, thing in found]))
    for text in notes:
        builder.note(text)
    for number, thing in found:
        _state(builder, thing, number)
    return (builder.bulletin(),)


def _source(thing: dict[str, Any]) -> dict[str, Any]:
    inner = thing.get("_source")
    return inner if isinstance(inner, dict) else thing


def _indicator(thing: dict[str, Any]) -> bool:
    return any(key.startswith("threat.indicator.") for key in thing) or isinstance(
        _at(thing, "threat.indicator"), dict
    )


def _head(things: list[dict[str, Any]]) -> Head:
    providers, feeds = (
        {_json.text(_at(thing, path)) for thing in things}
        for path in ("threat.indicator.provider", "threat.feed.name")
    )
    return Head(
        format=SPEC.name,
        id=feeds.pop() if len(feeds) == 1 else "",
        producer=providers.pop() if len(providers) == 1 else "",
    )


def _state(builder: Builder, thing: dict[str, Any], number: int) -> None:
    context = _context(thing, number)
    if kind := _json.text(_at(thing, "traque.kind")):
        value = _json.text(_at(thing, "threat.indicator.name")) or _json.text(_at(thing, "traque.value"))
        builder.state(value, kind, context)
    elif values := list(_values(thing)):
        for value, kind in values:
            builder.state(value, kind, context)
    else:
        _named(builder, thing, context)


def _values(thing: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The values in the fields of their kinds: hashes before names, a URL before its host."""
    stated: set[str] = set()
    for path, kind in _FIELDS:
        family = path.partition(".")[0]
        value = _json.text(_at(thing, f"threat.indicator.{path}"))
        if value and (family not in stated or path.startswith("file.hash.")):
            stated.add(family)
            yield value, kind


def _named(builder: Builder, thing: dict[str, Any], context: Context) -> None:
    value = _json.text(_at(thing, "threat.indicator.name"))
    kind = _json.text(_at(thing, "threat.indicator.type"))
    if kind in _TYPES or not kind:
        builder.state(value, _TYPES.get(kind), context)
    else:
        builder.not_searched(value, kind, context.where)


def _context(thing: dict[str, Any], number: int) -> Context:
    described = _json.text(_at(thing, "threat.indicator.description"))
    role = _json.text(_at(thing, "traque.role"))
    first = moment(_at(thing, "threat.indicator.first_seen"))
    group = _at(thing, "threat.group.name")
    return Context(
        tlp=tlp(_json.text(_at(thing, "threat.indicator.marking.tlp"))),
        pap=pap_tag(f"pap:{_json.text(_at(thing, 'traque.pap'))}"),
        confidence=confidence(_json.text(_at(thing, "threat.indicator.confidence"))),
        valid_from=moment(_at(thing, "traque.valid_from")),
        valid_until=moment(_at(thing, "traque.valid_until")),
        description="; ".join(filter(None, (described, f"first seen {first:%Y-%m-%d}" if first else ""))),
        words=(role, described),
        actors=_json.texts(group) or tuple(filter(None, (_json.text(group),))),
        where=f"document {number}",
    )


def _at(thing: dict[str, Any], path: str) -> object:
    """The value at a path, whose dots are levels or part of a name (``{"threat.indicator": {...}}``)."""
    if path in thing:
        return thing[path]
    at = len(path)
    while (at := path.rfind(".", 0, at)) > 0:
        inner = thing.get(path[:at])
        if isinstance(inner, dict):
            return _at(inner, path[at + 1 :])
    return None


SPEC: Final = BulletinReader(
    name="ecs",
    title="Elastic Common Schema (threat.indicator documents)",
    extensions=(".jsonl", ".ndjson", ".json"),
    sniff=_sniff,
    read=_read,
)
"""The reader."""
