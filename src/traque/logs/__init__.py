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
from traque.logs._losses import Amount, LossWord, loss_words
from traque.model import Event
from traque.registry import Registry, discover

__all__ = [
    "Amount",
    "Head",
    "LogFormat",
    "LossWord",
    "Recognition",
    "RecordReader",
    "loss_words",
    "rank",
    "read_as",
    "recognise",
    "registry",
]

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
        return Recognition("unknown", 0.0, unknown_reader(judged))
    return _reading(best, judged, confidence)


def read_as(name: str, head: bytes, path: str) -> Recognition:
    """A source read in the format of that name, whatever it looks like; ``confidence`` is what it looks like.

    KeyError for a name that no format has.
    """
    from traque.logs.syslog import classify

    spec, judged = registry()[name], head_of(head, path, classify)
    return _reading(spec, judged, spec.sniff(judged))


def rank(head: bytes, name: str) -> list[tuple[str, float]]:
    """Every format that could be a source's, with how sure it is, the surest first.

    The first is what :func:`recognise` chooses, unless it is less sure than :data:`ENOUGH`.
    """
    from traque.logs.syslog import classify

    judged = head_of(head, name, classify)
    sure = {spec.name: spec.sniff(judged) for spec in registry()}
    order = sorted(
        (spec for spec in registry() if sure[spec.name] > 0),
        key=lambda spec: (-sure[spec.name], spec.name not in name.lower(), -spec.ceiling, spec.name),
    )
    return [(spec.name, sure[spec.name]) for spec in order]


def _reading(spec: LogFormat, head: Head, confidence: float) -> Recognition:
    reader = spec.reader(head)
    strays = LineReader(reader.times, _with_strays(reader.parse), reader.shapes)
    return Recognition(spec.name, confidence, strays, spec.utc)


def _with_strays(parse: Callable[[bytes], Event | None]) -> Callable[[bytes], Event | None]:
    """Also understand the syslog records and sentences in a file of another format (a relay's file)."""
    from traque.logs import prose, syslog

    def parse_or_open(record: bytes) -> Event | None:
        event = parse(record)
        if event is None:
            event = syslog.understand(record)
        return prose.peer_of(record) if event is None else event

    return parse_or_open
