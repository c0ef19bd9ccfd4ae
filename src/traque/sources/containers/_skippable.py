"""Skippable frames, which lz4 and zstd share (RFC 8878, section 3.1.2): user data between the frames."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from traque.sources.containers._frames import Decompressor

SKIPPABLE: Final = tuple(bytes((first,)) + b"\x2a\x4d\x18" for first in range(0x50, 0x60))
"""The magic numbers of skippable frames: 0x184D2A50 to 0x184D2A5F, little-endian."""


def is_skippable(head: bytes) -> bool:
    """Whether a skippable frame begins here."""
    return head.startswith(SKIPPABLE)


class Skipped:
    """Decodes one frame: a skippable one to nothing, any other with ``new``."""

    def __init__(self, new: Callable[[], Decompressor]) -> None:
        self._new = new
        self._inner: Decompressor | None = None
        self._left: int | None = None
        self._pending = b""
        self._tail = b""
        self._skipped = False

    @property
    def eof(self) -> bool:
        """The frame's end was reached."""
        return self._skipped if self._inner is None else self._inner.eof

    @property
    def needs_input(self) -> bool:
        """Nothing more comes without more data."""
        return self._inner is None or self._inner.needs_input

    @property
    def unused_data(self) -> bytes:
        """What was fed beyond the frame's end."""
        return self._tail if self._inner is None else self._inner.unused_data or b""

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """The next decoded bytes."""
        if self._inner is not None:
            return self._inner.decompress(data, max_length)
        if self._left is None:
            self._pending += data
            if len(self._pending) < 4:
                return b""
            if not is_skippable(self._pending):
                return self._begin(max_length)
            if len(self._pending) < 8:
                return b""
            self._left = int.from_bytes(self._pending[4:8], "little")
            data = self._pending[8:]
        self._tail = data[self._left :]
        self._left = max(0, self._left - len(data))
        self._skipped = self._left == 0
        return b""

    def _begin(self, max_length: int) -> bytes:
        self._inner = self._new()
        data, self._pending = self._pending, b""
        return self._inner.decompress(data, max_length)
