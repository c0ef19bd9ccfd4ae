"""STIX 2.0 and 2.1: bundles, lists of objects, single objects, and one object a line.

- An ``indicator``'s pattern is taken apart (:mod:`traque.bulletins._stix_pattern`); revoked indicators
  and those of type ``benign`` are not for detection; YARA, Sigma, Suricata and Snort rules are refused
  as patterns.
- Observed values (``ipv4-addr``, ``file``... objects of their own) are facts, not indicators. Where a bundle
  holds STIX patterns, a value that no pattern names is refused as not for detection. Where it holds none,
  the values are all that the publisher gives: they are hunted, and a note says so.
- The bulletin is the report when there is exactly one (its id, title and date), else the bundle.
- Actors come from ``indicates`` and ``attributed-to`` relationships, else from a shared report.
- TAXII 2.1 envelopes (``{"more": ..., "objects": [...]}``) and saved collections are read the same.
- TLP 1.x and 2.0 markings are known by their identifiers and by their definitions.

Format: https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from traque.bulletins import _json
from traque.bulletins._build import NOT_FOR_DETECTION, WITHDRAWN, Builder, Context, Head
from traque.bulletins._fields import confidence, moment, pap_tag, strictest, tlp_tag
from traque.bulletins._reader import BulletinReader
from traque.bulletins._stix_values import kind_of, state_pattern, unsearched_word, withdraw_pattern
from traque.errors import MalformedBulletin
from traque.expressions import expression
from traque.model import Bulletin

Object = dict[str, Any]

_TLP_MARKINGS: Final = {
    "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": "clear",
    "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": "green",
    "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": "amber",
    "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "red",
    "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487": "clear",
    "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb": "green",
    "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421": "amber",
    "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": "amber+strict",
    "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1": "red",
}
"""STIX 2.1, section 7.2.1.4 (TLP 1.0), and the TLP 2.0 extension definition."""

_PROSE: Final = {
    "report": ("name", "description"),
    "grouping": ("name", "description"),
    "campaign": ("description",),
    "note": ("abstract", "content"),
}
"""What people wrote about the whole of it."""

_ACTORS: Final = frozenset({"threat-actor", "intrusion-set"})
_VALUE_FIELDS: Final = {
    "autonomous-system": "number",
    "directory": "path",
    "domain-name": "value",
    "email-addr": "value",
    "email-message": "subject",
    "file": "name",
    "ipv4-addr": "value",
    "ipv6-addr": "value",
    "mac-addr": "value",
    "mutex": "name",
    "process": "command_line",
    "software": "name",
    "url": "value",
    "user-account": "user_id",
    "windows-registry-key": "key",
    "x509-certificate": "serial_number",
}
"""Where an observed object's value stands; those that are no searched kind are refused as such."""

_DEPTH: Final = 8
_MARK = expression(
    rb'"type"\s*:\s*"(?:bundle|indicator|report|observed-data|malware|relationship|marking-definition|identity'
    rb'|attack-pattern|intrusion-set|threat-actor|campaign|tool|ipv[46]-addr|domain-name)"'
)
_IDENTIFIER = expression(rb'"id"\s*:\s*"[a-z0-9-]+--[0-9a-fA-F-]{36}"')


def _sniff(head: bytes, _name: str) -> float:
    if not head.lstrip().startswith((b"{", b"[")):
        return 0.0
    identified = bool(_IDENTIFIER.search(head))
    if re.search(rb'"type"\s*:\s*"bundle"', head) and (identified or b'"objects"' in head):
        return 0.95
    return 0.9 if identified and _MARK.search(head) else 0.0


def _read(data: bytes, name: str) -> tuple[Bulletin, ...]:
    try:
        document, notes = _json.load(data, name)
    except MalformedBulletin as whole:
        # Several values one after another are not JSON as a whole: perhaps one stands on each line.
        first = data.lstrip().split(b"\n", 1)
        if len(first) == 1 or not first[0].rstrip().endswith(b"}"):
            raise
        try:
            msgspec.json.decode(first[0])
        except (msgspec.DecodeError, RecursionError):
            raise whole from None
        document, notes = _json.load_lines(data, name), ()
    bundle = _Bundle(document)
    if not bundle.objects:
        raise MalformedBulletin("this JSON holds no STIX object", where=name, remedy="export a STIX 2 bundle")
    builder = Builder(bundle.head())
    for text in notes:
        builder.note(text)
    bundle.tell(builder)
    for thing in bundle.of("indicator"):
        _indicator(builder, bundle, thing)
    _observed(builder, bundle)
    return (builder.bulletin(),)


