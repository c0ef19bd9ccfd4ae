"""One pass over the bytes of a source, by one thread or by several."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from typing import Final

from traque.errors import SourceError
from traque.hunt.question import Question
from traque.model import TimeRule
from traque.scan.matches import Batch, Scanner
from traque.scan.plan import SPLIT_FROM, Cores, Split
from traque.sources import Source
from traque.sources.encoding import Transcoder
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
        self.taps: list[Callable[[bytes], None]] = []
        """Told every byte of the source that was read, in order."""
        self.text_taps: list[Callable[[bytes], None]] = []
        """Told the text that is scanned, in order."""
        self._source = source
        self._question = question
        self._times = times
        self._framing = framing
        self._transcoder = None if encoding == "utf-8" else Transcoder(encoding)

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
        size = self._source.size
        plain = self._transcoder is None and self._framing is None
        if size is None or size < SPLIT_FROM or not plain or cores.jobs == 1:
            return self._whole(stopped)
        if self.group_with is not None and self._is_hot(size):
            return self._whole(stopped)
        return self._split(stopped, cores)

    def _is_hot(self, size: int) -> bool:
        """Whether its beginning, its middle or its end is full of matches."""
        try:
            with self._source.plain() as file:
                for at in (0, size // 2, size - _PROBE):
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
        transcoder = self._transcoder
        try:
            for chunks in _gathered(self._source.chunks()):
                self.bytes += sum(map(len, chunks))
                for chunk in chunks if self.taps else ():
                    self._tap(chunk)
                texts = map(transcoder.feed, chunks) if transcoder else chunks
                yield scanner.feed(*self._tapped(map(self._framed, texts)))
                if stopped():
                    self.stopped = True
                    break
        except SourceError as error:
            self.error = error
        if transcoder:
            yield scanner.feed(*self._tapped((self._framed(transcoder.finish()),)))
        if self._framing is not None:
            yield scanner.feed(*self._tapped((self._framing.finish(),)))
        yield scanner.finish()
        self.records = scanner.records

    def _tap(self, chunk: bytes) -> None:
        for tap in self.taps:
            tap(chunk)

    def _tapped(self, texts: Iterable[bytes]) -> Iterator[bytes]:
        for text in texts:
            for tap in self.text_taps:
                tap(text)
            yield text

    def _framed(self, text: bytes) -> bytes:
        return text if self._framing is None else self._framing.feed(text)

    def _split(self, stopped: Callable[[], bool], cores: Cores) -> Generator[Batch, None, None]:
        timer = self._question.timer.scanner(self._times)
        try:
            with self._source.plain() as file:
                split = Split(file, self._question.engine, timer, cores, self.text_taps)
                with closing(split.batches()) as batches:
                    for batch in batches:
                        self.bytes, self.records = split.bytes, split.records
                        yield batch
                        if stopped():
                            self.stopped = True
                            break
                self.records = split.records
                if not self.stopped:
                    file.check(split.bytes)
            for chunk in self._source.chunks() if self.taps else ():  # the parts were read side by side
                self._tap(chunk)
        except SourceError as error:
            self.error = error
        yield timer.finish()


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
