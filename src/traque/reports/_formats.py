"""The page of ``traque formats NAME``."""

from __future__ import annotations

from collections.abc import Sequence

from traque.model.inspection import FormatDetails
from traque.reports._inspection import example
from traque.reports._page import Page
from traque.reports._renderer import Setting
from traque.reports._words import sentence


def render_details(formats: Sequence[FormatDetails], setting: Setting) -> bytes:
    """All that is known of the formats of one name."""
    page = Page(setting)
    for one in formats:
        page.heading(one.name, f"{one.title} ({one.kind})")
        for paragraph in one.about.split("\n\n"):
            for line in _lines(paragraph):
                page.say(line)
        if one.knows:
            page.entry(("how", "dim"), sentence(one.knows), indent=0, hang=13)
        if one.fields:
            page.entry(("fields", "dim"), ", ".join(one.fields), indent=0, hang=13)
        page.entry(("module", "dim"), one.module, indent=0, hang=13)
        if one.read:
            page.heading("Example", "as it is read")
            for read in one.read:
                example(page, "line", read)
        elif one.example:
            page.entry(("example", "dim"), one.example, indent=0, hang=13)
    return page.close()


def _lines(paragraph: str) -> list[str]:
    """A list's points each on their own line; other lines together."""
    lines: list[str] = []
    for line in paragraph.splitlines():
        if lines and not line.startswith(("-", "*")):
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line)
    return lines
