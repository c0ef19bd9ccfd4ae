"""A record inside another: the text that a collector carries, given to the format that knows it."""

from __future__ import annotations

from typing import Final

import msgspec

from traque.logs._documents import Document
from traque.model import Event, Stamp

SURE: Final = 0.5
"""Formats that are less sure of a single line than this are not asked."""


def inner_event(text: str, time: Stamp | None, fields: dict[str, str | int]) -> Event | None:
    """What the carried text says; None if no format knows it.

    Its own time goes first where it states day and zone, else the collector's. ``fields`` (who carried it)
    complete its own.
    """
    from traque.logs import json, recognise, syslog

    text = text.strip()
    event: Event | None = None
    if text.startswith("{"):
        event = json.understand(text)
    elif text:
        record = text.encode("utf-8", "replace")
        event = syslog.understand(record)
        if event is None or event.format == "syslog":
            recognition = recognise(record + b"\n", "")
            if recognition.confidence >= SURE and recognition.format != "syslog":
                event = recognition.reader.parse(record) or event
    if event is None:
        return None
    if event.time is None or not (event.time.zoned and event.time.dated):
        event = msgspec.structs.replace(event, time=time or event.time)
    for name, value in fields.items():
        event.fields.setdefault(name, value)
    return event


def text_at(document: Document, *path: str) -> str:
    """The text at a path of names, nested or dotted; empty where there is none."""
    value = at(document, *path)
    return value if isinstance(value, str) else ""


def at(document: Document, *path: str) -> object:
    """The value at a path of names, nested (``{"a":{"b":1}}``) or dotted (``{"a.b":1}``); None without."""
    value: object = document
    for name in path:
        if not isinstance(value, dict):
            value = None
            break
        value = value.get(name)
    return document.get(".".join(path)) if value is None else value
