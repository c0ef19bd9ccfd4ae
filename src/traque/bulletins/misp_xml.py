"""The XML that older MISP servers export: the same events as in JSON, an element for each field.

Elements are taken as the fields of :mod:`traque.bulletins.misp_json`; one that is repeated is a list.

Format: https://www.misp-standard.org/rfc/misp-standard-core.html (the names)
"""

from __future__ import annotations

from typing import Any, Final

from traque.bulletins import _xml
from traque.bulletins._reader import BulletinReader
from traque.bulletins.misp_json import read_event
from traque.errors import MalformedBulletin
from traque.model import Bulletin

_LISTS: Final = frozenset({"Attribute", "Object", "Tag", "Galaxy", "GalaxyCluster", "ShadowAttribute"})
_SKIPPED: Final = frozenset({"RelatedEvent", "RelatedAttribute", "EventReport"})
"""Other events, and text that is no field."""


def _sniff(head: bytes, _name: str) -> float:
    if not _xml.begins_with(head, "response", "Event", "xml"):
        return 0.0
    return 1.0 if b"<Event>" in head and (b"<Attribute>" in head or b"<info>" in head) else 0.0


def _read(data: bytes, name: str) -> tuple[Bulletin, ...]:
    root, notes = _xml.parse(data, name)
    events = [root] if _xml.local(root) == "Event" else list(_events(root))
    if not events:
        raise MalformedBulletin("the XML holds no MISP event", where=name, remedy="export the event again")
    return tuple(read_event(_fields(event), SPEC.name, notes) for event in events)


def _events(root: Any) -> Any:
    """The events of the export, not those they are related to."""
    for event in _xml.below(root, "Event"):
        if not any(_xml.local(above) in _SKIPPED for above in event.iterancestors()):
            yield event


def _fields(element: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in element:
        name = _xml.local(child)
        if name in _SKIPPED:
            continue
        value = _fields(child) if len(child) else (child.text or "").strip()
        if name in _LISTS:
            found.setdefault(name, []).append(value)
        else:
            found.setdefault(name, value)
    return found


SPEC: Final = BulletinReader(
    name="misp-xml",
    title="MISP events (XML)",
    extensions=(".xml",),
    sniff=_sniff,
    read=_read,
)
"""The reader."""
