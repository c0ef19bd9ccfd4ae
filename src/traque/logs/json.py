"""JSON lines. Documents that a format knows go to it; of others, well-known field names are read."""

from __future__ import annotations

from functools import cache

import msgspec

from traque.logs._documents import LAYOUTS, TIME_KEYS, Document, decode, flatten, time_of
from traque.logs._envelope import Envelope
from traque.logs._format import AUTO, Head, LineReader, LogFormat, RecordReader, generic
from traque.logs._losses import SAMPLED
from traque.logs._names import guess
from traque.model import Event, TimeRule
from traque.timestamps import read

DEPTH = 3


def understand(record: bytes | str) -> Event | None:
    """What a JSON document says: by the format that knows such documents, else by its field names."""
    document = decode(record)
    return None if document is None else read_any(document)


def read_any(document: Document, depth: int = DEPTH) -> Event:
    """As :func:`understand`, for a document that is decoded; ``depth``: how many may stand in one another."""
    from traque.logs import wrapped

    for spec in _documents():
        if spec.document is not None:
            event = spec.document(document)
            if event is not None:
                return event
    return wrapped.inside(document, depth) or read_document(document)


def read_document(document: Document) -> Event:
    """The event of a document that states no schema."""
    event = guess("json", flatten(document)) or Event(format="json", why="no field name is known")
    return msgspec.structs.replace(event, time=time_of(document))


def message(opened: Envelope) -> Event | None:
    """A document as the message of a syslog record."""
    event = understand(opened.message)
    if event is not None:
        for name, value in opened.fields().items():
            event.fields.setdefault(name, value)
    return event


@cache
def _documents() -> tuple[LogFormat, ...]:
    from traque.logs import registry

    return tuple(spec for spec in registry() if spec.document is not None)


def reader(head: Head) -> RecordReader:
    """Learns from the head where the time stands."""
    return LineReader(time_rules(head), understand)


def time_rules(head: Head) -> tuple[TimeRule, ...]:
    """Where the times of these documents stand, for the kernel: learnt from the sampled lines."""
    for key in TIME_KEYS:
        for quoted in (f'"{key}":'.encode(), f'"{key}" :'.encode()):
            for line in head.sample:
                if quoted not in line:
                    continue
                for layout in LAYOUTS:
                    rule = TimeRule(layout, anchor=quoted)
                    if read(line, (rule,)) is not None:
                        return (rule, *AUTO)
    return AUTO


SPEC = LogFormat(
    name="json",
    title="JSON lines, any schema",
    example=b'{"timestamp":"2021-01-07T04:18:07Z","src_ip":"192.0.2.7","dst_ip":"203.0.113.9","dst_port":22,"action":"deny"}',
    knows="Guessed from field names (src_ip, client_ip, source.ip, dst, action, status, bytes...), and "
    "said so: the source initiated unless its port is a service's; the action's word, the HTTP "
    "status or bytes back say what came of it.",
    sniff=lambda head: generic(head.share_of_documents(bool)),
    reader=reader,
    linewise=True,
    ceiling=0.35,
    begins=("{",),
    message=message,
    losses=SAMPLED,
)
