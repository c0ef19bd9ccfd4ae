"""The first records of a source, read as closely as any hunt reads them: for the ledger, which keeps it all.

A hunt looks closely at the first sources of a folder and name, and only glances at the others; which they are
is another matter in each hunt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from traque.hunt.controls import Looked
from traque.model import Event
from traque.triage.perimeter import Perimeter

RECORDS: Final = 32
"""Records of the head that are read for the parse rate and the device."""
LOOKED_AT: Final = 96
"""Records behind these that are looked at for what the stream could show, in the first of its name."""

_Parse = Callable[[bytes], Event | None]


def first_records(head: bytes, *, brief: bool = False) -> list[bytes]:
    """The first records, without comments and empty lines; only the first of them in ``brief``."""
    beginning = islice(_lines(head), RECORDS)
    records = (line.rstrip(b"\r") for line in beginning if line.strip() and not line.startswith(b"#"))
    return list(islice(records, 1 if brief else None))


def _lines(text: bytes) -> Iterator[bytes]:
    """The lines, of which only those are made that are asked for."""
    start = 0
    while (end := text.find(b"\n", start)) >= 0:
        yield text[start:end]
        start = end + 1
    yield text[start:]


def records_behind(head: bytes) -> list[bytes]:
    """Some of those behind them."""
    behind = head.split(b"\n")[RECORDS:-1]
    return [line.rstrip(b"\r") for line in behind[:: max(1, len(behind) // LOOKED_AT)][:LOOKED_AT]]


def parse_rate(events: Sequence[Event | None], log_format: str) -> float | None:
    """The share of records that their format understands."""
    if not events or log_format == "unknown":
        return None
    return sum(event is not None for event in events) / len(events)


def device_of(events: Sequence[Event | None]) -> str:
    """The one device that records name; empty for none and for several."""
    devices = {device for event in events if event and (device := _device(event))}
    return devices.pop() if len(devices) == 1 else ""


def _device(event: Event) -> str:
    return str(event.fields.get("observer.name") or event.fields.get("host.name") or "")


class Glance(NamedTuple):
    """What is read of the first records."""

    parse_rate: float | None
    device: str


class Heads(NamedTuple):
    """What any hunt may read of a head: all its records or the first, and what those behind could show."""

    whole: Glance
    brief: Glance
    near: Looked
    far: Looked


def heads(head: bytes, log_format: str, parse: _Parse, perimeter: Perimeter) -> Heads:
    """Read a head in every way."""
    first, behind = first_records(head), records_behind(head)
    events = [parse(record) for record in first]
    near, far = Looked(perimeter), Looked(perimeter)
    near.at(first, events)
    far.at(behind, [parse(record) if record else None for record in behind])
    alone = events[:1]
    return Heads(
        Glance(parse_rate(events, log_format), device_of(events)),
        Glance(parse_rate(alone, log_format), device_of(alone)),
        near,
        far,
    )
