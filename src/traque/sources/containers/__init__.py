"""Compressions and archives, one a module, recognised by their content.

Every decoder keeps one promise: it yields all that can be read, and then, if the container is not whole,
raises the SourceError that says why.
"""

from __future__ import annotations

from functools import cache
from itertools import chain
from typing import Final

from traque.errors import SourceCorrupt, SourceError, SourceTruncated
from traque.registry import Registry, discover
from traque.sources.containers._spec import Archive, Compression, Container, Member, Note, Unsupported

__all__ = [
    "Archive",
    "Compression",
    "Container",
    "Member",
    "Note",
    "Unsupported",
    "containers",
    "contradiction",
    "recognise",
]

_CONTROLS: Final = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b"))


@cache
def containers() -> Registry[Container]:
    """Every container that is known here."""
    return discover(__name__, Container)


def recognise(head: bytes) -> Container | None:
    """The container that begins with ``head`` (up to 64 KiB of it)."""
    beginnings, every, unmarked = _marks()
    for spec in every if head.startswith(beginnings) else unmarked:
        if spec.recognise(head):
            return spec
    return None


@cache
def _marks() -> tuple[tuple[bytes, ...], tuple[Container, ...], tuple[Container, ...]]:
    """How containers begin, all of them, and those that begin with anything."""
    every = tuple(containers())
    marks = [(spec.magic, *spec.others) if spec.magic else spec.others for spec in every]
    unmarked = tuple(spec for spec, own in zip(every, marks, strict=True) if not own)
    return tuple(chain.from_iterable(marks)), every, unmarked


@cache
def _suffixes() -> tuple[str, ...]:
    return tuple(chain.from_iterable(spec.suffixes for spec in containers()))


def contradiction(head: bytes, name: str) -> SourceError | None:
    """Why a file that is no container, but is named like one, cannot be whole; None when it can.

    An empty or barely begun ``x.gz`` is what a full disk leaves of a rotation: there was a log. Binary
    rubbish in one is a damaged copy. A text in one is only misnamed.
    """
    lowered = name.lower()
    if not lowered.endswith(_suffixes()):
        return None
    for spec in containers():
        if not lowered.endswith(spec.suffixes):
            continue
        compared = min(len(head), len(spec.magic))
        if len(head) < spec.shortest and head[:compared] == spec.magic[:compared]:
            return SourceTruncated(
                f"too short for {spec.name}, which its name announces",
                remedy="was a disk full when it was written? Fetch it again from its origin",
            )
        if _is_binary(head):
            return SourceCorrupt(
                f"neither {spec.name}, which its name announces, nor text",
                remedy="fetch it again from its origin",
            )
    return None


def _is_binary(head: bytes) -> bool:
    """It holds NUL bytes, or more than one byte of fifty is a control character that no log writes."""
    return b"\0" in head or len(head) - len(head.translate(None, _CONTROLS)) > len(head) / 50
