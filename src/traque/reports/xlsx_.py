"""A workbook for spreadsheets: a sheet for each part of the answer.

Everything foreign is a *string* cell, made printable: a formula is never written, nor a link, and what begins
like one carries the quote mark of the format (``quotePrefix``), so that editing the cell makes none either.
The same result gives the same bytes. Written with XlsxWriter.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from traque.model import HuntResult
from traque.reports import _summary as facts
from traque.reports import _told as told
from traque.reports._escape import printable
from traque.reports._language import Words, words
from traque.reports._renderer import Renderer, Setting

if TYPE_CHECKING:
    from xlsxwriter import Workbook

LONGEST: Final = 32_767
"""Characters that a cell can hold."""
ROWS: Final = 1_048_575
"""Rows below the head that a sheet can hold."""
_AT_LENGTH: Final = 2_000
"""Sightings, the worst, all of whose evidence is in the workbook; of further ones the most telling record."""
_EVIDENCE: Final = 2_000
_STARTS: Final = "=+-@\t\r\uff1d\uff0b\uff0d\uff20"

Cell = str | int | datetime | None


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
            "created": _naive(result.hunt.finished),
        }
    )
    sheets = _Sheets(book, said)
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
        ),
        _sightings(result, said),
        (18, 24, 12, 10, 10, 20, 20, 36, 14, 24, 36, 18, 36, 18, 30, 24, 14, 12, 12, 24, 24),
    )
    sheets.add(
        "evidence",
        ("c.indicator", "c.verdict", "c.time", "c.source", "c.line", "c.why", "c.record"),
        _evidence(result, said),
        (24, 18, 20, 40, 10, 40, 120),
    )
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
        ),
        _streams(result, said),
        (32, 14, 20, 20, 8, 8, 12, 12, 100),
    )
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
        ),
        _sources(result, said),
        (48, 32, 14, 14, 12, 20, 20, 12, 60),
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


class _Sheets:
    """Sheets with a fixed and filtered head."""

    def __init__(self, book: Workbook, said: Words) -> None:
        self._book = book
        self._said = said
        self._head = book.add_format({"bold": True, "bottom": 1, "valign": "top"})
        self._text = book.add_format({"valign": "top", "text_wrap": False})
        self._quoted = book.add_format({"valign": "top", "quote_prefix": True})
        self._time = book.add_format({"valign": "top", "num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"})

    def add(
        self, name: str, head: Sequence[str], rows: Iterable[Sequence[Cell]], widths: Sequence[int]
    ) -> None:
        """A sheet; a head of empty keys is none."""
        sheet: Any = self._book.add_worksheet(self._said(f"x.{name}"))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        first = 0
        if any(head):
            for column, key in enumerate(head):
                sheet.write_string(0, column, self._said(key), self._head)
            sheet.freeze_panes(1, 0)
            first = 1
        last = 0
        for last, row in enumerate(rows, first):
            if last > ROWS:
                break
            for column, value in enumerate(row):
                self._write(sheet, last, column, value)
        if first and last:
            sheet.autofilter(0, 0, last, len(head) - 1)

    def _write(self, sheet: Any, row: int, column: int, value: Cell) -> None:
        if isinstance(value, bool) or value is None or value == "":
            return
        if isinstance(value, int) and abs(value) < 1 << 53:
            sheet.write_number(row, column, value, self._text)
        elif isinstance(value, datetime) and value.year >= 1900:
            sheet.write_datetime(row, column, _naive(value), self._time)
        else:
            shown = printable(str(value).replace("\u00a0", " ").replace("\u202f", " "))[:LONGEST]
            sheet.write_string(row, column, shown, self._quoted if shown[:1] in _STARTS else self._text)


def _naive(moment: datetime) -> datetime:
    """UTC without saying so: the format knows no zones."""
    return moment.replace(tzinfo=None, microsecond=0)


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
        )


def _evidence(result: HuntResult, said: Words) -> Iterable[Sequence[Cell]]:
    for rank, sighting in enumerate(result.sightings):
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
        yield s.name, s.format, s.first, s.last, s.days, asked, s.records, rate, gaps


def _sources(result: HuntResult, said: Words) -> Iterable[Sequence[Cell]]:
    for s in result.coverage.sources:
        end = said("yes" if s.complete else "no")
        why = said("duplicate", path=s.duplicate_of) if s.duplicate_of else s.why
        yield s.path, s.stream, s.format, s.bytes, s.records, s.first, s.last, end, why


SPEC = Renderer(
    name="xlsx",
    title="a workbook with a sheet each for sightings, evidence, coverage...; holds no formula",
    render=_render,
    file_name="report.xlsx",
    media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
