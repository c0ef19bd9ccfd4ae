"""A small SVG writer: everything that is text is escaped here."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import escape, quoteattr

from traque.reports import printable

INK: Final = "#1f2933"
QUIET: Final = "#5f6c7b"
FAMILY: Final = "Roboto, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"
_NARROW, _WIDE, _MEAN = 0.3, 0.85, 0.56
_NARROW_LETTERS: Final = frozenset("iljtfrI1.,:;'|!()[] -")
_WIDE_LETTERS: Final = frozenset("MWmw%@&OQGDCN")


class Canvas:
    """Shapes in drawing order, on white, ``width`` by ``height`` pixels."""

    def __init__(self, width: float, height: float, *, title: str, description: str) -> None:
        self._size = (width, height)
        self._parts = [
            f"<title>{_text(title)}</title><desc>{_text(description)}</desc>",
            f'<rect width="{width:g}" height="{height:g}" fill="#ffffff"/>',
        ]

    def text(
        self,
        x: float,
        y: float,
        content: str,
        *,
        size: float = 13,
        fill: str = INK,
        bold: bool = False,
        anchor: str = "start",
        halo: str = "",
    ) -> None:
        """One line of text on the baseline ``y``; ``halo`` is a colour drawn around the letters."""
        style = f'font-size="{size:g}" fill="{fill}" text-anchor="{anchor}"'
        if bold:
            style += ' font-weight="700"'
        if halo:
            style += f' stroke="{halo}" stroke-width="2.6" stroke-linejoin="round" paint-order="stroke"'
        self._parts.append(f'<text x="{x:.1f}" y="{y:.1f}" {style}>{_text(content)}</text>')

    def rectangle(self, x: float, y: float, width: float, height: float, fill: str, *, tip: str = "") -> None:
        """A filled rectangle; ``tip`` shows under a pointer."""
        place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
        self._parts.append(f'<rect {place} fill="{fill}">{_tip(tip)}</rect>')

    def line(self, x1: float, y1: float, x2: float, y2: float, stroke: str) -> None:
        """A hair line."""
        ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
        self._parts.append(f'<line {ends} stroke="{stroke}" stroke-width="1"/>')

    def circle(self, x: float, y: float, radius: float, fill: str, stroke: str, *, tip: str = "") -> None:
        """A disc with a rim."""
        place = f'cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}"'
        self._parts.append(
            f'<circle {place} fill="{fill}" stroke="{stroke}" stroke-width="1">{_tip(tip)}</circle>'
        )

    def path(self, data: str, fill: str, *, tip: str = "") -> None:
        """An outline that is filled; its edge is white."""
        self._parts.append(f'<path d={quoteattr(data)} fill="{fill}">{_tip(tip)}</path>')

    def open(self, attributes: str) -> None:
        """Begin a group with such attributes (our own, never foreign text)."""
        self._parts.append(f"<g {attributes}>")

    def close(self) -> None:
        """End the group."""
        self._parts.append("</g>")

    def document(self) -> str:
        """The whole file."""
        width, height = self._size
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
            f'viewBox="0 0 {width:g} {height:g}" font-family="{FAMILY}" role="img">\n'
            + "\n".join(self._parts)
            + "\n</svg>\n"
        )


def width_of(text: str, size: float) -> float:
    """About how wide a line will be, in pixels: no font is measured."""
    return size * sum(
        _NARROW if c in _NARROW_LETTERS else _WIDE if c in _WIDE_LETTERS else _MEAN for c in text
    )


def fit(text: str, size: float, room: float) -> str:
    """``text``, cut at its end with an ellipsis where it is too wide."""
    text = printable(text)
    if width_of(text, size) <= room:
        return text
    while text and width_of(text + "…", size) > room:
        text = text[: -max(1, len(text) // 20)]
    return text.rstrip() + "…"


def _text(content: str) -> str:
    return escape(printable(content))


def _tip(content: str) -> str:
    return f"<title>{_text(content)}</title>" if content else ""
