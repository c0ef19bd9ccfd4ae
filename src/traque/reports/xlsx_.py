"""A workbook for spreadsheets: a sheet for each part of the answer.

Everything foreign is a *string* cell, made printable: a formula is never written, nor a link, and what begins
like one carries the quote mark of the format (``quotePrefix``), so that editing the cell makes none either.
The same result gives the same bytes. Written with XlsxWriter.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable, Sequence
from typing import Final

from traque.model import FromLedger, HuntResult
from traque.reports import _recalled as ledger
from traque.reports import _summary as facts
from traque.reports import _told as told
from traque.reports import _told_next as follows
from traque.reports import _told_streams as streams
from traque.reports._language import Words, words
from traque.reports._renderer import Renderer, Setting
from traque.reports._xlsx_more import assessment, covered
from traque.reports._xlsx_sheets import Cell, Sheets, naive

_AT_LENGTH: Final = 2_000
"""Sightings, the worst, all of whose evidence is in the workbook; of further ones the most telling record."""
_EVIDENCE: Final = 2_000


def _render(result: HuntResult, setting: Setting) -> bytes:
    said = words(setting.language)
    if len(result.sightings) <= _AT_LENGTH:
        return _book(result, said, {"in_memory": True})
    with tempfile.TemporaryDirectory(prefix="traque-xlsx-", ignore_cleanup_errors=True) as folder:
        return _book(result, said, {"constant_memory": True, "tmpdir": folder})  # rows wait in files there


def _book(result: HuntResult, said: Words, memory: dict[str, object]) -> bytes:
    import xlsxwriter

    stream = io.BytesIO()
    options = memory | {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "remove_timezone": True,
    }
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties(
        {
            "title": said("title"),
            "author": "traque",
            "comments": "traque hunt report",
            "created": naive(result.hunt.finished),
        }
    )
    sheets = Sheets(book, said)
    sheets.add("summary", ("", ""), _summary(result, said), (28, 110))
    if result.findings:
        sheets.add(
            "findings",
            ("c.code", "c.indicator", "c.asset", "c.why", "c.remedy"),
            _findings(result, said),
            (14, 24, 24, 70, 70),
        )
    sheets.add(
        "sightings",
        (
            "c.verdict",
            "c.indicator",
            "c.kind",
            "c.role",
            "c.records",
            "c.first",
            "c.last",
            "c.byverdict",
            "c.direction",
            "c.accounts",
            "c.assets",
            "c.ports",
            "c.where",
            "c.country",
            "c.network",
            "c.lists",
            "c.outside",
            "c.undated",
            "c.confidence",
            "d.validity",
            "c.bulletin",
            "c.ledger",
        ),
        _sightings(result, said),
        (18, 24, 12, 10, 10, 20, 20, 36, 14, 24, 36, 18, 36, 18, 30, 24, 14, 12, 12, 24, 24, 20),
    )
    sheets.add(
        "evidence",
        ("c.indicator", "c.verdict", "c.time", "c.source", "c.line", "c.why", "c.record"),
        _evidence(result, said),
        (24, 18, 20, 40, 10, 40, 120),
    )
    for sheet in assessment(result, said):
        sheets.put(sheet)
    sheets.add(
        "coverage",
        (
            "c.stream",
            "c.format",
            "c.begin",
            "c.end",
            "c.days",
            "d.asked",
            "c.records",
            "c.understood",
            "c.gaps",
            "c.losses",
            "c.owner",
        ),
        _streams(result, said),
        (32, 14, 20, 20, 8, 8, 12, 12, 100, 60, 24),
    )
    for sheet in covered(result, said):
        sheets.put(sheet)
    sheets.add(
        "sources",
        (
            "c.source",
            "c.stream",
            "c.format",
            "c.size",
            "c.records",
            "c.begin",
            "c.end",
            "c.complete",
            "c.why",
            "c.ledger",
        ),
        _sources(result, said),
        (48, 32, 14, 14, 12, 20, 20, 12, 60, 20),
    )
    sheets.add(
        "notseen",
        ("c.indicator", "c.kind", "c.bulletin"),
        ((r.value, r.kind, ", ".join(r.bulletins or (r.bulletin,))) for r in result.not_seen),
        (40, 14, 40),
    )
    sheets.add(
        "refused",
        ("c.value", "c.kind", "c.code", "c.reason", "c.bulletin"),
        ((v.value, v.kind, v.code, v.reason, b.id) for b in result.bulletins for v in b.refused),
        (40, 14, 18, 60, 40),
    )
    book.close()
    return stream.getvalue()


def _summary(result: HuntResult, said: Words) -> Iterable[Sequence[Cell]]:
    for bulletin in result.bulletins:
        marks = [
            f"TLP:{bulletin.tlp.upper()}" if bulletin.tlp else "",
            f"PAP:{bulletin.pap.upper()}" if bulletin.pap else "",
        ]
        yield (
            said("c.bulletin"),
            " · ".join(filter(None, (bulletin.id, bulletin.title, bulletin.producer, *marks))),
        )
    for line in told.answer(result, said):
        yield said("h.summary"), line
    yield said("m.window"), told.window(result, said)
    yield said("h.coverage"), told.covered(result, said)
    yield said("x.expected"), " ".join(filter(None, streams.denominator(result, said)))
    if result.leads and result.lead_search:
        yield said("h.leads"), said.sentence(result.lead_search.text)
    if result.visibility:
        yield said("h.visibility"), follows.control(result, said)
    if clocks := streams.clocks(result, said):
        yield said("h.clocks"), streams.clocks_title(clocks, said)
    if asked := told.ledger(result, said):
        yield said("m.ledger"), asked
    for step in told.next_steps(result, said):
        yield said("h.next"), step
    for line in told.remarks(result, said)[:100]:
        yield said("h.remarks"), line
    for ref in result.reference:
        yield (
            said("h.data"),
            "; ".join(filter(None, (ref.title, ref.date, ref.licence, ref.source, ref.attribution))),
        )
    if len(result.sightings) > _AT_LENGTH:
        yield said("x.evidence"), said("evidence.rest")
    yield said("m.version"), said("by", version=result.hunt.version, date=said.day(result.hunt.finished))
    yield said("c.time"), said("utc")


def _findings(result: HuntResult, said: Words) -> Iterable[Sequence[Cell]]:
    for found in result.findings:
        text, *remedy = told.finding(found, said)
        yield found.code, found.indicator.value, found.asset, text, " ".join(remedy)


def _sightings(result: HuntResult, said: Words) -> Iterable[Sequence[Cell]]:
    gone = ledger.gone(result)
    for s in result.sightings:
        network = " ".join(filter(None, (s.enrichment.get("asn"), s.enrichment.get("network"))))
        yield (
            said.verdict(s.verdict),
            s.indicator.value,
            s.indicator.kind,
            s.indicator.role,
            s.count,
            s.first_seen,
            s.last_seen,
            ", ".join(f"{said.verdict(v)} {n}" for v, n in s.verdicts.items()),
            said(f"direction.{s.direction}"),
            ", ".join(s.accounts),
            ", ".join(s.assets),
            ", ".join(map(str, s.ports)),
            ", ".join(dict.fromkeys(source.stream for source in s.sources)),
            said.country(s.enrichment.get("country", "")) or s.enrichment.get("country_name"),
            network,
            s.enrichment.get("warninglists"),
            s.outside_window.count if s.outside_window else 0,
            s.undated,
            s.confidence,
            facts.outside_validity(s),
            ", ".join(s.indicator.bulletins or (s.indicator.bulletin,)),
            ledger.recalled(s, gone) or None,
        )


def _evidence(result: HuntResult, said: Words) -> Iterable[Sequence[Cell]]:
    gone = ledger.gone(result)
    for rank, sighting in enumerate(result.sightings):
        if remark := ledger.remark(sighting, gone, said):
            paths = ", ".join(seen.path for seen in sighting.sources if seen.path in gone)
            name, verdict = sighting.indicator.value, said.verdict(sighting.verdict)
            yield name, verdict, None, paths, None, remark, None
        most_telling = facts.telling(sighting) if rank >= _AT_LENGTH else None
        for record in sighting.evidence if most_telling is None else (most_telling,):
            yield (
                sighting.indicator.value,
                said.verdict(record.verdict),
                record.time,
                record.path,
                record.line,
                record.why,
                record.text[:_EVIDENCE],
            )


def _streams(result: HuntResult, said: Words) -> Iterable[Sequence[Cell]]:
    for s in result.coverage.streams:
        rate = said.percent(s.parse_rate) if s.parse_rate is not None else ""
        gaps = "; ".join(told.gap(hole, said) for hole in s.gaps[:200])
        asked = f"{s.asked_days_covered}/{s.asked_days}" if s.asked_days is not None else ""
        losses = "; ".join(streams.losses(s, said))
        yield s.name, s.format, s.first, s.last, s.days, asked, s.records, rate, gaps, losses, s.owner


def _sources(result: HuntResult, said: Words) -> Iterable[Sequence[Cell]]:
    for s in result.coverage.sources:
        end = said("yes" if s.complete else "no")
        why = said("duplicate", path=s.duplicate_of) if s.duplicate_of else s.why
        alone = said("yes") if s.ledger is FromLedger.ALONE else None
        yield s.path, s.stream, s.format, s.bytes, s.records, s.first, s.last, end, why, alone


SPEC = Renderer(
    name="xlsx",
    title="a workbook with a sheet each for sightings, evidence, coverage...; holds no formula",
    render=_render,
    file_name="report.xlsx",
    media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
