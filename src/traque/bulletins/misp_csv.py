"""The CSV that a MISP server exports: one attribute a row, with or without the context of its event.

The columns are known by their names; rows are taken as attributes of :mod:`traque.bulletins.misp_json`, so
``to_ids`` and composites mean the same. Rows of several events make several bulletins.

Format: https://www.misp-project.org/openapi/ (``returnFormat: csv``, ``includeContext``)
"""

from __future__ import annotations

from typing import Any, Final

from traque.bulletins import _table
from traque.bulletins._reader import BulletinReader
from traque.bulletins.misp_json import read_event
from traque.errors import MalformedBulletin
from traque.model import Bulletin

_NEEDED: Final = frozenset({"type", "value"})
_MARKS: Final = frozenset({"uuid", "event_id", "category", "to_ids"})
"""Columns of which three beside type and value make a MISP export."""
_EVENT: Final = {"event_info": "info", "event_date": "date", "event_uuid": "uuid"}
_PRODUCER: Final = ("event_source_org", "event_member_org")


def _sniff(head: bytes, _name: str) -> float:
    names = _names(head.lstrip().split(b"\n", 1)[0].decode("utf-8", "replace"))
    return 0.95 if set(names) >= _NEEDED and len(_MARKS.intersection(names)) >= 3 else 0.0


def _names(header: str) -> list[str]:
    return [cell.strip(" \"'\r").lower() for cell in header.split(",")]


def _read(data: bytes, name: str) -> tuple[Bulletin, ...]:
    rows = list(_table.rows(data.decode("utf-8", "replace"), ","))
    names = [cell.strip().lower() for cell in rows[0][1]] if rows else []
    if missing := _NEEDED.difference(names):
        raise MalformedBulletin(
            f"no column {' or '.join(sorted(missing))}", where=f"{name}, line 1", remedy="export it again"
        )
    events: dict[str, dict[str, Any]] = {}
    for line, cells in rows[1:]:
        record = dict(zip(names, map(str.strip, cells), strict=False))
        if record.get("type") == "type":  # the header of the next event, in exports put together
            continue
        event = events.setdefault(record.get("event_id", ""), _event(record))
        event["Attribute"].append(_attribute(record, line))
    return tuple(read_event(event, SPEC.name) for event in events.values())


def _event(record: dict[str, str]) -> dict[str, Any]:
    event: dict[str, Any] = {ours: record[theirs] for theirs, ours in _EVENT.items() if record.get(theirs)}
    producer = next((record[key] for key in _PRODUCER if record.get(key)), "")
    return {**event, "Orgc": {"name": producer}, "Tag": _tags(record.get("event_tag", "")), "Attribute": []}


def _attribute(record: dict[str, str], line: int) -> dict[str, Any]:
    stated = {key: record[key] for key in ("comment", "to_ids", "first_seen", "last_seen") if record.get(key)}
    return {
        **stated,
        "type": record.get("type", ""),
        "value": record.get("value", ""),
        "where": f"line {line}",
        "Tag": _tags(record.get("attribute_tag", "")),
    }


def _tags(cell: str) -> list[dict[str, str]]:
    return [{"name": name} for part in cell.split(",") if (name := part.strip())]


SPEC: Final = BulletinReader(
    name="misp-csv",
    title="MISP exports (CSV)",
    extensions=(".csv",),
    sniff=_sniff,
    read=_read,
)
"""The reader."""
