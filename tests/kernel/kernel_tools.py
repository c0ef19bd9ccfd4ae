"""Searching for a test: one engine, the data cut everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from traque.model import Observable, TimeRule
from traque.observables import guess
from traque.scan.matches import Batch, Engine, EngineFactory, Hit, MatchedRecord, TimeSample


class Found(NamedTuple):
    """A match as a test reads it."""

    text: str
    relation: str = "exact"


class Search:
    """``search("192.0.2.1", "seen 192.0.2.1")``: what one engine finds of the indicators in a text."""

    def __init__(self, compile_set: EngineFactory) -> None:
        self.compile = compile_set

    def __call__(self, indicator: str | Observable, text: str | bytes) -> list[Found]:
        """Matches of one indicator, in order."""
        data = text.encode() if isinstance(text, str) else text
        return [
            Found(data[hit.start : hit.end].decode("utf-8", "backslashreplace"), hit.relation.value)
            for hit in self.hits([observable(indicator)], data)
        ]

    def hits(self, indicators: Sequence[Observable], data: bytes) -> list[Hit]:
        """All hits, which must be the same however ``data`` is cut into chunks."""
        engine = self.compile(indicators)
        whole = hits_of(engine, [data])
        for cut in range(1, len(data)):
            assert hits_of(engine, [data[:cut], data[cut:]]) == whole, f"cut at {cut}"
        assert hits_of(engine, [data[at : at + 1] for at in range(len(data))]) == whole, "byte by byte"
        return whole


def observable(value: str | Observable) -> Observable:
    """A bare value as an indicator."""
    if isinstance(value, Observable):
        return value
    found = guess(value)
    assert found is not None, f"{value!r} is no indicator"
    return found


def batches(engine: Engine, chunks: Sequence[bytes], times: Sequence[TimeRule] = ()) -> Iterator[Batch]:
    """What a scanner yields for a stream in these chunks."""
    scanner = engine.scanner(times)
    for chunk in chunks:
        yield scanner.feed(chunk)
    yield scanner.finish()


def records_of(engine: Engine, chunks: Sequence[bytes]) -> list[MatchedRecord]:
    """The matched records of a stream."""
    return [record for batch in batches(engine, chunks) for record in batch.matched]


def samples_of(engine: Engine, chunks: Sequence[bytes], times: Sequence[TimeRule]) -> list[TimeSample]:
    """The time samples of a stream."""
    return [sample for batch in batches(engine, chunks, times) for sample in batch.samples]


def hits_of(engine: Engine, chunks: Sequence[bytes]) -> list[Hit]:
    """The hits of a stream."""
    return [hit for record in records_of(engine, chunks) for hit in record.hits]
