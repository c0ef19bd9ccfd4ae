"""OpenIOC 1.0 and 1.1 (``.ioc``, XML), as FireEye published it and MISP exports it.

The definition is a tree of AND and OR over items; an item says which term of a record is compared
(``PortItem/remoteIP``), how, and with what. Under AND the values of the other branches stay with each value.
``contains`` names one value only where the term holds exactly one such value (a DNS name); a part of a path
or a URI does not. An export of MISP leaves ``Content`` empty and has the value as the item's ``id``.

Format: https://github.com/fireeye/OpenIOC_1.1
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

import msgspec

from traque.bulletins import _xml
from traque.bulletins._build import (
    ADDRESS,
    HASH,
    NEGATED,
    PATTERN,
    Builder,
    Context,
    Head,
    is_searched,
    observe,
)
from traque.bulletins._fields import moment, pap_tag, tlp_tag
from traque.bulletins._reader import BulletinReader
from traque.errors import MalformedBulletin, ObservableError
from traque.expressions import expression
from traque.model import Bulletin

_TERMS: Final = (
    (r"FileItem/Md5sum|.*/Md5sum", "md5"),
    (r"FileItem/Sha1sum|.*/Sha1sum", "sha1"),
    (r"FileItem/Sha256sum|.*/Sha256sum", "sha256"),
    (
        r"PortItem/(?:remoteIP|localIP)|RouteEntryItem/(?:Destination|Gateway)|Network/(?:IP|IPv4|IPv6)",
        ADDRESS,
    ),
    (r"DnsEntryItem/RecordData/IPv4Address|ArpEntryItem/.*IP.*|.*/(?:remote|local|source|dest)IP", ADDRESS),
    (
        r"DnsEntryItem/(?:RecordName|Host|RecordData/Host)|Network/DNS|.*/hostname|Network/HTTP_Host",
        "domain-name",
    ),
    (r"UrlHistoryItem/(?:URL|HostName)|FormHistoryItem/.*URL|FileDownloadHistoryItem/SourceURL", None),
    (r"Network/URI|Network/URL", "url"),
    (r"Email/(?:From|Sender|ReplyTo|Reply-To)", "email-addr"),
    (r"Email/(?:To|CC|BCC)", "email-recipient"),
    (r"Network/UserAgent|Network/User_?Agent|.*/UserAgent", "user-agent"),
    (
        r"FileItem/(?:FileName|FilePath|FullPath)|ProcessItem/(?:name|path)|ServiceItem/path|.*/OriginalFilename",
        "file-name",
    ),
    (r"ProcessItem/HandleList/Handle/Name", "mutex"),
    (r"RegistryItem/(?:Path|KeyPath)", "registry-key"),
)
"""Search terms (a whole match, case-free) and the kind of their values."""
_KINDS: Final = tuple((re.compile(f"(?i)(?:{terms})"), kind) for terms, kind in _TERMS)
_UNKNOWN: Final = object()
_WHOLE_BY_NATURE: Final = frozenset({"domain-name", "email-addr", ADDRESS, HASH, "md5", "sha1", "sha256"})
"""Kinds of which a record holds a whole value, so that ``contains`` a whole value names it."""
_CONTENT_TYPES: Final = {"IP": ADDRESS, "md5": "md5", "sha1": "sha1", "sha256": "sha256"}
_IDENTIFIER = expression(r"(?i)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_DEPTH: Final = 64
_TOGETHER: Final = 12
"""Values named in ``together``."""
_ACTOR_LINKS: Final = frozenset({"threatgroup", "threat-actor", "actor"})


class _Item(msgspec.Struct, frozen=True):
    value: str
    term: str
    kind: str | None
    known: bool
    condition: str
    negated: bool
    where: str
    together: tuple[str, ...] = ()


def _sniff(head: bytes, _name: str) -> float:
    if _xml.begins_with(head, "OpenIOC"):
        return 0.9
    return 1.0 if _xml.begins_with(head, "ioc") and b"mandiant.com/" in head else 0.0


def _read(data: bytes, name: str) -> tuple[Bulletin, ...]:
    root, notes = _xml.parse(data, name)
    documents = [root] if _xml.local(root) == "ioc" else list(_xml.below(root, "ioc"))
    if not documents:
        raise MalformedBulletin("the XML holds no ioc element", where=name, remedy="fetch the file again")
    return tuple(_document(document, notes) for document in documents)


def _document(root: Any, notes: tuple[str, ...]) -> Bulletin:
    builder = Builder(_head(root))
    for text in notes:
        builder.note(text)
    links = [_xml.text(link) for link in _xml.below(root, "link")]
    title, described = builder.head.title, _first(root, "description")
    words = (title, *links) if len(described) > 200 else (title, described, *links)
    for tree in (*_xml.children(root, "definition"), *_xml.children(root, "criteria")):
        for indicator in _xml.children(tree, "Indicator"):
            for item in _items(indicator, 0):
                _state(builder, item, Context(description=title, words=words, where=item.where))
    return builder.bulletin()


def _head(root: Any) -> Head:
    described = _first(root, "description")
    actors = [
        _xml.text(link) for link in _xml.below(root, "link") if link.get("rel", "").lower() in _ACTOR_LINKS
    ]
    short = _first(root, "short_description")
    return Head(
        format=SPEC.name,
        id=_xml.attribute(root, "id"),
        title=described if re.fullmatch(r"Event #\d+", short) and described else short,
        producer=_first(root, "authored_by"),
        published=moment(_first(root, "authored_date")) or moment(_xml.attribute(root, "last-modified")),
        tlp=tlp_tag(described),
        pap=pap_tag(described),
        actors=tuple(dict.fromkeys(filter(None, actors))),
    )


def _first(root: Any, name: str) -> str:
    return next((found for element in _xml.below(root, name) if (found := _xml.text(element))), "")


def _items(indicator: Any, depth: int) -> list[_Item]:
    """The items below an ``Indicator``; under AND each with the values of the other branches."""
    if depth > _DEPTH:
        raise RecursionError
    branches = [
        [_item(child)] if _xml.local(child) == "IndicatorItem" else _items(child, depth + 1)
        for child in _xml.children(indicator, "IndicatorItem", "Indicator")
    ]
    if indicator.get("operator", "OR").upper() != "AND":
        return [item for branch in branches for item in branch]
    return [
        msgspec.structs.replace(
            item, together=(*item.together, *islice(_beside(branches, branch), _TOGETHER))[:_TOGETHER]
        )
        for branch in branches
        for item in branch
    ]


def _beside(branches: list[list[_Item]], own: list[_Item]) -> Iterator[str]:
    for branch in branches:
        if branch is not own and branch:
            yield " or ".join(f"{item.term} {item.condition} {item.value}" for item in branch[:4])


def _item(element: Any) -> _Item:
    context, content = _xml.at(element, "Context"), _xml.at(element, "Content")
    term = context.get("search", "") if context is not None else ""
    identifier = element.get("id", "")
    value = (content.text or "").strip() if content is not None else ""
    if not value and not _IDENTIFIER.fullmatch(identifier):
        value = identifier
    kind: Any = next((kind for terms, kind in _KINDS if terms.fullmatch(term)), _UNKNOWN)
    if kind is _UNKNOWN and content is not None:
        kind = _CONTENT_TYPES.get(content.get("type", ""), _UNKNOWN)
    condition = element.get("condition", "is")
    negated = element.get("negate") == "true" or condition in ("isnot", "containsnot")
    return _Item(
        value=value,
        term=term or "an unnamed term",
        kind=None if kind is _UNKNOWN else kind,
        known=kind is not _UNKNOWN,
        condition=condition,
        negated=negated,
        where=f"item {identifier}" if identifier else "an item without id",
    )


def _state(builder: Builder, item: _Item, context: Context) -> None:
    value, kind, where = item.value, item.kind, item.where
    if item.negated:
        builder.refuse(value, NEGATED, f"the item excludes it ({item.condition})", kind=kind, where=where)
    elif not item.known or not is_searched(kind):
        builder.not_searched(value, kind or item.term, where)
    elif not _names_one(value, item):
        reason = f"{item.condition} describes many values, it does not name one"
        builder.refuse(value, PATTERN, reason, kind=kind, where=where)
    else:
        builder.state(value, kind, msgspec.structs.replace(context, together=item.together))


def _names_one(value: str, item: _Item) -> bool:
    if item.condition == "is":
        return True
    if item.condition != "contains" or item.kind not in _WHOLE_BY_NATURE:
        return False
    try:
        return observe(value, item.kind) is not None
    except ObservableError:
        return False


SPEC: Final = BulletinReader(
    name="openioc",
    title="OpenIOC (XML)",
    extensions=(".ioc", ".xml"),
    sniff=_sniff,
    read=_read,
)
"""The reader."""
