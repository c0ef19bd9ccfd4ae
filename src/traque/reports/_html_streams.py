"""The streams of the coverage in detail: those expected, each day and hour, losses, clocks."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from datetime import timedelta
from itertools import groupby
from typing import Final

from msgspec.structs import replace

from traque.model import HuntResult, Loss, SourceCoverage, StreamCoverage, stream_clock
from traque.reports import _told as told
from traque.reports._language import Words
from traque.reports._markup import Content, Html, el, folded, join, table
from traque.reports._volume import level, median_day

CELLS: Final = 10_000
"""Days of streams that are shown one by one; the result holds the rest."""
EXPECTED: Final = 200
CLOCKS: Final = 200
BY_HOUR: Final = 7
"""Days of a stream up to which all hours are shown at once."""


def denominator(result: HuntResult, words: Words) -> Html:
    """What the answer is about: the streams that were declared, or only the files that were supplied."""
    expected = result.coverage.expected
    if not expected:
        return el("p", words("exp.none"), class_="note")
    missing = len(result.coverage.missing)
    said = words.many("exp.declared", len(expected))
    lacking = el("strong", words.many("exp.missing", missing), class_="lacking") if missing else None
    head = [
        (words("c.stream"), ""),
        (words("c.owner"), ""),
        (words("c.expected"), "t"),
        (words("c.there"), "wide"),
    ]
    rows: list[list[Content]] = []
    for one in sorted(expected, key=lambda one: not one.missing)[:EXPECTED]:
        edges = [f"{edge:%Y-%m-%d}" if edge else "…" for edge in (one.since, one.until)]
        there: Content = words.listing(list(one.streams), 4) or words("no")
        if one.missing:
            there = el("strong", words("exp.absent"), class_="lacking")
        always = one.since is None and one.until is None
        rows.append(
            [el("code", one.name), one.owner, words("exp.always") if always else " – ".join(edges), there]
        )
    return join(
        el("p", said, " " if lacking else None, lacking, class_="note"),
        table(head, rows, words("exp.caption"), cards=True),
    )


def losses(stream: StreamCoverage, words: Words) -> list[Content]:
    """What the stream itself says that it does not hold, a line each."""
    return [el("span", _loss(loss, words), class_="line lacking") for loss in stream.losses if loss.dropped]


def _loss(loss: Loss, words: Words) -> str:
    text = words.sentence(loss.text)
    if loss.sampled:
        said = words("loss.sampled", text=text, n=words.number(loss.sampled))
    else:
        said = words.many("loss.times", loss.count, text=text)
        said += words("loss.lost", n=words.number(loss.lost)) if loss.lost else ""
    days = list(loss.by_day)
    if days:
        said = words.row((said, f"{words.many('days', len(days))} ({words.listing(days, 3)})"))
    return said


def by_day(result: HuntResult, words: Words) -> Html | None:
    """Of each stream a calendar, that opens on demand; a day opens its hours. Of a short window all hours."""
    parts, cells = [], 0
    streams = [_asked(stream, result) for stream in result.coverage.streams]
    for stream in streams:
        cells += len(stream.by_day)
        if cells > CELLS:
            break
        if stream.by_day:
            parts.append(_calendar(stream, words))
    rest = sum(bool(stream.by_day) for stream in streams) - len(parts)
    if not parts:
        return None
    return join(
        el("h3", words("h.byday")),
        el("p", words("n.byday"), class_="note"),
        *parts,
        el("p", words.many("cov.more", rest), class_="note") if rest > 0 else None,
    )


def _asked(stream: StreamCoverage, result: HuntResult) -> StreamCoverage:
    """The stream on the days of a short window; without one as it is."""
    since, asked = result.hunt.since, result.coverage.asked_days
    if since is None or asked is None or asked > BY_HOUR or not stream.by_hour:
        return stream
    days = [f"{since + timedelta(days=day):%Y-%m-%d}" for day in range(asked)]
    return replace(
        stream,
        by_day={day: stream.by_day[day] for day in days if day in stream.by_day},
        by_hour={day: stream.by_hour.get(day, (0,) * 24) for day in days},
    )


def _calendar(stream: StreamCoverage, words: Words) -> Html:
    median = median_day(stream)
    said = words("cal.title", days=words.many("days", len(stream.by_day)), median=words.number(median))
    title = join(el("code", stream.name), f" · {said}")
    if len(stream.by_day) <= BY_HOUR and stream.by_hour:
        return folded(title, _hours(stream, words), opened=True)
    head = [el("th", "", scope="col"), *(el("th", str(day), scope="col") for day in range(1, 32))]
    rows, span = [], (min(stream.by_day), max(stream.by_day))
    for month, of in groupby(stream.by_day.items(), key=lambda day: day[0][:7]):
        days = {int(day[8:]): (day, many) for day, many in of}
        cells = [
            _day(days[number], stream, median, words)
            if number in days
            else _none(f"{month}-{number:02}", span)
            for number in range(1, 32)
        ]
        rows.append(el("tr", el("th", month, scope="row"), *cells))
    shown = el(
        "table",
        el("caption", f"{stream.name}: {words('h.byday')}", class_="unseen"),
        el("thead", el("tr", *head)),
        el("tbody", *rows),
        class_="heat",
    )
    hours = (
        el("div", class_="hours", role="status", data_said=words("cal.of", day="{day}"), hidden=True)
        if stream.by_hour
        else None
    )
    return folded(title, el("div", shown, class_="scroll"), hours)


def _none(day: str, span: tuple[str, str]) -> Html:
    """A day without records; empty outside the stream, and for the 30th of February."""
    there = span[0] < day < span[1] and int(day[8:]) <= monthrange(int(day[:4]), int(day[5:7]))[1]
    return el("td", "·") if there else el("td", class_="h-out")


def _day(found: tuple[str, int], stream: StreamCoverage, median: int, words: Words) -> Html:
    day, many = found
    lost = any(day in loss.by_day for loss in stream.losses)
    classes = f"h-{level(many, median)}{' h-lost' if lost else ''}"
    shown: Content = _short(many)
    if (hours := stream.by_hour.get(day)) is not None:
        values = ",".join(map(str, hours))
        label = f"{day}: {words.many('records', many)}"
        shown = el(
            "button",
            shown,
            type="button",
            data_day=day,
            data_hours=values,
            aria_label=label,
        )
    return el("td", shown, class_=classes)


def _hours(stream: StreamCoverage, words: Words) -> Html:
    """Days by hours, all at once."""
    known = [many for hours in stream.by_hour.values() for many in hours if many]
    median = sorted(known)[(len(known) - 1) // 2] if known else 0
    head = [el("th", "", scope="col"), *(el("th", str(hour), scope="col") for hour in range(24))]
    rows = [
        el("tr", el("th", day, scope="row"), *(_hour(many, median) for many in hours))
        for day, hours in stream.by_hour.items()
    ]
    caption = el("caption", f"{stream.name}: {words('cal.hours')}", class_="unseen")
    made = el("table", caption, el("thead", el("tr", *head)), el("tbody", *rows), class_="heat")
    return el("div", made, class_="scroll")


def _hour(many: int, median: int) -> Html:
    return el("td", _short(many) if many else "·", class_=f"h-{level(many, median)}" if many else None)


def _short(many: int) -> str:
    """``4``, ``999``, ``12k``, ``3M``: a cell is narrow."""
    if many < 1_000:
        return str(many)
    return f"{many // 1_000}k" if many < 1_000_000 else f"{many // 1_000_000}M"


def clocks(result: HuntResult, words: Words) -> Html | None:
    """How the times of each stream were read, and what does not fit."""
    of: dict[str, list[SourceCoverage]] = defaultdict(list)
    for source in result.coverage.sources:
        of[source.stream].append(source)
    rows: list[tuple[bool, list[Content]]] = []
    for stream in result.coverage.streams:
        clock = stream_clock(of[stream.name])
        zones = [words("clock.stated") if zone == "stated" else zone for zone in clock.zones]
        years = [words.or_else(f"from.{origin}", origin) for origin in clock.years_from]
        odd = told.clock(clock, words)
        lines = [el("span", line, class_="line lacking") for line in odd]
        undated = sum(source.undated for source in of[stream.name] if not source.duplicate_of)
        if undated:
            lines.append(el("span", words.many("n.undated", undated), class_="line"))
        shown = join(*lines) if lines else el("span", words("geo.none"), class_="quiet")
        rows.append(
            (not odd, [el("code", stream.name), words.listing(zones, 3), words.listing(years, 3), shown])
        )
    if not rows:
        return None
    head = [
        (words("c.stream"), ""),
        (words("c.zone"), ""),
        (words("c.year"), ""),
        (words("c.remarks"), "wide"),
    ]
    shown_rows = [row for _, row in sorted(rows, key=lambda row: row[0])][:CLOCKS]
    many = sum(not fits for fits, _ in rows)
    title = words.many("clock.title", many) if many else words("clock.fits")
    return folded(
        join(el("strong", words("h.clocks")), f" · {title}"),
        el("p", words("n.clocks"), class_="note"),
        table(head, shown_rows, words("h.clocks"), cards=True),
        el("p", words.many("cov.more", len(rows) - CLOCKS)) if len(rows) > CLOCKS else None,
    )
