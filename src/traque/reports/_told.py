"""What a result says, in sentences of either language: the summary of the page and its kin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from traque.model import Finding, Gap, HuntResult, Sighting, StreamClock, Verdict
from traque.reports import _summary as facts
from traque.reports._language import Words
from traque.reports._language import words as catalogue


def answer(result: HuntResult, words: Words) -> list[str]:
    """The answer in plain sentences, the most important first."""
    said = [*_found(result, words), *_seen(result, words)]
    if reasons := shortfalls(result, words):
        said.append(words("answer.incomplete", reasons=words.row(reasons)))
    elif not result.sightings and result.coverage.window_covered:
        said.append(words("answer.complete"))
    if result.sightings:
        said.append(words("answer.hit"))
        if result.coverage.window_covered is False:
            said.append(_uncovered(result, words))
    return said


def _found(result: HuntResult, words: Words) -> Iterator[str]:
    own = sum(finding.code == "own-asset" for finding in result.findings)
    if own:
        yield words.many("answer.own", own)
    if other := len(result.findings) - own:
        yield words.many("answer.findings", other)


def _seen(result: HuntResult, words: Words) -> Iterator[str]:
    hunted = len(result.sightings) + len(result.not_seen)
    verdicts = [(verdict, many) for verdict, many in facts.by_verdict(result) if verdict is not Verdict.SELF]
    seen = sum(many for _, many in verdicts)
    if not seen:
        yield words("answer.none.one") if hunted == 1 else words("answer.none", n=words.number(hunted))
    else:
        yield words.many("answer.seen", seen, total=words.number(hunted))
        worst = [f"{words.verdict(verdict)} ({words.number(many)})" for verdict, many in verdicts[:2]]
        yield words("answer.worst", worst=words.listing(worst, 2))
    if own := len(result.sightings) - seen:
        yield words.many("answer.self", own)


def shortfalls(result: HuntResult, words: Words) -> list[str]:
    """Why the answer is not complete; nothing when it is."""
    reasons = []
    coverage = result.coverage
    if result.hunt.interrupted:
        reasons.append(words("reason.stopped"))
    if broken := facts.unread(coverage):
        reasons.append(words.many("reason.unread", len(broken)))
    elif result.incomplete and not result.hunt.interrupted:
        reasons += [d.text or d.code for d in result.diagnostics if d.incomplete][:3]
    if not result.sightings and coverage.window_covered is False:
        reasons.append(
            words("reason.window")
            if coverage.asked_days is None or coverage.searched_days is None
            else words(
                "reason.days",
                searched=words.number(coverage.searched_days),
                asked=words.number(coverage.asked_days),
            )
        )
    return reasons


def _uncovered(result: HuntResult, words: Words) -> str:
    coverage = result.coverage
    if coverage.asked_days is None or coverage.searched_days is None:
        return words("answer.uncovered.some")
    return words(
        "answer.uncovered",
        searched=words.number(coverage.searched_days),
        asked=words.number(coverage.asked_days),
    )


def covered(result: HuntResult, words: Words) -> str:
    """Whether the window is covered."""
    coverage = result.coverage
    if coverage.window_covered is None:
        return words("cov.none")
    if coverage.window_covered:
        return words("cov.yes")
    if coverage.asked_days is None or coverage.searched_days is None:
        return words("cov.no.days")
    return words(
        "cov.no", searched=words.number(coverage.searched_days), asked=words.number(coverage.asked_days)
    )


def ledger(result: HuntResult, words: Words) -> str:
    """The ledger that was asked, and what it did; empty for none."""
    asked = result.hunt.ledger
    if asked is None:
        return ""
    return words(
        "m.ledger.text",
        path=asked.path,
        written=words.moment(asked.written),
        spared=words.many("sources", asked.spared),
        alone=words.many("sources", asked.alone),
    )


def window(result: HuntResult, words: Words) -> str:
    """The window, where it comes from, and its last day."""
    since, until = result.hunt.since, result.hunt.until
    whose = words("whose.bulletin" if result.hunt.window_from == "bulletin" else "whose.asked")
    if since is None:
        return (
            words("window.none")
            if until is None
            else words("window.before", whose=whose, until=words.edge(until))
        )
    if until is None:
        return words("window.from", whose=whose, since=words.edge(since))
    last = until - timedelta(microseconds=1)
    if words.edge(until) == words.day(until):  # a bare day: say which day is the last one
        days = words.many("days", (last.date() - since.date()).days + 1)
        return words("window.both", whose=whose, since=words.edge(since), last=words.day(last), days=days)
    return words("window.both.exact", whose=whose, since=words.edge(since), until=words.edge(until))


def finding(found: Finding, words: Words) -> list[str]:
    """What was found, and what to do: by its code, else in the result's own words."""
    said = words.sentence(found.text) or found.asset
    if words.has(f"finding.{found.code}"):
        said = words(f"finding.{found.code}", value=found.indicator.value, asset=found.asset)
    remedy = words.or_else(f"remedy.{found.code}", words.sentence(found.remedy))
    return [part for part in (said, remedy) if part]


