"""What follows from the sightings: cases, leads, the first hour, and what each stream could show at all."""

from __future__ import annotations

from typing import Final

from traque.model import HuntResult, Plan, Sight
from traque.reports._page import STYLES, Page
from traque.reports._told_next import COLUMNS
from traque.reports._words import count, listing, moment, sentence

CASES: Final = 6
LEADS: Final = 6
FREEZE: Final = 4
LOOK: Final = 9
STREAMS: Final = 20
"""What is shown of each; the JSON document holds the rest."""

_MARKS: Final = {
    Sight.SHOWN: ("yes", "green"),
    Sight.POSSIBLE: ("?", ""),
    Sight.UNLIKELY: ("none", "yellow"),
    Sight.NEVER: ("no", "red"),
}
_LEGEND: Final = (
    "yes: records looked at show it. ?: none of them did. none: only denials seen. no: "
    "its format cannot say it."
)


def cases(page: Page, result: HuntResult) -> None:
    """Sightings that belong together."""
    if not result.cases:
        return
    page.heading("Cases", "what belongs together; no record's verdict changes by it")
    for case in result.cases[:CASES]:
        page.entry((case.kind, STYLES[case.verdict]), f"{case.text}.", indent=0, hang=9)
    _rest(page, len(result.cases) - CASES, "more case")


def leads(page: Page, result: HuntResult) -> None:
    """Unlisted addresses that behave like listed ones, apart from sightings."""
    search = result.lead_search
    if search is None:
        return
    if result.leads:
        page.heading("Leads", "on no list, but like listed ones; not sightings")
    for lead in result.leads[:LEADS]:
        page.entry((lead.value, "bold"), f"{lead.text}.", indent=0, hang=18)
        when = f", {moment(lead.first_seen)}" if lead.first_seen else ""
        accounts = f", accounts {listing(lead.accounts, 3)}" if lead.accounts else ""
        page.say(f"{lead.verdict} at worst: {count(lead.count, 'record')}{when}{accounts}", indent=18)
        if lead.evidence is not None:
            page.say((f"{lead.evidence.path}, byte {lead.evidence.offset}", "dim"), indent=18)
            page.say(*page.around(lead.evidence.text, lead.value, page.width - 26), indent=18)
    _rest(page, len(result.leads) - LEADS, "more lead")
    if result.leads:
        page.say((sentence(search.text), "dim"))


def first_hour(page: Page, result: HuntResult) -> None:
    """What to freeze, what to look at, whom to ask."""
    plan = result.plan
    if plan is None or plan == Plan():
        return
    page.heading("The first hour", "most urgent first")
    for label, steps, most in (
        ("freeze", plan.freeze, FREEZE),
        ("look", plan.look, LOOK),
        ("ask", plan.ask, FREEZE),
    ):
        for position, step in enumerate(steps[:most]):
            owner = f" (ask {step.owner})" if step.owner else ""
            what = "" if label == "freeze" else f" {step.what}{owner};"
            begin = (label if position == 0 else "", "bold")
            page.entry(begin, (f"{step.subject}:", "bold"), f"{what} {step.why}.", indent=0, hang=8)
    page.say("To freeze: stop the rotation of these and copy all their files, the oldest first.")


def visibility(page: Page, result: HuntResult) -> None:
    """Would we have seen it? A matrix of streams and verdicts."""
    if not result.visibility:
        return
    page.heading("Would we have seen it?", "what the records of each stream could show")
    shown = result.visibility[:STREAMS]
    room = page.width - len(COLUMNS) * 7 - 9
    widths = (min(max(6, *(len(row.stream) for row in shown)), room), *(5 for _ in COLUMNS), -7)
    page.row([(name, "dim") for name in ("stream", *(short for _, short in COLUMNS), "records")], widths)
    for row in shown:
        marks = [_MARKS[row.verdicts.get(verdict, Sight.POSSIBLE)] for verdict, _ in COLUMNS]
        page.row([row.stream, *marks, str(row.records)], widths)
        for remark in row.remarks:
            page.say((sentence(remark), "yellow"), indent=4)
    _rest(page, len(result.visibility) - STREAMS, "more stream")
    page.say(
        (f"{_LEGEND} {_controls(result)}", "dim"),
    )


def _controls(result: HuntResult) -> str:
    tried = [row.control for row in result.visibility if row.control is not None]
    found = sum(control.found for control in tried)
    return f"Control: a value of its own was found in {found} of {count(len(result.visibility), 'stream')}."


def _rest(page: Page, more: int, noun: str) -> None:
    if more > 0:
        page.say(f"and {count(more, noun)}: with --json or --out DIR")
