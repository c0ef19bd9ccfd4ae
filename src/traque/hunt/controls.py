"""What a stream could show, and its positive control: a value of its own, hunted like an indicator."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from traque.errors import ObservableError
from traque.model import Control, Event, Observable
from traque.observables import canonical
from traque.scan.matches import Engine
from traque.triage.perimeter import Perimeter
from traque.triage.visibility import Sample

_FIELDS: Final = (
    ("source.ip", ""),
    ("destination.ip", ""),
    ("client.ip", ""),
    ("dns.question.name", "domain-name"),
    ("url.domain", "domain-name"),
)
_LONGEST: Final = 4096
"""Bytes of a record that is kept for it."""


class Candidate(NamedTuple):
    """A value, and the record that holds it."""

    observable: Observable
    record: bytes


class Looked:
    """What the records of one source that were looked at could show, and a value for its control."""

    def __init__(self, perimeter: Perimeter) -> None:
        self.sample = Sample()
        self.control: Candidate | None = None
        self._perimeter = perimeter

    def at(self, records: Sequence[bytes], events: Sequence[Event | None]) -> None:
        """Look at records and at what they say (None: not understood)."""
        for record, event in zip(records, events, strict=True):
            if event is not None:
                self.sample.see(event, self._perimeter)
                self.control = self.control or candidate(record, event)


def candidate(record: bytes, event: Event) -> Candidate | None:
    """A value of the record that its format understands as an address or a name."""
    if len(record) > _LONGEST:
        return None
    for field, kind in _FIELDS:
        value = event.fields.get(field)
        if isinstance(value, str) and value:
            kinds = (kind,) if kind else (("ipv6-addr",) if ":" in value else ("ipv4-addr",))
            try:
                return Candidate(canonical(kinds[0], value), record)
            except ObservableError:
                continue
    return None


def controls(
    candidates: Iterable[tuple[str, str, Candidate]],
    compile_engine: Callable[[tuple[Observable, ...]], Engine],
) -> dict[str, Control]:
    """For each stream, whether its value was found in its record; ``candidates`` name stream and source."""
    asked = list(candidates)
    values = tuple(dict.fromkeys(one.observable for _, _, one in asked))
    if not values:
        return {}
    engine = compile_engine(values)
    answers = {}
    for stream, path, one in asked:
        scanner = engine.scanner()
        batches = (scanner.feed(one.record + b"\n"), scanner.finish())
        hits = {values[h.indicator] for batch in batches for record in batch.matched for h in record.hits}
        value = one.observable
        answers[stream] = Control(kind=value.kind, value=value.value, path=path, found=one.observable in hits)
    return answers
