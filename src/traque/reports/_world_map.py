"""A map of the world, shaded by how many of the seen indicators a country holds.

The outlines are drawing material packed with traque (``enrich.world``); which country is shaded comes
from the result alone.
"""

from __future__ import annotations

from collections import Counter

from traque.enrich.world import world
from traque.model import Sighting
from traque.reports._html_sightings import country
from traque.reports._language import Words
from traque.reports._markup import Html, el


def world_map(sightings: list[Sighting], words: Words) -> Html:
    """An SVG whose shapes take their colours from the page; small countries are discs."""
    planet = world()
    counts = Counter(code for s in sightings if (code := s.enrichment.get("country", "")))
    names = {s.enrichment["country"]: country(s, words) for s in sightings if s.enrichment.get("country")}
    most = max(counts.values(), default=1)
    shapes = [_shape(outline, code, counts, most, names) for code, outline in planet.shapes]
    centres = dict(planet.centres)
    discs = [
        el(
            "circle", _tip(code, counts, names),
            cx=centres[code][0], cy=centres[code][1], r=4, class_=_shade(counts[code], most),
        )
        for code in sorted(counts)
        if code in planet.small and code in centres
    ]  # fmt: skip
    return el(
        "svg", el("title", words("geo.map")), *shapes, *discs,
        class_="map", role="img", viewBox=f"0 0 {planet.width:g} {planet.height:g}",
    )  # fmt: skip


def _shape(outline: str, code: str, counts: Counter[str], most: int, names: dict[str, str]) -> Html:
    if not counts[code]:
        return el("path", d=outline)
    return el("path", _tip(code, counts, names), d=outline, class_=_shade(counts[code], most))


def _tip(code: str, counts: Counter[str], names: dict[str, str]) -> Html:
    return el("title", f"{names[code]}: {counts[code]}")


def _shade(count: int, most: int) -> str:
    """``m1`` (one of many) to ``m4`` (the most)."""
    return f"m{4 if count == most else 1 + min(3 * (count - 1) // max(most - 1, 1), 2)}"
