"""The first half of the terminal report: the answer, findings, sightings, their meaning, the evidence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from traque.model import Direction, HuntResult, Sighting, Verdict
from traque.reports import _recalled as ledger
from traque.reports import _summary as summary
from traque.reports._page import STYLES, Page
from traque.reports._words import MEANING, count, listing, moment, number, sentence, size

ROWS: Final = 60
"""Sightings that are listed; the rest is counted, and stands in the JSON and CSV documents."""

RECORDS: Final = 5
"""Worst sightings whose most telling record is shown."""

_VERDICT: Final = 16
_EVIDENCE_LINES: Final = 4
_PORTS: Final = 4
_MINOR: Final = frozenset({Verdict.BLOCKED, Verdict.TRACE, Verdict.SELF})
_DIRECTIONS: Final = {
    Direction.INBOUND: "inbound",
    Direction.OUTBOUND: "outbound",
    Direction.BOTH: "both directions",
    Direction.UNKNOWN: "direction unknown",
}


def answer(page: Page, result: HuntResult) -> None:
    """The first line is the whole answer; under it, the bulletins."""
    alarming = bool(result.sightings or result.findings or summary.shortfalls(result))
    page.say((summary.answer(result), "bold yellow" if alarming else "bold green"))
    for bulletin in result.bulletins:
        facts = [
            bulletin.id if bulletin.title else "",
            bulletin.producer,
            f"{bulletin.published:%Y-%m-%d}" if bulletin.published else "",
            f"TLP:{bulletin.tlp.upper()}" if bulletin.tlp else "",
            f"PAP:{bulletin.pap.upper()}" if bulletin.pap else "",
            listing(bulletin.actors, 3),
        ]
        said = ", ".join(fact for fact in facts if fact)
        name = bulletin.title or bulletin.id
        page.say(f"{name}: {count(bulletin.indicators, 'indicator')}{f' ({said})' if said else ''}")
        for said in summary.from_prose(bulletin):
            page.say((said, "dim"), indent=2)


def findings(page: Page, result: HuntResult) -> None:
    """Facts that need no log; first of all, since they are about the reader's own house."""
    if not result.findings:
        return
    page.heading("Findings", "about your own")
    for finding in result.findings:
        said = " ".join(sentence(part) for part in (finding.text or finding.asset, finding.remedy) if part)
        page.entry((finding.code, "bold red"), said, indent=0, hang=_VERDICT + 2)


def table(page: Page, result: HuntResult, saved: str) -> None:
    """One sighting, two or three lines: what and when; where; what is outside the window."""
    if not result.sightings:
        return
    shown, rest = result.sightings[:ROWS], result.sightings[ROWS:]
    page.heading("Sightings", "worst first, times in UTC")
    records = max(7, *(len(number(s.count)) for s in shown))
    longest = max(9, *(len(s.indicator.value) for s in shown))
    fixed = _VERDICT + records + 2 * 19 + 4 * 2
    seconds = page.width - fixed >= min(longest, 39)
    when = 19 if seconds else 16
    indicator = min(longest, page.width - fixed + 2 * (19 - when))
    widths = (_VERDICT, indicator, -records, when, when)
    head = ("verdict", "indicator", "records", "first seen", "last seen")
    page.row([(name, "dim") for name in head], widths)
    gone = ledger.gone(result)
    for sighting in shown:
        value, style = sighting.indicator.value, STYLES[sighting.verdict]
        page.row(
            [
                (sighting.verdict, style),
                (value, "bold"),
                number(sighting.count),
                _clock(sighting.first_seen, seconds),
                _clock(sighting.last_seen, seconds),
            ],
            widths,
        )
        below = _VERDICT + 2
        if len(value) > indicator:
            page.say(value, indent=below)
        page.say((page.between.join(_details(sighting)), "dim"), indent=below)
        remarks = (
            summary.outside(result, sighting),
            summary.outside_validity(sighting),
            ledger.remark(sighting, gone),
        )
        for remark in filter(None, remarks):
            page.say((remark, "yellow"), indent=below)
    if rest:
        where = f"in {saved}" if saved else "with --json or --out DIR"
        page.say(f"and {count(len(rest), 'more sighting')}, none of them worse: {where}.")


