"""MISP events in JSON: one event, ``{"Event": ...}``, ``{"response": [...]}`` or a list of events.

Attributes and the attributes of objects are read; each becomes an indicator or a refusal:

- ``to_ids`` false, and the types ``link`` and ``comment`` (references for people), are
  *not for detection*; where ``to_ids`` is missing altogether it counts as true. What only lacks the mark
  is kept ``unmarked`` beside, for who wants to hunt it all the same;
- an attribute that was deleted, or whose object was, is *withdrawn*;
- of a composite (``filename|sha1``, ``ip-dst|port``, ``regkey|value``...) the parts that can be searched
  become indicators, with the others beside them (``together``); a port never becomes one. Likewise a file
  name in an object stands together with the object's hashes;
- first and last seen are what the publisher observed, not a validity: they go in the description.

Tags give TLP, PAP and actors; galaxies give actors. A proposal (``ShadowAttribute``) is not part of
the event until its owner accepts it, and is left out with a note.

Format: https://www.misp-standard.org/rfc/misp-standard-core.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import msgspec

from traque.bulletins import _json
from traque.bulletins._build import (
    ADDRESS,
    NOT_FOR_DETECTION,
    NOT_SEARCHED,
    UNMARKED,
    WITHDRAWN,
    Builder,
    Context,
    Head,
)
from traque.bulletins._fields import moment, pap_tag, strictest, tlp_tag
from traque.bulletins._reader import BulletinReader
from traque.errors import MalformedBulletin
from traque.expressions import expression
from traque.model import Bulletin

_KINDS: Final = {
    "ip": ADDRESS,
    "ip-src": ADDRESS,
    "ip-dst": ADDRESS,
    "domain": "domain-name",
    "hostname": "domain-name",
    "url": "url",
    "uri": "url",
    "email": "email-addr",
    "email-src": "email-addr",
    "email-dst": "email-addr",
    "email-reply-to": "email-addr",
    "target-email": "email-addr",
    "md5": "md5",
    "sha1": "sha1",
    "sha256": "sha256",
    "sha512": "sha512",
    "filename": "file-name",
    "attachment": "file-name",
    "regkey": "registry-key",
    "mutex": "mutex",
    "named pipe": "named-pipe",
    "user-agent": "user-agent",
    "windows-service-name": "windows-service",
    "windows-service-displayname": "windows-service",
    "ja3-fingerprint-md5": "ja3",
    "AS": "asn",
    "x509-fingerprint-md5": "x509-certificate",
    "x509-fingerprint-sha1": "x509-certificate",
    "x509-fingerprint-sha256": "x509-certificate",
}
"""MISP attribute types that traque can search, and the kind asked for."""

_UNSEARCHED: Final = {"malware-sample": "file-name"}
"""Other types that have a name of their own in traque; the rest keep MISP's."""

_REFERENCES: Final = frozenset({"link", "comment"})
_VICTIMS: Final = "target-"
_COMPOSITES: Final = {"malware-sample": ("filename", "md5")}
"""Composites whose type does not spell out its parts."""
_SELF_SUFFICIENT: Final = frozenset({"md5", "sha1", "sha256", "sha512"})
"""Parts that say as much alone as the whole composite does."""

_SECTION_OBJECTS: Final = frozenset({"pe-section", "elf-section", "macho-section"})
_ACTOR_GALAXIES: Final = frozenset(
    {
        "threat-actor",
        "mitre-intrusion-set",
        "mitre-enterprise-attack-intrusion-set",
        "microsoft-activity-group",
        "360net-threat-actor",
    }
)
_ACTOR_TAG = expression(r'misp-galaxy:([a-z0-9-]+)="(.*)"', re.IGNORECASE | re.DOTALL)
_LONG: Final = 1 << 20
"""Bytes from which on the attributes of an event are decoded one by one."""
_DECODER: Final = msgspec.json.Decoder()
_DEPTH: Final = 8
"""Levels of ``response`` in ``response`` that are followed."""


def _sniff(head: bytes, _name: str) -> float:
    start = head.lstrip()
    if not start.startswith((b"{", b"[")):
        return 0.0
    if re.search(rb'"(?:Event|response)"\s*:\s*[\[{]', head[:4096]):
        return 0.95
    marks = sum(
        mark in head
        for mark in (b'"Attribute"', b'"Orgc"', b'"threat_level_id"', b'"to_ids"', b'"info"', b'"Object"')
    )
    return 0.9 if marks >= 2 else 0.0


def _read(data: bytes, name: str) -> tuple[Bulletin, ...]:
    if (one := _long_event(data)) is not None:
        return (read_event(one, SPEC.name),)
    document, notes = _json.load(data, name)
    events = list(_events(document))
    if not events:
        raise MalformedBulletin(
            "this JSON looks like a MISP export but holds no event",
            where=name,
            remedy="export the event as MISP JSON",
        )
    return tuple(read_event(event, SPEC.name, notes) for event in events)


