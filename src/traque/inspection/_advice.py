"""What to do about a source that is not, or not surely, understood."""

from __future__ import annotations

from typing import Final

from traque.model import SourceCoverage
from traque.model.inspection import Clock, Reading, Recognised

READS_WELL: Final = 0.95
"""The share of records below which something is wrong with the format, not with single records."""
SURE: Final = 0.5
"""A format less sure than this guesses from field names."""


UNKNOWN: Final = (
    "Every byte is searched all the same, but records have no endpoints, outcomes or verdicts. If you know "
    "the format, give it in a [[source]] table of traque.toml (traque formats lists the names, "
    "docs/source-map.md shows how); if it is not among them, docs/add-a-log-format.md shows how to write one."
)


def advice(coverage: SourceCoverage, taken: Recognised, reading: Reading, clock: Clock) -> tuple[str, ...]:
    """Sentences, the most important first; none when all is well."""
    if coverage.bytes == 0 and coverage.complete:
        return ("It is empty: nothing was logged, or the log goes elsewhere.",)
    if taken.layout.startswith("encoded"):
        remedy = taken.remedy or "export it as text or JSON"
        return (
            f"Its values are encoded and not searched, so that a hunt ends incomplete (exit 3): {remedy}.",
        )
    said = []
    if not coverage.complete:
        said.append(f"It was not read to its end: {coverage.why}.")
    said += _format(taken, reading)
    said += _times(reading, clock)
    if reading.outside * 2 > reading.understood:
        said.append(
            "In most records neither end is inside: name your public addresses (--own, or own = [...] in "
            "traque.toml), else nobody can tell who called out and who came in."
        )
    return tuple(said)


def _format(taken: Recognised, reading: Reading) -> list[str]:
    if taken.format == "unknown":
        return [UNKNOWN]
    said = []
    rate = reading.rate
    if rate is not None and rate < READS_WELL:
        main = max(reading.missed, key=lambda missed: missed.count)
        said.append(
            f"{1 - rate:.0%} of the records tried are not understood (mostly: {main.reason}). They are "
            "searched, without endpoints and verdicts. Where the format is the wrong one, give the right one "
            "in traque.toml; where a kind of record is new, docs/add-a-log-format.md helps."
        )
    if taken.confidence < SURE and not taken.by.startswith("given"):
        said.append(
            "The format is a general one, and roles are guessed from names of fields: check the examples' "
            "endpoints."
        )
    if reading.unnamed:
        said.append(
            f"{reading.unnamed:,} understood records hold an address but state no endpoint: "
            "a hit there is unclear."
        )
    return said


def _times(reading: Reading, clock: Clock) -> list[str]:
    said = []
    if reading.zoneless and not clock.zone_from:
        said.append(
            f"Its times state no zone and are read as {clock.zone}: if that is wrong, say --tz ZONE, or tz = "
            '"ZONE" in traque.toml.'
        )
    if clock.year_guessed:
        said.append("Its times state no year and would span more than one: split it by year, or say --year.")
    elif clock.year_from == "mtime":
        said.append(
            "Its times state no year, and it is taken from the file's modification time: a date in the "
            "file's name is safer, or --year, or year = in traque.toml."
        )
    if reading.untimed * 20 > reading.tried:
        said.append(
            f"{reading.untimed:,} of the records tried have no readable time: no first or last for them."
        )
    return said
