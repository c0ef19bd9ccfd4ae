"""Sheets of the workbook beside sightings: what follows from them, and what each stream held."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from traque.model import HuntResult
from traque.reports import _told_next as follows
from traque.reports import _told_streams as streams
from traque.reports._language import Words
from traque.reports._xlsx_sheets import Cell, Sheet

_EVIDENCE: Final = 2_000


def assessment(result: HuntResult, said: Words) -> Iterator[Sheet]:
    """Cases, leads, the first hour: those that there are."""
    if result.cases:
        head = ("c.verdict", "c.what", "c.first", "c.last", "c.accounts", "c.action")
        yield Sheet("cases", [said(key) for key in head], _cases(result, said), (18, 100, 20, 20, 24, 60))
    if result.leads:
        about = ("c.verdict", "c.value", "c.kind", "c.records", "c.first", "c.last", "c.accounts", "c.where")
        names = [said(key) for key in (*about, "c.why", "c.source", "c.line", "c.record")]
        yield Sheet("leads", names, _leads(result, said), (18, 24, 12, 10, 20, 20, 24, 36, 80, 40, 10, 120))
    if parts := follows.plan(result, said):
        names = [said("c.part"), said("c.what"), said("c.action")]
        rows = ((title, step.subject, step.what) for title, steps in parts for step in steps)
        yield Sheet("plan", names, rows, (44, 40, 120))


def _cases(result: HuntResult, said: Words) -> Iterator[Sequence[Cell]]:
    for case in result.cases:
        steps = said.row(said.sentence(step) for step in case.next_steps)
        accounts = ", ".join(case.accounts)
        verdict, text = said.verdict(case.verdict), said.sentence(case.text)
        yield verdict, text, case.first_seen, case.last_seen, accounts, steps


def _leads(result: HuntResult, said: Words) -> Iterator[Sequence[Cell]]:
    for lead in result.leads:
        record = lead.evidence
        yield (
            said.verdict(lead.verdict),
            lead.value,
            lead.kind,
            lead.count,
            lead.first_seen,
            lead.last_seen,
            ", ".join(lead.accounts),
            ", ".join(lead.streams),
            said.sentence(lead.text),
            record.path if record else None,
            record.line if record else None,
            record.text[:_EVIDENCE] if record else None,
        )


def covered(result: HuntResult, said: Words) -> Iterator[Sheet]:
    """Would we have seen it, the expected streams, clocks: those that there are."""
    if result.visibility:
        verdicts = [said.verdict(verdict) for verdict in follows.ASKED]
        names = [said("c.stream"), said("c.records"), *verdicts, said("c.control"), said("c.remarks")]
        widths = (32, 10, *(18 for _ in verdicts), 24, 100)
        yield Sheet("visibility", names, _visibility(result, said), widths)
    if expected := streams.expected(result, said):
        names = [said(key) for key in ("c.stream", "c.owner", "c.expected", "c.there")]
        rows = ((one.name, one.owner, one.when, one.there) for one in expected)
        yield Sheet("expected", names, rows, (32, 32, 28, 60))
    if clocks := streams.clocks(result, said):
        names = [said(key) for key in ("c.stream", "c.zone", "c.year", "c.remarks")]
        lines = ((c.stream, c.zones, c.years, said.row(filter(None, (*c.odd, c.undated)))) for c in clocks)
        yield Sheet("clocks", names, lines, (32, 28, 32, 120))


def _visibility(result: HuntResult, said: Words) -> Iterator[Sequence[Cell]]:
    for row in result.visibility:
        control = None if row.control is None else f"{row.control.value}: {_yes(row.control.found, said)}"
        remarks = said.row(said.sentence(remark) for remark in row.remarks)
        yield row.stream, row.records, *follows.sights(row, said), control, remarks


def _yes(found: bool, said: Words) -> str:
    return said("yes" if found else "no")
