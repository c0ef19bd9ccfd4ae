"""``key=value`` lines of any schema (logfmt, firewalls, LEEF), with whatever stands before them."""

from __future__ import annotations

import msgspec

from traque.logs._envelope import Envelope, text_of
from traque.logs._format import AUTO, Head, LineReader, LogFormat, RecordReader, generic, half
from traque.logs._names import guess
from traque.logs._pairs import pairs_of
from traque.model import Event, TimeRule
from traque.timestamps import read

FEWEST = 3
"""Fewer pairs than this are prose."""

_KEYS = ("time", "ts", "timestamp", "t", "eventtime", "date", "datetime", "devTime")
_LAYOUTS = ("iso", "epoch", "syslog", "clf")


def understand(record: bytes) -> Event | None:
    """What the pairs of a record say."""
    pairs = pairs_of(text_of(record))
    if len(pairs) < FEWEST:
        return None
    event = guess("keyvalue", pairs.items()) or Event(format="keyvalue", why="no field name is known")
    return msgspec.structs.replace(event, time=read(record, _rules()))


def message(opened: Envelope) -> Event | None:
    """A syslog message of an unknown program, if its pairs name an endpoint."""
    pairs = pairs_of(opened.message)
    event = guess("keyvalue", pairs.items()) if len(pairs) >= FEWEST else None
    if event is None or not ("source.ip" in event.fields or "destination.ip" in event.fields):
        return None
    for name, value in opened.fields().items():
        event.fields.setdefault(name, value)
    return event


def _rules() -> tuple[TimeRule, ...]:
    beginning = tuple(TimeRule(layout) for layout in ("iso", "syslog", "epoch"))
    keyed = tuple(TimeRule(layout, anchor=f"{key}=".encode()) for key in _KEYS for layout in _LAYOUTS)
    return (*beginning, *keyed, *AUTO)


def reader(head: Head) -> RecordReader:
    """Learns from the head which rules read times, and keeps those."""
    lines = head.sample
    rules = tuple(rule for rule in _rules() if any(read(line, (rule,)) is not None for line in lines))[:3]
    return LineReader(rules or AUTO, understand)


SPEC = LogFormat(
    name="keyvalue",
    title="key=value lines (logfmt and relatives), any schema",
    example=b"ts=2021-01-07T04:18:07Z action=deny src=192.0.2.7 spt=51022 dst=203.0.113.9 dpt=22 proto=tcp",
    knows="Guessed from field names (src, srcip, dst, action, status, bytes...), and said so: the "
    "source initiated unless its port is a service's; the action's word, the HTTP status or bytes "
    "back say what came of it.",
    sniff=lambda head: generic(half(head, understand)),
    reader=reader,
    linewise=True,
    ceiling=0.35,
    begins=("",),
    message=message,
)
