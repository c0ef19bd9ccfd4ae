"""What a result says of its streams, in either language: those expected, losses, clocks."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from traque.model import HuntResult, Loss, SourceCoverage, StreamCoverage, stream_clock
from traque.reports import _told as told
from traque.reports._language import Words


class Expected(NamedTuple):
    """A declared stream: when it is expected, and as what it was found."""

    name: str
    owner: str
    when: str
    there: str
    missing: bool


class Clock(NamedTuple):
    """How the times of a stream were read, and what does not fit (``odd``)."""

    stream: str
    zones: str
    years: str
    odd: tuple[str, ...]
    undated: str


def denominator(result: HuntResult, words: Words) -> tuple[str, str]:
    """What the answer is about, and how much of it was missing (empty for nothing)."""
    if not result.coverage.expected:
        return words("exp.none"), ""
    missing = len(result.coverage.missing)
    declared = words.many("exp.declared", len(result.coverage.expected))
    return declared, words.many("exp.missing", missing) if missing else ""


def expected(result: HuntResult, words: Words) -> list[Expected]:
    """The declared streams, missing ones first."""
    rows = []
    for one in sorted(result.coverage.expected, key=lambda one: not one.missing):
        edges = [f"{edge:%Y-%m-%d}" if edge else "…" for edge in (one.since, one.until)]
        always = one.since is None and one.until is None
        there = words.listing(list(one.streams), 4) or words("no")
        rows.append(
            Expected(
                name=one.name,
                owner=one.owner,
                when=words("exp.always") if always else " – ".join(edges),
                there=words("exp.absent") if one.missing else there,
                missing=one.missing,
            )
        )
    return rows


def losses(stream: StreamCoverage, words: Words) -> list[str]:
    """What the stream itself says that it does not hold, a sentence each."""
    return [_loss(loss, words) for loss in stream.losses if loss.dropped]


def _loss(loss: Loss, words: Words) -> str:
    text = words.sentence(loss.text)
    if loss.sampled:
        said = words("loss.sampled", text=text, n=words.number(loss.sampled))
    else:
        said = words.many("loss.times", loss.count, text=text)
        said += words("loss.lost", n=words.number(loss.lost)) if loss.lost else ""
    if days := list(loss.by_day):
        said = words.row((said, f"{words.many('days', len(days))} ({words.listing(days, 3)})"))
    return said


def clocks(result: HuntResult, words: Words) -> list[Clock]:
    """A row for each stream, those with something odd first."""
    of: dict[str, list[SourceCoverage]] = defaultdict(list)
    for source in result.coverage.sources:
        of[source.stream].append(source)
    rows = []
    for stream in result.coverage.streams:
        clock = stream_clock(of[stream.name])
        zones = [words("clock.stated") if zone == "stated" else zone for zone in clock.zones]
        years = [words.or_else(f"from.{origin}", origin) for origin in clock.years_from]
        undated = sum(source.undated for source in of[stream.name] if not source.duplicate_of)
        rows.append(
            Clock(
                stream=stream.name,
                zones=words.listing(zones, 3),
                years=words.listing(years, 3),
                odd=tuple(told.clock(clock, words)),
                undated=words.many("n.undated", undated) if undated else "",
            )
        )
    return sorted(rows, key=lambda row: not row.odd)


def clocks_title(rows: list[Clock], words: Words) -> str:
    """How many streams have something odd in their times."""
    many = sum(bool(row.odd) for row in rows)
    return words.many("clock.title", many) if many else words("clock.fits")
