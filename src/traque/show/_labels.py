"""What map and chart share: their titles and the lines about the data below."""

from __future__ import annotations

from traque.model import Reference
from traque.reports._words import count
from traque.show._svg import QUIET, Canvas, fit, width_of
from traque.show.summary import Summary

MARGIN = 36.0


def title(summary: Summary) -> str:
    """What the picture is about."""
    if len(summary.bulletins) == 1:
        shown = summary.bulletins[0]
        return f"{shown.id}: {shown.title}" if shown.title and shown.title != shown.id else shown.id
    return f"{len(summary.bulletins)} bulletins: {', '.join(shown.id for shown in summary.bulletins)}"


def subtitle(summary: Summary) -> str:
    """Who, when, how many, and for whom the picture is (the strictest TLP)."""
    actors = dict.fromkeys(actor.stated for shown in summary.bulletins for actor in shown.actors)
    days = sorted(f"{shown.published:%Y-%m-%d}" for shown in summary.bulletins if shown.published)
    order = ("clear", "green", "amber", "amber+strict", "red")
    tlps = [shown.tlp for shown in summary.bulletins if shown.tlp]
    strictest = max(tlps, key=lambda tlp: order.index(tlp) if tlp in order else len(order), default="")
    facts = [
        count(summary.places.addresses, "address or network", "addresses and networks"),
        ", ".join(list(actors)[:3]),
        f"published {days[0]}" + (f" to {days[-1]}" if days[0] != days[-1] else "") if days else "",
        f"TLP:{strictest.upper()}" if strictest else "",
    ]
    return "  ·  ".join(fact for fact in facts if fact)


def head(canvas: Canvas, summary: Summary, width: float) -> None:
    """Title and subtitle at the top of a picture."""
    canvas.text(MARGIN, 46, fit(title(summary), 24, (width - 2 * MARGIN) * 0.92), size=24, bold=True)
    canvas.text(MARGIN, 70, fit(subtitle(summary), 14, width - 2 * MARGIN), size=14, fill=QUIET)


def foot_lines(references: tuple[Reference, ...], width: float) -> list[str]:
    """The data, their date and licence, in lines that fit."""
    words = " ".join(
        f"{reference.title}: data of {reference.date}, {reference.licence}"
        + (f"; {reference.attribution}." if reference.attribution else ".")
        for reference in references
    )
    words += (
        " Counts made at another time or with other data differ: addresses change holders. Made with traque."
    )
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if width_of(longer, 11) > width - 2 * MARGIN:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
