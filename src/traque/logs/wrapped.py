"""Records that a collector carries: Docker and CRI, GELF, Splunk, Fluentd, Kafka, Loki, Elastic, Wazuh.

Source: Docker "JSON File logging driver", Kubernetes CRI logging format, GELF payload specification 1.1,
Splunk HEC and ``_raw`` exports, Fluentd's ``out_file`` and Fluent Bit's ``stdout``, rsyslog's and
syslog-ng's JSON templates, Wazuh's archives, Elasticsearch's hits, Loki's streams. What is carried is read by
the format that knows it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import msgspec

from traque.logs._documents import Document, decode_text, flatten, stamp_of, time_of
from traque.logs._envelope import Envelope, text_of
from traque.logs._fields import Fields, fields_of
from traque.logs._format import AUTO, Head, LineReader, LogFormat, RecordReader, envelope, share
from traque.logs._inner import at, inner_event
from traque.logs._names import guess
from traque.model import Event, Stamp, TimeRule
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
    ("full_log",),
    ("value",),
    ("payload",),
)
"""Where the text of a record stands."""
_AROUND: Final = ("_source", "result", "event", "value", "payload")
"""Where a record stands that is a document itself."""
_PROGRAMS: Final = ("syslogtag", "programname", "PROGRAM", "SYSLOG_IDENTIFIER", "ident", "appname", "program")
_MESSAGES: Final = ("message", "MESSAGE", "msg")
_ENDS: Final = frozenset({"source.ip", "destination.ip", "url.domain", "dns.question.name"})


def document(found: Document) -> Event | None:
    """A document that carries a record which some format knows; None for others."""
    container = isinstance(found.get("log"), str) and "stream" in found
    gelf = "short_message" in found and "version" in found
    fields = fields_of(_carriers(found))
    time = stamp_of(found.get("time")) if container else time_of(found)
    event = _text(found, time, fields) or _programs(found, time, fields)
    if event is not None:
        return msgspec.structs.replace(event, time=time) if container else event
    if not (container or gelf):
        return None
    known = guess("wrapped", ((name.removeprefix("_"), value) for name, value in flatten(found)))
    known = known or Event(format="wrapped", fields=fields, why="what it carries is of no known format")
    return msgspec.structs.replace(known, time=time)


def _carriers(found: Document) -> list[tuple[str, object]]:
    """Who wrote the record, as the collector says."""
    values = (found.get(key) for key in ("host", "hostname", "HOST", "fromhost"))
    return [("observer.name", value) for value in values if isinstance(value, str)]


def _text(found: Document, time: Stamp | None, fields: Fields) -> Event | None:
    """The record that stands as text in a document."""
    for path in _CARRIES:
        text = at(found, *path)
        if not isinstance(text, str) or len(text) <= 8:
            continue
        around = found.get(path[0]) if len(path) > 1 else None
        own = time_of(around) if isinstance(around, dict) else None
        event = inner_event(text, own or time, fields)
        if event is not None and (event.format not in ("syslog", "json") or "source.ip" in event.fields):
            return event
    return None


def _programs(found: Document, time: Stamp | None, fields: Fields) -> Event | None:
    """A syslog message whose envelope was taken apart into members."""
    from traque.logs.syslog import dispatch

    program = next((value for key in _PROGRAMS if isinstance(value := found.get(key), str)), "")
    message = next((value for key in _MESSAGES if isinstance(value := found.get(key), str)), "")
    if not program or not message:
        return None
    host = str(fields.get("observer.name", ""))
    event = dispatch(Envelope(time, host, program.partition("[")[0].rstrip(":"), message.lstrip()))
    return event if event is None or event.time else msgspec.structs.replace(event, time=time)


def inside(found: Document, depth: int) -> Event | None:
    """What a document says that stands in another of no known schema; None where there is none with peers."""
    from traque.logs import json

    for key in _AROUND:
        inner = found.get(key)
        if not isinstance(inner, dict) or not inner or depth <= 0:
            continue
        event = json.read_any(inner, depth - 1)
        if _ENDS & event.fields.keys():
            fields_of(_carriers(found), event.fields)
            return event if event.time else msgspec.structs.replace(event, time=time_of(found))
    return None


def _container(text: str) -> Event | None:
    """A line of the CRI: ``2021-01-07T04:18:07.123456789Z stdout F`` and what the container wrote."""
    found = _cri().match(text)
    if found is None:
        return None
    time = read(text.encode(), TIMES[:1])
    event = inner_event(text[found.end() :], time, {})
    event = event or Event(format="wrapped", why="what it carries is of no known format")
    return msgspec.structs.replace(event, time=time)


def _tagged(text: str) -> Event | None:
    """A document that a collector wrote after its time and tag, or Loki's ``["time","line"]``."""
    from traque.logs import json

    if (found := _loki().search(text)) is not None:
        line = decode_text(found[2])
        time = read(found[1].encode(), (TimeRule("epoch"),))
        event = inner_event(line, time, {}) if line else None
        return event or Event(format="wrapped", time=time, why="what it carries is of no known format")
    found = _fluent().match(text)
    event = None if found is None else json.understand(text[found.end() :].removesuffix("]"))
    if found is None or event is None:
        return None
    stated = (found[1] or found[2]).encode()
    time = event.time or read(stated, (TimeRule("iso"), TimeRule("epoch")))
    return msgspec.structs.replace(event, time=time)