def _is_value(name: str, thing: Object) -> bool:
    """An indicator that is named by its value: ``relay.example`` does not say that it is a relay."""
    return f"'{name}'" in _json.text(thing.get("pattern"))


def _is_stix(thing: Object) -> bool:
    return _json.text(thing.get("id")).startswith(f"{thing['type']}--")


class _Bundle:
    """The objects of a document, the newest version of each, and what they say of one another."""

    def __init__(self, document: object) -> None:
        self.id = ""
        self.objects: list[Object] = []
        newest: dict[str, int] = {}
        for thing in self._walk(document, 0):
            known = newest.get(identifier) if (identifier := _json.text(thing.get("id"))) else None
            if known is None:
                newest[identifier] = len(self.objects)
                self.objects.append(thing)
            elif _json.text(thing.get("modified")) > _json.text(self.objects[known].get("modified")):
                self.objects[known] = thing
        self._by_id = {identifier: self.objects[index] for identifier, index in newest.items()}
        self._markings = {**_TLP_MARKINGS, **dict(self._defined_markings())}
        self._actors = self._related_actors()

    def of(self, kind: str) -> Iterator[Object]:
        """The objects of one type."""
        return (thing for thing in self.objects if thing.get("type") == kind)

    def head(self) -> Head:
        """The report's or the bundle's own statements."""
        reports = [*self.of("report"), *self.of("grouping")]
        report = reports[0] if len(reports) == 1 else {}
        others = f" and {len(reports) - 1} more" if len(reports) > 1 else ""
        creators = {_json.text(thing.get("created_by_ref")) for thing in [report] if report} or {
            _json.text(thing.get("created_by_ref") or thing.get("x_created_by_ref")) for thing in self.objects
        } - {""}
        actors = [_json.text(thing.get("name")) for kind in sorted(_ACTORS) for thing in self.of(kind)]
        return Head(
            format=SPEC.name,
            id=_json.text(report.get("id")) or self.id,
            title=_json.text(reports[0].get("name")) + others if reports else "",
            producer=self._name(creators.pop()) if len(creators) == 1 else "",
            published=moment(report.get("published")) or moment(report.get("created")),
            modified=moment(report.get("modified")),
            tlp=self.tlp(report),
            pap=self._pap(report),
            actors=tuple(dict.fromkeys(filter(None, actors))),
            shared_actors=len(set(actors)) == 1,
        )

    def context(self, thing: Object) -> Context:
        """What an indicator or an observed object says of its values."""
        name, described = (_json.text(thing.get(key)) for key in ("name", "description"))
        words = [
            *_json.texts(thing.get("indicator_types")),
            *_json.texts(thing.get("labels")),
            *_json.texts(thing.get("x_labels")),
        ]
        words += [
            _json.text(phase.get("phase_name")) for phase in _json.objects(thing.get("kill_chain_phases"))
        ]
        identifier = _json.text(thing.get("id"))
        return Context(
            tlp=self.tlp(thing),
            pap=self._pap(thing),
            confidence=confidence(thing.get("confidence")),
            valid_from=moment(thing.get("valid_from")),
            valid_until=moment(thing.get("valid_until")),
            description=described or name,
            words=("" if _is_value(name, thing) else name, described, *words),
            actors=self._actors.get(identifier, ()),
            where=identifier,
            id=identifier,
            modified=moment(thing.get("modified")),
        )

    def tell(self, builder: Builder) -> None:
        """Hand over what people wrote for people."""
        for kind, fields in _PROSE.items():
            for thing in self.of(kind):
                for field in fields:
                    builder.tell("")
                    for line in _json.text(thing.get(field)).split("\n"):
                        builder.tell(line, _json.text(thing.get("id")))

    def tlp(self, thing: Object) -> str | None:
        """The strictest TLP marking of ``thing``."""
        return strictest(self._markings.get(ref) for ref in _json.texts(thing.get("object_marking_refs")))

    def _pap(self, thing: Object) -> str | None:
        refs = _json.texts(thing.get("object_marking_refs"))
        return strictest(pap_tag(_json.text(self._by_id.get(ref, {}).get("name"))) for ref in refs)

    def _name(self, identifier: str) -> str:
        return _json.text(self._by_id.get(identifier, {}).get("name"))

    def _walk(self, document: object, depth: int) -> Iterator[Object]:
        for thing in _json.objects(document):
            if isinstance(thing.get("objects"), list) and thing.get("type") in ("bundle", None):
                self.id = self.id or _json.text(thing.get("id"))
                if depth < _DEPTH:
                    yield from self._walk(thing["objects"], depth + 1)
            elif isinstance(thing.get("type"), str):
                yield thing
            elif depth < _DEPTH and "type" not in thing:  # what a TAXII server saves around its collections
                for inner in thing.values():
                    yield from (found for found in self._walk(inner, depth + 1) if _is_stix(found))

    def _defined_markings(self) -> Iterator[tuple[str, str]]:
        for marking in self.of("marking-definition"):
            definition = marking.get("definition")
            stated = _json.text(definition.get("tlp")) if isinstance(definition, dict) else ""
            if level := tlp_tag(f"tlp:{stated}") or tlp_tag(_json.text(marking.get("name"))):
                yield _json.text(marking.get("id")), level

    def _related_actors(self) -> dict[str, tuple[str, ...]]:
        """The actors of each object that states some: by relationship, else by a shared report."""
        targets: dict[str, list[str]] = {}
        for relation in self.of("relationship"):
            if (
                relation.get("relationship_type") in ("indicates", "attributed-to")
                and relation.get("revoked") is not True
            ):
                targets.setdefault(_json.text(relation.get("source_ref")), []).append(
                    _json.text(relation.get("target_ref"))
                )
        found: dict[str, tuple[str, ...]] = {}
        for report in (*self.of("report"), *self.of("grouping")):
            refs = _json.texts(report.get("object_refs"))
            names = self._actor_names(refs)
            found.update((ref, names) for ref in refs if names and ref not in found)
        for source, direct in targets.items():
            if names := self._actor_names(
                [*direct, *(ref for step in direct for ref in targets.get(step, ()))]
            ):
                found[source] = names
        return found

    def _actor_names(self, refs: Iterable[str]) -> tuple[str, ...]:
        return tuple(
            dict.fromkeys(
                self._name(ref) for ref in refs if ref.split("--")[0] in _ACTORS and self._name(ref)
            )
        )