class _Event(msgspec.Struct):
    """The fields of an event; its attributes stay JSON until each is read."""

    Attribute: list[msgspec.Raw]
    uuid: Any = None
    info: Any = None
    date: Any = None
    timestamp: Any = None
    publish_timestamp: Any = None
    Orgc: Any = None
    Org: Any = None
    Tag: Any = None
    Galaxy: Any = None
    EventReport: Any = None
    Object: Any = None
    ShadowAttribute: Any = None


class _Wrapped(msgspec.Struct):
    Event: _Event


def _long_event(data: bytes) -> dict[str, Any] | None:
    """The one event of a long file, with attributes that are decoded one by one; None: it is another file.

    A million attributes as dictionaries take gigabytes.
    """
    if len(data) < _LONG:
        return None
    try:
        event = msgspec.json.decode(data, type=_Wrapped).Event
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None  # read as a whole, which says where the fault is
    return msgspec.structs.asdict(event)


def _events(document: object, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > _DEPTH:
        return
    for item in _json.objects(document):
        if inner := next(
            (item[key] for key in ("Event", "response") if isinstance(item.get(key), dict | list)), None
        ):
            yield from _events(inner, depth + 1)
        elif "info" in item or "Attribute" in item or "Object" in item:
            yield item


def read_event(event: dict[str, Any], form: str, notes: tuple[str, ...] = ()) -> Bulletin:
    """The bulletin that the fields of one event make, in whatever ``form`` they were exported."""
    tags = _tags(event)
    builder = Builder(
        Head(
            format=form,
            id=_json.text(event.get("uuid")),
            title=_json.text(event.get("info")),
            producer=next(
                (_json.text(o.get("name")) for o in _json.objects(event.get("Orgc") or event.get("Org"))), ""
            ),
            published=moment(event.get("publish_timestamp")) or moment(event.get("date")),
            modified=moment(event.get("timestamp")),
            tlp=strictest(map(tlp_tag, tags)),
            pap=strictest(map(pap_tag, tags)),
            actors=_actors(event, tags),
        )
    )
    for text in notes:
        builder.note(text)
    builder.tell(builder.head.title, "info")
    for report in _json.objects(event.get("EventReport")):
        _report(builder, report)
    for attribute in _attributes(event.get("Attribute")):
        _attribute(builder, attribute, None)
    for thing in _json.objects(event.get("Object")):
        for attribute in _json.objects(thing.get("Attribute")):
            _attribute(builder, attribute, thing)
    if proposals := len(_json.objects(event.get("ShadowAttribute"))):
        builder.note(f"{proposals} x ShadowAttribute left out: a proposal that the owner has not accepted")
    return builder.bulletin()


def _attributes(stated: object) -> Iterator[dict[str, Any]]:
    if isinstance(stated, list) and stated and isinstance(stated[0], msgspec.Raw):
        for index, raw in enumerate(stated):
            stated[index] = None  # read once: the JSON of it may go
            if isinstance(attribute := _DECODER.decode(raw), dict):
                yield attribute
    else:
        yield from _json.objects(stated)


def _report(builder: Builder, report: dict[str, Any]) -> None:
    """A report that people wrote about the event."""
    if not _true(report.get("deleted")):
        name = _json.text(report.get("name"))
        for line in _json.text(report.get("content")).split("\n"):
            builder.tell(line, f"report {name}")


def _attribute(builder: Builder, attribute: dict[str, Any], thing: dict[str, Any] | None) -> None:
    kind, value = _json.text(attribute.get("type")), _json.text(attribute.get("value"))
    context = _context(attribute, thing)
    if _true(attribute.get("deleted")) or (thing and _true(thing.get("deleted"))):
        reason = "the publisher deleted it"
        if kind in _KINDS:
            builder.withdraw(value, _KINDS[kind], reason, context.where, context.modified)
        else:
            builder.refuse(value, WITHDRAWN, reason, kind=_kind_word(kind), where=context.where)
    elif refusal := _not_for_detection(kind):
        builder.refuse(value, NOT_FOR_DETECTION, refusal, kind=_kind_word(kind), where=context.where)
    elif not _true(attribute.get("to_ids", True)):
        builder.refuse(value, NOT_FOR_DETECTION, UNMARKED, kind=_kind_word(kind), where=context.where)
        _value(builder.unmarked, kind, value, context, thing)
    else:
        _value(builder, kind, value, context, thing)


def _value(builder: Builder, kind: str, value: str, context: Context, thing: dict[str, Any] | None) -> None:
    if thing and _json.text(thing.get("name")) in _SECTION_OBJECTS:
        reason = "it describes a section inside a program, not a file: logs do not carry it"
        builder.refuse(value, NOT_SEARCHED, reason, kind=_kind_word(kind), where=context.where)
    elif kind in _KINDS:
        builder.state(value, _KINDS[kind], _named(context, kind, thing))
    elif "|" in kind or kind in _COMPOSITES:
        _composite(builder, kind, value, context)
    else:
        builder.not_searched(value, _kind_word(kind), context.where)


def _named(context: Context, kind: str, thing: dict[str, Any] | None) -> Context:
    """A file's name in an object says less than the object, which knows its hashes."""
    if kind != "filename" or thing is None:
        return context
    others = (
        (_json.text(a.get("type")), _json.text(a.get("value"))) for a in _json.objects(thing.get("Attribute"))
    )
    return msgspec.structs.replace(
        context, together=tuple(f"{own} {value}" for own, value in others if own in _SELF_SUFFICIENT)
    )


def _composite(builder: Builder, kind: str, value: str, context: Context) -> None:
    """``domain|ip`` and the like: the parts that can be searched, each with the other beside it."""
    kinds = _COMPOSITES.get(kind) or tuple(kind.split("|"))
    parts = value.rsplit("|", len(kinds) - 1)  # a file name may hold the separator, a hash may not
    searched = [(k, part) for k, part in zip(kinds, parts, strict=False) if k in _KINDS and part.strip()]
    if not searched or len(parts) != len(kinds):
        builder.not_searched(value, _kind_word(kind), context.where)
        return
    for own, part in searched:
        others = tuple(f"{k} {p.strip()}" for k, p in zip(kinds, parts, strict=True) if (k, p) != (own, part))
        alone = own in _SELF_SUFFICIENT
        described = "; ".join(filter(None, (context.description, *(others if alone else ()))))
        builder.state(
            part,
            _KINDS[own],
            msgspec.structs.replace(
                context, description=described, together=() if alone else others, typed=kind
            ),
        )


def _context(attribute: dict[str, Any], thing: dict[str, Any] | None) -> Context:
    tags = _tags(attribute) if attribute.get("Tag") else ()
    comment = _json.text(attribute.get("comment"))
    around = _json.text(thing.get("comment")) if thing else ""
    seen = _seen(attribute) or (_seen(thing) if thing else "")
    described = "; ".join(dict.fromkeys(filter(None, (comment, around, seen)))) if around or seen else comment
    uuid = _json.text(attribute.get("uuid"))
    return Context(
        tlp=_marks(tags)[0] if tags else None,
        pap=_marks(tags)[1] if tags else None,
        description=described,
        words=(comment, around, *tags) if comment or around or tags else (),
        actors=_actors(attribute, tags) if tags or attribute.get("Galaxy") else (),
        where=f"attribute {uuid}" if uuid else _json.text(attribute.get("where")),
        typed=_json.text(attribute.get("type")),
        id=uuid,
        modified=_modified(_json.text(attribute.get("timestamp"))),
    )


@lru_cache(maxsize=1024)
def _marks(tags: tuple[str, ...]) -> tuple[str | None, str | None]:
    """TLP and PAP: many attributes bear the same tags."""
    return strictest(map(tlp_tag, tags)), strictest(map(pap_tag, tags))


@lru_cache(maxsize=1024)
def _tagged_actors(tags: tuple[str, ...]) -> tuple[str, ...]:
    found = (_ACTOR_TAG.fullmatch(tag) for tag in tags)
    return tuple(tag[2] for tag in found if tag and tag[1].lower() in _ACTOR_GALAXIES)


@lru_cache(maxsize=1024)
def _modified(stamp: str) -> datetime | None:
    """Many attributes of an event were written in the same second."""
    return moment(stamp)


def _not_for_detection(kind: str) -> str:
    """Why an attribute of this type is not meant for detection, or empty."""
    if kind in _REFERENCES:
        return f"a {kind} for the reader, not an indicator"
    if kind.startswith(_VICTIMS):
        return "it names a victim, not the attacker"
    return ""


def _kind_word(kind: str) -> str:
    return _UNSEARCHED.get(kind) or _KINDS.get(kind) or kind or "unstated"


def _seen(item: dict[str, Any]) -> str:
    stated = item.get("first_seen"), item.get("last_seen")
    if stated == (None, None):
        return ""
    first, last = map(moment, stated)
    if first and last:
        return f"seen from {first:%Y-%m-%d} to {last:%Y-%m-%d}"
    return f"first seen {first:%Y-%m-%d}" if first else f"last seen {last:%Y-%m-%d}" if last else ""


def _tags(item: dict[str, Any]) -> tuple[str, ...]:
    return tuple(_json.text(tag.get("name")) for tag in _json.objects(item.get("Tag")))


def _actors(item: dict[str, Any], tags: tuple[str, ...]) -> tuple[str, ...]:
    if not item.get("Galaxy"):
        return tuple(dict.fromkeys(filter(None, _tagged_actors(tags))))
    names = [
        _json.text(cluster.get("value"))
        for galaxy in _json.objects(item.get("Galaxy"))
        if _json.text(galaxy.get("type")) in _ACTOR_GALAXIES
        for cluster in _json.objects(galaxy.get("GalaxyCluster"))
    ]
    names += _tagged_actors(tags)
    return tuple(dict.fromkeys(name for name in names if name))


def _true(value: object) -> bool:
    return value is True or value in (1, "1") or (isinstance(value, str) and value.lower() == "true")


SPEC: Final = BulletinReader(
    name="misp-json",
    title="MISP events (JSON)",
    extensions=(".json",),
    sniff=_sniff,
    read=_read,
)
"""The reader."""
