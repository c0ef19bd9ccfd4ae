"""CybOX 2: the observed properties that STIX 1 indicators are made of.

An observable is a tree of compositions (AND, OR) whose leaves are objects; an object has properties, and each
property with text is one stated value. Known properties have a kind; the others are refused by their name.
A file is searched by its hashes: its name, path and size only say more of it.

Format: https://cyboxproject.github.io/documentation/
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

import msgspec

from traque.bulletins import _xml
from traque.bulletins._build import ADDRESS, HASH

_CATEGORIES: Final = {
    "": ADDRESS,
    "ipv4-addr": ADDRESS,
    "ipv4-net": ADDRESS,
    "ipv4-net-mask": "netmask",
    "ipv6-addr": ADDRESS,
    "ipv6-net": ADDRESS,
    "cidr": ADDRESS,
    "e-mail": "email-addr",
    "asn": "asn",
    "mac": "mac-addr",
}
_OF_OBJECT: Final = {
    ("DomainName", "Value"): "domain-name",
    ("Mutex", "Name"): "mutex",
    ("Pipe", "Name"): "pipe",
    ("Process", "Name"): "process-name",
    ("AS", "Number"): "asn",
    ("WindowsRegistryKey", "Key"): "registry-key",
    ("X509Certificate", "Serial_Number"): "x509-certificate",
}
"""Properties whose meaning depends on the object."""
_PROPERTIES: Final = {
    "Hostname_Value": "domain-name",
    "Domain_Name": "domain-name",
    "File_Name": "file-name",
    "File_Path": "file-name",
    "User_Agent": "user-agent",
    "Subject": "email-subject",
    "Port_Value": "port",
}
_NOT_A_HASH: Final = frozenset({"ssdeep", "other"})
_NO_VALUES: Final = frozenset(
    {"Type", "File_Format", "Layer3_Protocol", "Layer4_Protocol", "Layer7_Protocol", "Hive"}
)
"""Properties that say how to read another one."""
_DELIMITER: Final = "##comma##"
_RECIPIENTS: Final = frozenset({"To", "CC", "BCC", "Recipient"})
_REFERENCES: Final = frozenset({"Attachments", "Links"})
_DEPTH: Final = 32
_TOGETHER: Final = 12
"""Values named in ``together``."""


class Stated(msgspec.Struct, frozen=True):
    """One value: its kind (None: whatever its form says), how it is compared, what AND joins it to."""

    value: str
    kind: str | None
    condition: str = "Equals"
    negated: bool = False
    victim: bool = False
    of_hashed_file: bool = False
    together: tuple[str, ...] = ()


class Observables:
    """The observables of a document, by their identifiers."""

    def __init__(self, root: Any) -> None:
        self._by_id = {
            name: element
            for element in root.iter()
            if _xml.local(element) in ("Observable", "Object") and (name := _xml.attribute(element, "id"))
        }

    def values(self, observable: Any, *, negated: bool = False, depth: int = 0) -> list[Stated]:
        """The values of one observable, its references followed."""
        observable = self._resolved(observable)
        negated ^= _xml.attribute(observable, "negate") == "true"
        composition = _xml.at(observable, "Observable_Composition")
        if composition is None or depth >= _DEPTH:
            return list(self._objects(observable, negated))
        parts = [
            self.values(part, negated=negated, depth=depth + 1)
            for part in _xml.children(composition, "Observable")
        ]
        if _xml.attribute(composition, "operator") != "AND":
            return [value for part in parts for value in part]
        return [
            msgspec.structs.replace(
                value, together=(*value.together, *islice(_beside(parts, part), _TOGETHER))[:_TOGETHER]
            )
            for part in parts
            for value in part
        ]

    def _resolved(self, element: Any) -> Any:
        reference = _xml.attribute(element, "idref")
        return self._by_id.get(reference, element) if reference else element

    def _objects(self, observable: Any, negated: bool) -> Iterator[Stated]:
        for thing in _xml.children(observable, "Object"):
            thing = self._resolved(thing)  # noqa: PLW2901
            for element in (thing, *_xml.below(thing, "Related_Object")):
                related = self._resolved(element)
                for properties in _xml.children(related, "Properties"):
                    yield from _properties(properties, negated)


def _beside(parts: list[list[Stated]], own: list[Stated]) -> Iterator[str]:
    return (other.value for part in parts if part is not own for other in part)


def _properties(properties: Any, negated: bool) -> Iterator[Stated]:
    hashed = any(_xml.text(value) for value in _xml.below(properties, "Simple_Hash_Value"))
    for leaf in properties.iterdescendants():
        name, written = _xml.local(leaf), (leaf.text or "").strip()
        if not written or len(leaf) or name in _NO_VALUES:
            continue
        above = {_xml.local(element) for element in leaf.iterancestors()}
        if above & _REFERENCES:
            continue
        condition = leaf.get("condition") or "Equals"
        delimiter = leaf.get("delimiter") or _DELIMITER
        kind = _kind(leaf, name)
        if kind == "registry-key" and (hive := _xml.text_at(leaf.getparent(), "Hive")):
            written = f"{hive}\\{written}"
        for value in written.split(delimiter):
            yield Stated(
                value.strip(),
                kind,
                condition,
                negated != (condition in ("DoesNotEqual", "DoesNotContain")),
                bool(above & _RECIPIENTS),
                hashed and kind not in (HASH, "md5", "sha1", "sha256", "sha512"),
            )


def _kind(leaf: Any, name: str) -> str | None:
    thing = next((kind for element in leaf.iterancestors() if (kind := _object_kind(element))), "")
    if name == "Address_Value":
        category = _xml.attribute(leaf.getparent(), "category")
        return _CATEGORIES.get(category, category)
    if name in ("Simple_Hash_Value", "Fuzzy_Hash_Value"):
        stated = _xml.text_at(leaf.getparent(), "Type").lower().replace("-", "").replace("_", "")
        return "ssdeep" if name.startswith("Fuzzy") or stated in _NOT_A_HASH else stated or HASH
    if name == "Value" and thing in ("URI", "Link"):
        stated = next((found for e in leaf.iterancestors() if (found := _xml.attribute(e, "type"))), "")
        return "domain-name" if "domain" in stated.lower() else "url"
    return _OF_OBJECT.get((thing, name)) or _PROPERTIES.get(name) or f"{thing}:{name}".strip(":")


def _object_kind(element: Any) -> str:
    """``DomainName`` for properties of the type ``DomainNameObj:DomainNameObjectType``."""
    for key, value in element.attrib.items():
        if str(key).endswith("}type"):
            return str(value).rpartition(":")[2].removesuffix("Type").removesuffix("Object")
    return ""
