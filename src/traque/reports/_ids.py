"""Identifiers that are the same in every report: name-based UUIDs (RFC 9562, version 5).

The same names as in the exporters of rules (``traque.exporters``, which reports may not import), so that a
sighting points to the very indicator that was exported before; a test holds the two equal.
"""

from __future__ import annotations

import hashlib
import uuid
from typing import Final

import msgspec

_NAMESPACE: Final = uuid.UUID("8d6fd1c2-7f6b-5b1c-9c0e-64ad0f5a2b31")
_OBSERVABLES: Final = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
"""STIX 2.1, section 2.9: the namespace of cyber-observable objects."""


def stable(*parts: str) -> str:
    """The UUID that ``parts`` name."""
    return _named(_NAMESPACE, "\x1f".join(parts))


def observable(properties: dict[str, object]) -> str:
    """The UUID of a STIX cyber-observable by those of its properties that contribute to it."""
    written = msgspec.json.encode(properties, order="deterministic").decode()
    return _named(_OBSERVABLES, written)


def _named(space: uuid.UUID, name: str) -> str:
    made = bytearray(
        hashlib.sha1(space.bytes + name.encode("utf-8", "backslashreplace"), usedforsecurity=False).digest()
    )
    made[6] = made[6] & 0x0F | 0x50
    made[8] = made[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(made[:16])))
