"""When the records of one source were written: its zone, how its years run, and the times of its records."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from traque import timestamps
from traque.hunt.clock import Clock, YearWatch
from traque.hunt.question import Question
from traque.scan.matches import TimeSample
from traque.triage.coverage import BACK, Timeline


class Dating:
    """Told the time samples of one source, in order; ``utc``: times without a zone are UTC."""

    def __init__(self, question: Question, path: str, mtime: datetime | None, *, utc: bool) -> None:
        self.timeline = Timeline()
        self.undated = 0
        """Samples without a time."""
        self.timed = 0
        named = timestamps.rotation_date(path)
        self.latest = named or mtime or question.now
        """The date that years are reckoned from where none is stated."""
        self._year_from = "asked" if question.year is not None else "name" if named else "mtime"
        years = timestamps.YearRule(year=question.year, latest=self.latest)
        self._zone = UTC if utc else question.zone
        self.clock = Clock(self._zone, years)
        self._mtime = mtime
        self._zoned = 0
        self._years = YearWatch()

    def take(self, samples: Iterable[TimeSample]) -> None:
        """The next samples."""
        timeline, seconds = self.timeline, self.clock.seconds
        for sample in samples:
            stamp = sample.stamp
            if stamp is None:
                self.undated += 1
                timeline.pause()
                continue
            self.timed += 1
            self._zoned += stamp.zoned
            if not stamp.dated:
                self._years.see(stamp.us)
            timeline.add(seconds(stamp), sample.line, joined=sample.joined)

    @property
    def year_guessed(self) -> bool:
        """Its times state no year, and would span more than one."""
        return self._years.folded

    @property
    def year_from(self) -> str:
        """Where the year comes from of times that state none; empty when all state it."""
        return self._year_from if self._years.seen else ""

    @property
    def zone(self) -> str:
        """The zone of the times that state none."""
        if not self.timed:
            return ""
        return "stated" if self._zoned == self.timed else str(self._zone)

    @property
    def after_file(self) -> int:
        """Seconds that the last record is later than the source was last written, if that is odd."""
        last, written = self.timeline.last, self._mtime
        late = last - written.timestamp() if last is not None and written is not None else 0
        return round(late) if late > BACK else 0
