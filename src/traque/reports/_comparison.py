"""What changed between two versions of a bulletin, for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from traque.model.comparison import Changed, Comparison, Entry
from traque.reports._page import Page
from traque.reports._renderer import Setting


def comparison(result: Comparison, setting: Setting) -> bytes:
    """Every value: this is a list for a person who decides what to hunt and what to take out."""
    page = Page(setting)
    page.say(
        f"{', '.join(result.old)} to {', '.join(result.new)}: {len(result.added):,} added, "
        f"{len(result.withdrawn):,} withdrawn, {len(result.changed):,} changed, {result.same:,} the same."
    )
    _entries(page, "added", "+", "green", result.added)
    _entries(page, "withdrawn", "-", "red", result.withdrawn)
    if result.changed:
        page.heading("changed")
        for change in result.changed:
            _changed(page, change)
    return page.close()


def _entries(page: Page, title: str, mark: str, style: str, entries: Sequence[Entry]) -> None:
    if not entries:
        return
    page.heading(title)
    for entry in entries:
        why = f"  ({entry.why})" if entry.why else ""
        page.entry((mark, style), f"{entry.kind}  ", (entry.value, "bold"), why, indent=2, hang=4)


def _changed(page: Page, change: Changed) -> None:
    whose = change.value if change.kind else f"the bulletin {change.value}"
    before, after = (text or "not stated" for text in (change.before, change.after))
    page.entry(("~", "yellow"), (whose, "bold"), f"  {change.field}: {before} -> {after}", indent=2, hang=4)
