"""JSON in parts: large documents without holding them whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, Final

import msgspec

_BATCH: Final = 2_000
encoded = msgspec.json.Encoder().encode


def lines(documents: Iterable[Any]) -> Iterator[bytes]:
    """One document a line."""
    source = iter(documents)
    while batch := list(islice(source, _BATCH)):
        yield b"\n".join(map(encoded, batch)) + b"\n"


def around(before: bytes, documents: Iterable[Any], after: bytes) -> Iterator[bytes]:
    """A JSON array of ``documents``, one a line, between ``before`` (ends with ``[``) and ``after``."""
    yield before
    source, joint = iter(documents), b"\n"
    while batch := list(islice(source, _BATCH)):
        yield joint + b",\n".join(map(encoded, batch))
        joint = b",\n"
    yield b"\n" + after


def text(document: Any) -> bytes:
    """A small document, indented for people."""
    return msgspec.json.format(encoded(document), indent=2) + b"\n"


def stamp(moment: datetime) -> str:
    """``2026-01-15T09:30:00.000Z``: to the millisecond, as STIX and ECS want it."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"
