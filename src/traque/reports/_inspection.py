"""The page of ``traque inspect``: one source at length, or many as a table and what is wrong with some.

Everything shown from logs and file names is made printable by :class:`~traque.reports._page.Page`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

from traque.model.inspection import Example, Inspection, Reading, SourceInspection
from traque.reports._coverage_section import stream_table
from traque.reports._page import Page, Span
from traque.reports._renderer import Setting
from traque.reports._words import count, listing, moment, number, size

HANG: Final = 13
TEXT: Final = 400
"""Characters of a record that are shown."""
VALUE: Final = 120
"""Characters of a field's value that are shown."""
FIELDS: Final = 14
"""Names of fields that are counted on the page."""
TROUBLED: Final = 10
"""Sources of many that are shown at length because something is wrong with them."""
ROWS: Final = 60
"""Sources of many that get a row."""
_WELL: Final = 0.95
_Name = TypeVar("_Name", bound=str)


def render_inspection(inspection: Inspection, setting: Setting, *, full: bool = False) -> bytes:
    """The page; ``full`` shows each of many sources at length."""
    page = Page(setting)
    sources = inspection.sources
    if len(sources) == 1 or full:
        for source in sources:
            _source(page, source)
    else:
        _table(page, inspection)
    if len(sources) > 1 and inspection.streams:
        page.heading("Streams", "one device and one kind of log, over all its files")
        stream_table(page, inspection.streams, "")
    elif inspection.streams and inspection.streams[0].gaps:
        page.heading("Gaps")
        stream_table(page, inspection.streams, "")
    _remarks(page, inspection)
    page.heading("Inspected")
    page.say(inspection.sampling)
    if inspection.source_map:
        page.say(f"Source map: {inspection.source_map}")
    if inspection.interrupted:
        page.say(("Stopped before the end.", "yellow"))
    return page.close()


def _source(page: Page, source: SourceInspection) -> None:
    coverage = source.coverage
    page.heading("Source")
    page.say((coverage.path, "bold"))
    for label, spans in _facts(page, source):
        page.entry((label, "dim"), *spans, indent=0, hang=HANG)
    if source.reading.examples:
        page.heading("Records", "how they are read")
        for read in source.reading.examples:
            example(page, _unit(source), read)
    _missed(page, source)
    if source.advice:
        page.heading("What to do")
        for line in source.advice:
            page.entry("-", line, indent=0, hang=2)


def _facts(page: Page, source: SourceInspection) -> list[tuple[str, list[Span]]]:
    taken, reading, coverage = source.recognised, source.reading, source.coverage
    sure = f"{taken.confidence:.0%} sure, by {taken.by}"
    others = ", ".join(f"{guess.format} {guess.confidence:.0%}" for guess in taken.others)
    facts: list[tuple[str, list[Span]]] = [
        ("format", [(taken.format, "bold"), f": {taken.title}" if taken.title else ""]),
        ("", [sure if taken.title else taken.by if taken.format == "unknown" else f"by {taken.by}"]),
    ]
    if others:
        facts.append(("next best", [others]))
    wrapped = " in ".join(reversed(taken.containers))
    encoded = taken.layout.startswith("encoded")
    text = taken.layout if encoded else f"{taken.encoding}, {taken.layout}"
    facts.append(("bytes", [f"{size(coverage.bytes)}, {text}", f", out of {wrapped}" if wrapped else ""]))
    named = [
        f"device {source.device}" if source.device else "",
        f"owner {source.owner}" if source.owner else "",
    ]
    facts.append(("stream", [page.between.join(part for part in (coverage.stream, *named) if part)]))
    if source.mapped:
        facts.append(("source map", [source.mapped]))
    if encoded:
        return facts
    span = (
        "no times"
        if coverage.first is None or coverage.last is None
        else (f"{moment(coverage.first)} to {moment(coverage.last)}")
    )
    facts.append(("records", [f"{number(coverage.records)}, {span}"]))
    facts.append(("times", [_clock(source)]))
    facts.append(("understood", _understood(reading)))
    if reading.understood:
        facts.append(("opened by", [_shares(reading.initiators, reading.understood)]))
        facts.append(("outcome", [_shares(reading.outcomes, reading.understood)]))
        shown = dict(list(reading.fields.items())[:FIELDS])
        rest = len(reading.fields) - len(shown)
        more = f" and {number(rest)} more" if rest else ""
        facts.append(("fields", [_shares(shown, reading.understood) + more]))
    if taken.knows:
        facts.append(("how", [taken.knows]))
    return facts


