"""The coverage certificate for a person: the sentences, then the map of streams and days, then the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from statistics import median_low
from typing import Final

from traque.model.certificate import Certificate, CertifiedStream, Day, State
from traque.model.seal import Signature
from traque.reports._page import Page
from traque.reports._renderer import Setting
from traque.reports._words import boundary, count, listing, moment, number, size

SIGN: Final = {
    State.SEARCHED: "#",
    State.PARTIAL: "+",
    State.LOSSY: "~",
    State.TRUNCATED: "!",
    State.UNREADABLE: "?",
    State.ABSENT: ".",
    State.NOT_EXPECTED: " ",
}
"""A day on the map."""
_STYLE: Final = {
    State.SEARCHED: "green",
    State.PARTIAL: "yellow",
    State.LOSSY: "yellow",
    State.TRUNCATED: "yellow",
    State.UNREADABLE: "red",
    State.ABSENT: "red",
}
YEARS: Final = {"asked": "--year or the source map", "name": "the file names", "mtime": "the files' times"}
_MAPPED: Final = 60
"""Streams whose days are drawn; of the others only the numbers are shown."""
_THIN: Final = 25
"""Per cent of the stream's median day: fewer records than that are pointed out."""
_FEW: Final = "-"
_BY_HOUR: Final = 7
"""Days of a window up to which the hours are drawn."""
_REMARKS: Final = 20
_SOURCES: Final = 8


def certificate_page(
    certificate: Certificate, digest: str, signature: Signature | None, setting: Setting
) -> bytes:
    """The whole certificate as text; the JSON document is what is checked."""
    page = Page(setting)
    page.say(("traque coverage certificate", "bold"))
    page.say()
    page.say((f"About the {certificate.scope}", "bold"), f" as of {moment(certificate.question.as_of)}.")
    for said in certificate.statement:
        page.entry("-", said, indent=0, hang=2)
    _question(page, certificate)
    _map(page, certificate)
    _clocks(page, certificate)
    _sources(page, certificate)
    _made_by(page, certificate, digest, signature)
    return page.close()


def _question(page: Page, certificate: Certificate) -> None:
    asked = certificate.question
    page.heading("Question")
    for bulletin in asked.bulletins:
        facts = [bulletin.producer, f"{bulletin.published:%Y-%m-%d}" if bulletin.published else ""]
        facts += [f"changed {bulletin.modified:%Y-%m-%d}" if bulletin.modified else ""]
        said = ", ".join(fact for fact in facts if fact)
        page.say(f"{bulletin.id}: {count(bulletin.indicators, 'indicator')}{f' ({said})' if said else ''}")
        for file in bulletin.files:
            page.say(f"SHA-256 {file.sha256}  {file.path}", indent=2)
    kinds = ", ".join(f"{number(many)} {kind}" for kind, many in asked.kinds.items())
    page.say(f"Hunted: {kinds or 'nothing'}; SHA-256 of the list {asked.indicators_sha256}.")
    since = boundary(asked.since) if asked.since else "the first record"
    until = boundary(asked.until) if asked.until else "the hunt"
    page.say(f"Window: {since} to before {until} (UTC)." if asked.window_from else "No window was asked for.")
    for refused in certificate.refused:
        said = listing(refused.examples, 3, refused.count)
        page.say(f"Not hunted, {refused.code}: {number(refused.count)} ({said})")
    for verdict in certificate.seen:
        page.say(f"Seen, at worst {verdict.verdict}: {count(verdict.indicators, 'indicator')}")


def _map(page: Page, certificate: Certificate) -> None:
    page.heading("Streams by day", f"{certificate.first_day} to {certificate.last_day}, UTC")
    name = min(max((len(s.name) for s in certificate.streams), default=6), max(page.width - 66, 20))
    widths = (name, -10, -8, -8, -8, -8, -11)
    heads = ("stream", "searched", "in part", "lost", "unread", "absent", "median day")
    page.row([(head, "dim") for head in heads], widths)
    for stream in certificate.streams:
        states = stream.states
        lost = states.get(State.LOSSY, 0) + states.get(State.TRUNCATED, 0)
        cells = (
            states.get(State.SEARCHED, 0),
            states.get(State.PARTIAL, 0),
            lost,
            states.get(State.UNREADABLE, 0),
            states.get(State.ABSENT, 0),
            stream.median,
        )
        page.row([stream.name, *(number(cell) for cell in cells)], widths)
        for line in _remarks(stream):
            page.say((line, "yellow"), indent=2)
    said = ", ".join(f"{sign} {state}" for state, sign in SIGN.items() if sign != " ")
    page.say()
    page.say(
        f"{said}; {_FEW} searched, with less than {_THIN} % of the stream's median day; blank: not expected, "
        "or outside the window."
    )
    for stream in certificate.streams[:_MAPPED]:
        page.say()
        page.say((stream.name, "bold"), f" (ask {stream.owner})" if stream.owner else "")
        for month, days in groupby(stream.days, key=lambda day: day.day[:7]):
            _month(page, month, list(days))
    if len(certificate.streams[0].days if certificate.streams else ()) <= _BY_HOUR:
        _hours(page, certificate)


