"""Countries and networks as bars, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from traque.show._labels import MARGIN, foot_lines, head, subtitle, title
from traque.show._svg import QUIET, Canvas, fit
from traque.show.summary import Share, Summary

WIDTH: Final = 1200.0
ROWS: Final = 15
"""Bars of each panel; what remains is one bar more."""
_TOP: Final = 112.0
_ROW: Final = 26.0
_GAP: Final = 48.0
_COUNTRY, _NETWORK, _REST = "#2f78b3", "#b35a1f", "#aab2bd"
"""Blue and orange: the pair that all kinds of colour vision tell apart."""


def draw(summary: Summary) -> str:
    """The SVG document."""
    places = summary.places
    countries = _rows(places.countries, "other countries")
    networks = _rows(places.networks, "other networks")
    sources = foot_lines(summary.reference, WIDTH)
    bars = max(len(countries), len(networks), 1)
    height = _TOP + 30 + bars * _ROW + 40 + 15 * len(sources) + 12
    canvas = Canvas(WIDTH, height, title=title(summary), description=subtitle(summary))
    head(canvas, summary, WIDTH)
    wide = (WIDTH - 2 * MARGIN - _GAP) / 2
    _panel(canvas, "Countries", countries, left=MARGIN, wide=wide, names=150, fill=_COUNTRY)
    _panel(canvas, "Networks", networks, left=MARGIN + wide + _GAP, wide=wide, names=250, fill=_NETWORK)
    foot = height - 15 * len(sources) - 4
    canvas.line(MARGIN, foot - 18, WIDTH - MARGIN, foot - 18, "#d5d9de")
    for number, line in enumerate(sources):
        canvas.text(MARGIN, foot + 15 * number, line, size=11, fill=QUIET)
    return canvas.document()


def _rows(shares: Sequence[Share], others: str) -> list[Share]:
    """The first ones and the rest as one."""
    listed, rest = list(shares[:ROWS]), shares[ROWS:]
    if rest:
        percent = round(sum(share.percent for share in rest), 1)
        listed.append(Share("", f"{len(rest)} {others}", sum(share.count for share in rest), percent))
    return listed


def _panel(
    canvas: Canvas, name: str, rows: Sequence[Share], *, left: float, wide: float, names: float, fill: str
) -> None:
    canvas.text(left, _TOP, name, size=16, bold=True)
    most = max((share.count for share in rows), default=1)
    room = wide - names - 10 - 96
    for place, share in enumerate(rows):
        y = _TOP + 24 + place * _ROW
        label = f"{share.key} {share.name}" if share.key.startswith("AS") else share.name
        canvas.text(left + names, y + 13, fit(label or share.key, 13, names), size=13, anchor="end")
        length = max(1.5, room * share.count / most)
        colour = fill if share.key else _REST
        canvas.rectangle(left + names + 10, y, length, 18, colour, tip=f"{label}: {share.count}")
        at = left + names + 10 + length + 8
        canvas.text(at, y + 13.5, str(share.count), size=13, bold=True)
        canvas.text(
            at + 10 + 8 * len(str(share.count)), y + 13.5, f"{share.percent:.1f} %", size=12, fill=QUIET
        )
