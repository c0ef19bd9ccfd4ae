"""What the records of one source say of the indicators: each match judged, counted and kept as evidence."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final, NamedTuple

from traque.diagnostics import Diagnostics
from traque.hunt.clock import Clock
from traque.hunt.confirm import confirm, one_each
from traque.hunt.kinds import Judged, Kinds, add_alike, names_of
from traque.hunt.question import Question
from traque.logs import Recognition, registry
from traque.model import Event, Evidence, Verdict
from traque.scan.matches import Batch, Counted, Hit, MatchedRecord, Relation
from traque.triage.forwarded import behind
from traque.triage.judge import OWN_TEXT, judge
from traque.triage.locate import Place, locate
from traque.triage.properties import FIELDS
from traque.triage.tally import AT_LENGTH, EVIDENCE_KEPT, Tally

NOTHING: Final[Mapping[int, Tally]] = MappingProxyType({})
LISTING: Final = 5
"""A record with this many indicators or more (of files and the like: of one kind), none of them a peer, is
the bulletin's own text."""
_NAMED: Final = (Place.MENTIONED, Place.UNKNOWN)


class Text(NamedTuple):
    """The text of a source: how it is read, and where its bytes stand in the source."""

    path: str
    recognition: Recognition
    clock: Clock
    is_bulletin: bool
    """It is the text of a bulletin."""
    line: Callable[[MatchedRecord], int]
    """The line in which a record begins."""
    origin: Callable[[int], int]
    """The offset of a byte."""


class Findings:
    """Told the matched records of one source, in order.

    ``tallies`` and ``outside`` are by the index of the observable; ``outside`` is the part outside the
    window asked for.
    """

    def __init__(
        self, text: Text, question: Question, diagnostics: Diagnostics, kinds: Kinds | None = None
    ) -> None:
        self.tallies: dict[int, Tally] = {}
        self.outside: dict[int, Tally] = {}
        self._text = text
        self._question = question
        self._diagnostics = diagnostics
        self._kinds = kinds
        self._last_offset: dict[int, int] = {}
        spec = registry().get(text.recognition.format)
        self._flows = spec is not None and spec.flows

    def take(self, batch: Batch) -> None:
        """Judge the records of a batch that are not counted."""
        for record in batch.matched if self._kinds is None else self._kinds.left(batch):
            self._judge_record(record)

    def close(self) -> None:
        """The source has ended: add what was counted."""
        for alike in self._kinds.counted() if self._kinds is not None else ():
            self._count_alike(alike)
        for tally in self.tallies.values():
            tally.close()

    def _judge_record(self, record: MatchedRecord) -> None:
        hits = [hit for hit in one_each(record.hits) if self._last_offset.get(hit.indicator) != record.offset]
        if not hits:
            return
        read, judged = self._judge_hits(record, hits)
        if read.event is None and judged and self._text.recognition.format != "unknown":
            self._diagnostics.note("record-not-understood", f"{self._text.path}:{self._text.line(record)}")
        for one in judged:
            self._last_offset[one.hit.indicator] = max(
                record.offset, self._last_offset.get(one.hit.indicator, 0)
            )
            self._count(one, read)
        if self._kinds is not None:
            self._kinds.judged(record, read.event)

    def _judge_hits(self, record: MatchedRecord, hits: Sequence[Hit]) -> tuple[Read, list[Judged]]:
        """What the record says of each indicator that is confirmed in it."""
        question = self._question
        event = self._text.recognition.reader.parse(record.text)
        if event is not None and question.proxies.own:
            event = behind(event, question.proxies)
        confirmed: list[tuple[Hit, Relation, Place]] = []
        for hit in hits:
            observable = question.observables[hit.indicator]
            relation = confirm(hit.relation, observable, event)
            if relation is not None:
                place = locate(observable, event) if event is not None else Place.UNKNOWN
                confirmed.append((hit, relation, place))
        stamp = event.time if event is not None else None
        read = Read(record, event, self._text.clock.moment(stamp) if stamp is not None else None)
        named = [question.observables[hit.indicator].kind for hit, _, place in confirmed if place in _NAMED]
        is_bulletin = self._text.is_bulletin
        own_text = is_bulletin or _is_own_text(record.text, named, question.marks)
        judged = []
        for hit, relation, place in confirmed:
            own = own_text and (is_bulletin or place in _NAMED)
            judgement = OWN_TEXT if own else judge(event, place, question.perimeter)
            judged.append(Judged(hit, relation, place, judgement))
        return read, judged

    def _count(self, one: Judged, read: Read) -> None:
        hit, relation, _, judgement = one
        moment = read.moment
        tally = self._tally(hit.indicator)
        tally.add(judgement, moment, relation)
        if self._flows and read.event is not None and (flow := flow_of(read.event)) is not None:
            tally.add_flow(flow)
        if moment is not None and not self._question.window.holds(moment):
            self.outside.setdefault(hit.indicator, Tally()).add(judgement, moment, relation)
        wanted, log_in = tally.spread.wants(judgement.verdict, moment), tally.wants_log_in(judgement, moment)
        if not wanted:
            tally.spread.skip()
        if wanted or log_in:
            evidence = self._evidence(one, read)
            if wanted:
                tally.spread.add(evidence)
            if log_in:
                tally.add_log_in(judgement.account, evidence)

    def _tally(self, indicator: int) -> Tally:
        """What is counted of the indicator; of very many no spread of evidence is kept."""
        tally = self.tallies.get(indicator)
        if tally is None:
            keep = EVIDENCE_KEPT if len(self.tallies) < AT_LENGTH else 0
            tally = self.tallies[indicator] = Tally(keep)
        return tally

    def _count_alike(self, alike: Counted) -> None:
        """Count records that the scanner counted: all are judged as the earliest of their kind."""
        read, judged = self._judge_hits(alike.earliest, one_each(alike.earliest.hits))
        for one in judged:
            indicator = one.hit.indicator
            tally = self._tally(indicator)
            outside = self.outside.setdefault(indicator, Tally()) if alike.outside.count else Tally()
            names = names_of(alike, one, read.event, self._question.perimeter)
            add_alike(tally, outside, alike, one, names)
            self._reach(one, read)
        if alike.latest.offset != alike.earliest.offset:
            read, judged = self._judge_hits(alike.latest, one_each(alike.latest.hits))
            for one in judged:
                self._reach(one, read)

    def _reach(self, one: Judged, read: Read) -> None:
        """Take the earliest or the latest record of a kind as evidence."""
        tally, judgement = self.tallies[one.hit.indicator], one.judgement
        evidence = self._evidence(one, read)
        tally.spread.reach(evidence)
        if judgement.account in tally.log_ins and judgement.verdict is Verdict.AUTHENTICATED:
            tally.log_ins[judgement.account].reach(evidence)

    def _evidence(self, one: Judged, read: Read) -> Evidence:
        text = self._text
        return evidence(text.path, text.line(read.record), text.origin(one.hit.start), one, read)


