"""The report as Markdown (GitHub's flavour), for tickets, wikis and mail.

Foreign text is made printable, then escaped: a record cannot start a link, an image, a heading or HTML,
and cannot leave its table cell or its code span.
"""

from __future__ import annotations

from typing import Final

from traque.model import Evidence, HuntResult, Verdict
from traque.reports import _md_more as next_
from traque.reports import _recalled as ledger
from traque.reports import _summary as facts
from traque.reports import _told as told
from traque.reports._around import around
from traque.reports._language import Words, words
from traque.reports._markdown import code, more, prose, table
from traque.reports._renderer import Renderer, Setting

_RECORDS: Final = 25
"""Worst sightings whose most telling record is shown."""
_ROWS: Final = 5_000
_VALUES: Final = 2_000
_ROOM: Final = 600


def _render(result: HuntResult, setting: Setting) -> bytes:
    said = words(setting.language)
    lines = ["<!-- traque hunt report -->", *_head(result, said)]
    parts = (_verdicts, _sightings, _evidence, next_.cases, next_.leads, next_.plan, _coverage)
    for part in (*parts, next_.visibility, _not_seen, _refused, _rest):
        lines += part(result, said)
    return ("\n".join(lines).rstrip() + "\n").encode()


def _head(result: HuntResult, said: Words) -> list[str]:
    names = [bulletin.title or bulletin.id for bulletin in result.bulletins]
    tlps = dict.fromkeys(f"TLP:{b.tlp.upper()}" for b in result.bulletins if b.tlp)
    made = said("by", version=result.hunt.version, date=said.day(result.hunt.finished))
    title = f"{said('title')}: {said.listing(names, 3)}"
    lines = [f"# {prose(title)}", ""]
    lines += [" ".join(f"**{prose(tlp)}**" for tlp in tlps), ""] if tlps else []
    if result.findings:
        lines += [f"## {said('h.findings')}", ""]
        for found in result.findings:
            lines.append(f"- **{prose(' '.join(told.finding(found, said)))}**")
            for record in found.evidence:
                lines += [f"  {line}" for line in _record(found.indicator.value, record, said)]
        lines.append("")
    lines += [f"## {said('h.summary')}", "", *(f"{prose(line)}" for line in told.answer(result, said)), ""]
    lines += [prose(told.window(result, said)), "", prose(f"{made}. {said('utc')}"), ""]
    lines += [f"## {said('h.next')}", ""]
    return [*lines, *(f"{n}. {prose(step)}" for n, step in enumerate(told.next_steps(result, said), 1)), ""]


def _verdicts(result: HuntResult, said: Words) -> list[str]:
    if not result.sightings:
        return []
    head = [said(f"c.{name}") for name in ("verdict", "count", "meaning", "action")]
    rows = [
        [prose(said.verdict(name)), str(many), prose(said(f"says.{name}")), prose(said(f"act.{name}"))]
        for name, many in facts.by_verdict(result)
    ]
    return [f"## {said('h.verdicts')}", "", *table(head, rows)]


def _sightings(result: HuntResult, said: Words) -> list[str]:
    if not result.sightings:
        return []
    head = [said(f"c.{name}") for name in ("verdict", "indicator", "records", "first", "last", "where")]
    rows, gone = [], ledger.gone(result)
    for sighting in result.sightings[:_ROWS]:
        streams = list(dict.fromkeys(source.stream for source in sighting.sources))
        times = [said.moment(edge) or said("undated") for edge in (sighting.first_seen, sighting.last_seen)]
        value = code(sighting.indicator.value, cell=True)
        verdict = prose(said.verdict(sighting.verdict))
        where = prose(said.listing(streams, 3))
        if many := ledger.recalled(sighting, gone):
            where += f"; {prose(said('c.ledger').lower())}: {many}"
        rows.append([verdict, value, str(sighting.count), *times, where])
    return [f"## {said('h.sightings')}", "", *table(head, rows), *more(len(result.sightings), _ROWS, said)]


def _evidence(result: HuntResult, said: Words) -> list[str]:
    lines: list[str] = []
    gone = ledger.gone(result)
    for sighting in result.sightings[:_RECORDS]:
        record = facts.telling(sighting)
        if record is not None and sighting.verdict is not Verdict.SELF:
            lines += _record(sighting.indicator.value, record, said)
        if remark := ledger.remark(sighting, gone, said):
            verdict, value = prose(said.verdict(sighting.verdict)), code(sighting.indicator.value)
            lines.append(f"- **{verdict}** {value}: {prose(remark)}")
    return [f"## {said('evidence.title')}", "", *lines, ""] if lines else []