def _clock(source: SourceInspection) -> str:
    clock, reading = source.clock, source.reading
    said = []
    if reading.zoneless:
        by = clock.zone_from or "the default; --tz or tz in a source map change it"
        said.append(f"state no zone, read as {clock.zone} ({by})")
    if clock.year_from:
        by = {
            "asked": f"{clock.year} was given",
            "name": "it comes from the file's name",
            "mtime": "it comes from the file's modification time",
        }.get(clock.year_from, clock.year_from)
        said.append(f"state no year, {by}{' and is a guess' if clock.year_guessed else ''}")
    if 0 < reading.untimed < reading.tried:
        said.append(f"{number(reading.untimed)} of the records tried have none that can be read")
    if not said:
        return "state zone and year" if reading.tried > reading.untimed else "none can be read"
    return "; ".join(said)


def _understood(reading: Reading) -> list[Span]:
    rate = reading.rate
    if rate is None:
        return ["no record was tried"]
    tried = f"{count(reading.tried, 'record')} ({'every one' if reading.whole else 'a sample'} was tried)"
    kinds = f": {_counts(reading.formats)}" if len(reading.formats) > 1 else ""
    headers = (
        f"; {count(reading.headers, 'comment or blank line', 'comments and blank lines')}"
        if reading.headers
        else ""
    )
    style = "green" if rate >= _WELL else "yellow"
    return [(_percent(rate), style), f" of {tried}{kinds}{headers}"]


def example(page: Page, unit: str, read: Example) -> None:
    """A record and what is understood of it; ``unit`` is what a record is called."""
    when = moment(read.time) if read.time else "no time"
    stated = "" if read.stated == "zone and year" else f" (it states {read.stated})"
    page.entry(
        (f"{unit} {number(read.number)}", "bold"),
        f"{when}{stated}{page.between}{read.format}{page.between}opened by {read.initiator}, "
        f"outcome {read.outcome}{f' ({page.short(read.why, VALUE)})' if read.why else ''}",
        indent=0,
        hang=HANG,
    )
    page.say((page.short(read.text, TEXT), "dim"), indent=2)
    for end in read.endpoints:
        where = "inside" if end.inside else "outside"
        opened = ", opened the exchange" if end.opened else ""
        page.entry(
            f"{end.side}",
            f"{page.short(end.value, VALUE)}: {where}{opened}; were it an indicator: {end.hit}",
            indent=2,
            hang=HANG,
        )
    fields = [f"{name}={page.short(str(value), VALUE)}" for name, value in read.fields.items()]
    if fields:
        page.entry(("fields", "dim"), page.between.join(fields), indent=2, hang=HANG)


def _missed(page: Page, source: SourceInspection) -> None:
    if not source.reading.missed:
        return
    page.heading("Not understood", "searched all the same")
    for missed in source.reading.missed:
        page.say((f"{count(missed.count, 'record')}: {missed.reason}", "yellow"))
        for line in missed.examples:
            label = f"{_unit(source)} {number(line.number)}"
            page.entry((label, "dim"), page.short(line.text, TEXT), indent=2, hang=HANG)


