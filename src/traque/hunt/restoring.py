"""A source that is not read: what the ledger kept of its search stands in its place."""

from __future__ import annotations

from typing import Final

import msgspec

from traque.diagnostics import Diagnostics
from traque.errors import SourceError, SourceUnreadable
from traque.hunt.controls import Candidate, Looked
from traque.hunt.formats import Formats
from traque.hunt.heads import Glance
from traque.hunt.question import Question
from traque.hunt.search import LOOKED_IN, SourceSearch
from traque.ledger import Head, Inner, Key, Look, Note, Reading
from traque.model import FromLedger, Outcome, Verdict
from traque.scan.plan import Cores
from traque.sources import Entry, Source, open_entry
from traque.sources.decoders import Carried
from traque.triage.coverage import Timeline

_TEMPORARY: Final = frozenset({"unreadable", "stopped"})
"""States of a source that another look may better, though its file is unchanged."""


def key_of(question: Question, inner: Inner) -> Key:
    """Under which question a source is read; ``question`` is the one that is put to it.

    ``inner`` is what its ledger does with what is inside.
    """
    return Key(
        zone=str(question.zone),
        year=question.year,
        inside=tuple(sorted(f"{address}/{bits}" for address, bits in question.perimeter.inside)),
        proxies=tuple(sorted(map(str, question.proxies.own))),
        format=question.mapped.format if question.mapped is not None else "",
        inner=inner,
        domains=() if inner is Inner.KEPT else question.owned.names,
    )


def can_be_kept(search: SourceSearch) -> bool:
    """Whether what was read of a source holds as long as its file is unchanged.

    Not what could not be read this time, nor what rests on another source (templates of a flow exporter).
    """
    carried = search.carried
    return not (search.state in _TEMPORARY or search.lacks_decoder or carried.stated or carried.lacking)


def reading_of(search: SourceSearch, told: Diagnostics) -> Reading:
    """What is kept of a search that was made to be kept (:attr:`SourceSearch.remembers`) and found nothing.

    ``told`` are the diagnostics of this source only.
    """
    heads = search.heads
    whole = _head(heads.whole) if heads else Head()
    return Reading(
        format=search.format,
        encoding=search.encoding,
        bytes=search.bytes,
        records=search.records,
        undated=search.undated,
        complete=search.complete,
        why=search.why,
        state=search.state,
        year_from=search.year_from,
        year_latest=search.year_latest if search.year_from in ("name", "mtime") else None,
        folded=search.year_guessed,
        is_lines=search.is_lines,
        fingerprint=search.fingerprint.hex() if search.fingerprint is not None else "",
        sha256=search.sha256,
        whole=whole,
        brief=_head(heads.brief) if heads and not search.is_decoded else whole,
        near=_look(heads.near) if heads else Look(),
        far=_look(heads.far) if heads else Look(),
        zone=search.zone,
        after_file=search.after_file,
        told_losses=search.told_losses,
        losses_beside=search.losses_beside,
        timeline=search.timeline.state(),
        notes=notes_of(told, search.path),
    )


def notes_of(told: Diagnostics, path: str) -> tuple[Note, ...]:
    """Diagnostics of what is shown as ``path``, to be told again when it may have another name."""
    return tuple(
        Note(one.code, example.removeprefix(path), count, placed=example.startswith(path))
        for one in told.report()
        for example, count in _shared_out(one.examples, one.count)
    )


def tell(notes: tuple[Note, ...], path: str, diagnostics: Diagnostics) -> None:
    """Tell ``diagnostics`` what was kept of a source or a file, which is now shown as ``path``."""
    for note in notes:
        diagnostics.note(note.code, f"{path if note.placed else ''}{note.example}", note.count)


