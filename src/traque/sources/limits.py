"""How far content may swell: bounds against archive bombs that no real log reaches.

Reading is streamed, so a bomb costs time, not memory; the bounds keep that time in seconds. They cannot be
a ratio alone: a gigabyte of identical lines is a legitimate log, and gzip packs it 1000:1, xz 7000:1, zstd
10,000:1 and more, as well as any bomb. Therefore each stream may first give ``stream_floor`` bytes whatever
its ratio, and only beyond that must hold to ``ratio``. Logs with times in them, gigabytes long, stay well
below 200:1 with every compressor here; gzip's ceiling, which its bombs reach, is 1032:1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from traque.errors import SourceLimit

UNPACK_IT = "if you trust it, unpack it and hunt the unpacked files"


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one entry may make us read. All sizes in bytes."""

    ratio: int = 500
    """Decoded bytes for each byte that is stored."""
    stream_floor: int = 5 << 28
    """What a file or a member may give at any ratio: 1.25 GiB, a second or two of work."""
    entry_floor: int = 4 << 30
    """What one entry may give at any ratio, all its layers and members together: 4 GiB."""
    depth: int = 4
    """Archives inside one another, and compressions directly inside one another."""
    members: int = 1_000_000
    """Members of one entry, over all its archives."""


class Allowance:
    """Counts what went into a stream and what came out; a member's counts in its entry's, the ``parent``.

    ``stored`` is how many bytes the stream takes where it lies; where that is not known (0), the bytes read
    so far stand for it. They never do where it is known: an archive may have the same bytes read a thousand
    times.
    """

    def __init__(
        self, limits: Limits, *, floor: int, parent: Allowance | None = None, stored: int = 0
    ) -> None:
        self._limits = limits
        self._floor = floor
        self._parent = parent
        self._stored = stored
        self.taken = 0
        self.given = 0

    def member(self, stored: int = 0) -> Allowance:
        """The allowance of a stream in this one."""
        return Allowance(self._limits, floor=self._limits.stream_floor, parent=self, stored=stored)

    def taking(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """``pieces``, counted as stored bytes."""
        for piece in pieces:
            self.taken += len(piece)
            yield piece

    def giving(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """``pieces``, counted as decoded bytes, as long as they are allowed; then SourceLimit."""
        for piece in pieces:
            room = self.room
            self._spend(min(len(piece), room))
            if len(piece) > room:
                if room:
                    yield piece[:room]
                raise SourceLimit(
                    f"an archive bomb, or endless repetition: stopped after {self.given:,} decoded bytes",
                    remedy=UNPACK_IT,
                )
            yield piece

    @property
    def room(self) -> int:
        """How many bytes may still be given."""
        allowed = max(self._floor, self._limits.ratio * (self._stored or self.taken))
        own = max(0, allowed - self.given)
        return own if self._parent is None else min(own, self._parent.room)

    def _spend(self, size: int) -> None:
        self.given += size
        if self._parent is not None:
            self._parent._spend(size)