class Read(NamedTuple):
    """A matched record, as far as it is understood."""

    record: MatchedRecord
    event: Event | None = None
    moment: datetime | None = None


def evidence(path: str, line: int, offset: int, one: Judged, read: Read) -> Evidence:
    """A record, word for word, as what it says of one indicator."""
    hit, relation, _, judgement = one
    record = read.record
    begin, end = hit.start - record.text_offset, hit.end - record.text_offset
    return Evidence(
        path=path,
        line=line,
        offset=offset,
        time=read.moment,
        text=record.text.decode("utf-8", "replace"),
        match=record.text[begin:end].decode("utf-8", "replace"),
        verdict=judgement.verdict,
        why=judgement.why,
        relation=relation,
        length=record.length,
        sha256=hashlib.sha256(record.text).hexdigest(),
        cut=len(record.text) < record.length,
        fields=read.event.fields if read.event is not None else {},
        raw=b"" if _is_utf8(record.text) else record.text,
    )


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_own_text(text: bytes, named: list[str], marks: tuple[bytes, ...]) -> bool:
    """Whether a record that names values of these kinds, none of them a peer, is the bulletin's own text."""
    properties = Counter(kind for kind in named if kind in FIELDS)
    # One file has hashes of several kinds and a name: together they are no list.
    listed = len(named) - properties.total() + max(properties.values(), default=0)
    return listed >= LISTING or (bool(named) and any(mark in text for mark in marks))


def flow_of(event: Event) -> int | None:
    """A number for the two ends of a flow and its transport, the same for both directions."""
    get = event.fields.get
    ends = {(get("source.ip"), get("source.port")), (get("destination.ip"), get("destination.port"))}
    if None in {end[0] for end in ends}:
        return None
    return hash((frozenset(ends), get("network.transport")))
