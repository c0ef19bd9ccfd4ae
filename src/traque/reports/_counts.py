"""The counts of a result, for a terminal."""

from __future__ import annotations

from traque.model.counts import Counts
from traque.reports._page import Page
from traque.reports._renderer import Setting
from traque.reports._words import boundary, count, moment, number


def counts_page(found: Counts, setting: Setting) -> bytes:
    """A line for each indicator that was seen; nothing of the inside."""
    page = Page(setting)
    others = "of a part of the result" if found.part else f"{number(found.not_seen)} not"
    names = ", ".join(bulletin.id for bulletin in found.bulletins)
    page.say((f"{names}: {count(len(found.seen), 'indicator')} seen, {others}.", "bold"))
    if found.since or found.until:
        since = boundary(found.since) if found.since else "the first record"
        until = boundary(found.until) if found.until else "the hunt"
        page.say(f"Window: {since} to before {until} (UTC).")
    if found.asked_days is not None and found.searched_days is not None:
        days = f"{number(found.searched_days)} of {count(found.asked_days, 'day')}"
        page.say(f"Every one of {count(found.streams, 'stream')} was searched on {days}.")
    page.say(f"{'Complete' if found.complete else 'Incomplete'}; about the {found.scope}.")
    if found.seen:
        page.say()
        value = min(max(len(one.value) for one in found.seen), max(page.width - 70, 20))
        widths = (value, 16, -9, 20, 20)
        page.row([(head, "dim") for head in ("indicator", "verdict", "records", "first", "last")], widths)
        for one in found.seen:
            first = moment(one.first_seen) if one.first_seen else ""
            last = moment(one.last_seen) if one.last_seen else ""
            page.row([one.value, one.verdict, number(one.count), first, last], widths)
    return page.close()
