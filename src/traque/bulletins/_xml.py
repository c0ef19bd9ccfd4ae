"""XML that strangers wrote, parsed without trust.

No entity is expanded, no DTD and no network is touched, and libxml2's own bounds (256 levels, 10 MB in one
text) stay on. A document that declares entities is refused: no bulletin needs them, bombs and file thefts do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from traque.errors import MalformedBulletin
from traque.expressions import expression

_EMPTY_PREFIX = expression(rb"""\sxmlns:\s*=\s*(?:""|'')""")
"""``xmlns:=""``: the declaration of an empty prefix, which some exporters write and no parser takes."""
_ENTITY = expression(rb"<!ENTITY")
_REMEDY: Final = "fetch the file again from its publisher"
_OPENING: Final = 4096


def parse(data: bytes, name: str) -> tuple[Any, tuple[str, ...]]:
    """The root element of the document, and notes on what was repaired; MalformedBulletin for what breaks.

    ``data`` is UTF-8, whatever the document declares.
    """
    from lxml import etree

    if _ENTITY.search(data):
        raise MalformedBulletin(
            "the XML declares entities, which no bulletin needs and attacks use: it is not read",
            where=name,
            remedy="check where the file comes from",
        )
    notes: tuple[str, ...] = ()
    repaired, empty = _EMPTY_PREFIX.subn(b" ", data)
    if empty:
        notes = ('an empty namespace declaration (xmlns:="") was ignored',)
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(repaired.lstrip(), parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        reason = str(error.msg or "it is not XML").split(", line ", maxsplit=1)[0]
        raise MalformedBulletin(
            f"the XML is not well-formed: {reason}",
            where=f"{name}, line {line}, column {column}",
            remedy=_REMEDY,
        ) from None
    if root is None:
        raise MalformedBulletin("the XML holds no element", where=name, remedy=_REMEDY)
    return root, notes


def begins_with(head: bytes, *names: str) -> bool:
    """Whether the first element of an XML document is called one of ``names``, whatever its prefix."""
    bare = re.sub(rb"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", b"", head, flags=re.DOTALL)
    found = re.match(rb"\s*<(?:[\w.-]*:)?([\w.-]+)[\s/>]", bare[:_OPENING])
    return found is not None and found[1].decode("ascii", "replace") in names


def local(element: Any) -> str:
    """The name of an element without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(element: Any, *names: str) -> Iterator[Any]:
    """The direct children of one of ``names``."""
    return (child for child in element if local(child) in names)


def below(element: Any, *names: str) -> Iterator[Any]:
    """The elements of one of ``names`` below ``element``, in document order."""
    return (found for found in element.iterdescendants() if local(found) in names)


def at(element: Any, *path: str) -> Any:
    """The first element at the path of local names, or None."""
    found = [element]
    for name in path:
        found = [child for parent in found for child in children(parent, name)]
    return found[0] if found else None


def text_at(element: Any, *path: str) -> str:
    """The text of the first element at the path, white space folded; empty when there is none."""
    return text(at(element, *path))


def text(element: Any) -> str:
    """All the text of an element, white space folded."""
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def attribute(element: Any, name: str) -> str:
    """The value of an attribute, whatever its namespace."""
    return next(
        (str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), ""
    )
