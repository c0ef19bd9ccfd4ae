"""What a result can say to the fields of a form, as lines of Markdown. Facts only: it judges nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from traque.model import HuntResult, Sighting, Verdict
from traque.reports import _recalled as ledger
from traque.reports import _summary as facts
from traque.reports import _told as told
from traque.reports import _told_streams as streams
from traque.reports._language import Words
from traque.reports._markdown import code, prose, table

LISTED: Final = 50
ROWS: Final = 500
_TOUCHED: Final = (Verdict.AUTHENTICATED, Verdict.OUTBOUND, Verdict.OUTBOUND_ATTEMPT, Verdict.SESSION)


class Filler:
    """Fills for one result in one language; local times in ``zone``."""

    def __init__(self, result: HuntResult, words: Words, zone: str) -> None:
        self._result = result
        self._words = words
        self._zone = result.hunt.zone if result.hunt.zone in available_timezones() - {"UTC"} else zone

    def __call__(self, name: str) -> list[str]:
        """The lines for the fill ``name``; none when the result says nothing to it."""
        return FILLS[name](self)

    def moment(self, moment: datetime | None) -> str:
        """In UTC and in local time, each with its name."""
        if moment is None:
            return prose(self._words("undated"))
        local = moment.astimezone(ZoneInfo(self._zone))
        return f"{moment:%Y-%m-%d %H:%M:%S} UTC ({local:%Y-%m-%d %H:%M:%S} {self._zone})"

    def bulletins(self) -> list[str]:
        """The bulletins that were searched for."""
        lines = []
        for bulletin in self._result.bulletins:
            published = self._words.day(bulletin.published) if bulletin.published else ""
            named = (bulletin.id, bulletin.title, bulletin.producer, published)
            lines.append(f"- {prose(', '.join(filter(None, named)))}")
        return lines

    def answer(self) -> list[str]:
        """The answer of the hunt, and its window."""
        said = [*told.answer(self._result, self._words), told.window(self._result, self._words)]
        return [f"- {prose(line)}" for line in said]

    def findings(self) -> list[str]:
        """Facts that need no log."""
        return [f"- {prose(' '.join(told.finding(found, self._words)))}" for found in self._result.findings]

    def assets(self) -> list[str]:
        """Our ends of what went beyond an attempt, by verdict."""
        lines = []
        for verdict in _TOUCHED:
            if names := facts.ends(self._result, verdict):
                shown = ", ".join(code(name) for name in names[:LISTED])
                rest = f"; {self._words.many('more', len(names) - LISTED)}" if len(names) > LISTED else ""
                lines.append(f"- {prose(self._words.verdict(verdict))}: {shown}{rest}")
        return lines

    def accounts(self) -> list[str]:
        """Accounts that were accepted from an indicator."""
        return [f"- {code(name)}" for name in facts.accepted(self._result)[:LISTED]]

    def times(self) -> list[str]:
        """The first and the last trace."""
        dated = [s for s in self._result.sightings if s.first_seen and s.last_seen]
        if not dated:
            return []
        first = min(s.first_seen for s in dated if s.first_seen)
        last = max(s.last_seen for s in dated if s.last_seen)
        return [
            f"- {self._words('c.first')}: {self.moment(first)}",
            f"- {self._words('c.last')}: {self.moment(last)}",
        ]

    def verdicts(self) -> list[str]:
        """Sightings and records of each verdict, with what it says."""
        if not self._result.sightings:
            return []
        records: Counter[Verdict] = Counter()
        for sighting in self._result.sightings:
            records.update(sighting.verdicts)
        head = [self._words(f"c.{name}") for name in ("verdict", "count", "records", "meaning")]
        rows = [
            [
                prose(self._words.verdict(name)),
                str(many),
                str(records[name]),
                prose(self._words(f"says.{name}")),
            ]
            for name, many in facts.by_verdict(self._result)
        ]
        return table(head, rows)[:-1]

    def steps(self) -> list[str]:
        """What traque suggests; whether it was done, a person states."""
        return [f"{n}. {prose(step)}" for n, step in enumerate(told.next_steps(self._result, self._words), 1)]

    def logbook(self) -> list[str]:
        """What was not stopped, in order of time: the records kept, of what only a ledger knows the first."""
        shown: list[tuple[datetime, Sighting, str]] = []
        gone = ledger.gone(self._result)
        for sighting in self._result.sightings:
            if ledger.wholly(sighting, gone) and sighting.first_seen and sighting.verdict in _TOUCHED:
                verdict = prose(self._words.verdict(sighting.verdict))
                shown.append((sighting.first_seen, sighting, f"{verdict}, {self._words('ledger.source')}"))
            for record in sighting.evidence:
                if record.time is not None and record.verdict in _TOUCHED:
                    place = f"{code(record.path)}, {self._words('evidence.line', line=record.line)}"
                    verdict = prose(self._words.verdict(record.verdict))
                    shown.append((record.time, sighting, f"{verdict}, {place}"))
        shown.sort(key=lambda entry: entry[0])
        return [
            f"- {self.moment(time)}: {code(sighting.indicator.value)}, {said}"
            for time, sighting, said in shown[:ROWS]
        ]

    def marks(self) -> list[str]:
        """TLP and PAP of each bulletin."""
        lines = []
        for bulletin in self._result.bulletins:
            marks = [
                f"{name}:{mark.upper()}"
                for name, mark in (("TLP", bulletin.tlp), ("PAP", bulletin.pap))
                if mark
            ]
            if marks:
                lines.append(f"- {prose(', '.join(marks))} ({prose(bulletin.id)})")
        return lines

    def sightings(self) -> list[str]:
        """Every sighting: value, verdict, records, first, last."""
        seen = [s for s in self._result.sightings if s.verdict is not Verdict.SELF]
        if not seen:
            return []
        head = [self._words(f"c.{name}") for name in ("indicator", "verdict", "records", "first", "last")]
        rows = [
            [
                code(s.indicator.value, cell=True),
                prose(self._words.verdict(s.verdict)),
                str(s.count),
                self.moment(s.first_seen),
                self.moment(s.last_seen),
            ]
            for s in seen[:ROWS]
        ]
        rest = [prose(self._words.many("more", len(seen) - ROWS))] if len(seen) > ROWS else []
        return [*table(head, rows)[:-1], *rest, *self._recalled()]

    def _recalled(self) -> list[str]:
        """The sightings, or parts of them, of which there is no log text."""
        gone = ledger.gone(self._result)
        lines = [
            f"- {code(s.indicator.value)}: {prose(ledger.remark(s, gone, self._words))}"
            for s in self._result.sightings
            if ledger.recalled(s, gone)
        ]
        rest = [prose(self._words.many("more", len(lines) - ROWS))] if len(lines) > ROWS else []
        return ["", prose(self._words("form.ledger")), "", *lines[:ROWS], *rest] if lines else []

    def coverage(self) -> list[str]:
        """Whether the window is covered, the streams that are missing, gaps and losses of each stream."""
        about = " ".join(filter(None, streams.denominator(self._result, self._words)))
        lines = [f"- {prose(told.covered(self._result, self._words))}", f"- {prose(about)}"]
        for one in streams.expected(self._result, self._words)[:ROWS]:
            if one.missing:
                owner = f" ({prose(one.owner)})" if one.owner else ""
                lines.append(f"- {code(one.name)}{owner}: **{prose(one.there)}**")
        for stream in self._result.coverage.streams[:ROWS]:
            holes = [told.gap(hole, self._words) for hole in stream.gaps]
            gaps = self._words.listing(holes, 4) or self._words("geo.none")
            edges = [
                f"{edge:%Y-%m-%d}" if edge else self._words("undated") for edge in (stream.first, stream.last)
            ]
            between = self._words("times", first=edges[0], last=edges[1])
            lines.append(f"- {code(stream.name)}: {between}; {self._words('c.gaps').lower()}: {prose(gaps)}")
            lines += [f"  - {prose(loss)}" for loss in streams.losses(stream, self._words)[:LISTED]]
        broken = facts.unread(self._result.coverage)[:LISTED]
        return [*lines, *(f"- {code(source.path)}: {prose(source.why)}" for source in broken)]

    def method(self) -> list[str]:
        """Tool, version, volume, data."""
        hunt, words = self._result.hunt, self._words
        searched = words(
            "m.searched.text",
            size=words.size(hunt.bytes),
            records=words.many("records", hunt.records),
            sources=words.many("sources", len(self._result.coverage.sources)),
        )
        made = words("by", version=hunt.version, date=words.day(hunt.finished))
        data = [f"{ref.title}, {ref.date}" for ref in self._result.reference]
        asked = told.ledger(self._result, words)
        ledger_line = [f"{words('m.ledger')}: {asked}"] if asked else []
        return [f"- {prose(line)}" for line in (searched, made, *ledger_line, *data)]

    def actors(self) -> list[str]:
        """The actors that the bulletins name."""
        names = dict.fromkeys(actor for bulletin in self._result.bulletins for actor in bulletin.actors)
        return [f"- {prose(name)}" for name in names]


FILLS: Final[dict[str, Callable[[Filler], list[str]]]] = {
    name: getattr(Filler, name)
    for name in (
        "bulletins",
        "answer",
        "findings",
        "assets",
        "accounts",
        "times",
        "verdicts",
        "steps",
        "logbook",
        "marks",
        "sightings",
        "coverage",
        "method",
        "actors",
    )
}
"""What a form may ask for, by name."""
