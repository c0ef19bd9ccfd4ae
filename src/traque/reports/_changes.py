"""What is new since an earlier hunt, for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from traque.model.changes import ChangedSighting, Changes
from traque.reports._page import STYLES, Page
from traque.reports._renderer import Setting
from traque.reports._words import count, listing, moment, number

_INDICATORS = 12


def changes_page(found: Changes, setting: Setting) -> bytes:
    """What is new first, then what is gone, then what the two hunts asked and searched differently."""
    page = Page(setting)
    gone = f"{number(len(found.gone))} gone, {number(found.same)} the same"
    page.say(
        (
            f"{number(len(found.appeared))} new, {number(len(found.grown))} changed, {gone}.",
            "bold yellow" if found.news else "bold green",
        )
    )
    if found.incomplete:
        page.say(("The later hunt is incomplete: what it does not show may be there.", "yellow"))
    for finding in found.findings:
        page.entry((finding.code, "bold red"), finding.text, indent=0, hang=18)
    _sightings(page, "New", found.appeared)
    _sightings(page, "Changed", found.grown)
    _sightings(page, "Gone", found.gone)
    page.heading("Question and coverage")
    for said, refs in (("newly listed", found.listed), ("withdrawn", found.withdrawn)):
        if refs:
            page.say(f"{said}: {listing([ref.value for ref in refs], _INDICATORS)}")
    for said, names in (("streams new", found.streams_appeared), ("streams gone", found.streams_gone)):
        if names:
            page.say(f"{said}: {listing(names, _INDICATORS)}")
    days = [_days(found.searched_days_before), _days(found.searched_days)]
    page.say(f"days on which every stream has records: {days[0]} before, {days[1]} now")
    return page.close()


def _days(days: int | None) -> str:
    return "no window" if days is None else number(days)


def _sightings(page: Page, title: str, changed: Sequence[ChangedSighting]) -> None:
    if not changed:
        return
    page.heading(title, count(len(changed), "indicator"))
    for one in changed:
        verdict = one.verdict or one.verdict_before
        page.entry(
            (str(verdict), STYLES[verdict] if verdict else ""),
            (one.indicator.value, "bold"),
            f": {', '.join(one.what)}",
            indent=0,
            hang=18,
        )
        seen = [count(one.count, "record")] if one.count else [f"{count(one.count_before, 'record')} before"]
        if one.first_seen and one.last_seen:
            seen.append(f"{moment(one.first_seen)} to {moment(one.last_seen)}")
        if one.streams:
            seen.append(f"in {listing(one.streams, 4)}")
        page.say(", ".join(seen), indent=18)