class Restored(SourceSearch):
    """What :class:`~traque.hunt.search.SourceSearch` is after its run over a source without matches.

    ``path`` is how the source is shown, ``brief`` and ``before`` are as there, ``source`` is where it can be
    read again. What was told of it is told to ``diagnostics``.
    """

    def __init__(
        self,
        path: str,
        reading: Reading,
        question: Question,
        diagnostics: Diagnostics,
        *,
        brief: bool = False,
        before: int = 0,
        source: Unopened | None = None,
    ) -> None:
        head = reading.brief if brief else reading.whole
        self.source = source or Unopened(path)
        self.ledger = FromLedger.SPARED
        self.carried = Carried()
        self.path = path
        self.fingerprint = bytes.fromhex(reading.fingerprint) or None
        self.mapped = question.mapped
        self.expected = frozenset()
        self.parse_rate, self.device = head.parse_rate, head.device
        self.timeline = Timeline.restored(reading.timeline)
        self.bytes, self.records, self.undated = reading.bytes, reading.records, reading.undated
        self.complete, self.why, self.state = reading.complete, reading.why, reading.state
        self.format, self.encoding, self.is_lines = reading.format, reading.encoding, reading.is_lines
        self.year_from, self.year_guessed = reading.year_from, reading.folded
        self.sha256 = reading.sha256 if question.hash_sources else ""
        self.zone, self.after_file = reading.zone, reading.after_file
        self.told_losses, self.losses_beside = reading.told_losses, reading.losses_beside
        self._question = question
        self._before = before
        self._has_control = False
        self.looked = None
        if before < LOOKED_IN:
            self.looked = Looked(question.perimeter)
            for look in (reading.near, reading.far) if before == 0 else (reading.near,):
                _add(self.looked, look)
                self._has_control |= look.control
        tell(reading.notes, path, diagnostics)

    def control(self) -> Candidate | None:
        """As if its head had been read: it is now, since no record is kept. None where the log is gone."""
        if not self._has_control:
            return None
        question = msgspec.structs.replace(self._question, hash_sources=False)
        try:
            source = self.source.reopen()
            search = SourceSearch(source, question, Diagnostics(), Formats(), before=self._before)
            if not search.format:  # it is known once some of it is decoded
                search.run(lambda _: None, lambda: bool(search.format), Cores(1, 1))
            return search.control()
        except SourceError:
            return None


class Unopened:
    """A source that nobody has opened yet: the one shown as ``path`` among those of ``entry``, if any."""

    def __init__(self, path: str, entry: Entry | None = None) -> None:
        self.path = path
        self.entry = entry

    def reopen(self) -> Source:
        """The source, in a stream of its own. SourceUnreadable when it is not there."""
        if self.entry is not None and not self.entry.stream:
            passing = open_entry(self.entry, diagnostics=Diagnostics())
            for source in passing:
                if source.path == self.path:
                    source.hold(passing)
                    return source
        raise SourceUnreadable("its log is no longer there", where=self.path)


def _shared_out(examples: tuple[str, ...], count: int) -> list[tuple[str, int]]:
    """Each example with the number of times that it stands for: the rest is the first one's."""
    if not examples:
        return [("", count)]
    first, *others = examples
    return [(first, count - len(others)), *((other, 1) for other in others)]


def _head(glance: Glance) -> Head:
    return Head(parse_rate=glance.parse_rate, device=glance.device)


def _look(looked: Looked) -> Look:
    sample = looked.sample
    return Look(
        records=sample.records,
        outcomes=dict(sample.outcomes),
        verdicts={str(verdict): count for verdict, count in sample.verdicts.items()},
        by_format={name: tuple(sorted(seen)) for name, seen in sample.by_format.items()},
        control=looked.control is not None,
    )


def _add(looked: Looked, look: Look) -> None:
    looked.sample.records += look.records
    looked.sample.outcomes.update(look.outcomes)
    for name, outcomes in look.by_format.items():
        looked.sample.by_format[name].update(map(Outcome, outcomes))
    looked.sample.verdicts.update({Verdict(name): count for name, count in look.verdicts.items()})
