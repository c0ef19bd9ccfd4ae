"""What follows from the sightings, on the page: cases, leads, the first hour, what each stream could show."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from traque.model import HuntResult
from traque.reports import _told_next as follows
from traque.reports._html_head import verdict
from traque.reports._language import Words
from traque.reports._markup import Content, Html, el, folded, join, section, table

CASES: Final = 100
LEADS: Final = 100
STEPS: Final = 40
STREAMS: Final = 200
"""What is shown of each; the result holds the rest."""


def cases(result: HuntResult, words: Words) -> Html | None:
    """Sightings that belong together."""
    if not result.cases:
        return None
    head = [(words("c.verdict"), ""), (words("c.what"), ""), (words("c.first"), "")]
    rows: list[list[Content]] = [
        [verdict(case.verdict, words), f"{words.sentence(case.text)}.", _moment(case.first_seen)]
        for case in result.cases[:CASES]
    ]
    return section(
        "cases",
        words("h.cases"),
        words("n.cases"),
        table(head, rows, words("h.cases")),
        _more(len(result.cases) - CASES, words),
    )


def leads(result: HuntResult, words: Words) -> Html | None:
    """Unlisted addresses that behave like listed ones."""
    if not result.leads or result.lead_search is None:
        return None
    head = [(words("c.value"), ""), (words("c.verdict"), ""), (words("c.records"), "n"), (words("c.why"), "")]
    rows: list[list[Content]] = []
    for lead in result.leads[:LEADS]:
        shown = None
        if lead.evidence is not None:
            place = f"{lead.evidence.path}, {lead.evidence.offset}"
            shown = folded(place, el("pre", lead.evidence.text[:2_000]))
        rows.append(
            [
                el("code", lead.value),
                verdict(lead.verdict, words),
                words.number(lead.count),
                join(f"{words.sentence(lead.text)}.", shown),
            ]
        )
    return section(
        "leads",
        words("h.leads"),
        words("n.leads"),
        table(head, rows, words("h.leads")),
        el("p", words.sentence(result.lead_search.text), class_="note"),
        _more(len(result.leads) - LEADS, words),
    )


def plan(result: HuntResult, words: Words) -> Html | None:
    """What to freeze, what to look at, whom to ask."""
    parts = follows.plan(result, words)
    if not parts:
        return None
    return section(
        "plan",
        words("h.plan"),
        words("n.plan"),
        *(join(el("h3", title), _steps(steps, words)) for title, steps in parts),
    )


def _steps(steps: list[follows.Step], words: Words) -> Html:
    lines = [
        el("li", el("strong", words("x.colon", name=step.subject)), f" {step.what}") for step in steps[:STEPS]
    ]
    return join(el("ol", *lines, class_="steps"), _more(len(steps) - STEPS, words))


def visibility(result: HuntResult, words: Words) -> Html | None:
    """Would we have seen it? A matrix of streams and verdicts."""
    if not result.visibility:
        return None
    head = [(words("c.stream"), ""), *((words.verdict(each), "") for each in follows.ASKED)]
    rows: list[list[Content]] = []
    remarks: list[Content] = []
    for row in result.visibility[:STREAMS]:
        rows.append([row.stream, *follows.sights(row, words)])
        stream = el("strong", words("x.colon", name=row.stream))
        remarks += [el("li", stream, f" {words.sentence(remark)}") for remark in row.remarks]
    return section(
        "visibility",
        words("h.visibility"),
        words("n.visibility"),
        table(head, rows, words("h.visibility")),
        el("ul", *remarks, class_="note") if remarks else None,
        el("p", follows.control(result, words), class_="note"),
        _more(len(result.visibility) - STREAMS, words),
    )


def _moment(at: datetime | None) -> Html | None:
    return None if at is None else join(f"{at:%Y-%m-%d} ", el("span", f"{at:%H:%M:%S}", class_="quiet"))


def _more(rest: int, words: Words) -> Html | None:
    return el("p", words.many("more", rest), class_="note") if rest > 0 else None
