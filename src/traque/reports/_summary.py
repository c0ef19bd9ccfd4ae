"""What a result says, in sentences: shared by every renderer that is read by people."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import PurePath

from traque.model import (
    Coverage,
    Evidence,
    Gap,
    HuntResult,
    Sighting,
    SourceCoverage,
    Verdict,
)
from traque.model.result import BulletinInfo
from traque.reports._words import boundary, count, gap, listing, moment, number


def answer(result: HuntResult) -> str:
    """The answer in one line: what was seen, the worst of it, and whether the hunt is complete."""
    if result.hunt.filtered:
        part = f"A part of a result, chosen by {listing(result.hunt.filtered, 6)}"
        return f"{part}: {count(len(result.sightings), 'sighting')}. Of the others it says nothing."
    sentences = [_seen(result)]
    if result.findings:  # about the reader's own house: before all else
        sentences.insert(0, _found(result))
    if reasons := shortfalls(result):
        sentences.append(f"Incomplete: {'; '.join(reasons)}.")
    elif not result.sightings and result.coverage.window_covered:
        sentences.append("Complete: everything was read, and the window asked for is covered.")
    return " ".join(sentences)


def _seen(result: HuntResult) -> str:
    hunted = len(result.sightings) + len(result.not_seen)
    if not result.hunt.searched and not result.sightings:
        return "No log was searched."
    if not result.sightings:
        said = (
            "The indicator was not seen" if hunted == 1 else f"None of {number(hunted)} indicators was seen"
        )
        uncovered = result.coverage.window_covered is False  # then the shortfall says what was searched
        return f"{said}." if uncovered else f"{said} in what was searched."
    verdicts = [(verdict, many) for verdict, many in by_verdict(result) if verdict is not Verdict.SELF]
    own = len(result.sightings) - sum(many for _, many in verdicts)
    said = f"{number(len(result.sightings) - own)} of {count(hunted, 'indicator')}"
    if not verdicts:
        return f"{number(own)} of {count(hunted, 'indicator')} stood only in the bulletin's own text."
    worst = listing([f"{verdict} ({number(many)})" for verdict, many in verdicts[:2]], 2)
    verb = "was" if len(result.sightings) - own == 1 else "were"
    rest = f" {number(own)} more stood only in the bulletin's own text." if own else ""
    return f"{said} {verb} seen; worst: {worst}.{rest}"


def _found(result: HuntResult) -> str:
    own = [finding for finding in result.findings if finding.code == "own-asset"]
    sentences = []
    if own:
        addresses = all(finding.indicator.kind.startswith("ip") for finding in own)
        if len(own) == 1:
            one = "One of your own addresses" if addresses else "Something of your own"
            head = f"{one} is an indicator"
        else:
            several = "of your own addresses" if addresses else "things of your own"
            head = f"{number(len(own))} {several} are indicators"
        sentences.append(f"{head}: {listing([finding.indicator.value for finding in own], 3)}.")
    residents = len(result.findings) - len(own)
    if residents:
        many_words = count(residents, "regular user comes", "regular users come")
        sentences.append(f"{many_words} from a listed address: attacker, or hijacked home box?")
    return " ".join(sentences)


def by_verdict(result: HuntResult) -> list[tuple[Verdict, int]]:
    """How many sightings have each verdict, in the result's own order (worst first)."""
    return list(Counter(sighting.verdict for sighting in result.sightings).items())


def shortfalls(result: HuntResult) -> list[str]:
    """Why the answer is not complete; nothing when it is. A coverage gap beside sightings is not here."""
    reasons = []
    if not result.hunt.searched and not result.findings:
        reasons.append("whether they were here is not answered (name logs with --in)")
    if result.hunt.interrupted:
        reasons.append("the hunt was stopped before its end")
    if broken := unread(result.coverage):
        reasons.append(f"{count(len(broken), 'source was', 'sources were')} not searched to the end")
    elif result.incomplete and not result.hunt.interrupted:
        reasons.append(
            listing(
                [f"{d.text or d.code} ({number(d.count)})" for d in result.diagnostics if d.incomplete], 3
            )
        )
    if not result.sightings and result.coverage.window_covered is False:
        reasons.append(days_searched(result.coverage))
    if not result.sightings and result.coverage.missing:
        reasons.append(f"not searched: {missing(result.coverage)}")
    return reasons


