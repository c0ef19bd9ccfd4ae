"""Log formats: which one a source is in, and what its records say.

:func:`recognise` judges the beginning of a source by content, then by name. It always answers: a text of no
known format is ``unknown``, and its reader still finds times.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from traque.logs._format import (
    Head,
    LineReader,
    LogFormat,
    Recognition,
    RecordReader,
    head_of,
    unknown_reader,
)
from traque.model import Event
from traque.registry import Registry, discover

__all__ = ["Head", "LogFormat", "Recognition", "RecordReader", "recognise", "registry"]

ENOUGH = 0.2
"""A format that is less sure than this is not chosen."""


@cache
def registry() -> Registry[LogFormat]:
    """Every log format, by name."""
    return discover("traque.logs", LogFormat)


def recognise(head: bytes, name: str) -> Recognition:
    """The format of a source from its first bytes (64 KiB are plenty) and its name.

    The format that is surest wins; of two that are as sure, the one whose name stands in the source's name,
    then the first by name.
    """
    from traque.logs.syslog import classify

    judged = head_of(head, name, classify)
    best, confidence, named = None, ENOUGH, False
    for spec in sorted(registry(), key=lambda spec: -spec.ceiling):
        if spec.ceiling < confidence:
            break
        sure, in_name = spec.sniff(judged), spec.name in name.lower()
        if sure > confidence or (sure == confidence and in_name and not named):
            best, confidence, named = spec, sure, in_name
    if best is None:
        return Recognition("unknown", 0.0, unknown_reader())
    reader = best.reader(judged)
    strays = LineReader(reader.times, _with_strays(reader.parse), reader.shapes)
    return Recognition(best.name, confidence, strays, best.utc)


def _with_strays(parse: Callable[[bytes], Event | None]) -> Callable[[bytes], Event | None]:
    """Also understand the syslog records and sentences in a file of another format (a relay's file)."""
    from traque.logs import prose, syslog

    def parse_or_open(record: bytes) -> Event | None:
        event = parse(record)
        if event is None:
            event = syslog.understand(record)
        return prose.peer_of(record) if event is None else event

    return parse_or_open
