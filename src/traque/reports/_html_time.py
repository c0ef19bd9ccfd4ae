"""What the page shows over time: the sightings, and the coverage of each stream, on one axis.

Each line is a small SVG as wide as the page, measured in per cent, so it needs neither script nor
style of its own; a table beside it says the same in words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from traque.model import Gap, HuntResult, Sighting, SourceCoverage, StreamCoverage
from traque.reports import _html_streams as detail
from traque.reports import _summary as facts
from traque.reports import _told as told
from traque.reports._axis import Axis, axis_of
from traque.reports._html_head import verdict
from traque.reports._language import Words
from traque.reports._markup import Content, Html, el, folded, join, section, table
from traque.reports._volume import LEVELS, runs, thin_days

LINES: Final = 30
STREAMS: Final = 200
GAPS: Final = 12
UNREAD: Final = 200
_THIN: Final = 0.12
"""Per cent of the width below which nothing is drawn narrower: it would not be seen."""
_STATES: Final = (*LEVELS, "gap", "silence", "lossy", "absent", "incomplete")


def timeline(result: HuntResult, words: Words) -> Html | None:
    """The worst sightings from first to last record."""
    axis = axis_of(result)
    dated = [sighting for sighting in result.sightings if sighting.first_seen is not None]
    if axis is None or not dated:
        return None
    lines = [_lane(result, sighting, axis, words) for sighting in dated[:LINES]]
    note = words("n.timeline")
    if len(dated) > LINES:
        note += " " + words("n.timeline.first", n=words.number(LINES), total=words.number(len(dated)))
    return section(
        "timeline",
        words("h.timeline"),
        note,
        el("div", *lines, _scale(axis, words), class_="lanes", role="list"),
    )


def _lane(result: HuntResult, sighting: Sighting, axis: Axis, words: Words) -> Html:
    begin, end = sighting.first_seen or axis.start, sighting.last_seen or axis.end
    first, last = axis.at(begin), axis.at(end)
    marks = [_bar(first, last, f"span f-{sighting.verdict}", y=8, height=2)]
    for record in sorted(sighting.evidence, key=lambda record: record.verdict == sighting.verdict):
        if record.time is not None:
            tip = el("title", f"{words.moment(record.time)} {words.verdict(record.verdict)}")
            own = "dot" if record.verdict == sighting.verdict else "dot lesser"
            r = 4 if record.verdict == sighting.verdict else 3
            at = f"{axis.at(record.time):.2f}%"
            marks.append(el("circle", tip, cx=at, cy=9, r=r, class_=f"{own} f-{record.verdict}"))
    name = el(
        "span", el("code", sighting.indicator.value), " ", verdict(sighting.verdict, words), class_="name"
    )
    seen = words("times", first=words.moment(begin), last=words.moment(end))
    return el(
        "div",
        name,
        _strip([*_window(result, axis), *marks], f"{sighting.indicator.value}: {seen}"),
        class_="lane",
        role="listitem",
    )


def _window(result: HuntResult, axis: Axis) -> list[Html]:
    """The parts outside the window, greyed."""
    parts = []
    if result.hunt.since and axis.at(result.hunt.since) > 0:
        parts.append(_bar(0, axis.at(result.hunt.since), "beyond", y=0, height=18))
    if result.hunt.until and axis.at(result.hunt.until) < 100:
        parts.append(_bar(axis.at(result.hunt.until), 100, "beyond", y=0, height=18))
    return parts


def _bar(first: float, last: float, classes: str, *, y: int = 2, height: int = 14, tip: str = "") -> Html:
    wide = max(last - first, _THIN)
    x, said = f"{min(first, 100 - wide):.2f}%", el("title", tip) if tip else None
    return el("rect", said, x=x, y=y, width=f"{wide:.2f}%", height=height, class_=classes)


def _strip(marks: Sequence[Html], label: str) -> Html:
    return el("svg", *marks, class_="strip", role="img", aria_label=label, height=18, width="100%")


def _scale(axis: Axis, words: Words) -> Html:
    ticks = axis.ticks(words)
    marks = []
    for number, (place, name) in enumerate(ticks):
        odd = " odd" if number % 2 else ""
        line = el("line", x1=f"{place:.2f}%", x2=f"{place:.2f}%", y1=0, y2=5, class_="tick")
        anchor = "end" if place > 94 else "start"
        marks.append(line)
        marks.append(el("text", name, x=f"{place:.2f}%", y=17, text_anchor=anchor, class_=f"label{odd}"))
    strip = el("svg", *marks, class_="scale", height=20, width="100%", aria_hidden="true")
    return el("div", el("span", class_="name"), strip, class_="lane axis", aria_hidden="true")


def coverage(result: HuntResult, words: Words) -> Html:
    """Each stream over time: searched, silent, missing, not read to its end; the same as a table."""
    axis, streams = axis_of(result), result.coverage.streams
    broken: dict[str, list[SourceCoverage]] = defaultdict(list)
    for source in facts.unread(result.coverage):
        broken[source.stream].append(source)
    state = "good" if result.coverage.window_covered else "lacking"
    children: list[Content] = [
        el("p", el("strong", told.covered(result, words), class_=state), " ", told.window(result, words)),
        detail.denominator(result, words),
    ]
    if axis is not None and streams:
        lines = [
            _stream(result, stream, broken.get(stream.name, []), axis, words) for stream in streams[:STREAMS]
        ]
        keys = [el("li", el("span", class_=f"key c-{name}"), " ", words(f"t.{name}")) for name in _STATES]
        children += [
            el("ul", *keys, class_="keys"),
            el("div", *lines, _scale(axis, words), class_="lanes", role="list"),
        ]
    if streams:
        children += [_table(streams, words), detail.by_day(result, words), detail.clocks(result, words)]
    if broken:
        children.append(_unread(result, words))
    about = words("scope.organisation" if result.coverage.expected else "scope.files")
    return section("coverage", f"{words('h.coverage')}, {about}", words("n.coverage"), *children)


def _stream(
    result: HuntResult, stream: StreamCoverage, broken: list[SourceCoverage], axis: Axis, words: Words
) -> Html:
    marks = [_bar(0, 100, "c-absent")]
    shades = list(runs(stream))
    if stream.first is not None and stream.last is not None and not shades:
        marks.append(_bar(axis.at(stream.first), axis.at(stream.last), "c-searched"))
    marks += [_bar(axis.at(begin), axis.at(end), f"c-{name}") for begin, end, name in shades]
    for hole in sorted(stream.gaps, key=lambda hole: hole.kind == "days"):
        begin, end = _stretch(hole)
        kind = "c-gap" if hole.kind == "days" else "c-silence"
        marks.append(_bar(axis.at(begin), axis.at(end), kind, tip=told.gap(hole, words)))
    for loss in stream.losses:
        said = words.sentence(loss.text)
        marks += [_bar(*_day(day, axis), "c-lossy", tip=f"{day}: {said}") for day in loss.by_day]
    for source in broken:
        if source.first is not None and source.last is not None:
            first, last = axis.at(source.first), axis.at(source.last)
            marks.append(_bar(first, last, "c-incomplete", tip=f"{source.path}: {source.why}"))
    if stream.first is None:
        marks.append(el("text", words("t.untimed"), x="50%", y=13, text_anchor="middle", class_="label"))
    label = words(
        "t.label",
        stream=stream.name,
        searched=words.many("days", stream.days),
        gaps=words.many("gaps", len(stream.gaps)),
    )
    name = el("span", el("code", stream.name), class_="name")
    return el("div", name, _strip([*marks, *_edges(result, axis)], label), class_="lane", role="listitem")


def _edges(result: HuntResult, axis: Axis) -> list[Html]:
    places = [axis.at(edge) for edge in (result.hunt.since, result.hunt.until) if edge]
    return [
        el("line", x1=f"{at:.2f}%", x2=f"{at:.2f}%", y1=0, y2=18, class_="edge")
        for at in places
        if 0 < at < 100
    ]


def _day(day: str, axis: Axis) -> tuple[float, float]:
    begin = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return axis.at(begin), axis.at(begin + timedelta(days=1))


def _stretch(hole: Gap) -> tuple[datetime, datetime]:
    """Whole days for a gap of days: the days around it have records."""
    if hole.kind != "days":
        return hole.start, hole.end
    first, last = told.days_of(hole)
    midnight = hole.start.replace(hour=0, minute=0, second=0, microsecond=0)
    since = midnight + (first - midnight.date())
    return since, since + (last - first) + timedelta(days=1)


def _table(streams: Sequence[StreamCoverage], words: Words) -> Html:
    head = [
        (words("c.stream"), ""),
        (words("c.begin"), "t"),
        (words("c.end"), "t"),
        (words("c.days"), "n"),
        (words("c.records"), "n"),
        (words("c.understood"), "n"),
        (words("c.gaps"), "wide"),
    ]
    rows: list[list[Content]] = []
    for stream in streams[:STREAMS]:
        days = words.number(stream.days)
        if stream.asked_days is not None and stream.asked_days_covered is not None:
            days = f"{words.number(stream.asked_days_covered)}/{words.number(stream.asked_days)}"
        rate = words.percent(stream.parse_rate) if stream.parse_rate is not None else words("unknown")
        edges = [f"{edge:%Y-%m-%d}" if edge else words("undated") for edge in (stream.first, stream.last)]
        rows.append(
            [el("code", stream.name), *edges, days, words.number(stream.records), rate, _gaps(stream, words)]
        )
    made = table(head, rows, words("h.coverage"), cards=True)
    if rest := len(streams) - STREAMS:
        return join(made, el("p", words.many("cov.more", rest)) if rest > 0 else None)
    return made


def _gaps(stream: StreamCoverage, words: Words) -> Html:
    """The longest gaps of days in words, silences counted with the longest of them."""
    longest = sorted(stream.gaps, key=lambda hole: hole.start - hole.end)
    days = [hole for hole in longest if hole.kind == "days"]
    silences = [hole for hole in longest if hole.kind != "days"]
    said = [told.gap(hole, words) for hole in sorted(days[:GAPS], key=lambda hole: hole.start)]
    if len(days) > GAPS:
        said.append(words.many("more", len(days) - GAPS))
    if silences:
        named = (
            f"{words('x.colon', name=words.many('silences', len(silences)))} " if len(silences) > 1 else ""
        )
        said.append(named + told.gap(silences[0], words))
    lines = [*(el("span", line, class_="line") for line in said), *detail.losses(stream, words)]
    if thin := thin_days(stream):
        named = f"{words('x.colon', name=words('t.thin'))} {words.many('days', len(thin))}"
        named += f" ({words.listing(thin, 3)})"
        lines.append(el("span", named, class_="line"))
    return join(*lines) if lines else text_none(words)


def text_none(words: Words) -> Html:
    """The word for nothing, quietly."""
    return el("span", words("geo.none"), class_="quiet")


def _unread(result: HuntResult, words: Words) -> Html:
    broken = facts.unread(result.coverage)
    head = [(words("c.source"), ""), (words("c.size"), "n"), (words("c.why"), "wide")]
    rows: list[list[Content]] = [
        [el("code", source.path), words.size(source.bytes), el("span", source.why, lang="en")]
        for source in broken[:UNREAD]
    ]
    rest = len(broken) - UNREAD
    return folded(
        el("strong", words.many("reason.unread", len(broken))),
        table(head, rows, words("cov.unread")),
        el("p", words.many("more", rest)) if rest > 0 else None,
        opened=len(broken) <= 10,
    )
