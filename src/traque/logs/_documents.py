"""JSON records: decoding, flattening, and times inside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from traque.model import Stamp, TimeRule
from traque.timestamps import read

Document = Mapping[str, object]

DEPTH: Final = 6
VALUES: Final = 400
"""A document is flattened to this depth and this many values; the rest is not looked at."""

TIME_KEYS: Final = (
    "timestamp", "@timestamp", "ts", "time", "eventTime", "event_time", "eventTimestamp", "datetime", "date",
    "TimeGenerated", "_time", "created", "createdAt", "created_at", "CreationTime", "CreationDate",
    "startTime", "start_time", "published", "ActivityDateTime", "createdDateTime", "EventTime",
    "TimeCreated", "UtcTime", "log_time", "logged_at", "when", "receiveTimestamp",
    "__REALTIME_TIMESTAMP", "_SOURCE_REALTIME_TIMESTAMP", "t", "Timestamp", "Time",
    "EdgeStartTimestamp", "instant", "timeStamp", "started_at", "time_local", "time_iso8601", "msec",
    "ISODATE", "R_ISODATE", "DATE", "start",
)  # fmt: skip
"""Names that a document's time has, the likeliest first."""

LAYOUTS: Final = ("iso", "epoch", "clf", "day-month", "syslog", "apache-error")


def decode(record: bytes | str) -> Document | None:
    """The JSON object that a record is, or None (no JSON, cut off, too deep, or no object)."""
    try:
        value = msgspec.json.decode(record.strip())
    except (msgspec.DecodeError, RecursionError, UnicodeError, ValueError):
        return None
    return value if isinstance(value, dict) and value else None


def decode_text(record: str) -> str:
    """The text that a JSON string is; empty for anything else."""
    try:
        value = msgspec.json.decode(record)
    except (msgspec.DecodeError, RecursionError, UnicodeError, ValueError):
        return ""
    return value if isinstance(value, str) else ""


def flatten(document: Document) -> Iterator[tuple[str, object]]:
    """The document's values under dotted names, in its order; lists give each of their first items."""
    budget = [VALUES]
    return _walk("", document, DEPTH, budget)


def _walk(name: str, value: object, depth: int, budget: list[int]) -> Iterator[tuple[str, object]]:
    if budget[0] <= 0:
        return
    if isinstance(value, Mapping):
        if depth > 0:
            for key, inner in value.items():
                yield from _walk(f"{name}.{key}" if name else str(key), inner, depth - 1, budget)
    elif isinstance(value, list):
        if depth > 0:
            for inner in value[:10]:
                yield from _walk(name, inner, depth - 1, budget)
    else:
        budget[0] -= 1
        yield name, value


def stamp_of(value: object) -> Stamp | None:
    """A time written as a JSON value: text in any layout that states its order, or a number since 1970.

    Of Java's instant (``{"epochSecond":1609993087,"nano":0}``) the second is read.
    """
    if isinstance(value, Mapping):
        value = value.get("epochSecond")
    if isinstance(value, str):
        return read(value.encode(), tuple(TimeRule(layout) for layout in LAYOUTS))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    text = f"{value:.6f}" if isinstance(value, float) else str(value)
    return read(text.encode(), (TimeRule("epoch"),))


def time_of(document: Document) -> Stamp | None:
    """The time of a document by the first of :data:`TIME_KEYS` that it has."""
    for key in TIME_KEYS:
        if key in document:
            stamp = stamp_of(document[key])
            if stamp is not None:
                return stamp
    return None
