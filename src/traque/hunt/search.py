"""One source, searched from its first byte to its last."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import chain
from typing import Final, NamedTuple

import msgspec

from traque import timestamps
from traque.diagnostics import Diagnostics
from traque.errors import (
    SourceCorrupt,
    SourceEncrypted,
    SourceError,
    SourceLimit,
    SourceTruncated,
    SourceUnsupported,
)
from traque.hunt.clock import Clock, YearWatch
from traque.hunt.confirm import confirm, one_each
from traque.hunt.controls import Looked
from traque.hunt.decoding import DecodedText
from traque.hunt.formats import Formats
from traque.hunt.heads import Heads, device_of, first_records, heads, parse_rate, records_behind
from traque.hunt.kinds import Judged, Kinds, add_alike, names_of
from traque.hunt.losses import Losses
from traque.hunt.passing import Pass
from traque.hunt.question import Question
from traque.logs import Recognition, loss_words, read_as, recognise, registry
from traque.model import Event, Evidence, FromLedger, Loss, SourceCoverage, Stamp, Verdict
from traque.scan.matches import Batch, Counted, Hit, MatchedRecord, Relation, Scanner, can_group
from traque.scan.plan import Cores
from traque.sources import Entry, Source
from traque.sources.decoders import NONE, Carried, Decoder, Definitions, Reading, decoder_for
from traque.sources.duplicates import Reopenable, fingerprint
from traque.sources.encoding import Transcoder, detect
from traque.sources.framing import framed_head, framing_of
from traque.sources.recognise import encoded_container, encoded_values
from traque.sources.streams import HEAD
from traque.triage.coverage import BACK, Timeline
from traque.triage.forwarded import behind
from traque.triage.judge import OWN_TEXT, Judgement, judge
from traque.triage.locate import Place, locate
from traque.triage.losses import lost_days
from traque.triage.properties import FIELDS
from traque.triage.tally import AT_LENGTH, EVIDENCE_KEPT, Tally

LISTING: Final = 5
"""A record with this many indicators or more (of files and the like: of one kind), none of them a peer, is
the bulletin's own text."""
LOOKED_IN: Final = 3
"""Sources of one folder and name whose first records are looked at for it."""
_NAMED: Final = (Place.MENTIONED, Place.UNKNOWN)
NEAR: Final = 120
"""Bytes on each side that are shown of text found among binary bytes."""
IN_BYTES: Final = Judgement(
    verdict=Verdict.UNCLEAR,
    why="text among the raw bytes of a binary log; no decoded record holds it",
    at_worst=Verdict.OUTBOUND,
)
_STATES: Final = {
    SourceTruncated: "truncated",
    SourceCorrupt: "corrupt",
    SourceEncrypted: "encrypted",
    SourceLimit: "limit",
    SourceUnsupported: "not-searched",
}