def outside(result: HuntResult, sighting: Sighting, words: Words) -> str:
    """The part of a sighting outside the window; empty when there is none."""
    part = sighting.outside_window
    if part is None:
        return ""
    since, until = result.hunt.since, result.hunt.until
    side = "outside"
    if since is not None and part.last_seen < since:
        side = "before"
    elif until is not None and part.first_seen >= until:
        side = "after"
    times = words.moment(part.first_seen)
    if part.last_seen != part.first_seen:
        times = words("times", first=times, last=words.moment(part.last_seen))
    said = words.many(f"outside.{side}", part.count, times=times)
    return said if part.verdict == sighting.verdict else f"{said}, {words.verdict(part.verdict)}"


def outside_validity(sighting: Sighting, words: Words) -> str:
    """The part of a sighting outside its indicator's validity; empty when there is none."""
    found, parts = sighting.outside_validity, []
    if found and found.before and found.valid_from:
        part = words.or_else(f"part.{found.before}", found.before)
        parts.append(words("validity.before", part=part, date=words.edge(found.valid_from)))
    if found and found.after and found.valid_until:
        part = words.or_else(f"part.{found.after}", found.after)
        parts.append(words("validity.after", part=part, date=words.edge(found.valid_until)))
    return ", ".join(parts)


def days_of(hole: Gap) -> tuple[date, date]:
    """First and last whole UTC day of a gap of days."""
    first = (hole.start + timedelta(days=1) - timedelta(microseconds=1)).date()
    return first, max(first, (hole.end - timedelta(days=1)).date())


def gap(hole: Gap, words: Words) -> str:
    """A hole in a stream, with its dates."""
    if hole.kind != "days":
        return words(
            "gap.silence",
            span=words.duration(hole.end - hole.start),
            first=words.moment(hole.start),
            last=words.moment(hole.end),
        )
    first, last = days_of(hole)
    return words.many("gap.days", (last - first).days + 1, first=first, last=last)


def next_steps(result: HuntResult, words: Words) -> list[str]:
    """What to do, most urgent first, with the names that this result holds."""
    steps = [" ".join(finding(found, words)) for found in result.findings[:5]]
    hosts = facts.ends(result, Verdict.OUTBOUND)
    tried = [host for host in facts.ends(result, Verdict.OUTBOUND_ATTEMPT) if host not in hosts]
    for key, names in (("accounts", facts.accepted(result)), ("outbound", hosts), ("attempt", tried)):
        if names:
            steps.append(words(f"step.{key}", names=words.listing(names, 8)))
    steps += _earlier(result, words)
    if holes := facts.missing_logs(result):
        said = words.row(f"{name}, {gap(hole, words)}" for name, hole in holes[:3])
        steps.append(words("step.gaps", gaps=said + (" …" if len(holes) > 3 else "")))
    if broken := facts.unread(result.coverage):
        names = [source.path for source in broken[:3]]
        steps.append(words("step.unread", names=words.listing(names, 3, len(broken))))
    if result.sightings:
        steps.append(words("step.keep"))
    producers = list(dict.fromkeys(b.producer for b in result.bulletins if b.producer))
    if producers and any(sighting.verdict in facts.SERIOUS for sighting in result.sightings):
        steps.append(words("step.tell", names=words.listing(producers, 3)))
    return [*steps, words("step.detect")]


def _earlier(result: HuntResult, words: Words) -> Iterator[str]:
    """A first trace close to where the logs begin says that it may have begun before."""
    seen = [s.first_seen for s in result.sightings if s.first_seen is not None]
    begins = [stream.first for stream in result.coverage.streams if stream.first is not None]
    if seen and begins and min(seen) - min(begins) < facts.NEAR_THE_START:
        yield words("step.earlier", trace=words.moment(min(seen)), begin=words.moment(min(begins)))


def clock(found: StreamClock, words: Words) -> list[str]:
    """What does not fit in a stream's times."""
    said = [words.many("clock.future", found.future)] if found.future else []
    if found.after_sources:
        span = words.duration(timedelta(seconds=found.after_file))
        said.append(words.many("clock.after", found.after_sources, span=span))
    if found.backward:
        span = words.duration(timedelta(seconds=found.furthest_back))
        said.append(words.many("clock.backward", found.backward, span=span))
    if found.year_guessed:
        said.append(words("clock.guessed"))
    return said


def clock_remarks(found: StreamClock) -> list[str]:
    """The same in English."""
    return clock(found, catalogue("en"))


def remarks(result: HuntResult, words: Words) -> list[str]:
    """What was guessed, skipped or repaired; what only the result can say is in its own words."""
    sources = result.coverage.sources
    said = []
    for origin, many in Counter(source.year_from for source in sources if source.year_from).most_common():
        if words.has(f"y.{origin}"):
            said.append(words(f"y.{origin}", sources=words.many("sources", many)))
    if guessed := [source.path for source in sources if source.year_guessed]:
        said.append(words("y.guessed", names=words.listing(guessed, 3)))
    if twice := sum(bool(source.duplicate_of) for source in sources):
        said.append(words.many("twice", twice))
    for diagnostic in result.diagnostics:
        if diagnostic.code not in _SAID_ELSEWHERE:
            examples = f" ({words.listing(list(diagnostic.examples), 3)})" if diagnostic.examples else ""
            said.append(f"{words.number(diagnostic.count)}: {diagnostic.text or diagnostic.code}{examples}")
    return said + [note for bulletin in result.bulletins for note in bulletin.notes]


_SAID_ELSEWHERE = {"source-duplicate", "year-guessed", "year-from-mtime", "indicator-refused"}
