"""Records that a collector carries: Docker's and CRI's container logs, GELF, Splunk, Fluentd, Kafka.

Source: Docker "JSON File logging driver", Kubernetes CRI logging format, GELF payload specification 1.1,
Splunk HEC and ``_raw`` exports. What is carried is read by the format that knows it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import msgspec

from traque.logs._documents import Document, flatten, stamp_of, time_of
from traque.logs._envelope import text_of
from traque.logs._fields import fields_of
from traque.logs._format import AUTO, Head, LineReader, LogFormat, RecordReader, envelope, share
from traque.logs._inner import at, inner_event
from traque.logs._names import guess
from traque.model import Event, TimeRule
from traque.timestamps import read

TIMES = (TimeRule("iso"), TimeRule("iso", anchor=b'"time"'), TimeRule("epoch", anchor=b'"timestamp"'), *AUTO)

_CARRIES: Final = (
    ("log",),
    ("full_message",),
    ("short_message",),
    ("message",),
    ("MESSAGE",),
    ("event", "original"),
    ("_raw",),
    ("result", "_raw"),
    ("raw",),
    ("event",),
    ("textPayload",),
    ("line",),
)


def document(found: Document) -> Event | None:
    """A document that carries a record which some format knows; None for others."""
    container = isinstance(found.get("log"), str) and "stream" in found
    gelf = "short_message" in found and "version" in found
    fields = fields_of([("observer.name", found.get("host")), ("observer.name", found.get("hostname"))])
    time = stamp_of(found.get("time")) if container else time_of(found)
    for path in _CARRIES:
        text = at(found, *path)
        if isinstance(text, str) and len(text) > 8:
            event = inner_event(text, time, fields)
            if event is not None and (event.format not in ("syslog", "json") or "source.ip" in event.fields):
                return msgspec.structs.replace(event, time=time) if container else event
    if not (container or gelf):
        return None
    known = guess("wrapped", ((name.removeprefix("_"), value) for name, value in flatten(found)))
    known = known or Event(format="wrapped", fields=fields, why="what it carries is of no known format")
    return msgspec.structs.replace(known, time=time)


def _container(text: str) -> Event | None:
    """A line of the CRI: ``2021-01-07T04:18:07.123456789Z stdout F`` and what the container wrote."""
    found = _cri().match(text)
    if found is None:
        return None
    time = read(text.encode(), TIMES[:1])
    event = inner_event(text[found.end() :], time, {})
    event = event or Event(format="wrapped", why="what it carries is of no known format")
    return msgspec.structs.replace(event, time=time)


def understand(record: bytes) -> Event | None:
    """A document, or a container's line."""
    from traque.logs import json

    return json.understand(record) or _container(text_of(record))


@cache
def _cri() -> re.Pattern[str]:
    return re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,9}(?:Z|[+-]\d\d:\d\d) (?:stdout|stderr) [FP] ")


def sniff(head: Head) -> float:
    """Containers' and GELF's own members, or the CRI's beginning of a line."""
    documents = head.share_of_documents(
        lambda found: (
            ("stream" in found and isinstance(found.get("log"), str))
            or ("short_message" in found and "version" in found)
        )
    )
    return envelope(max(documents, share(head, lambda line: _cri().match(text_of(line[:80])))))


def reader(_head: Head) -> RecordReader:
    """One reader for all of them."""
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="wrapped",
    title="Carried records (Docker and CRI container logs, GELF, Splunk, Fluentd)",
    example=b'{"log":"192.0.2.7 - - [07/Jan/2021:04:18:07 +0000] \\"GET / HTTP/1.1\\" 200 612\\n",'
    b'"stream":"stdout","time":"2021-01-07T04:18:07.123456789Z"}',
    knows="By the format of the record that is carried; of others by field names, as for JSON of any schema.",
    times=TIMES,
    sniff=sniff,
    ceiling=0.6,
    reader=reader,
    document=document,
)
