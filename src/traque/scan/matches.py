"""What a scan yields, whichever engine runs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Protocol, TypeGuard

import msgspec

from traque.model import Observable, Shape, Stamp, TimeRule

if TYPE_CHECKING:
    from traque._kernel import File, Lookout

TEXT_CAP = 64 * 1024
"""Bytes of a record kept around a match; a longer record is cut, its length is still exact."""

SAMPLE_EVERY = 64 * 1024
"""A record that begins in each block of this many bytes is timed."""

SAMPLE_TRIES = 64
"""Records of a block, and of the stream's end, that are tried for a time."""

SAMPLE_GAP = 3600
"""Seconds between two timed records above which they are not close: a silence, if nothing is between."""

TIME_HEAD = 4096
"""Bytes at the beginning of a record in which its time is looked for."""


ALONE = 0xFFFF_FFFF
"""The kind of a record that is like no other."""

COUNTED = 1000
"""Values of one part of the records of a kind that are counted."""


class Relation(StrEnum):
    """How the found value relates to the indicator."""

    EXACT = "exact"
    SUBDOMAIN = "subdomain"
    """The found name is below the indicator's name."""
    NETWORK = "network"
    """The found address lies in the indicator's network."""
    HOST = "host"
    """Only the host of a URL indicator stands here: the record's fields decide whether the URL does."""


class Hit(msgspec.Struct, frozen=True, order=True):
    """One match: absolute byte span in the stream, and the index of the observable in the compiled set."""

    start: int
    end: int
    indicator: int
    relation: Relation


class MatchedRecord(msgspec.Struct, frozen=True):
    """A record with at least one match.

    ``offset`` and ``length`` (without the line end) are of the whole record, ``line`` counts from 1,
    ``text`` are its bytes, cut to :data:`TEXT_CAP` around the first hit; ``text_offset`` is where ``text``
    begins in the stream. A record longer than the engine's line buffer may come in several pieces,
    with the same ``offset`` and ``line``, but an indicator stands in only one of them. ``kind`` is set by a
    :class:`GroupingScanner` only.
    """

    offset: int
    length: int
    line: int
    text: bytes
    text_offset: int
    hits: tuple[Hit, ...]
    kind: int = ALONE


class TimeSample(msgspec.Struct, frozen=True):
    """The time of a record that was timed for coverage; ``stamp`` is None when it cannot be read.

    Timed are, whichever engine runs and however the stream is cut into chunks:

    - in each block of :data:`SAMPLE_EVERY` bytes (block n begins at n times that in the stream), the first
      record that begins there and has a time, among the first :data:`SAMPLE_TRIES`; without one, the last
      of these stands for the block, its ``stamp`` None;
    - the last record of the stream that has a time, among its last :data:`SAMPLE_TRIES`;
    - every record between two of these that follow each other and are not *close*: the time of one of them
      cannot be read, or only one states its zone or its year (``zoned``, ``dated``), or they lie more than
      :data:`SAMPLE_GAP` seconds apart, forward or backward. (Where neither has a time, nothing between is.)
      Of the records between, only those come as samples that are not close to the timed record before or
      after them: both sides of each silence.

    ``joined`` says that no silence lies between the sample before and this one: every step from one timed
    record to the next is close. Samples come in stream order, each record at most once. Only the first
    :data:`TIME_HEAD` bytes of a record are read (without the CR at its end). Without time rules there are
    no samples.
    """

    offset: int
    line: int
    stamp: Stamp | None
    joined: bool = False


class Batch(msgspec.Struct, frozen=True):
    """What one chunk brought: records in stream order, and time samples in stream order.

    ``kinds`` are those of the records, where a :class:`GroupingScanner` tells them; else there are none.
    """

    matched: Sequence[MatchedRecord] = ()
    samples: Sequence[TimeSample] = ()
    kinds: Sequence[int] = ()


class Scanner(Protocol):
    """Scans one stream; chunks may be cut anywhere. Not thread-safe; one per source."""

    @property
    def records(self) -> int:
        """Records (lines) ended so far; after :meth:`finish` a last line without an end counts too."""

    def feed(self, *chunks: bytes) -> Batch:
        """Scan the next bytes, in one piece or in several.

        Every match is reported once, at the latest by :meth:`finish`.
        """

    def finish(self) -> Batch:
        """The stream has ended."""


class Total(msgspec.Struct, frozen=True):
    """Records that were counted: how many, from when to when (microseconds of UTC since 1970), and sums.

    A sum is None where the records do not state the number in a group of that name.
    """

    count: int
    first: int
    last: int
    source_bytes: int | None
    destination_bytes: int | None


class Counted(msgspec.Struct, frozen=True):
    """The records of one kind that were counted, by the window asked for.

    ``values`` are by role the texts of that part and how often each stood there, inside and outside
    together; of more than :data:`COUNTED` those that come first by the CRC-32 of their text. ``earliest`` and
    ``latest`` are kept word for word; of several at one moment, the first of the stream and the last.
    """

    kind: int
    inside: Total
    outside: Total
    values: Mapping[str, Mapping[str, int]]
    earliest: MatchedRecord
    latest: MatchedRecord