def understand(record: bytes) -> Event | None:
    """A document, or a container's or collector's line."""
    from traque.logs import json

    text = text_of(record)
    return json.understand(record) or _container(text) or _tagged(text)


@cache
def _cri() -> re.Pattern[str]:
    return re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,9}(?:Z|[+-]\d\d:\d\d) (?:stdout|stderr) [FP] ")


@cache
def _fluent() -> re.Pattern[str]:
    """Fluentd's time and tag before the document; Fluent Bit's ``[0] tag: [time, `` or ``[[time, {}], ``."""
    return re.compile(
        r"(?:(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S{0,16})\t[^\t]{0,200}\t"
        r"|\[\d{1,9}\] [^\s:]{1,200}: \[\[?(?:(\d{9,10}\.\d{1,9}), ?)(?:\{[^{}]{0,4000}\}\], ?)?)(?=\{)"
    )


@cache
def _loki() -> re.Pattern[str]:
    return re.compile(r'\[\s*"(1\d{18})"\s*,\s*("(?:[^"\\]|\\.)*+")(?:\s*,\s*\{[^{}]*\})?\s*\]')


def sniff(head: Head) -> float:
    """Containers' and GELF's own members, or the CRI's beginning of a line."""
    documents = head.share_of_documents(
        lambda found: (
            ("stream" in found and isinstance(found.get("log"), str))
            or ("short_message" in found and "version" in found)
        )
    )
    return envelope(max(documents, share(head, _is_carried)))


def _is_carried(line: bytes) -> bool:
    text = text_of(line[:4096])
    return any(found().match(text) for found in (_cri, _fluent)) or (
        '"1' in text and _loki().search(text_of(line)) is not None
    )


def reader(_head: Head) -> RecordReader:
    """One reader for all of them."""
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="wrapped",
    title="Carried records (Docker and CRI container logs, GELF, Splunk, Fluentd, Kafka, Loki, Elastic)",
    example=b'{"log":"192.0.2.7 - - [07/Jan/2021:04:18:07 +0000] \\"GET / HTTP/1.1\\" 200 612\\n",'
    b'"stream":"stdout","time":"2021-01-07T04:18:07.123456789Z"}',
    knows="By the format of the record that is carried; of others by field names, as for JSON of any schema.",
    times=TIMES,
    sniff=sniff,
    ceiling=0.6,
    reader=reader,
    document=document,
)
