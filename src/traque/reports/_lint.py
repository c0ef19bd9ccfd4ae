"""The complaints about a bulletin, for a terminal."""

from __future__ import annotations

from collections import Counter
from typing import Final

from traque.model.lint import SEVERITIES, Complaint, Lint
from traque.reports._page import Page
from traque.reports._renderer import Setting

_STYLE: Final = {"error": "bold red", "warning": "yellow", "note": "cyan"}
_NAMED: Final = 6


def lint(result: Lint, setting: Setting) -> bytes:
    """Every complaint, worst first: what, which values, why, and what to do."""
    page = Page(setting)
    page.say(f"{', '.join(result.bulletins)}: {result.indicators:,} indicators, {_counts(result)}.")
    several = len(result.bulletins) > 1
    for complaint in result.complaints:
        page.say("")
        _complaint(page, complaint, several=several)
    if result.references and any(complaint.details for complaint in result.complaints):
        page.say("")
        for reference in result.references:
            page.say((f"{reference.title}: data of {reference.date}, {reference.licence}", "dim"))
    if setting.closing:
        page.say("")
        page.say((setting.closing, "dim"))
    return page.close()


def _counts(result: Lint) -> str:
    counts = Counter(complaint.severity for complaint in result.complaints)
    found = [
        f"{counts[each]} {each}{'' if counts[each] == 1 else 's'}" for each in SEVERITIES if counts[each]
    ]
    return ", ".join(found) or "no complaint"


def _complaint(page: Page, complaint: Complaint, *, several: bool) -> None:
    whose = f" in {complaint.bulletin}" if several else ""
    page.entry(
        (complaint.severity, _STYLE[complaint.severity]),
        (complaint.what, "bold"),
        f"{whose}  ({complaint.code})",
        indent=0,
        hang=10,
    )
    page.say(f"why: {complaint.why}", indent=10)
    page.say(f"do:  {complaint.advice}", indent=10)
    for key, detail in list(complaint.details.items())[:_NAMED]:
        page.say((f"{key}: {detail}", "dim"), indent=10)
    more = len(complaint.details) - _NAMED
    if more > 0:
        page.say((f"and {more} more: with --json", "dim"), indent=10)
    if complaint.values and not complaint.details:
        named = ", ".join(complaint.values[:_NAMED])
        rest = len(complaint.values) - _NAMED
        page.say((named + (f" and {rest} more: with --json" if rest > 0 else ""), "dim"), indent=10)