class SourceSearch:
    """Searches one source; after :meth:`run` its attributes hold what was found.

    ``tallies`` and ``outside`` are by the index of the observable; ``outside`` is the part outside the
    window asked for. Of the head of a ``brief`` one only the first record is read for the parse rate and the
    device. ``before`` is how many of its folder and name come before it: only of the first ones records are
    looked at for what the stream could show. ``given`` are definitions (templates) that other sources of its
    stream state.
    """

    entry: Entry | None = None
    """The file that the source is of, to read it again."""
    is_lines = False
    """Its bytes are its lines, so that offsets lead to records; known once it is searched."""
    why = ""
    state = ""
    duplicate_of = ""
    device = ""
    told_losses: tuple[Loss, ...] = ()
    """What its records say they do not hold."""
    year_guessed = False
    zone = ""
    after_file = 0
    sha256 = ""
    """Of all its bytes, where it was asked for."""
    ledger: FromLedger | None = None
    """What of it is the word of a ledger; None when its bytes were read."""
    remembers = False
    """It is read for the ledger, which keeps :attr:`heads`."""
    heads: Heads | None = None
    is_decoded = False
    losses_beside: tuple[Loss, ...] = ()
    """The part of it that holds for the sources of its format beside it too."""
    _flows = False
    _losses: Losses | None = None

    def __init__(
        self,
        source: Source,
        question: Question,
        diagnostics: Diagnostics,
        formats: Formats,
        *,
        brief: bool = False,
        before: int = 0,
        given: Definitions = NONE,
    ) -> None:
        self.source: Reopenable = source
        self._source = source
        self.carried = Carried(given)
        self.path = source.path
        self.tallies: dict[int, Tally] = {}
        self.outside: dict[int, Tally] = {}
        self.timeline = Timeline()
        self.timed = 0
        self._zoned = 0
        self.undated = 0
        self.bytes = 0
        self.records = 0
        self.complete = True
        self.parse_rate: float | None = None
        self.mapped = question.mapped
        self.expected: frozenset[str] = frozenset()
        """The streams of the source map that it is part of."""
        self.looked = Looked(question.perimeter) if before < LOOKED_IN else None
        self._question = question
        self._diagnostics = diagnostics
        self._is_first = before == 0
        self._wraps = YearWatch()
        self._last_offset: dict[int, int] = {}
        self._kinds: Kinds | None = None
        self._digest = hashlib.sha256() if question.hash_sources else None
        self.taps: list[Callable[[bytes], object]] = [self._digest.update] if self._digest else []
        """Told every byte of the source that was read, in order."""
        head = source.head()
        self.encoding = detect(head)
        decoder = decoder_for(head, source.name)
        self._decoder = decoder if decoder and decoder.is_here() else None
        self._container = decoder.title if decoder else encoded_container(head, source.name)
        self._remedy = decoder.remedy if decoder else ""
        self._encoded = encoded_values(head)
        if self.encoding != "utf-8":
            head = Transcoder(self.encoding).feed(head)
        self.fingerprint = fingerprint(head)
        self._is_bulletin = self.fingerprint in question.texts
        self._framing = None if self._container else framing_of(head)
        if self._framing is not None:
            head = framed_head(head)
        self._years, self.year_from = self._year_rule()
        self._in_bytes: dict[int, Tally] = {}
        self._origin: Callable[[int], int]
        self._recognition: Recognition
        self._clock = Clock(question.zone, self._years)
        self.format = ""
        if self._decoder is None:
            self._know(self._given(head) or formats.recognise(head, source.path), head, brief=brief)
            self.format = self._container or self.format

    def _given(self, head: bytes) -> Recognition | None:
        """The format that the source map gives the source."""
        name = self.mapped.format if self.mapped is not None else ""
        return read_as(name, head, self.path) if name else None

    def _know(self, recognition: Recognition, head: bytes, *, brief: bool = False) -> None:
        """What the first records tell: the log format, the device, the share that is understood."""
        self._recognition = recognition
        self._clock = Clock(UTC if recognition.utc else self._question.zone, self._years)
        self.format = recognition.format
        spec = registry().get(recognition.format)
        if spec is not None:
            self._flows = spec.flows
        self._losses = self._watch_losses(head)
        self._read_head(head, brief=brief)

    @property
    def recognition(self) -> Recognition:
        """The log format; of a decoded source, once it is decoded."""
        return self._recognition

    @property
    def year_latest(self) -> datetime:
        """The date that years are reckoned from where none is stated."""
        return self._years.latest

    @property
    def lacks_decoder(self) -> bool:
        """Its values are encoded, and what would decode them is not here."""
        return bool(self._container)

    @property
    def clock(self) -> Clock:
        """What says when its records were written; of a decoded source, once it is decoded."""
        return self._clock

    @property
    def is_framed(self) -> bool:
        """Its records are parts of documents."""
        return self._framing is not None

    def moment(self, stamp: Stamp) -> datetime:
        """The moment that a stamp of this source means."""
        return self._clock.moment(stamp)

    def run(self, advance: Callable[[int], None], stopped: Callable[[], bool], cores: Cores) -> None:
        """Scan every byte that can be had; ``advance`` is told how many bytes of the entry are done."""
        if self._decoder is not None:
            self._run_decoded(self._decoder, advance, stopped)
            return
        reader = self._recognition.reader
        passing = Pass(self._source, self.encoding, self._question, reader.times, self._framing)
        passing.taps += self.taps
        passing.losses = self._losses
        # Who is behind a trusted proxy may stand in what shapes leave free.
        groupable = bool(reader.shapes) and not self._question.proxies.own
        if groupable and self.encoding == "utf-8" and self._framing is None:
            passing.group_with = self._group
        self._origin = passing.origin
        with closing(passing.batches(stopped, cores)) as batches:
            for batch in batches:
                self._take(batch)
                advance(passing.consumed)
        if self._kinds is not None:
            for alike in self._kinds.counted():
                self._count_alike(alike)
        self.bytes, self.records = passing.bytes, passing.records
        if passing.stopped:
            self._incomplete("stopped before its end", "stopped")
        if passing.error is not None:
            self._fail(passing.error)
        if self._framing is not None and self._framing.lost:
            self._diagnostics.note("document-irregular", self.path)
        self._close()

    def _group(self, scanner: Scanner) -> None:
        """Let the scanner count what is judged alike, if it can."""
        if can_group(scanner):
            self._kinds = Kinds(scanner, self._recognition.reader, self._question, self._clock)

    def _run_decoded(
        self, decoder: Decoder, advance: Callable[[int], None], stopped: Callable[[], bool]
    ) -> None:
        """Scan what the decoder makes of the source and, where that is not all of its text, its bytes too."""
        engine = self._question.engine
        self.is_decoded = True
        raw = None if decoder.whole else engine.scanner()

        def chunks() -> Iterator[bytes]:
            for chunk in self._source.chunks():
                self.bytes += len(chunk)
                for tap in self.taps:
                    tap(chunk)
                if raw is not None:
                    self._take_bytes(raw.feed(chunk))
                yield chunk
                advance(self._source.consumed if self._source.size is None else self.bytes)
                if stopped():
                    return

        text = DecodedText(decoder, Reading(chunks(), self._source.name, self.carried))
        batches = text.batches()
        first = next(batches, b"")
        recognition = self._given(first[:HEAD]) or recognise(first[:HEAD], self.path)
        self._know(recognition, first[:HEAD])
        if not first:
            self.format = decoder.name
        self.encoding = decoder.name
        self._origin = text.original_offset
        scanner = engine.scanner(self._recognition.reader.times)
        for batch in chain((first,), batches):
            self._take(scanner.feed(batch))
            self._watch(batch)
            if stopped():
                self._incomplete("stopped before its end", "stopped")
                break
        self._take(scanner.finish())
        if raw is not None:
            self._take_bytes(raw.finish())
            for indicator, tally in self._in_bytes.items():
                self.tallies.setdefault(indicator, tally)
        if text.error is not None:
            self._fail(text.error)
        self.records = scanner.records
        self._container = None
        self._close()

    def _take_bytes(self, batch: Batch) -> None:
        """Text in the raw bytes of a decoded source: for indicators that no decoded record holds."""
        for record in batch.matched:
            for hit in one_each(record.hits):
                if hit.relation is Relation.HOST:
                    continue
                tally = self._in_bytes.setdefault(hit.indicator, Tally())
                judgement = OWN_TEXT if self._is_bulletin else IN_BYTES
                tally.add(judgement, None, hit.relation)
                if tally.spread.wants(judgement.verdict, None):
                    near = _Read(_around(record, hit), None, None)
                    one = Judged(hit, hit.relation, Place.UNKNOWN, judgement)
                    tally.spread.add(self._evidence(one, near, hit.start))
                else:
                    tally.spread.skip()

    def _fail(self, error: SourceError) -> None:
        self._incomplete(error.what, _STATES.get(type(error), "unreadable"))
        code = "source-limit" if isinstance(error, SourceLimit) else "source-unreadable"
        self._diagnostics.note(code, f"{self.path}: {error.what}")

    def _line(self, record: MatchedRecord) -> int:
        """The line of the source in which the record begins."""
        if self._framing is None:
            return record.line
        blanks = 0 if record.text_offset > record.offset else len(record.text) - len(record.text.lstrip())
        return self._framing.line_at(self._framing.original_offset(record.offset + blanks))

    def _close(self) -> None:
        self._count_losses()
        for tally in self.tallies.values():
            tally.close()
        if self._container:
            remedy = f" ({self._remedy})" if self._remedy else ""
            self._incomplete(
                f"{self._container}: its values are encoded and were not searched{remedy}", "not-searched"
            )
            self._diagnostics.note("source-not-searched", f"{self.path}: {self._container}{remedy}")
        elif self._encoded:
            self._incomplete(f"{self._encoded}: these values were not searched", "not-searched")
            self._diagnostics.note("source-not-searched", f"{self.path}: {self._encoded}")
        elif self.bytes == 0 and self.complete:
            self._diagnostics.note("source-empty", self.path)
        elif self.format == "unknown":
            self._diagnostics.note("format-unknown", self.path)
        if self.records and not self.timed:
            self.undated = self.records
        if self.undated:
            self._diagnostics.note("record-undated", self.path, self.undated)
        self.year_guessed = self._wraps.folded
        self.zone, self.after_file = self._zone(), self._after_file()
        self.sha256 = self._digest.hexdigest() if self._digest is not None else ""
        if not self._wraps.seen:
            self.year_from = ""
        elif self._wraps.folded:
            self._diagnostics.note("year-guessed", self.path)
        elif self.year_from == "mtime":
            self._diagnostics.note("year-from-mtime", self.path)
        self._let_go()

    def _let_go(self) -> None:
        """Keep nothing that only the search needs: there may be a million sources."""
        self.taps.clear()
        self.is_lines = self.encoding == "utf-8" and self._framing is None and self._decoder is None
        self._kinds = self._framing = self._decoder = None
        self._last_offset.clear()
        self._in_bytes.clear()
        del self._origin

    def _watch_losses(self, head: bytes) -> Losses | None:
        """A watch for records that tell of dropped ones, where the source may have such."""
        words = loss_words(self._recognition.format, head)
        return Losses(words, self._when) if words else None

    def _when(self, record: bytes) -> datetime | None:
        event = self._parse(record)
        return self._clock.moment(event.time) if event is not None and event.time is not None else None

    def _watch(self, text: bytes) -> None:
        if self._losses is not None:
            self._losses.feed(text)

    def _count_losses(self) -> None:
        losses, self._losses = self._losses, None
        if losses is not None:
            losses.finish()
            self.told_losses = tuple(losses.told())
            self.losses_beside = tuple(losses.beside())
            if losses.dropped:
                self._diagnostics.note("records-dropped", self.path, losses.dropped)

    def _incomplete(self, why: str, state: str) -> None:
        self.complete = False
        self.state = self.state or state
        self.why = self.why or why

    def _year_rule(self) -> tuple[timestamps.YearRule, str]:
        year = self._question.year
        named = timestamps.rotation_date(self.path)
        latest = named or self._source.mtime or self._question.now
        origin = "asked" if year is not None else "name" if named else "mtime"
        return timestamps.YearRule(year=year, latest=latest), origin

    def _read_head(self, head: bytes, *, brief: bool) -> None:
        read = first_records(head, brief=brief)
        events = [self._parse(line) for line in read]
        self.parse_rate = parse_rate(events, self._recognition.format)
        self.device = device_of(events)
        if self.looked is not None:
            self.looked.at(read, events)
            if self._is_first:
                behind_them = records_behind(head)
                self.looked.at(behind_them, [self._parse(line) if line else None for line in behind_them])
        if self.remembers:
            self.heads = heads(head, self._recognition.format, self._parse, self._question.perimeter)

    def _parse(self, record: bytes) -> Event | None:
        return self._recognition.reader.parse(record)

    def _take(self, batch: Batch) -> None:
        timeline, seconds = self.timeline, self._clock.seconds
        for sample in batch.samples:
            stamp = sample.stamp
            if stamp is None:
                self.undated += 1
                timeline.pause()
                continue
            self.timed += 1
            self._zoned += stamp.zoned
            if not stamp.dated:
                self._wraps.see(stamp.us)
            timeline.add(seconds(stamp), sample.line, joined=sample.joined)
        for record in batch.matched if self._kinds is None else self._kinds.left(batch):
            self._judge_record(record)

    def _judge_record(self, record: MatchedRecord) -> None:
        hits = [hit for hit in one_each(record.hits) if self._last_offset.get(hit.indicator) != record.offset]
        if not hits:
            return
        read, judged = self._judge_hits(record, hits)
        if read.event is None and judged and self._recognition.format != "unknown":
            self._diagnostics.note("record-not-understood", f"{self.path}:{self._line(record)}")
        for one in judged:
            self._last_offset[one.hit.indicator] = max(
                record.offset, self._last_offset.get(one.hit.indicator, 0)
            )
            self._count(one, read)
        if self._kinds is not None:
            self._kinds.judged(record, read.event)

    def _judge_hits(self, record: MatchedRecord, hits: Sequence[Hit]) -> tuple[_Read, list[Judged]]:
        """What the record says of each indicator that is confirmed in it."""
        question = self._question
        event = self._parse(record.text)
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
        read = _Read(record, event, self._clock.moment(stamp) if stamp is not None else None)
        named = [question.observables[hit.indicator].kind for hit, _, place in confirmed if place in _NAMED]
        own_text = self._is_bulletin or _is_own_text(record.text, named, question.marks)
        judged = []
        for hit, relation, place in confirmed:
            own = own_text and (self._is_bulletin or place in _NAMED)
            judgement = OWN_TEXT if own else judge(event, place, question.perimeter)
            judged.append(Judged(hit, relation, place, judgement))
        return read, judged

    def _count(self, one: Judged, read: _Read) -> None:
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

    def _reach(self, one: Judged, read: _Read) -> None:
        """Take the earliest or the latest record of a kind as evidence."""
        tally, judgement = self.tallies[one.hit.indicator], one.judgement
        evidence = self._evidence(one, read)
        tally.spread.reach(evidence)
        if judgement.account in tally.log_ins and judgement.verdict is Verdict.AUTHENTICATED:
            tally.log_ins[judgement.account].reach(evidence)

    def _evidence(self, one: Judged, read: _Read, offset: int | None = None) -> Evidence:
        hit, relation, _, judgement = one
        record = read.record
        begin, end = hit.start - record.text_offset, hit.end - record.text_offset
        return Evidence(
            path=self.path,
            line=self._line(record),
            offset=self._origin(hit.start) if offset is None else offset,
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

    def _zone(self) -> str:
        """The zone of the times that state none."""
        if not self.timed:
            return ""
        if self._zoned == self.timed:
            return "stated"
        return "UTC" if self._recognition.utc else str(self._question.zone)

    def _after_file(self) -> int:
        """Seconds that the last record is later than the source was last written, if that is odd."""
        last, written = self.timeline.last, self._source.mtime
        late = last - written.timestamp() if last is not None and written is not None else 0
        return round(late) if late > BACK else 0

    def coverage(self, stream: str) -> SourceCoverage:
        """What was searched of this source."""
        first, last = self.timeline.first, self.timeline.last
        return SourceCoverage(
            path=self.path,
            stream=stream,
            format=self.format,
            bytes=self.bytes,
            records=self.records,
            undated=self.undated,
            first=None if first is None else datetime.fromtimestamp(first, UTC),
            last=None if last is None else datetime.fromtimestamp(last, UTC),
            complete=self.complete,
            why=self.why,
            year_from=self.year_from,
            year_guessed=self.year_guessed,
            duplicate_of=self.duplicate_of,
            encoding=self.encoding,
            state=self.state,
            losses=lost_days(self.told_losses),
            zone=self.zone,
            future=self.timeline.after(self._question.now),
            after_file=self.after_file,
            backward=self.timeline.backward,
            furthest_back=round(self.timeline.furthest_back),
            ledger=self.ledger,
            fingerprint=self.fingerprint.hex() if self.fingerprint is not None else "",
            sha256=self.sha256,
        )


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


class _Read(NamedTuple):
    """A matched record, as far as it is understood."""

    record: MatchedRecord
    event: Event | None
    moment: datetime | None


def _around(record: MatchedRecord, hit: Hit) -> MatchedRecord:
    """The surroundings of a hit among binary bytes, where lines mean nothing."""
    begin = max(0, hit.start - record.text_offset - NEAR)
    text = record.text[begin : hit.end - record.text_offset + NEAR]
    return msgspec.structs.replace(record, text=text, text_offset=record.text_offset + begin)


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
