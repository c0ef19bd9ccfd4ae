"""Who works on what: one core for each entry, and the cores that are left for the entries that are long.

* An entry is worked on by one thread, whole; the large ones begin first. All small ones are one thread's
  work, in their order: their cost is the interpreter's, which runs one thread at a time anyway.
* When no entry waits for a core and one is free, a *compressed* entry is decoded in a thread of its own, a
  few chunks ahead of the scan (:func:`ahead`).
* A *large plain file* is cut at record boundaries, and its parts are scanned by as many threads as there
  are cores (:class:`traque.scan.matches.Split`): one more whenever a core is free.

The engines scan, and the decoders decode, without holding the interpreter's lock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Final, TypeVar

T = TypeVar("T")
R = TypeVar("R")

SMALL: Final = 32 * 1024
"""Bytes of an entry below which opening it costs more than scanning it."""
SPLIT_FROM: Final = 8 << 20
"""Bytes of a plain file below which a second thread is not worth it."""
_BUNDLE: Final = 512 * 1024
_BUNDLES: Final = 6
"""Bundles of decoded chunks on hand: 3 MiB, or six chunks where they are larger."""
_BEFORE: Final = 2 << 20
"""Decoded bytes before a second thread is thought of: most compressed files and members are small."""


def batched(sizes: Sequence[int], jobs: int) -> list[list[int]]:
    """Places in a list of entries of these sizes, by the thread that takes them up.

    Each large one is alone; then come the small ones together, in their order. When there are several threads
    the longest begin first, so that none is left with a long one at the end.
    """
    large = [[place] for place, size in enumerate(sizes) if size >= SMALL]
    if jobs > 1:
        large.sort(key=lambda batch: sizes[batch[0]], reverse=True)
    small = [place for place, size in enumerate(sizes) if size < SMALL]
    return [*large, small] if small else large


def in_order(jobs: int, work: Callable[[T], R], items: Collection[T]) -> Iterator[R]:
    """What ``work`` makes of each item, in their order; ``jobs`` of them are worked on at a time."""
    threads = min(jobs, len(items))
    if threads <= 1:
        yield from map(work, items)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(work, items)


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