def _table(page: Page, inspection: Inspection) -> None:
    sources = inspection.sources
    empty = sum(map(_is_empty, sources))
    unknown = sum(source.recognised.format == "unknown" and not _is_empty(source) for source in sources)
    of = [f"{number(unknown)} of unknown format", *([f"{number(empty)} empty"] if empty else [])]
    page.heading("Sources", ", ".join([number(len(sources)), *of]))
    shown = sources[:ROWS]
    if not shown:
        return
    width = min(max(6, *(len(source.coverage.path) for source in shown)), max(page.width - 53, 20))
    widths = (width, 14, -5, -11, 10, -5)
    page.row([(head, "dim") for head in ("source", "format", "sure", "records", "first", "read")], widths)
    for source in shown:
        rate, first = source.reading.rate, source.coverage.first
        sure = source.recognised.confidence
        page.row(
            [
                source.coverage.path,
                "(empty)" if _is_empty(source) else source.recognised.format,
                f"{sure:.0%}" if sure else "",
                number(source.coverage.records),
                f"{first:%Y-%m-%d}" if first else "" if _is_empty(source) else "no time",
                "" if rate is None else (_percent(rate), "" if rate >= _WELL else "yellow"),
            ],
            widths,
        )
    if len(sources) > ROWS:
        page.say(f"and {count(len(sources) - ROWS, 'more source')}: with --json, or --full")
    _troubles(page, [source for source in sources if _is_troubled(source)])


def _troubles(page: Page, troubled: list[SourceInspection]) -> None:
    """The largest of them with an example; what is said of all unknown ones is said once."""
    if not troubled:
        return
    page.heading("Not, or not all, understood", count(len(troubled), "source"))
    largest = sorted(troubled, key=lambda source: -source.coverage.bytes)
    for source in largest[:TROUBLED]:
        unknown = source.recognised.format == "unknown" and source.coverage.complete
        page.say((source.coverage.path, "bold"), f": {_kind(source)}" if unknown else "")
        if source.advice and not unknown:
            page.say(source.advice[0], indent=2)
        for missed in source.reading.missed[:2]:
            page.say((f"{count(missed.count, 'record')}: {missed.reason}", "yellow"), indent=2)
            for line in missed.examples[:1]:
                page.say((page.short(line.text, TEXT // 2), "dim"), indent=4)
    if len(largest) > TROUBLED:
        rest = [source.coverage.path for source in largest[TROUBLED:]]
        page.say(f"and {listing(rest, 5)}: inspect one alone, or all with --full")
    said = next((s.advice[0] for s in largest if s.recognised.format == "unknown" and s.advice), "")
    if said:
        page.heading("What to do about unknown formats")
        page.say(said)


def _is_empty(source: SourceInspection) -> bool:
    return source.coverage.bytes == 0 and source.coverage.complete


def _kind(source: SourceInspection) -> str:
    """What most records of a source of no known format are."""
    missed = source.reading.missed
    return "not text" if missed and missed[0].reason.startswith("binary") else "unknown format"


def _is_troubled(source: SourceInspection) -> bool:
    rate = source.reading.rate
    return not source.coverage.complete or (rate is not None and rate < _WELL)


def _remarks(page: Page, inspection: Inspection) -> None:
    said = {"record-undated", "format-unknown", "year-guessed", "year-from-mtime", "source-empty"}
    notes = [note for note in inspection.diagnostics if note.code not in said]
    if notes:
        page.heading("Remarks")
    for note in notes:
        examples = listing([page.short(example, page.width - 8) for example in note.examples], 3)
        page.entry("-", f"{number(note.count)}: {note.text} ({examples})", indent=0, hang=2)


def _unit(source: SourceInspection) -> str:
    return "line" if source.recognised.layout == "a line is a record" else "record"


def _percent(part: float) -> str:
    """A share that is 100 % only when it is whole, and 0 % only when it is nothing."""
    if 0 < part < 0.01:
        return "<1%"
    return "100%" if part >= 1 else f"{min(part, 0.999):.1%}" if part > 0.99 else f"{part:.0%}"


def _shares(counts: Mapping[_Name, int], whole: int) -> str:
    return ", ".join(f"{name} {_percent(many / whole)}" for name, many in counts.items())


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number(many)}" for name, many in counts.items())
