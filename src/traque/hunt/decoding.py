"""A binary source as text: what its decoder yields, in batches of lines, with the way back to offsets."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from typing import Final

from traque.errors import SourceCorrupt, SourceError, SourceLimit
from traque.sources.decoders import Decoded, Decoder, Reading
from traque.sources.limits import UNPACK_IT, Limits

BATCH: Final = 256 * 1024
"""Bytes of decoded text that are scanned at once."""
LIMITS: Final = Limits()
KEPT: Final = 8
"""Batches whose records can be led back to their place in the original."""

_Batch = tuple["array[int]", "array[int]"]


class DecodedText:
    """The decoded text of a source, one JSON object a line.

    What ends it early is kept in ``error``, a SourceError whatever the decoder raised, after all that
    was decoded.
    """

    def __init__(self, decoder: Decoder, reading: Reading) -> None:
        self.error: SourceError | None = None
        self._title = decoder.title
        self._records = decoder.decode(reading)
        self._reading = reading
        self._given = 0
        self._places: deque[_Batch] = deque(maxlen=KEPT)

    def batches(self) -> Iterator[bytes]:
        """The text to its end, in batches of whole lines."""
        lines: list[bytes] = []
        size = 0
        starts, origins = array("Q"), array("Q")
        for record in self._safely():
            if self._given > LIMITS.stream_floor and self._given > LIMITS.ratio * self._reading.offset:
                self.error = SourceLimit("its records swell beyond what a log does", remedy=UNPACK_IT)
                break
            starts.append(self._given + size)
            origins.append(self._given + size if record.offset is None else max(0, record.offset))
            lines.append(record.text)
            size += len(record.text) + 1
            if size >= BATCH:
                yield self._join(lines, starts, origins)
                lines, size = [], 0
                starts, origins = array("Q"), array("Q")
        if lines:
            yield self._join(lines, starts, origins)

    def original_offset(self, at: int) -> int:
        """Where in the original the record stands that holds the byte at ``at`` of the decoded text.

        Known for the last :data:`KEPT` batches; further back, and where the decoder does not say, ``at``
        itself.
        """
        for starts, origins in reversed(self._places):
            if starts[0] <= at:
                return origins[bisect_right(starts, at) - 1]
        return at

    def _join(self, lines: list[bytes], starts: array[int], origins: array[int]) -> bytes:
        lines.append(b"")
        text = b"\n".join(lines)
        self._given += len(text)
        self._places.append((starts, origins))
        return text

    def _safely(self) -> Iterator[Decoded]:
        try:
            yield from self._records
        except SourceError as error:
            self.error = error
        except Exception as error:  # noqa: BLE001 -- a foreign library on hostile bytes may raise anything
            self.error = SourceCorrupt(
                f"{self._title}: decoding ended early ({type(error).__name__}: {error})"
            )
        self.error = self._reading.error or self.error
