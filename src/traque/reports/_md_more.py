"""The parts of the Markdown report after its sightings: what follows from them, and what each stream held."""

from __future__ import annotations

from typing import Final

from traque.model import HuntResult
from traque.reports import _told_next as follows
from traque.reports import _told_streams as streams
from traque.reports._around import around
from traque.reports._language import Words
from traque.reports._markdown import code, more, prose, table

CASES: Final = 100
LEADS: Final = 100
STEPS: Final = 40
STREAMS: Final = 200
"""What is shown of each; the result holds the rest."""
_ROOM: Final = 400


def cases(result: HuntResult, said: Words) -> list[str]:
    """Sightings that belong together."""
    if not result.cases:
        return []
    head = [said(f"c.{name}") for name in ("verdict", "what", "first")]
    rows = [
        [
            prose(said.verdict(case.verdict)),
            prose(f"{said.sentence(case.text)}."),
            said.moment(case.first_seen),
        ]
        for case in result.cases[:CASES]
    ]
    rest = more(len(result.cases), CASES, said)
    return [f"## {said('h.cases')}", "", prose(said("n.cases")), "", *table(head, rows), *rest]


def leads(result: HuntResult, said: Words) -> list[str]:
    """Unlisted addresses that behave like listed ones, each with a record."""
    if not result.leads or result.lead_search is None:
        return []
    lines = [f"## {said('h.leads')}", "", prose(said("n.leads")), ""]
    for lead in result.leads[:LEADS]:
        records = said.many("records", lead.count)
        verdict = prose(said.verdict(lead.verdict))
        text = prose(said.sentence(lead.text))
        lines.append(f"- **{verdict}** {code(lead.value)}, {records}: {text}.")
        if (record := lead.evidence) is not None:
            place = said("evidence.line", line=said.number(record.line))
            lines[-1] += "  "
            lines.append(
                f"  {code(record.path)} {place}: {code(''.join(around(record.text, lead.value, _ROOM)))}"
            )
    searched = prose(said.sentence(result.lead_search.text))
    return [*lines, "", searched, "", *more(len(result.leads), LEADS, said)]


def plan(result: HuntResult, said: Words) -> list[str]:
    """The first hour: what to freeze, what to look at, whom to ask."""
    parts = follows.plan(result, said)
    lines = [f"## {said('h.plan')}", "", prose(said("n.plan")), ""] if parts else []
    for title, steps in parts:
        lines += [f"### {prose(title)}", ""]
        lines += [
            f"{n}. **{prose(said('x.colon', name=step.subject))}** {prose(step.what)}"
            for n, step in enumerate(steps[:STEPS], 1)
        ]
        lines += ["", *more(len(steps), STEPS, said)]
    return lines


def visibility(result: HuntResult, said: Words) -> list[str]:
    """Would we have seen it? A matrix of streams and verdicts, with the limits of each stream."""
    shown = result.visibility[:STREAMS]
    if not shown:
        return []
    head = [said("c.stream"), *(prose(said.verdict(verdict)) for verdict in follows.ASKED)]
    rows = [[code(row.stream, cell=True), *map(prose, follows.sights(row, said))] for row in shown]
    limits = [
        f"- {code(row.stream)}: {prose(said.sentence(remark))}" for row in shown for remark in row.remarks
    ]
    lines = [f"## {said('h.visibility')}", "", prose(said("n.visibility")), "", *table(head, rows)]
    lines += [*limits, ""] if limits else []
    return [*lines, prose(follows.control(result, said)), "", *more(len(result.visibility), STREAMS, said)]


def denominator(result: HuntResult, said: Words) -> list[str]:
    """What the answer is about: the declared streams with their owners, or only the files supplied."""
    text, lacking = streams.denominator(result, said)
    lines = [" ".join([prose(text), *([f"**{prose(lacking)}**"] if lacking else [])]), ""]
    expected = streams.expected(result, said)
    if not expected:
        return lines
    head = [said(f"c.{name}") for name in ("stream", "owner", "expected", "there")]
    rows = [
        [
            code(one.name, cell=True),
            prose(one.owner),
            prose(one.when),
            f"**{prose(one.there)}**" if one.missing else prose(one.there),
        ]
        for one in expected[:STREAMS]
    ]
    return [*lines, *table(head, rows), *more(len(expected), STREAMS, said)]


def losses(result: HuntResult, said: Words) -> list[str]:
    """What streams say that they do not hold."""
    found = [(one.name, loss) for one in result.coverage.streams for loss in streams.losses(one, said)]
    if not found:
        return []
    lines = [f"- {code(name)}: {prose(loss)}" for name, loss in found[:STREAMS]]
    return [f"### {said('c.losses')}", "", *lines, "", *more(len(found), STREAMS, said)]


def clocks(result: HuntResult, said: Words) -> list[str]:
    """How the times of each stream were read, and what does not fit."""
    found = streams.clocks(result, said)
    if not found:
        return []
    head = [said(f"c.{name}") for name in ("stream", "zone", "year", "remarks")]
    rows = [
        [
            code(clock.stream, cell=True),
            prose(clock.zones),
            prose(clock.years),
            prose(said.row(filter(None, (*clock.odd, clock.undated))) or said("geo.none")),
        ]
        for clock in found[:STREAMS]
    ]
    lines = [f"### {said('h.clocks')}", "", prose(streams.clocks_title(found, said)), ""]
    return [*lines, *table(head, rows), *more(len(found), STREAMS, said)]