def _hours(page: Page, certificate: Certificate) -> None:
    """Of a short window each hour: so many records, in signs from few to many for the stream."""
    streams = [s for s in certificate.streams[:_MAPPED] if any(day.hours for day in s.days)]
    if not streams:
        return
    page.heading("Streams by hour", "UTC")
    page.say(f"Records against the stream's median hour: . none, {_FEW} less than {_THIN} %, # more.")
    for stream in streams:
        page.say()
        page.say((stream.name, "bold"))
        median = median_low([many for day in stream.days for many in day.hours if many] or [0])
        page.say(("            0     6     12    18", "dim"))
        for day in stream.days:
            hours = day.hours or (0,) * 24
            signs = ["." if not n else _FEW if n * 100 < median * _THIN else "#" for n in hours]
            page.entry((day.day, "dim"), "".join(signs), indent=2, hang=14)


def _month(page: Page, month: str, days: Sequence[Day]) -> None:
    line: list[str | tuple[str, str]] = [" " * (int(days[0].day[8:]) - 1)]
    for (state, sign), same in groupby(days, key=lambda day: (day.state, _sign(day))):
        style = "yellow" if sign == _FEW else _STYLE.get(state, "")
        line.append((sign * len(list(same)), style))
    page.entry((month, "dim"), *line, indent=2, hang=11)


def _sign(day: Day) -> str:
    return _FEW if day.state is State.SEARCHED and day.of_median < _THIN else SIGN[day.state]


def _remarks(stream: CertifiedStream) -> Iterator[str]:
    if stream.missing:
        yield f"expected and not there{f': ask {stream.owner}' if stream.owner else ''}"
    thin = [day for day in stream.days if day.records and day.of_median < _THIN]
    if thin:
        yield f"less than {_THIN} % of its median day on {count(len(thin), 'day')}: " + listing(
            [day.day for day in thin], 3
        )
    if stream.understood is not None and stream.understood < 990:
        share = f"{stream.understood / 10:.0f} %"
        yield f"{share} of its sampled records were understood; every byte was searched"
    for loss in stream.losses:
        if loss.dropped:
            days = f"; on {count(len(loss.by_day), 'day')}: {listing(list(loss.by_day), 3)}"
            yield f"{loss.said}{days if loss.by_day else ''}"
    if stream.undated:
        yield f"{count(stream.undated, 'record')} without a readable time"
    if stream.years_from:
        places = " and ".join(YEARS.get(origin, origin) for origin in stream.years_from)
        yield f"its records state no year: taken from {places}"
    if stream.retention:
        yield f"kept for {count(stream.retention, 'day')}"


def _clocks(page: Page, certificate: Certificate) -> None:
    clocks = certificate.clocks
    page.heading("Clocks")
    page.say(
        f"Times that state no zone were read as {clocks.zone}, unless said otherwise. The clocks of devices "
        "were not compared with each other."
    )
    for stream in certificate.streams:
        if others := [zone for zone in stream.clock.zones if zone not in ("stated", clocks.zone)]:
            page.entry("-", f"{stream.name}: {listing(others, 3)}", indent=0, hang=2)
    page.say(f"{number(clocks.undated)} of {count(clocks.records, 'record')} without a readable time.")
    for remark in clocks.remarks[:_REMARKS]:
        page.entry("-", remark, indent=0, hang=2)
    if len(clocks.remarks) > _REMARKS:
        page.say(f"and {number(len(clocks.remarks) - _REMARKS)} more, in the document")


def _sources(page: Page, certificate: Certificate) -> None:
    sources = certificate.sources
    hashed = sum(bool(source.sha256) for source in sources)
    page.heading("Sources", f"{number(len(sources))}, {size(sum(source.bytes for source in sources))}")
    how = (
        "their SHA-256 stand in the document"
        if hashed
        else "told apart by a fingerprint of their first lines only"
    )
    page.say(f"{number(hashed)} hashed: {how}. {number(certificate.duplicates)} hold what another holds.")
    broken = [source for source in sources if not source.complete]
    for source in broken[:_SOURCES]:
        page.say((f"not searched to the end: {source.path}: {source.why}", "yellow"))
    if len(broken) > _SOURCES:
        page.say(f"and {number(len(broken) - _SOURCES)} more")


def _made_by(page: Page, certificate: Certificate, digest: str, signature: Signature | None) -> None:
    tool = certificate.tool
    page.heading("Made by")
    program = f", program {tool.sha256}" if tool.sha256 else ""
    page.say(f"{tool.name} {tool.version} ({tool.engine}){program}")
    for data in tool.data:
        page.say(f"{data.title}, {data.date} ({data.source})", indent=2)
    page.say(f"Result       {certificate.result}")
    page.say(f"Certificate  {digest}")
    who = f"signed by {signature.key_id} (Ed25519)" if signature else "not signed"
    page.say(f"{who}; check it with: traque verify")
