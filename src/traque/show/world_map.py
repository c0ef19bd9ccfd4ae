"""A map of the world with the count of addresses in each country, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from traque.enrich.provenance import reference
from traque.enrich.world import world
from traque.reports._words import count, number
from traque.show._labels import MARGIN, foot_lines, head, subtitle, title
from traque.show._svg import QUIET, Canvas, fit, width_of
from traque.show.summary import Share, Summary

WIDTH: Final = 1200.0
_TOP: Final = 92.0
_EMPTY: Final = "#e9e7e1"
_SHADES: Final = ("#c9dcee", "#93bfdf", "#5a9cc9", "#2f78b3", "#175493", "#08306b")
"""One hue from light to dark: told apart by lightness alone, so whatever the eye's colours."""
_STEPS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 100_000, 1_000_000)
_LABELS: Final = 24
"""Counts written on the map, where they find room; the list beside has the first ones all."""
_LIST: Final = 16
_COLUMNS: Final = 4
_SHIFTS: Final = ((0, 0), (0, -13), (0, 13), (20, 0), (-20, 0), (18, -12), (-18, 12), (18, 12), (-18, -12))


def draw(summary: Summary) -> str:
    """The SVG document."""
    places = summary.places
    known = [share for share in places.countries if share.key]
    planet = world()
    scale = (WIDTH - 2 * MARGIN) / planet.width
    below = _TOP + planet.height * scale + 26
    rows = -(-min(len(known), _LIST) // _COLUMNS)
    sources = foot_lines((*summary.reference, reference("world")), WIDTH)
    height = below + 58 + rows * 22 + 26 + 15 * len(sources) + 20
    canvas = Canvas(WIDTH, height, title=title(summary), description=subtitle(summary))
    head(canvas, summary, WIDTH)
    bins = steps(max((share.count for share in known), default=1))
    _countries(canvas, known, bins, scale)
    _legend(canvas, bins, known, places.addresses, below)
    _list(canvas, known, places.addresses, bins, below + 58)
    foot = height - 15 * len(sources) - 8
    canvas.line(MARGIN, foot - 18, WIDTH - MARGIN, foot - 18, "#d5d9de")
    for place, line in enumerate(sources):
        canvas.text(MARGIN, foot + 15 * place, line, size=11, fill=QUIET)
    return canvas.document()


def steps(most: int) -> list[tuple[int, int]]:
    """At most six classes of counts, from 1 to ``most``, each (first, last)."""
    starts = [step for step in _STEPS if step <= most]
    while len(starts) > len(_SHADES):
        starts = [1, *starts[2::2]] if len(starts) > 2 * len(_SHADES) else [1, *starts[-len(_SHADES) + 1 :]]
    return [
        (first, (starts[at + 1] - 1) if at + 1 < len(starts) else most) for at, first in enumerate(starts)
    ]


def shade(count: int, bins: Sequence[tuple[int, int]]) -> str:
    """The colour of a count; few classes still use the whole scale."""
    at = next(place for place, (_, last) in enumerate(bins) if count <= last)
    if len(bins) == 1:
        return _SHADES[3]
    return _SHADES[round(at * (len(_SHADES) - 1) / (len(bins) - 1))]


def _countries(canvas: Canvas, known: Sequence[Share], bins: Sequence[tuple[int, int]], scale: float) -> None:
    planet = world()
    counts = {share.key: share for share in known}
    canvas.open(
        f'transform="translate({MARGIN:g} {_TOP:g}) scale({scale:.5f})" '
        'stroke="#ffffff" stroke-width="0.5" stroke-linejoin="round" fill-rule="evenodd"'
    )
    for code, outline in planet.shapes:
        share = counts.get(code)
        canvas.path(outline, shade(share.count, bins) if share else _EMPTY, tip=_tip(share) if share else "")
    canvas.close()
    centres = {code: (MARGIN + x * scale, _TOP + y * scale) for code, (x, y) in planet.centres}
    for share in reversed(known):
        if share.key in planet.small and share.key in centres:
            x, y = centres[share.key]
            canvas.circle(x, y, 5, shade(share.count, bins), "#ffffff", tip=_tip(share))
    taken: list[tuple[float, float, float, float]] = []
    for share in known[:_LABELS]:
        if share.key in centres:
            _label(canvas, share, centres[share.key], taken, marked=share.key in planet.small)


def _label(
    canvas: Canvas,
    share: Share,
    centre: tuple[float, float],
    taken: list[tuple[float, float, float, float]],
    *,
    marked: bool,
) -> None:
    """The count, at the country's centre or as near as no other count stands; else nowhere."""
    text, size = str(share.count), 13 if share.count > 9 else 12
    wide = width_of(text, size) + 3
    for dx, dy in _SHIFTS[1 if marked else 0 :]:
        x, y = centre[0] + dx, centre[1] + dy
        box = (x - wide / 2, y - size / 2, x + wide / 2, y + size / 2)
        if not any(_overlap(box, other) for other in taken):
            taken.append(box)
            canvas.text(x, y + size * 0.36, text, size=size, bold=True, anchor="middle", halo="#ffffff")
            return


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _legend(
    canvas: Canvas, bins: Sequence[tuple[int, int]], known: Sequence[Share], total: int, top: float
) -> None:
    canvas.text(MARGIN, top + 11, "Addresses in a country", size=13, bold=True)
    x = MARGIN + 160
    for first, last in bins:
        label = str(first) if first == last else f"{first}–{last}"
        canvas.rectangle(x, top, 26, 14, shade(first, bins))
        canvas.text(x + 32, top + 11.5, label, size=12.5)
        x += 32 + width_of(label, 12.5) + 20
    canvas.rectangle(x, top, 26, 14, _EMPTY)
    canvas.text(x + 32, top + 11.5, "none", size=12.5)
    x += 32 + width_of("none", 12.5) + 22
    canvas.circle(x + 5, top + 7, 5, _SHADES[2], "#ffffff")
    canvas.text(x + 16, top + 11.5, "small country", size=12.5)
    placed = sum(share.count for share in known)
    if placed < total:
        canvas.text(
            WIDTH - MARGIN,
            top + 11.5,
            f"{number(total - placed)} without a known country",
            size=12.5,
            anchor="end",
        )


def _list(
    canvas: Canvas, known: Sequence[Share], total: int, bins: Sequence[tuple[int, int]], top: float
) -> None:
    """The first countries by count, downward in columns."""
    listed = known[:_LIST]
    rows = max(1, -(-len(listed) // _COLUMNS))
    wide = (WIDTH - 2 * MARGIN) / _COLUMNS
    for place, share in enumerate(listed):
        x, y = MARGIN + place // rows * wide, top + place % rows * 22
        canvas.rectangle(x, y - 9, 10, 10, shade(share.count, bins))
        canvas.text(x + 17, y, fit(share.name, 13, wide - 122), size=13)
        canvas.text(x + wide - 70, y, str(share.count), size=13, bold=True, anchor="end")
        canvas.text(x + wide - 22, y, f"{share.percent:.1f} %", size=12, fill=QUIET, anchor="end")
    rest = known[_LIST:]
    if rest:
        many = sum(share.count for share in rest)
        others = count(len(rest), "more country", "more countries")
        said = f"and {number(many)} in {others}, of {number(total)} in all"
        canvas.text(WIDTH - MARGIN - 22, top + rows * 22, said, size=12, fill=QUIET, anchor="end")


def _tip(share: Share) -> str:
    return f"{share.name}: {share.count} ({share.percent:.1f} %)"