Clock = Callable[[int, bool, bool], tuple[int, bool] | None]
"""Says what the stamps of one hour mean: ``(begin, zoned, dated)``, the fields of the hour's first stamp.

Answered are the microseconds from a stamp to its moment in UTC, and whether all these moments are outside
the window asked for; None where the hour's stamps do not all mean the same (its records are not grouped).
"""


class Grouping(msgspec.Struct, frozen=True, kw_only=True):
    """By what records are alike.

    ``shapes`` and ``times`` are those of the source's reader; ``inside`` are the networks inside the
    organisation (address, length of prefix); records that hold one of ``marks`` are never alike, nor are very
    long ones. Kinds are told from the batch on by which ``after`` records have matched.
    """

    shapes: tuple[Shape, ...]
    times: tuple[TimeRule, ...]
    inside: tuple[tuple[str, int], ...]
    marks: tuple[bytes, ...]
    clock: Clock
    after: int


class GroupingScanner(Scanner, Protocol):
    """A scanner that can count records instead of handing each over; an engine need not have it.

    After :meth:`group` each record of a declared shape (:attr:`traque.logs.RecordReader.shapes`) that has
    a time belongs to a *kind*: records of one shape whose bytes outside the parts, the classes of the
    parts' texts, and whose matches with their places, are the same. Matched records come as before, with
    their ``kind``, until a kind is trusted; of a trusted kind only those come, as :data:`ALONE`, that
    cannot be counted: whose hour the clock does not answer for, or whose values are too many.
    """

    def group(self, grouping: Grouping) -> None:
        """Tell the kinds of records. ValueError, from :meth:`feed`, for a bad shape or layout."""

    def trust(self, kind: int, judged_at: int) -> None:
        """From now on the records of this kind that begin after ``judged_at`` are counted."""

    def settle(self) -> Batch:
        """Count those records of the last batch whose kind was trusted by one before them.

        Answered are those among them that cannot be counted.
        """

    def counted(self) -> Sequence[Counted]:
        """What was counted, by kind."""


def can_group(scanner: Scanner) -> TypeGuard[GroupingScanner]:
    """Whether a scanner is a :class:`GroupingScanner`."""
    return _has_groups(type(scanner))


@cache
def _has_groups(scanner: type[Scanner]) -> bool:
    return all(hasattr(scanner, name) for name in ("group", "trust", "counted"))


class ReadingScanner(Scanner, Protocol):
    """A scanner that reads the bytes of a file itself; an engine need not have it."""

    def read(self, file: File, begin: int, end: int, lookout: Lookout | None = None) -> tuple[Batch, int]:
        """Read and scan the bytes from ``begin`` on, up to ``end`` or until there is enough for a batch.

        Answered is also where that ended; it is ``begin`` where the file has no more bytes. ``lookout`` is
        fed with them too. OSError where the system gives none.
        """


def can_read(scanner: Scanner) -> TypeGuard[ReadingScanner]:
    """Whether a scanner is a :class:`ReadingScanner`."""
    return hasattr(scanner, "read")


class Engine(Protocol):
    """A compiled set of observables; immutable, shared between threads."""

    name: str

    def scanner(self, times: Sequence[TimeRule] = ()) -> Scanner:
        """A scanner for one stream; ``times`` are tried in order on each record that is timed."""


class EngineFactory(Protocol):
    """``compile(observables)``: ``Hit.indicator`` is the index in ``observables``."""

    def __call__(self, observables: Sequence[Observable]) -> Engine:
        """Compile ``observables``."""


class Split(Protocol):
    """Scans one large file by several threads: its batches are those of one scanner, in order."""

    @property
    def bytes(self) -> int:
        """Bytes told so far."""

    @property
    def records(self) -> int:
        """Records told so far."""

    def help(self) -> None:
        """Let one more thread scan, ahead of what is told."""

    def next(self, lookout: Lookout | None = None) -> Batch | None:
        """What the next parts brought; None behind the last, and where the file has no more bytes.

        ``lookout`` takes over what was found by those like it. OSError where the system gives no more bytes.
        """

    def finish(self) -> Batch:
        """There are no more, or no more are wanted: the last record is timed."""

    def close(self) -> None:
        """End the threads."""


class SplittingEngine(Engine, Protocol):
    """An engine that splits files; an engine need not."""

    def split(self, file: File, times: Sequence[TimeRule] = (), lookout: Lookout | None = None) -> Split:
        """Begin to scan ``file``, with as many threads as :meth:`Split.help` is called, and the caller's."""


def can_split(engine: Engine) -> TypeGuard[SplittingEngine]:
    """Whether an engine is a :class:`SplittingEngine`."""
    return hasattr(engine, "split")