def scope(coverage: Coverage) -> str:
    """What an answer is about: the whole organisation only where it said which streams it has."""
    if not coverage.expected:
        return "files supplied"
    return f"organisation: {count(len(coverage.expected), 'expected stream')}"


def missing(coverage: Coverage) -> str:
    """``2 of 7 expected streams, vpn (ask network team) and mail``."""
    names = [f"{s.name} (ask {s.owner})" if s.owner else s.name for s in coverage.missing]
    return f"{number(len(names))} of {count(len(coverage.expected), 'expected stream')}, {listing(names, 5)}"


def days_searched(coverage: Coverage) -> str:
    """``not seen in what was searched: 81 of 201 days``."""
    if coverage.asked_days is None or coverage.searched_days is None:
        return "the window asked for is not covered"
    days = f"{number(coverage.searched_days)} of {count(coverage.asked_days, 'day')}"
    return f"not seen in what was searched: {days}"


def unread(coverage: Coverage) -> list[SourceCoverage]:
    """The sources that were not read to their end."""
    return [source for source in coverage.sources if not source.complete]


def window(result: HuntResult) -> str:
    """The resolved interval in words."""
    since, until = result.hunt.since, result.hunt.until
    whose = "Window stated by the bulletin" if result.hunt.window_from == "bulletin" else "Window asked for"
    if since is None and until is None:
        return "No window was asked for, and the bulletin states none: all times count alike."
    if since is None:
        return f"{whose}: before {boundary(until)} (UTC)." if until else ""
    if until is None:
        return f"{whose}: from {boundary(since)} on (UTC)."
    days = f", {count(result.coverage.asked_days, 'day')}" if result.coverage.asked_days else ""
    closed = ""
    if boundary(until) != moment(until):  # a bare day: say which day is the last one
        closed = f"; {(until - timedelta(days=1)):%Y-%m-%d} is its last day"
    return f"{whose}: from {boundary(since)} to before {boundary(until)} (UTC){days}{closed}."


def outside(result: HuntResult, sighting: Sighting) -> str:
    """``1 record before the window: 2020-12-29T03:12:45Z``; empty when there is none."""
    part = sighting.outside_window
    if part is None:
        return ""
    since, until = result.hunt.since, result.hunt.until
    if since is not None and part.last_seen < since:
        side = "before"
    elif until is not None and part.first_seen >= until:
        side = "after"
    else:
        side = "outside"
    times = moment(part.first_seen)
    if part.last_seen != part.first_seen:
        times += f" to {moment(part.last_seen)}"
    verdict = f", {part.verdict}" if part.verdict != sighting.verdict else ""
    return f"{count(part.count, 'record')} {side} the window: {times}{verdict}"


def outside_validity(sighting: Sighting) -> str:
    """``all records after it was valid (until 2021-06-01)``; empty when none lies outside."""
    found = sighting.outside_validity
    if found is None:
        return ""
    parts = []
    if found.before and found.valid_from:
        parts.append(f"{found.before} records before it was valid (from {boundary(found.valid_from)})")
    if found.after and found.valid_until:
        parts.append(f"{found.after} records after it was valid (until {boundary(found.valid_until)})")
    return ", ".join(parts)


def from_prose(bulletin: BulletinInfo) -> list[str]:
    """What was taken from the prose of a bulletin, with the first sentence that says so."""
    first: dict[str, str] = {}
    for said in bulletin.statements:
        if said.taken and said.topic in _PROSE:
            place = ", ".join(part for part in (PurePath(said.path).name, said.where) if part)
            value = _stretch(said.value) if said.topic == "window" else said.value
            first.setdefault(said.topic, f'{_PROSE[said.topic].format(value)}: "{said.sentence}" ({place})')
    return list(first.values())


_PROSE = {
    "window": "search window {}",
    "role": "role {}",
    "withdrawn": "the publisher took the {} back",
}
"""How a statement of each topic is introduced."""


