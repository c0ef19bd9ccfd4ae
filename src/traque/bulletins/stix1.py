"""STIX 1.0 to 1.2 in XML, as CISA, Meta and MISP's export write it.

- Each ``Indicator``, wherever it stands in the package, states the values of its observables
  (:mod:`traque.bulletins._cybox`); parts joined by AND keep the others beside them.
- What is negated, compared in another way than by equality, a recipient's address, or of a kind that has no
  finder is refused; a Snort, YARA or OpenIOC test mechanism is refused as a pattern.
- Observables outside indicators are facts: hunted only where the package holds no indicator with a value.
- Handling marks give TLP: the header's is the package's, an indicator's own stands for it alone.

Format: https://stixproject.github.io/data-model/1.2/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from traque.bulletins import _xml
from traque.bulletins._build import (
    NEGATED,
    NOT_FOR_DETECTION,
    NOT_SEARCHED,
    PATTERN,
    Builder,
    Context,
    Head,
    is_searched,
)
from traque.bulletins._cybox import Observables, Stated
from traque.bulletins._fields import confidence, moment, pap_tag, strictest, tlp, tlp_tag
from traque.bulletins._reader import BulletinReader
from traque.errors import MalformedBulletin
from traque.model import Bulletin

_PRODUCERS: Final = (
    ("Information_Source", "Identity", "Name"),
    ("Producer", "Identity", "Name"),
    ("Information_Source", "Description"),
)


def _sniff(head: bytes, _name: str) -> float:
    return 1.0 if _xml.begins_with(head, "STIX_Package") else 0.0


def _read(data: bytes, name: str) -> tuple[Bulletin, ...]:
    root, notes = _xml.parse(data, name)
    if _xml.local(root) != "STIX_Package":
        raise MalformedBulletin("the XML is no STIX package", where=name, remedy="export a STIX 1 package")
    builder = Builder(_head(root))
    for text in notes:
        builder.note(text)
    observables = Observables(root)
    stated = 0
    for indicator in _xml.below(root, "Indicator"):
        context = _context(indicator)
        stated += sum(
            _state(builder, value, context)
            for observable in _xml.children(indicator, "Observable")
            for value in observables.values(observable, negated=indicator.get("negate") == "true")
        )
        _mechanisms(builder, indicator, context)
    _facts(builder, root, observables, hunted=not stated)
    return (builder.bulletin(),)


def _head(root: Any) -> Head:
    header = _xml.at(root, "STIX_Header")
    nested = list(_xml.below(root, "Package", "STIX_Package"))
    inner = _xml.at(nested[0], "STIX_Header") if len(nested) == 1 else None
    headers = [found for found in (inner, header) if found is not None]
    actors = [
        _xml.text_at(actor, "Title") or _xml.text_at(actor, "Identity", "Name")
        for actor in _xml.below(root, "Threat_Actor")
    ]
    dates = [
        *(_xml.text_at(found, "Information_Source", "Time", "Produced_Time") for found in headers),
        *(_xml.attribute(package, "timestamp") for package in (*nested[:1], root)),
    ]
    return Head(
        format=SPEC.name,
        id=_xml.attribute(nested[0] if inner is not None else root, "id").lstrip(":"),
        title=next((title for found in headers if (title := _xml.text_at(found, "Title"))), ""),
        producer=next(
            (name for path in _PRODUCERS for found in headers if (name := _xml.text_at(found, *path))), ""
        ),
        published=next((day for text in dates if (day := moment(text))), None),
        tlp=strictest(_mark(found) for found in (*headers, *_xml.below(root, "Incident"))),
        pap=strictest(pap_tag(_statements(found)) for found in headers),
        actors=tuple(dict.fromkeys(filter(None, actors))),
        shared_actors=len(set(actors)) == 1,
    )


def _mark(element: Any) -> str | None:
    """The TLP of the markings directly on ``element``."""
    levels = []
    for handling in _xml.children(element, "Handling"):
        for structure in _xml.below(handling, "Marking_Structure"):
            levels.append(tlp(_xml.attribute(structure, "color")))
            levels.append(tlp_tag(_xml.text(structure)))
    return strictest(levels)


def _statements(element: Any) -> str:
    return " ".join(_xml.text(found) for found in _xml.children(element, "Handling"))


def _context(indicator: Any) -> Context:
    title, described = (_xml.text_at(indicator, name) for name in ("Title", "Description"))
    types = [_xml.text(found) for found in _xml.children(indicator, "Type")]
    valid = _xml.at(indicator, "Valid_Time_Position")
    start, end = (
        (_xml.text_at(valid, name) for name in ("Start_Time", "End_Time")) if valid is not None else ("", "")
    )
    identifier = _xml.attribute(indicator, "id")
    return Context(
        tlp=_mark(indicator),
        confidence=confidence(_xml.text_at(indicator, "Confidence", "Value")),
        valid_from=moment(start),
        valid_until=moment(end),
        description="; ".join(dict.fromkeys(filter(None, (title, described)))),
        words=(title, described, *types),
        where=f"indicator {identifier}" if identifier else "an indicator without id",
    )


def _state(builder: Builder, stated: Stated, context: Context) -> bool:
    value, kind, where = stated.value, stated.kind, context.where
    if stated.victim:
        builder.refuse(
            value, NOT_FOR_DETECTION, "it names a recipient, not the attacker", kind=kind, where=where
        )
    elif stated.negated:
        builder.refuse(value, NEGATED, "the indicator excludes it", kind=kind, where=where)
    elif stated.of_hashed_file:
        reason = "it describes a file that is searched by its hash"
        builder.refuse(value, NOT_SEARCHED, reason, kind=kind, where=where)
    elif kind is not None and not is_searched(kind):
        builder.not_searched(value, kind, where)
    elif stated.condition != "Equals":
        reason = f"{stated.condition} describes many values, it does not name one"
        builder.refuse(value, PATTERN, reason, kind=kind, where=where)
    else:
        own = msgspec.structs.replace(context, together=stated.together) if stated.together else context
        return builder.state(value, kind, own)
    return False


def _mechanisms(builder: Builder, indicator: Any, context: Context) -> None:
    """Rules for other tools, which an indicator may carry beside its observables."""
    for mechanism in (m for found in _xml.children(indicator, "Test_Mechanisms") for m in found):
        kind = _xml.attribute(mechanism, "type").rpartition(":")[2].removesuffix("TestMechanismType").lower()
        reason = f"a rule for {kind or 'another tool'}, not a value"
        builder.refuse(_xml.text(mechanism), PATTERN, reason, kind=kind or None, where=context.where)


def _facts(builder: Builder, root: Any, observables: Observables, *, hunted: bool) -> None:
    """Observables that stand outside indicators."""
    stated = 0
    for observable in _outside(root):
        where = f"observable {_xml.attribute(observable, 'id')}".strip()
        context = Context(description=_xml.text_at(observable, "Title"), where=where)
        for value in observables.values(observable):
            if hunted:
                stated += _state(builder, value, context)
            elif not builder.states(value.value, value.kind):
                reason = "an observed value that no indicator of the package names"
                builder.refuse(value.value, NOT_FOR_DETECTION, reason, kind=value.kind, where=where)
    if stated:
        builder.note(
            f"the package holds no indicator: {stated} of its observed values are hunted as indicators"
        )


def _outside(root: Any) -> Iterator[Any]:
    for observable in _xml.below(root, "Observable"):
        above = {_xml.local(element) for element in observable.iterancestors()}
        if above.isdisjoint(("Indicator", "Observable_Composition")) and not observable.get("idref"):
            yield observable


SPEC: Final = BulletinReader(
    name="stix1",
    title="STIX 1.x packages (XML)",
    extensions=(".xml", ".stix"),
    sniff=_sniff,
    read=_read,
)
"""The reader."""
