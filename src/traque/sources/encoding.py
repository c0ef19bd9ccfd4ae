"""UTF-16 and UTF-32 logs as UTF-8, with the way back from an offset to the original bytes.

Everything else (UTF-8, ASCII, Latin-1, a mixture) is scanned as it is and called ``utf-8``.
"""

from __future__ import annotations

import codecs
from array import array
from bisect import bisect_right
from typing import Final

_BOMS: Final = (  # the longer first: UTF-32-LE begins like UTF-16-LE
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MARKS: Final = tuple(mark for mark, _ in _BOMS)
_SAMPLE: Final = 8192
_BLOCK: Final = 16 * 1024
"""Characters that are mapped back together."""
WINDOW: Final = 8 << 20
"""Bytes of UTF-8 whose original offsets are exact wherever the text is not ASCII."""


def detect(head: bytes) -> str:
    """``utf-8``, ``utf-16-le``, ``utf-16-be``, ``utf-32-le`` or ``utf-32-be``.

    By the byte order mark; without one, UTF-16 is told by its NUL bytes: a log in it, of whatever language,
    has blanks, digits and line ends, so that one byte of many pairs is NUL, always on the same side,
    beside a printable character.
    """
    sample = head[: min(_SAMPLE, len(head) & ~1)]
    if head.startswith(_MARKS):
        return next(name for mark, name in _BOMS if head.startswith(mark))
    if b"\0" not in sample:
        return "utf-8"
    even, odd = sample[0::2], sample[1::2]
    for high, low, name in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        nuls = high.count(0)
        if nuls < 4 or nuls < 0.2 * len(high) or low.count(0) > 0.01 * len(low):
            continue
        ascii_part = bytes(character for character, top in zip(low, high, strict=True) if top == 0)
        printable = sum(character >= 0x20 or character in b"\t\n\r\x1b" for character in ascii_part)
        if printable >= 0.97 * len(ascii_part) and _is_valid(sample, name):
            return name
    return "utf-8"


def _is_valid(sample: bytes, name: str) -> bool:
    text = sample.decode(name, "replace")
    return text.count("\ufffd") <= 0.01 * len(text)


class Transcoder:
    """Turns a stream in ``encoding`` (one of :func:`detect`'s but ``utf-8``) into UTF-8, piece by piece.

    A byte order mark becomes U+FEFF, lone surrogates and other invalid units become U+FFFD.
    """

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._unit = 4 if encoding.startswith("utf-32") else 2
        self._starts = array("Q")  # of each block, in the UTF-8
        self._origins = array("Q")  # of each block, in the original
        self._is_ascii = bytearray()
        self._texts: dict[int, bytes] = {}  # of the blocks that are not ASCII, oldest first
        self._kept = 0
        self._given = 0
        self._decoded = 0
        self._fed = 0

    def feed(self, chunk: bytes) -> bytes:
        """The next bytes as UTF-8; a character that is cut by the chunk's end waits for the next."""
        self._fed += len(chunk)
        return self._take(self._decoder.decode(chunk))

    def finish(self) -> bytes:
        """What a stream that ends within a character leaves: U+FFFD."""
        return self._take(self._decoder.decode(b"", final=True))

    def original_offset(self, utf8_offset: int) -> int:
        """Where in the original the byte at ``utf8_offset`` of the UTF-8 came from.

        Exact in the last :data:`WINDOW` bytes, and further back where the text is ASCII; else, further
        back, the beginning of the block of 16 Ki characters that holds it.
        """
        index = bisect_right(self._starts, utf8_offset) - 1
        if index < 0:
            return 0
        behind = utf8_offset - self._starts[index]
        if self._is_ascii[index]:
            behind *= self._unit
        else:
            before = self._texts.get(index, b"")[:behind].decode("utf-8", "ignore")
            behind = len(before.encode(self._encoding))
        return min(self._origins[index] + behind, self._fed)

    def _take(self, text: str) -> bytes:
        parts = []
        for at in range(0, len(text), _BLOCK):
            block = text[at : at + _BLOCK]
            encoded = block.encode()
            self._starts.append(self._given)
            self._origins.append(self._decoded)
            self._is_ascii.append(block.isascii())
            if block.isascii():
                self._decoded += len(block) * self._unit
            else:
                self._decoded += len(block.encode(self._encoding))
                self._keep(encoded)
            self._given += len(encoded)
            parts.append(encoded)
        return b"".join(parts)

    def _keep(self, encoded: bytes) -> None:
        self._texts[len(self._starts) - 1] = encoded
        self._kept += len(encoded)
        while self._kept - len(encoded) > WINDOW:
            self._kept -= len(self._texts.pop(next(iter(self._texts))))
