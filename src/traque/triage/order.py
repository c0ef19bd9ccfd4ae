"""The order of sightings in an answer."""

from __future__ import annotations

from traque.model import Sighting, ladder


def worst_first(sighting: Sighting) -> tuple[int, int, str, str]:
    """The key to sort by: the place of its verdict on its own role's ladder, then its records."""
    ref = sighting.indicator
    return (ladder(ref.role).index(sighting.verdict), -sighting.count, ref.kind, ref.value)
