"""The streams that the source map says there should be, against those that were there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from traque.hunt.search import SourceSearch
from traque.model import ExpectedCoverage, Window
from traque.source_map import ExpectedStream
from traque.triage.coverage import expected_days
from traque.triage.streams import stream_path


class Expectations:
    """Who is expected, and which streams they are; ``members`` are the sources of each stream."""

    def __init__(
        self, declared: Sequence[ExpectedStream], members: Mapping[str, Sequence[SourceSearch]]
    ) -> None:
        self._declared = declared
        self._sources = {
            one.name: {
                stream: sum(_is_of(search, one) for search in group)
                for stream, group in members.items()
                if any(_is_of(search, one) for search in group)
            }
            for one in declared
        }
        self._records = {stream: sum(s.records for s in group) for stream, group in members.items()}

    def days(self, stream: str, asked: range) -> range:
        """The asked days on which a stream is expected: all of them, where nothing says otherwise."""
        stated = [one for one in self._declared if stream in self._sources[one.name]]
        spans = [expected_days(asked, one.since, one.until) for one in stated]
        if not spans:
            return asked
        return range(min(span.start for span in spans), max(span.stop for span in spans))

    def owner(self, stream: str) -> str:
        """Whom the declaration names for a stream."""
        owners = (one.owner for one in self._declared if stream in self._sources[one.name])
        return next((owner for owner in owners if owner), "")

    def absent(self, asked: range) -> list[range]:
        """The asked days of the expected streams that were not there."""
        return [
            expected_days(asked, one.since, one.until) for one in self._declared if not self._is_there(one)
        ]

    def coverage(self, window: Window) -> tuple[ExpectedCoverage, ...]:
        """Each expected stream, in the order of the map."""
        return tuple(
            ExpectedCoverage(
                name=one.name,
                owner=one.owner,
                since=one.since,
                until=one.until,
                retention=one.retention,
                streams=tuple(sorted(self._sources[one.name])),
                sources=sum(self._sources[one.name].values()),
                missing=not self._is_there(one) and _is_asked(one, window),
            )
            for one in self._declared
        )

    def _is_there(self, one: ExpectedStream) -> bool:
        return any(self._records[stream] for stream in self._sources[one.name])


def _is_of(search: SourceSearch, stream: ExpectedStream) -> bool:
    named = search.mapped.name if search.mapped is not None else ""
    return stream.name in search.expected or stream.name == (named or stream_path(search.path))


def _is_asked(stream: ExpectedStream, window: Window) -> bool:
    """Whether the time in which a stream is expected and the window have any moment in common."""
    before = stream.until is not None and window.since is not None and stream.until <= window.since
    after = stream.since is not None and window.until is not None and stream.since >= window.until
    return not (before or after)
