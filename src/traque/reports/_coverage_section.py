"""The second half of the terminal report: what to do, what was searched, what could not be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from traque.model import HuntResult, SourceCoverage, StreamCoverage
from traque.model.result import BulletinInfo
from traque.reports import _summary as summary
from traque.reports._page import Page
from traque.reports._words import count, duration, gap, listing, number, size

NAMES: Final = 12
FEW: Final = 5
"""Indicators not seen: all are named up to NAMES of them, else only a few."""

STREAMS: Final = 20
SOURCES: Final = 10
GAPS: Final = 4
"""Rows that are shown of each; the rest is counted."""

_SAID_ELSEWHERE: Final = {"source-duplicate", "year-guessed", "year-from-mtime", "indicator-refused"}
_UNREAD: Final = {"source-unreadable", "source-not-searched"}
"""Diagnostics that other sections tell in more detail."""

_READS_WELL: Final = 0.99
"""A stream whose records are understood less often than this gets a remark."""


def next_steps(page: Page, result: HuntResult) -> None:
    """What to do, most urgent first."""
    page.heading("Next steps")
    for position, step in enumerate(summary.next_steps(result), 1):
        page.entry(f"{position}.", step, indent=0, hang=3)


def window(page: Page, result: HuntResult, saved: str) -> None:
    """The window, whether it is covered, and each stream with its gaps."""
    coverage = result.coverage
    page.heading("Coverage", f"what the answer rests on ({summary.scope(coverage)})")
    page.say(summary.window(result))
    if coverage.window_covered:
        page.say(("Covered: every stream has records on each day of it.", "green"))
    elif coverage.window_covered is False:
        said = "Not covered: no answer for days without records."
        if coverage.asked_days and coverage.searched_days is not None:
            days = f"{number(coverage.searched_days)} of {count(coverage.asked_days, 'day')}"
            said = f"Not covered: every stream has records on {days}. No answer for the others."
        page.say((said, "yellow"))
    if coverage.missing:
        page.say((f"Not there: {summary.missing(coverage)}.", "yellow"))
    if coverage.streams:
        stream_table(page, coverage.streams, saved)


def stream_table(page: Page, streams: Sequence[StreamCoverage], saved: str) -> None:
    """Streams with first and last record, days and gaps; those with gaps first."""
    shown = sorted(streams, key=lambda stream: not stream.gaps)[:STREAMS]
    gaps = GAPS if len(streams) <= STREAMS else 1
    name = min(max(6, *(len(stream.name) for stream in shown)), page.width - 54)
    widths = (name, 10, 10, -9, -11, 4)
    page.row([(head, "dim") for head in ("stream", "first", "last", "days", "records", "gaps")], widths)
    for stream in shown:
        page.row(_stream(stream), widths)
        for line in _gaps(stream, gaps):
            page.say((line, "yellow"), indent=4)
        if stream.gaps and stream.owner:
            page.say(f"ask {stream.owner}", indent=4)
        for loss in stream.losses:
            page.say((loss.said, "yellow" if loss.dropped else ""), indent=4)
        if stream.parse_rate is not None and stream.parse_rate < _READS_WELL:
            page.say(
                f"{stream.parse_rate:.0%} of its records were understood; every byte was searched", indent=4
            )
    if len(streams) > STREAMS:
        page.say(f"and {count(len(streams) - STREAMS, 'more stream')}{_elsewhere(saved)}")


def _stream(stream: StreamCoverage) -> list[str]:
    days = number(stream.days)
    if stream.asked_days is not None and stream.asked_days_covered is not None:
        days = f"{number(stream.asked_days_covered)}/{number(stream.asked_days)}"
    return [
        stream.name,
        f"{stream.first:%Y-%m-%d}" if stream.first else "no time",
        f"{stream.last:%Y-%m-%d}" if stream.last else "",
        days,
        number(stream.records),
        number(len(stream.gaps)) if stream.gaps else "none" if stream.days else "",
    ]


def _gaps(stream: StreamCoverage, show: int) -> Iterator[str]:
    """Missing days with their dates, the longest of them; silences in one line."""
    longest = sorted(stream.gaps, key=lambda hole: hole.start - hole.end)
    days = [hole for hole in longest if hole.kind == "days"]
    silences = [hole for hole in longest if hole.kind != "days"]
    for hole in sorted(days[:show], key=lambda hole: hole.start):
        yield gap(hole)
    if len(days) > show:
        yield f"and {count(len(days) - show, 'shorter gap')} of whole days"
    if len(silences) > 1:
        yield f"{count(len(silences), 'silence')} within days, the longest: {gap(silences[0])}"
    elif silences:
        yield gap(silences[0])


def unread(page: Page, result: HuntResult, saved: str) -> None:
    """Sources that were not read to their end, with why."""
    broken = summary.unread(result.coverage)
    if not broken:
        return
    page.heading("Not searched to the end", count(len(broken), "source"))
    reasons = Counter(source.why or "no reason given" for source in broken)
    for reason, many in reasons.most_common(SOURCES):
        same = [source.path for source in broken if (source.why or "no reason given") == reason]
        page.say((f"{number(many)}: {reason}", "yellow"))
        page.say(listing(same[:3], 3, many), indent=4)
    if len(reasons) > SOURCES:
        page.say(f"and {count(len(reasons) - SOURCES, 'more reason')}{_elsewhere(saved)}")


def remarks(page: Page, result: HuntResult) -> None:
    """What was guessed, skipped or repaired."""
    notes = [*_years(result.coverage.sources), *_duplicates(result.coverage.sources)]
    broken = len(summary.unread(result.coverage))
    for diagnostic in result.diagnostics:
        listed = diagnostic.code in _UNREAD and diagnostic.count <= broken
        if diagnostic.code not in _SAID_ELSEWHERE and not listed:
            examples = listing([page.short(example, page.width - 8) for example in diagnostic.examples], 3)
            text = diagnostic.text or diagnostic.code
            notes.append(f"{number(diagnostic.count)}: {text}{f' ({examples})' if examples else ''}")
    if notes:
        page.heading("Remarks")
    for note in notes:
        page.entry("-", note, indent=0, hang=2)


def _years(sources: tuple[SourceCoverage, ...]) -> list[str]:
    words = {
        "asked": "--year or the source map",
        "name": "the file names",
        "mtime": "the modification times (check them)",
    }
    origins = Counter(source.year_from for source in sources if source.year_from)
    notes = [
        f"times without a year: taken from {words.get(origin, origin)} in {count(many, 'source')}"
        for origin, many in origins.most_common()
    ]
    if guessed := [source.path for source in sources if source.year_guessed]:
        notes.append(f"times that would span more than a year, so years are a guess: {listing(guessed, 3)}")
    return notes


def _duplicates(sources: tuple[SourceCoverage, ...]) -> list[str]:
    twice = [f"{source.path} = {source.duplicate_of}" for source in sources if source.duplicate_of]
    if not twice:
        return []
    many = count(len(twice), "source has", "sources have")
    return [f"{many} the content of another, counted once: {listing(twice, 3)}"]


def not_hunted(page: Page, result: HuntResult) -> None:
    """Values of the bulletins that were not looked for, by reason."""
    if not any(bulletin.refused for bulletin in result.bulletins):
        return
    page.heading("In the bulletins but not hunted")
    for bulletin in result.bulletins:
        whose = f"{bulletin.title or bulletin.id}, " if len(result.bulletins) > 1 else ""
        for line in _refused(page, bulletin):
            page.entry("-", f"{whose}{line}", indent=0, hang=2)


def _refused(page: Page, bulletin: BulletinInfo) -> list[str]:
    lines = []
    for code, many in Counter(refused.code for refused in bulletin.refused).most_common():
        same = [refused for refused in bulletin.refused if refused.code == code]
        values = listing([page.short(refused.value or "(empty)", 40) for refused in same[:3]], 3, many)
        if code == "not-searched-kind":
            kinds = Counter(refused.kind or "unknown" for refused in same).most_common()
            reason = f"kinds that are not searched: {listing([f'{kind} {n}' for kind, n in kinds], 6)}"
        else:
            reason = same[0].reason or code
        lines.append(f"{number(many)} {code}: {values} ({reason})")
    return lines


def not_seen(page: Page, result: HuntResult) -> None:
    """How many indicators were not seen, and a few of them."""
    if not result.not_seen:
        return
    many = len(result.not_seen)
    show = NAMES if many <= NAMES else FEW
    page.heading("Not seen", count(many, "indicator"))
    values = [page.short(indicator.value, page.width - 20) for indicator in result.not_seen[:show]]
    page.say(listing(values, show, many))


def searched(page: Page, result: HuntResult) -> None:
    """Where, how much, by what."""
    hunt = result.hunt
    spent = hunt.finished - hunt.started
    rate = ""
    if spent > timedelta(0) and hunt.bytes:
        rate = f" ({size(int(hunt.bytes / spent.total_seconds()))}/s)"
    page.heading("Searched")
    page.say(
        f"{size(hunt.bytes)} in {count(hunt.records, 'record')}",
        f" of {count(len(result.coverage.sources), 'source')},",
        f" by the {hunt.engine} engine in {duration(spent)}{rate}, traque {hunt.version}.",
    )
    for label, values in (
        ("in", hunt.paths),
        ("own", hunt.own),
        ("internal", hunt.internal),
        ("proxies", hunt.trusted_proxies),
        ("excluded", hunt.excluded),
    ):
        if values:
            page.entry(label, listing(values, 6), indent=0, hang=10)
    if hunt.source_map:
        page.entry("map", hunt.source_map, indent=0, hang=10)
    page.entry("zone", f"{hunt.zone} for times that state none", indent=0, hang=10)
    for data in result.reference:
        credit = f"; {data.attribution}" if data.attribution else ""
        page.entry("data", f"{data.title}: of {data.date}, {data.licence}{credit}", indent=0, hang=10)


def _elsewhere(saved: str) -> str:
    return f": in {saved}" if saved else ": with --json or --out DIR"
