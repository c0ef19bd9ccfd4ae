"""Identifiers that are the same in every report: name-based UUIDs (RFC 9562, version 5).

Those of traque itself are made as in the exporters of rules (:func:`traque.model.stix.stable`), so that a
sighting points to the very indicator that was exported before.
"""

from __future__ import annotations

from typing import Final

import msgspec

from traque.model.stix import named, stable

__all__ = ["observable", "stable"]

_OBSERVABLES: Final = bytes.fromhex("00abedb4aa42466c9c01fed23315a9b7")
"""STIX 2.1, section 2.9: the namespace of cyber-observable objects."""


def observable(properties: dict[str, object]) -> str:
    """The UUID of a STIX cyber-observable by those of its properties that contribute to it."""
    written = msgspec.json.encode(properties, order="deterministic").decode()
    return named(_OBSERVABLES, written)