def _indicator(builder: Builder, bundle: _Bundle, thing: Object) -> None:
    pattern, context = _json.text(thing.get("pattern")), bundle.context(thing)
    if thing.get("revoked") is True:
        reason = "the publisher revoked the indicator"
        if not withdraw_pattern(builder, pattern, _language(thing), reason, context):
            builder.refuse(pattern, WITHDRAWN, reason, where=context.where)
    elif "benign" in _json.texts(thing.get("indicator_types")) or "benign" in _json.texts(
        thing.get("labels")
    ):
        builder.refuse(pattern, NOT_FOR_DETECTION, "the publisher calls it benign", where=context.where)
    else:
        state_pattern(builder, pattern, _language(thing), context)


def _language(thing: Object) -> str:
    return _json.text(thing.get("pattern_type")).lower()


def _observed(builder: Builder, bundle: _Bundle) -> None:
    """Observed values: hunted only where the bundle holds no STIX pattern."""
    patterns = any(_language(thing) in ("", "stix") for thing in bundle.of("indicator"))
    stated = 0
    for thing in _observed_objects(bundle):
        context = bundle.context(thing)
        for path, value in _values(thing):
            kind = kind_of(path)
            if kind is None:
                builder.not_searched(value, unsearched_word(path), context.where)
            elif not patterns:
                stated += builder.state(value, kind, context)
            elif not builder.states(value, kind):
                reason = "an observed value that no indicator of the bundle names"
                builder.refuse(value, NOT_FOR_DETECTION, reason, kind=kind, where=context.where)
    if stated:
        builder.note(
            f"the bundle holds no STIX pattern: {stated} of its observed values are hunted as indicators"
        )


def _observed_objects(bundle: _Bundle) -> Iterator[Object]:
    for thing in bundle.objects:
        if thing["type"] == "observed-data" and isinstance(
            embedded := thing.get("objects"), dict
        ):  # STIX 2.0
            for inner in _json.objects(list(embedded.values())):
                if isinstance(inner.get("type"), str):
                    yield {
                        **inner,
                        "id": thing.get("id"),
                        "object_marking_refs": thing.get("object_marking_refs"),
                    }
        else:
            yield thing


def _values(thing: Object) -> Iterator[tuple[str, str]]:
    """The values of an observed object, each with its object path; a file with hashes is not its name."""
    kind, hashes = thing["type"], thing.get("hashes")
    if isinstance(hashes, dict) and hashes:
        yield from ((f"{kind}:hashes.{name}", _json.text(value)) for name, value in hashes.items())
    elif (field := _VALUE_FIELDS.get(kind)) and (value := _json.text(thing.get(field))):
        yield f"{kind}:{field}", value


SPEC: Final = BulletinReader(
    name="stix2",
    title="STIX 2.0 and 2.1 (JSON bundles and JSON lines)",
    extensions=(".json", ".jsonl", ".ndjson", ".stix", ".stix2"),
    sniff=_sniff,
    read=_read,
)
"""The reader."""
