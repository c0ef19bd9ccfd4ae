"""One source, searched from its first byte to its last."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from itertools import chain
from typing import Final

from traque.diagnostics import Diagnostics
from traque.errors import (
    SourceCorrupt,
    SourceEncrypted,
    SourceError,
    SourceLimit,
    SourceTruncated,
    SourceUnsupported,
)
from traque.hunt.clock import Clock
from traque.hunt.controls import Candidate, Looked
from traque.hunt.dating import Dating
from traque.hunt.decoding import DecodedText
from traque.hunt.findings import NOTHING, Findings, Text
from traque.hunt.formats import Formats
from traque.hunt.heads import Heads, device_of, first_records, heads, parse_rate, records_behind
from traque.hunt.in_bytes import InBytes
from traque.hunt.kinds import Kinds, are_many
from traque.hunt.losses import Losses
from traque.hunt.passing import Pass
from traque.hunt.question import Question
from traque.logs import Recognition, loss_words, read_as, recognise
from traque.model import Event, FromLedger, Loss, SourceCoverage, Stamp
from traque.scan.matches import Batch, MatchedRecord, Scanner, can_group
from traque.scan.plan import Cores
from traque.sources import Entry, Source
from traque.sources.decoders import NONE, Carried, Decoder, Definitions, Reading, decoder_for
from traque.sources.duplicates import Reopenable, fingerprint
from traque.sources.encoding import Transcoder, detect
from traque.sources.framing import framed_head, framing_of
from traque.sources.recognise import encoded_container, encoded_values
from traque.sources.streams import HEAD
from traque.triage.coverage import Timeline
from traque.triage.losses import lost_days
from traque.triage.tally import Tally

LOOKED_IN: Final = 3
"""Sources of one folder and name whose first records are looked at for it."""
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
    timeline: Timeline
    undated = 0
    """Its records of which no time is known."""
    year_guessed = False
    year_from = ""
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
    tallies: Mapping[int, Tally] = NOTHING
    outside: Mapping[int, Tally] = NOTHING
    losses_beside: tuple[Loss, ...] = ()
    """The part of it that holds for the sources of its format beside it too."""
    _losses: Losses | None = None
    _kinds: Kinds | None = None
    _findings: Findings | None = None
    _in_bytes: InBytes | None = None

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
        self._origin: Callable[[int], int]
        self._recognition: Recognition
        self._dating: Dating
        self.format = ""
        if self._decoder is not None:
            self._dating = self._dated(utc=False)  # until it is decoded
        else:
            self._know(self._given(head) or formats.recognise(head, source.path), head, brief=brief)
            self.format = self._container or self.format

    def _given(self, head: bytes) -> Recognition | None:
        """The format that the source map gives the source."""
        name = self.mapped.format if self.mapped is not None else ""
        return read_as(name, head, self.path) if name else None

    def _know(self, recognition: Recognition, head: bytes, *, brief: bool = False) -> None:
        """What the first records tell: the log format, the device, the share that is understood."""
        self._recognition = recognition
        self._dating = self._dated(utc=recognition.utc)
        self.timeline = self._dating.timeline
        self.format = recognition.format
        self._losses = self._watch_losses(head)
        self._read_head(head, brief=brief)

    def _dated(self, *, utc: bool) -> Dating:
        return Dating(self._question, self.path, self._source.mtime, utc=utc)

    @property
    def recognition(self) -> Recognition:
        """The log format; of a decoded source, once it is decoded."""
        return self._recognition

    @property
    def year_latest(self) -> datetime:
        """The date that years are reckoned from where none is stated."""
        return self._dating.latest

    @property
    def lacks_decoder(self) -> bool:
        """Its values are encoded, and what would decode them is not here."""
        return bool(self._container)

    @property
    def clock(self) -> Clock:
        """What says when its records were written; of a decoded source, once it is decoded."""
        return self._dating.clock

    @property
    def is_framed(self) -> bool:
        """Its records are parts of documents."""
        return self._framing is not None

    def moment(self, stamp: Stamp) -> datetime:
        """The moment that a stamp of this source means."""
        return self._dating.clock.moment(stamp)

    def control(self) -> Candidate | None:
        """A value of its own that a hunt should find, with its record."""
        return self.looked.control if self.looked is not None else None

    def run(self, advance: Callable[[int], None], stopped: Callable[[], bool], cores: Cores) -> None:
        """Scan every byte that can be had; ``advance`` is told how many bytes of the entry are done."""
        if self._decoder is not None:
            self._run_decoded(self._decoder, advance, stopped)
            return
        text = self._source.text
        if text is None or not self._is_plain or not self._run_at_once(text, stopped):
            self._run_through(advance, stopped, cores)
        self._close()

    @property
    def _is_plain(self) -> bool:
        """Its bytes are scanned as they are."""
        return self.encoding == "utf-8" and self._framing is None

    @property
    def _has_kinds(self) -> bool:
        """Whether its records may be counted by kind."""
        # Who is behind a trusted proxy may stand in what shapes leave free.
        return self._is_plain and bool(self._recognition.reader.shapes) and not self._question.proxies.own

    def _run_at_once(self, text: bytes, stopped: Callable[[], bool]) -> bool:
        """Scan a small source at once; not if so many of its records match that kinds are to be counted."""
        scanner = self._question.engine.scanner(self._recognition.reader.times)
        first, last = scanner.feed(text), scanner.finish()
        matched = len(first.matched) + len(last.matched)
        if are_many(matched) and self._has_kinds and can_group(scanner):
            return False
        self.bytes, self.records = len(text), scanner.records
        for tap in self.taps:
            tap(text)
        self._watch(text)
        self._origin = int
        self._take(first)
        self._take(last)
        if stopped():
            self._incomplete("stopped before its end", "stopped")
        return True

    def _run_through(self, advance: Callable[[int], None], stopped: Callable[[], bool], cores: Cores) -> None:
        """Scan a source of any size, piece by piece."""
        times = self._recognition.reader.times
        passing = Pass(self._source, self.encoding, self._question, times, self._framing)
        passing.taps += self.taps
        passing.losses = self._losses
        if self._has_kinds:
            passing.group_with = self._group
        self._origin = passing.origin
        with closing(passing.batches(stopped, cores)) as batches:
            for batch in batches:
                self._take(batch)
                advance(passing.consumed)
        self.bytes, self.records = passing.bytes, passing.records
        if passing.stopped:
            self._incomplete("stopped before its end", "stopped")
        if passing.error is not None:
            self._fail(passing.error)
        if self._framing is not None and self._framing.lost:
            self._diagnostics.note("document-irregular", self.path)

    def _group(self, scanner: Scanner) -> None:
        """Let the scanner count what is judged alike, if it can."""
        if can_group(scanner):
            self._kinds = Kinds(scanner, self._recognition.reader, self._question, self.clock)

    def _run_decoded(
        self, decoder: Decoder, advance: Callable[[int], None], stopped: Callable[[], bool]
    ) -> None:
        """Scan what the decoder makes of the source and, where that is not all of its text, its bytes too."""
        engine = self._question.engine
        self.is_decoded = True
        raw = None if decoder.whole else engine.scanner()
        in_bytes = InBytes(self.path, is_bulletin=self._is_bulletin)

        def chunks() -> Iterator[bytes]:
            for chunk in self._source.chunks():
                self.bytes += len(chunk)
                for tap in self.taps:
                    tap(chunk)
                if raw is not None:
                    in_bytes.take(raw.feed(chunk))
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
            in_bytes.take(raw.finish())
            self._in_bytes = in_bytes
        if text.error is not None:
            self._fail(text.error)
        self.records = scanner.records
        self._container = None
        self._close()

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
        self._add_findings()
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
        self._settle_times()
        self.sha256 = self._digest.hexdigest() if self._digest is not None else ""
        self._let_go()

    def _add_findings(self) -> None:
        found, in_bytes = self._findings, self._in_bytes
        if found is not None:
            found.close()
            self.tallies, self.outside = found.tallies, found.outside
        if in_bytes is not None:
            in_bytes.close()
            alone = {one: tally for one, tally in in_bytes.tallies.items() if one not in self.tallies}
            self.tallies = {**self.tallies, **alone}

    def _settle_times(self) -> None:
        dating = self._dating
        self.undated = self.records if self.records and not dating.timed else dating.undated
        if self.undated:
            self._diagnostics.note("record-undated", self.path, self.undated)
        self.year_from, self.year_guessed = dating.year_from, dating.year_guessed
        self.zone, self.after_file = dating.zone, dating.after_file
        if self.year_guessed:
            self._diagnostics.note("year-guessed", self.path)
        elif self.year_from == "mtime":
            self._diagnostics.note("year-from-mtime", self.path)

    def _let_go(self) -> None:
        """Keep nothing that only the search needs: there may be a million sources."""
        self.taps.clear()
        self.is_lines = self._is_plain and self._decoder is None
        self._kinds = self._framing = self._decoder = self._findings = self._in_bytes = None
        del self._origin

    def _watch_losses(self, head: bytes) -> Losses | None:
        """A watch for records that tell of dropped ones, where the source may have such."""
        words = loss_words(self._recognition.format, head)
        return Losses(words, self._when) if words else None

    def _when(self, record: bytes) -> datetime | None:
        event = self._parse(record)
        return self.clock.moment(event.time) if event is not None and event.time is not None else None

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
        self._dating.take(batch.samples)
        if batch.matched:
            if self._findings is None:
                self._findings = self._judging()
            self._findings.take(batch)

    def _judging(self) -> Findings:
        text = Text(self.path, self._recognition, self.clock, self._is_bulletin, self._line, self._origin)
        return Findings(text, self._question, self._diagnostics, self._kinds)

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
            losses=lost_days(self.told_losses) if self.told_losses else {},
            zone=self.zone,
            future=self.timeline.after(self._question.now),
            after_file=self.after_file,
            backward=self.timeline.backward,
            furthest_back=round(self.timeline.furthest_back),
            ledger=self.ledger,
            fingerprint=self.fingerprint.hex() if self.fingerprint is not None else "",
            sha256=self.sha256,
        )
