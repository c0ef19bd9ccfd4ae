"""One pass over the bytes of a source, by one thread or by several."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from typing import Final

from traque.errors import SourceError
from traque.hunt.losses import Losses
from traque.hunt.question import Question
from traque.model import TimeRule
from traque.scan.matches import (
    Batch,
    ReadingScanner,
    Scanner,
    Split,
    SplittingEngine,
    can_read,
    can_split,
)
from traque.scan.plan import SPLIT_FROM, Cores
from traque.scan.words import Lookout
from traque.sources import Source
from traque.sources.encoding import Transcoder
from traque.sources.files import in_words
from traque.sources.framing import Framing

_PROBE: Final = 2 << 20
_AT_ONCE: Final = 512 * 1024
"""Bytes for which the scanner is called: a decoder gives small pieces."""
_HOT: Final = 256
"""Matched records in a probe from which on a file is full of matches: one in 8 KiB."""


class Pass:
    """Scans a source; after :meth:`batches` its attributes say what there was.

    ``framing`` makes lines of documents.

    ``bytes`` are of the source, ``records`` those that ended; ``error`` says why there are no more,
    ``stopped`` that there may be more.
    """

    def __init__(
        self,
        source: Source,
        encoding: str,
        question: Question,
        times: tuple[TimeRule, ...],
        framing: Framing | None = None,
    ) -> None:
        self.bytes = 0
        self.records = 0
        self.error: SourceError | None = None
        self.stopped = False
        self.group_with: Callable[[Scanner], None] | None = None
        """Called with the scanner of the whole source, before its first byte, to let it count alike ones."""
        self.taps: list[Callable[[bytes], object]] = []
        """Told every byte of the source that was read, in order."""
        self.losses: Losses | None = None
        """Watches the text that is scanned."""
        self._source = source
        self._question = question
        self._times = times
        self._framing = framing
        self._transcoder = None if encoding == "utf-8" else Transcoder(encoding)

    @property
    def _is_plain(self) -> bool:
        """Its bytes are its text."""
        return self._transcoder is None and self._framing is None

    def origin(self, offset: int) -> int:
        """Where in the source the byte stands that was scanned at ``offset``."""
        if self._framing is not None:
            offset = self._framing.original_offset(offset)
        return self._transcoder.original_offset(offset) if self._transcoder else offset

    @property
    def consumed(self) -> int:
        """Bytes of the entry, as it lies on the disk, that were read so far."""
        return self._source.consumed if self._source.size is None else self.bytes

    def batches(self, stopped: Callable[[], bool], cores: Cores) -> Generator[Batch, None, None]:
        """What the bytes brought, in order.

        A large plain file is split when there is more than one core, unless it is full of matches: then one
        scanner that counts alike records is quicker than several that hand over each of them.
        """
        engine, size = self._question.engine, self._source.size
        if (
            cores.jobs == 1
            or size is None
            or size < SPLIT_FROM
            or not self._is_plain
            or not can_split(engine)
        ):
            return self._whole(stopped)
        if self.group_with is not None and self._is_hot(size):
            return self._whole(stopped)
        return self._split(engine, stopped, cores)

    def _is_hot(self, size: int) -> bool:
        """Whether its beginning, its middle or its end is full of matches."""
        try:
            with self._source.plain() as file:
                for at in (0, size // 2, max(0, size - _PROBE)):
                    scanner = self._question.engine.scanner()
                    if len(scanner.feed(file.read(at, _PROBE)).matched) >= _HOT:
                        return True
        except SourceError:  # it is met again, and told, when all bytes are read
            pass
        return False

    def _whole(self, stopped: Callable[[], bool]) -> Generator[Batch, None, None]:
        scanner = self._question.engine.scanner(self._times)
        if self.group_with is not None:
            self.group_with(scanner)
        source = self._source
        can_be_read = self._is_plain and source.size is not None and source.text is None and not self.taps
        scanned = self._read(scanner) if can_be_read and can_read(scanner) else self._fed(scanner)
        try:
            with closing(scanned) as batches:
                for batch in batches:
                    yield batch
                    if stopped():
                        self.stopped = True
                        break
        except SourceError as error:
            self.error = error
        if self._transcoder:
            yield self._feed(scanner, self._framed(self._transcoder.finish()))
        if self._framing is not None:
            yield self._feed(scanner, self._framing.finish())
        yield scanner.finish()
        self.records = scanner.records

    def _read(self, scanner: ReadingScanner) -> Generator[Batch, None, None]:
        """Let the scanner read a plain file."""
        with self._source.scanned() as file:
            while self.bytes < file.size:
                with self._watching() as lookout, in_words():
                    batch, reached = scanner.read(file.file, self.bytes, file.size, lookout)
                if reached == self.bytes:
                    break
                self.bytes = reached
                yield batch
            file.check(self.bytes)

    def _fed(self, scanner: Scanner) -> Generator[Batch, None, None]:
        """Read the source, and feed the scanner with its text."""
        for chunks in _gathered(self._source.chunks()):
            self.bytes += sum(map(len, chunks))
            for chunk in chunks if self.taps else ():
                self._tap(chunk)
            texts = map(self._transcoder.feed, chunks) if self._transcoder else chunks
            yield self._feed(scanner, *map(self._framed, texts))

    def _feed(self, scanner: Scanner, *texts: bytes) -> Batch:
        if self.losses is not None:
            self.losses.feed(*texts)
        return scanner.feed(*texts)

    def _watching(self) -> AbstractContextManager[Lookout | None]:
        return nullcontext() if self.losses is None else self.losses.watching()

    def _tap(self, chunk: bytes) -> None:
        for tap in self.taps:
            tap(chunk)

    def _framed(self, text: bytes) -> bytes:
        return text if self._framing is None else self._framing.feed(text)

    def _split(
        self, engine: SplittingEngine, stopped: Callable[[], bool], cores: Cores
    ) -> Generator[Batch, None, None]:
        helpers = 0
        try:
            with self._source.scanned() as file, self._watching() as lookout:
                split = engine.split(file.file, self._times, lookout)
            with closing(split):
                while (batch := self._next(split)) is not None:
                    yield batch
                    if stopped():
                        self.stopped = True
                        break
                    if cores.take():
                        helpers += 1
                        split.help()
                yield split.finish()
            if not self.stopped:
                file.check(self.bytes)
            for chunk in self._source.chunks() if self.taps else ():  # the parts were read side by side
                self._tap(chunk)
        except SourceError as error:
            self.error = error
        finally:
            for _ in range(helpers):
                cores.give()

    def _next(self, split: Split) -> Batch | None:
        with self._watching() as lookout, in_words():
            batch = split.next(lookout)
        self.bytes, self.records = split.bytes, split.records
        return batch


def _gathered(chunks: Iterable[bytes]) -> Iterator[list[bytes]]:
    """``chunks``, some at a time, and behind them the error that ends them."""
    held: list[bytes] = []
    size = 0
    try:
        for chunk in chunks:
            held.append(chunk)
            size += len(chunk)
            if size >= _AT_ONCE:
                yield held
                held, size = [], 0
    except SourceError:
        if held:
            yield held
        raise
    if held:
        yield held
