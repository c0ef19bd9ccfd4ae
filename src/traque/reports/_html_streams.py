"""The streams of the coverage in detail: those expected, each day and hour, losses, clocks."""

from __future__ import annotations

from calendar import monthrange
from datetime import timedelta
from itertools import groupby
from typing import Final

from msgspec.structs import replace

from traque.model import HuntResult, StreamCoverage
from traque.reports import _told_streams as streams
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
    said, lacking = streams.denominator(result, words)
    if not result.coverage.expected:
        return el("p", said, class_="note")
    head = [
        (words("c.stream"), ""),
        (words("c.owner"), ""),
        (words("c.expected"), "t"),
        (words("c.there"), "wide"),
    ]
    rows: list[list[Content]] = []
    for one in streams.expected(result, words)[:EXPECTED]:
        there: Content = el("strong", one.there, class_="lacking") if one.missing else one.there
        rows.append([el("code", one.name), one.owner, one.when, there])
    missing = el("strong", lacking, class_="lacking") if lacking else None
    return join(
        el("p", said, " " if missing else None, missing, class_="note"),
        table(head, rows, words("exp.caption"), cards=True),
    )


def losses(stream: StreamCoverage, words: Words) -> list[Content]:
    """What the stream itself says that it does not hold, a line each."""
    return [el("span", said, class_="line lacking") for said in streams.losses(stream, words)]


def by_day(result: HuntResult, words: Words) -> Html | None:
    """Of each stream a calendar, that opens on demand; a day opens its hours. Of a short window all hours."""
    parts, cells = [], 0
    asked = [_asked(stream, result) for stream in result.coverage.streams]
    for stream in asked:
        cells += len(stream.by_day)
        if cells > CELLS:
            break
        if stream.by_day:
            parts.append(_calendar(stream, words))
    rest = sum(bool(stream.by_day) for stream in asked) - len(parts)
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
    found = streams.clocks(result, words)
    if not found:
        return None
    rows: list[list[Content]] = []
    for clock in found[:CLOCKS]:
        lines = [el("span", line, class_="line lacking") for line in clock.odd]
        if clock.undated:
            lines.append(el("span", clock.undated, class_="line"))
        shown = join(*lines) if lines else el("span", words("geo.none"), class_="quiet")
        rows.append([el("code", clock.stream), clock.zones, clock.years, shown])
    head = [
        (words("c.stream"), ""),
        (words("c.zone"), ""),
        (words("c.year"), ""),
        (words("c.remarks"), "wide"),
    ]
    return folded(
        join(el("strong", words("h.clocks")), f" · {streams.clocks_title(found, words)}"),
        el("p", words("n.clocks"), class_="note"),
        table(head, rows, words("h.clocks"), cards=True),
        el("p", words.many("cov.more", len(found) - CLOCKS)) if len(found) > CLOCKS else None,
        name="clocks",
    )