def _stretch(interval: str) -> str:
    since, _, until = interval.partition("/")
    return f"from {since} to before {until}" if until else f"from {since} on"


def telling(sighting: Sighting) -> Evidence | None:
    """The record that says most: the first one with the sighting's own verdict."""
    same = (record for record in sighting.evidence if record.verdict == sighting.verdict)
    return next(same, sighting.evidence[0] if sighting.evidence else None)


def next_steps(result: HuntResult) -> list[str]:
    """What to do, most urgent first, with the names that this result holds."""
    steps = [
        *_people_and_hosts(result),
        *(f"{found.indicator.value}: {found.remedy or found.text}." for found in result.findings[:5]),
        *_earlier(result),
    ]
    if holes := missing_logs(result):
        said = "; ".join(f"{name}, {gap(hole)}" for name, hole in holes[:3])
        steps.append(f"Find the missing logs, then hunt again: {said}{' ...' if len(holes) > 3 else ''}.")
    if broken := unread(result.coverage):
        names = listing([source.path for source in broken[:3]], 3, len(broken))
        steps.append(f"See why these were not searched to the end, then hunt again: {names}.")
    if result.sightings:
        steps.append(
            "Keep the logs named here before their rotation deletes them; result.json keeps the evidence."
        )
    producers = list(dict.fromkeys(bulletin.producer for bulletin in result.bulletins if bulletin.producer))
    if producers and any(sighting.verdict in SERIOUS for sighting in result.sightings):
        steps.append(f"Tell {listing(producers, 3)} what you saw.")
    steps.append("Put the indicators in detection and in your block lists: seen or not, they may still come.")
    return steps


SERIOUS = frozenset({Verdict.AUTHENTICATED, Verdict.OUTBOUND, Verdict.OUTBOUND_ATTEMPT, Verdict.SESSION})


def _people_and_hosts(result: HuntResult) -> list[str]:
    steps = []
    if accounts := accepted(result):
        steps.append(f"Disable, then reset: {listing(accounts, 8)} (accepted from an indicator).")
    hosts = ends(result, Verdict.OUTBOUND)
    if hosts:
        steps.append(f"Isolate and examine: {listing(hosts, 8)} (called an indicator and were answered).")
    tried = [host for host in ends(result, Verdict.OUTBOUND_ATTEMPT) if host not in hosts]
    if tried:
        steps.append(f"Examine: {listing(tried, 8)} (tried to reach an indicator).")
    return steps


def accepted(result: HuntResult) -> list[str]:
    """The accounts that were accepted from an indicator."""
    return list(dict.fromkeys(name for s in result.sightings for name in s.accepted))


def ends(result: HuntResult, verdict: Verdict) -> list[str]:
    """Our hosts in records of that verdict."""
    names = (name for s in result.sightings for name in s.assets_by_verdict.get(verdict, ()))
    return list(dict.fromkeys(names))


def missing_logs(result: HuntResult) -> list[tuple[str, Gap]]:
    """Gaps of whole days in the window, longest first, of streams that are there on most days."""
    since, until = result.hunt.since, result.hunt.until
    holes = []
    for stream in result.coverage.streams:
        days = [hole for hole in stream.gaps if hole.kind == "days"]
        if sum((hole.end - hole.start).days for hole in days) < stream.days:
            holes += [
                (stream.name, hole)
                for hole in days
                if (since is None or hole.end > since) and (until is None or hole.start < until)
            ]
    return sorted(holes, key=lambda named: named[1].start - named[1].end)


NEAR_THE_START = timedelta(days=7)


def _earlier(result: HuntResult) -> list[str]:
    """A first trace close to where the logs begin says that it may have begun before."""
    seen = [s.first_seen for s in result.sightings if s.first_seen is not None]
    begins = [stream.first for stream in result.coverage.streams if stream.first is not None]
    if seen and begins and min(seen) - min(begins) < NEAR_THE_START:
        begin, trace = moment(min(begins)), moment(min(seen))
        return [f"Look further back: the first trace ({trace}) is close to where these logs begin ({begin})."]
    return []