def _record(value: str, record: Evidence, said: Words) -> list[str]:
    """An item of a list: where and when, then the record."""
    place = said("evidence.line", line=record.line)
    time = said.moment(record.time) or said("undated")
    verdict = prose(said.verdict(record.verdict))
    return [
        f"- **{verdict}** {code(value)}, {time}, {code(record.path)} {place}  ",
        f"  {code(''.join(around(record.text, record.match, _ROOM)))}",
    ]


def _coverage(result: HuntResult, said: Words) -> list[str]:
    lines = [f"## {said('h.coverage')}", "", prose(told.covered(result, said)), ""]
    lines += next_.denominator(result, said)
    head = [said(f"c.{name}") for name in ("stream", "begin", "end", "days", "records", "gaps")]
    rows = []
    for stream in result.coverage.streams[:_ROWS]:
        days = str(stream.days)
        if stream.asked_days is not None:
            days = f"{stream.asked_days_covered}/{stream.asked_days}"
        holes = [told.gap(hole, said) for hole in stream.gaps]
        gaps = said.listing(holes, 6) or said("geo.none")
        edges = [f"{edge:%Y-%m-%d}" if edge else said("undated") for edge in (stream.first, stream.last)]
        rows.append([code(stream.name, cell=True), *edges, days, str(stream.records), prose(gaps)])
    lines += table(head, rows) if rows else []
    lines += [*next_.losses(result, said), *next_.clocks(result, said)]
    broken = facts.unread(result.coverage)
    if broken:
        lines += [f"**{prose(said.many('reason.unread', len(broken)))}**", ""]
        lines += [f"- {code(source.path)}: {prose(source.why)}" for source in broken[:_VALUES]]
        lines.append("")
    return lines


def _not_seen(result: HuntResult, said: Words) -> list[str]:
    if not result.not_seen:
        return []
    values = ", ".join(code(ref.value) for ref in result.not_seen[:_VALUES])
    head = [f"## {said('h.notseen')}", "", prose(said("n.notseen")), "", values, ""]
    return [*head, *more(len(result.not_seen), _VALUES, said)]


def _refused(result: HuntResult, said: Words) -> list[str]:
    values = [value for bulletin in result.bulletins for value in bulletin.refused]
    if not values:
        return []
    head = [said(f"c.{name}") for name in ("value", "kind", "reason")]
    rows = [
        [code(value.value, cell=True), prose(value.kind or ""), prose(value.reason or value.code)]
        for value in values[:_VALUES]
    ]
    return [f"## {said('h.refused')}", "", *table(head, rows), *more(len(values), _VALUES, said)]


def _rest(result: HuntResult, said: Words) -> list[str]:
    lines = []
    if remarks := told.remarks(result, said):
        lines += [f"## {said('h.remarks')}", "", *(f"- {prose(line)}" for line in remarks[:100]), ""]
    if result.reference:
        lines += [f"## {said('h.data')}", ""]
        for ref in result.reference:
            credit = f"; {ref.attribution}" if ref.attribution else ""
            cited = f"{ref.title}: {ref.date}, {ref.licence}{credit}"
            lines.append(f"- {prose(cited)}")
        lines.append("")
    hunt = result.hunt
    searched = said(
        "m.searched.text",
        size=said.size(hunt.bytes),
        records=said.many("records", hunt.records),
        sources=said.many("sources", len(result.coverage.sources)),
    )
    facts_of = [("searched", searched), ("paths", ", ".join(hunt.paths)), ("own", ", ".join(hunt.own))]
    facts_of += [("internal", ", ".join(hunt.internal)), ("excluded", ", ".join(hunt.excluded))]
    facts_of += [("ledger", told.ledger(result, said))]
    facts_of += [("zone", hunt.zone), ("version", hunt.version), ("engine", hunt.engine)]
    lines += [f"## {said('h.method')}", ""]
    named = [f"{said(f'm.{name}')}: {value}" for name, value in facts_of if value]
    return [*lines, *(f"- {prose(line)}" for line in named)]


SPEC = Renderer(
    name="md",
    title="the report as Markdown, for tickets and wikis",
    render=_render,
    file_name="report.md",
    media_type="text/markdown; charset=utf-8",
)