def _clock(value: datetime | None, seconds: bool) -> str:
    if value is None:
        return "no time"
    return moment(value)[: 19 if seconds else 16].replace("T", " ")


def _details(sighting: Sighting) -> Iterator[str]:
    """Direction, assets, accounts, ports, streams... what a second line says; less where less is at stake."""
    grave = sighting.verdict not in _MINOR
    if len(sighting.verdicts) > 1:
        yield ", ".join(f"{verdict} {number(many)}" for verdict, many in sighting.verdicts.items())
    if sighting.at_worst:
        yield f"at worst {sighting.at_worst}"
    yield _DIRECTIONS[sighting.direction]
    if sighting.indicator.role:
        yield f"role {sighting.indicator.role}"
    if grave and sighting.assets:
        ends = sighting.assets_by_verdict.get(sighting.verdict, sighting.assets)
        yield f"{_plural(ends, 'asset')} {listing(ends, 2, len(sighting.assets))}"
    elif sighting.assets:
        yield count(len(sighting.assets), "asset")
    if sighting.accounts:
        yield f"{_plural(sighting.accounts, 'account')} {listing(sighting.accounts, 3)}"
    if sighting.ports and len(sighting.ports) <= _PORTS:
        yield f"{_plural(sighting.ports, 'port')} {listing([str(port) for port in sighting.ports], _PORTS)}"
    volumes = ((sighting.bytes.inward, "in"), (sighting.bytes.outward, "out"))
    if grave and any(volume for volume, _ in volumes):
        yield ", ".join(f"{size(volume)} {way}" for volume, way in volumes if volume)
    streams = list(dict.fromkeys(source.stream for source in sighting.sources))
    if streams:
        yield f"in {listing(streams, 3)}"
    if sighting.undated:
        yield f"{count(sighting.undated, 'record')} without a readable time"
    yield from _known(sighting.enrichment)


def _known(facts: dict[str, str]) -> Iterator[str]:
    """What reference data say of the value."""
    place = (facts.get("city"), facts.get("country_name") or facts.get("country"))
    network = " ".join(filter(None, (facts.get("asn"), facts.get("network"))))
    if said := ", ".join(filter(None, (*place, network))):
        yield said
    if lists := facts.get("warninglists"):
        yield f"on known-benign lists: {listing(lists.split('; '), 3)}"


def _plural(items: tuple[object, ...], noun: str) -> str:
    return noun if len(items) == 1 else f"{noun}s"


def meanings(page: Page, result: HuntResult) -> None:
    """Each verdict that occurs, once: what it says, what to do next."""
    if not result.sightings:
        return
    page.heading("What the verdicts mean", "and what to do next")
    for verdict, many in summary.by_verdict(result):
        says, act = MEANING[verdict]
        label = (f"{verdict} ({number(many)})", STYLES[verdict])
        page.entry(label, says, " ", act, indent=0, hang=_VERDICT + 8)


def evidence(page: Page, result: HuntResult) -> None:
    """The most telling record of each of the worst sightings, word for word around the match."""
    told = [(s, record) for s in result.sightings if (record := summary.telling(s)) is not None][:RECORDS]
    if not told:
        return
    page.heading(
        "Evidence", f"one record of each of the {len(told)} worst" if len(told) > 1 else "one record"
    )
    for sighting, record in told:
        time = moment(record.time) if record.time else "no readable time"
        why = f"{page.between}{record.why}" if record.why else ""
        page.say(
            (record.verdict, STYLES[record.verdict]),
            f"  {time}  ",
            (page.short(sighting.indicator.value, page.width - 40), "bold"),
        )
        page.say((f"{record.path}:{record.line}{why}", "dim"), indent=2)
        if said := _weight(sighting):
            page.say((said, "dim"), indent=2)
        room = _EVIDENCE_LINES * (page.width - 4) - 8
        page.say(*page.around(record.text, record.match, room), indent=4)


def _weight(sighting: Sighting) -> str:
    """How sure it is and why, in a line; nothing where nothing speaks for or against it."""
    told = sighting.explanation
    if told is None or not told.reasons:
        return ""
    return f"confidence {told.confidence}: {'; '.join(reason.text for reason in told.reasons[:4])}"
