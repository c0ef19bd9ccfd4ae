"""The clock behind a stream's times, as far as its own records tell."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from traque.model.result import SourceCoverage


class StreamClock(msgspec.Struct, frozen=True, kw_only=True):
    """How the times of a stream were read, and what does not fit.

    ``zones`` are those of times that state none; ``stated`` where they all do. ``future`` are records that
    are later than the hunt. ``after_file``: the last record of a source is by at most so many seconds later
    than the source was last written, in ``after_sources`` of them. ``backward``: so often a timed record is
    more than five minutes earlier than the one before it, at most by ``furthest_back`` seconds.
    """

    zones: tuple[str, ...] = ()
    years_from: tuple[str, ...] = ()
    year_guessed: bool = False
    future: int = 0
    after_file: int = 0
    after_sources: int = 0
    backward: int = 0
    furthest_back: int = 0

    @property
    def odd(self) -> bool:
        """Something does not fit: a clock runs ahead or was set back, or the zone or the year is wrong."""
        return bool(self.future or self.after_file or self.backward or self.year_guessed)


def stream_clock(sources: Sequence[SourceCoverage]) -> StreamClock:
    """The clock of a stream from its sources; what stands in two of them counts once."""
    counted = [source for source in sources if not source.duplicate_of]
    return StreamClock(
        zones=tuple(sorted({source.zone for source in counted if source.zone})),
        years_from=tuple(sorted({source.year_from for source in counted if source.year_from})),
        year_guessed=any(source.year_guessed for source in counted),
        future=sum(source.future for source in counted),
        after_file=max((source.after_file for source in counted), default=0),
        after_sources=sum(source.after_file > 0 for source in counted),
        backward=sum(source.backward for source in counted),
        furthest_back=max((source.furthest_back for source in counted), default=0),
    )
