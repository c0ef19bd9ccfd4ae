"""Who works on what: one core for each entry, and the cores that are left for the entries that are long.

* An entry is worked on by one thread, whole; the large ones begin first. All small ones are one thread's
  work, in their order: their cost is the interpreter's, which runs one thread at a time anyway.
* When no entry waits for a core and one is free, a *compressed* entry is decoded in a thread of its own, a
  few chunks ahead of the scan (:func:`ahead`).
* A *large plain file* is cut at record boundaries, and its parts are scanned by as many threads as there
  are cores (:class:`Split`). What comes out is what one scanner of the whole file yields: matches are moved
  to their place in the file, and the times of its records are sampled in order.

The engines scan, and the decoders decode, without holding the interpreter's lock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Final, Protocol

import msgspec

from traque.scan.matches import Batch, Engine, Hit, MatchedRecord, Scanner, TimeSample

SMALL: Final = 32 * 1024
"""Bytes of an entry below which opening it costs more than scanning it."""
PART: Final = 512 * 1024
"""Bytes of a large file that one thread takes at once, up to the end of a record.

From 2 MiB on, glibc gives the memory of each part back to the system, and a third of the time goes into
getting it anew.
"""
SPLIT_FROM: Final = 16 * PART
"""A smaller file is not worth a second thread."""
_REACH: Final = 1 << 20
"""Bytes behind a part in which the end of its last record is looked for, before it counts as a long one."""
_PROBE: Final = 64 * 1024
_ON_HAND: Final = 32
"""Parts that are being scanned or wait for their turn: 16 MiB."""
_BUNDLE: Final = 512 * 1024
_BUNDLES: Final = 6
"""Bundles of decoded chunks on hand: 3 MiB, or six chunks where they are larger."""
_BEFORE: Final = 2 << 20
"""Decoded bytes before a second thread is thought of: most compressed files and members are small."""


def batched(sizes: Sequence[int]) -> list[list[int]]:
    """Places in a list of entries of these sizes, by the thread that takes them up.

    Each large one is alone; then come the small ones together, in their order.
    """
    large = [[place] for place, size in enumerate(sizes) if size >= SMALL]
    small = [place for place, size in enumerate(sizes) if size < SMALL]
    return [*large, small] if small else large


class Cores:
    """Counts the cores in use, so that no more than ``jobs`` threads work at a time."""

    def __init__(self, jobs: int, waiting: int) -> None:
        self.jobs = jobs
        self._waiting = waiting  # entries, or batches of them
        self._busy = 0
        self._lock = threading.Lock()

    @contextmanager
    def working(self) -> Iterator[None]:
        """An entry, or a batch, is worked on."""
        with self._lock:
            self._waiting -= 1
            self._busy += 1
        try:
            yield
        finally:
            self.give()

    def take(self) -> bool:
        """Take a core to help an entry that is being worked on, if none that waits needs it."""
        with self._lock:
            free = self._waiting <= 0 and self._busy < self.jobs
            self._busy += free
            return free

    def give(self) -> None:
        """What took it is done."""
        with self._lock:
            self._busy -= 1


def ahead(chunks: Iterable[bytes], cores: Cores) -> Iterator[bytes]:
    """``chunks``, unchanged and in order, and the error that ends them; made in advance when a core is free.

    Closing the iterator ends the thread.
    """
    pieces = iter(chunks)
    given = 0
    for piece in pieces:
        yield piece
        given += len(piece)
        if given >= _BEFORE and cores.take():
            try:
                yield from _in_thread(pieces)
            finally:
                cores.give()
            return


def _in_thread(pieces: Iterator[bytes]) -> Iterator[bytes]:
    room = threading.Semaphore(_BUNDLES)
    made: SimpleQueue[list[bytes] | BaseException | None] = SimpleQueue()
    closing = threading.Event()

    def make() -> None:
        bundle: list[bytes] = []
        held = 0
        end: BaseException | None = None
        try:
            for piece in pieces:
                bundle.append(piece)
                held += len(piece)
                if held >= _BUNDLE:
                    room.acquire()
                    if closing.is_set():
                        return
                    made.put(bundle)
                    bundle, held = [], 0
        except BaseException as error:  # noqa: BLE001 -- raised where the chunks are used
            end = error
        made.put(bundle)
        made.put(end)

    thread = threading.Thread(target=make, name="traque-decode", daemon=True)
    thread.start()
    try:
        while isinstance(bundle := made.get(), list):
            room.release()
            yield from bundle
        if bundle is not None:
            raise bundle
    finally:
        closing.set()
        room.release()
        thread.join()


class File(Protocol):
    """A file that is read from several threads at once."""

    @property
    def size(self) -> int:
        """Bytes that are there to be read."""

    def read(self, offset: int, size: int) -> bytes:
        """The bytes there: fewer only at the end."""


class _Work(msgspec.Struct, frozen=True):
    """A part of a file: whole records, the last of them perhaps without its line feed."""

    number: int
    start: int
    end: int
    long: bool
    """It holds a record too long to be kept in memory."""


class _Part(msgspec.Struct, frozen=True):
    """What became of it."""

    work: _Work
    data: bytes = b""
    batch: Batch = Batch()
    records: int = 0
    error: BaseException | None = None


class Split:
    """Scans a large file in parts; :meth:`batches` yields what one scanner yields for the whole.

    ``timer`` is a scanner of an engine without indicators, with the time rules: it is shown every byte, in
    order; whoever made it finishes it. So are ``taps``. A file that gives fewer bytes than its size ends
    there: ``bytes`` says how many there were, ``records`` how many records.
    """

    def __init__(
        self,
        file: File,
        engine: Engine,
        timer: Scanner,
        cores: Cores,
        taps: Sequence[Callable[[bytes], None]] = (),
    ) -> None:
        self.bytes = 0
        self.records = 0
        self._taps = taps
        self._file = file
        self._engine = engine
        self._timer = timer
        self._cores = cores
        self._changed = threading.Condition()
        self._closed = False
        self._next = 0  # where the part begins that no thread has taken
        self._taken = 0
        self._told = 0
        self._done: dict[int, _Part] = {}
        self._helpers: list[threading.Thread] = []

    def batches(self) -> Generator[Batch, None, None]:
        """The batches of the file, in order. What reading raises is raised behind the parts before it."""
        try:
            while (part := self._part()) is not None:
                if part.error is not None:
                    raise part.error
                before = self.bytes
                yield from self._long(part.work) if part.work.long else self._placed(part)
                with self._changed:
                    self._told += 1
                    self._changed.notify_all()
                if self.bytes - before < part.work.end - part.work.start:
                    break
                self._call_help()
        finally:
            with self._changed:
                self._closed = True
                self._changed.notify_all()
            for helper in self._helpers:
                helper.join()

    def _placed(self, part: _Part) -> Iterator[Batch]:
        samples = self._shown(part.data)
        matched = _moved(part.batch.matched, part.work.start, self.records)
        self.bytes += len(part.data)
        self.records += part.records
        yield Batch(matched, samples)

    def _shown(self, data: bytes) -> Sequence[TimeSample]:
        for tap in self._taps:
            tap(data)
        return self._timer.feed(data).samples

    def _long(self, work: _Work) -> Iterator[Batch]:
        """Scan a part here, piece by piece, in flat memory."""
        scanner = self._engine.scanner()
        before = self.records
        at = work.start
        while at < work.end and (data := self._file.read(at, min(PART, work.end - at))):
            at += len(data)
            self.bytes += len(data)
            batch = scanner.feed(data)
            self.records = before + scanner.records
            yield Batch(_moved(batch.matched, work.start, before), self._shown(data))
        matched = scanner.finish().matched
        self.records = before + scanner.records
        yield Batch(_moved(matched, work.start, before))

    def _part(self) -> _Part | None:
        """The next part in order, scanned here unless a helper has; None behind the last."""
        while True:
            with self._changed:
                part = self._done.pop(self._told, None)
                if part is not None:
                    return part
                work = self._take()
                if work is None:
                    if self._told == self._taken:
                        return None
                    self._changed.wait()
                    continue
            self._finish(work)

    def _call_help(self) -> None:
        if self._file.size - self._next > PART and self._cores.take():
            helper = threading.Thread(target=self._help, name="traque-scan", daemon=True)
            self._helpers.append(helper)
            helper.start()

    def _help(self) -> None:
        try:
            while True:
                with self._changed:
                    while (work := self._take()) is None:
                        if self._closed or self._next >= self._file.size:
                            return
                        self._changed.wait()
                self._finish(work)
        finally:
            self._cores.give()

    def _finish(self, work: _Work) -> None:
        part = self._scan(work)
        with self._changed:
            self._done[work.number] = part
            self._changed.notify_all()

    def _scan(self, work: _Work) -> _Part:
        if work.long:
            return _Part(work)
        try:
            data = self._file.read(work.start, work.end - work.start)
            scanner = self._engine.scanner()
            first, last = scanner.feed(data), scanner.finish()
            matched = [*first.matched, *last.matched] if last.matched else first.matched
            return _Part(work, data, Batch(matched), scanner.records)
        except BaseException as error:  # noqa: BLE001 -- raised in its turn
            return _Part(work, error=error)

    def _take(self) -> _Work | None:
        """The next part that no thread has; None when there is none, or too many are on hand."""
        start = self._next
        if self._closed or start >= self._file.size or self._taken - self._told >= _ON_HAND:
            return None
        try:
            end = self._record_end(start + PART)
        except Exception:  # noqa: BLE001 -- reading the part raises it too, in its turn
            end = self._file.size
        self._next = end
        self._taken += 1
        return _Work(self._taken - 1, start, end, long=end - start > PART + _REACH)

    def _record_end(self, at: int) -> int:
        """Behind the line feed at or next after the byte before ``at``."""
        at -= 1
        while at < self._file.size:
            data = self._file.read(at, _PROBE)
            found = data.find(b"\n")
            if found >= 0:
                return min(at + found + 1, self._file.size)
            if not data:
                break
            at += len(data)
        return self._file.size


def _moved(matched: Sequence[MatchedRecord], offset: int, line: int) -> Sequence[MatchedRecord]:
    """``matched`` in a file in which their part begins at ``offset``, after ``line`` records."""
    if not offset:
        return matched
    return [
        MatchedRecord(
            record.offset + offset,
            record.length,
            record.line + line,
            record.text,
            record.text_offset + offset,
            tuple(
                Hit(hit.start + offset, hit.end + offset, hit.indicator, hit.relation) for hit in record.hits
            ),
        )
        for record in matched
    ]
