r"""The bytes of a URL as a log or a bulletin may write them, read as what they mean.

**Unescaping**, in one pass from left to right:

- backslashes before ``/`` mean nothing: ``\/``, ``\\/`` are ``/``;
- backslashes and ``u00XX`` (hex in either case) mean ``"``, ``&``, ``'``, ``/``, ``:``, ``<``, ``=``, ``>``
  or ``?`` for XX = 22, 26, 27, 2f, 3a, 3c, 3d, 3e, 3f;
- ``&``, however written so far, absorbs the ``amp;``, ``#38;`` and ``#x26;`` after it (in any number, any
  case); then ``quot;``, ``lt;``, ``gt;``, ``apos;``, ``#N;`` and ``#xN;`` (leading zeros allowed) with N
  for tab, LF, CR, space or one of ``"'<>`` make it that character;
- every other byte is itself.

**Where a URL ends.** At white space, a control character, one of ``"<>|^{}`` and backquote, unescaped or
not; at ``#`` (the fragment says nothing about what was fetched); at a backslash that is not one of those
above; at a non-ASCII character that is no label character (:mod:`traque.observables._text`).

**In the percent-encoded form** (a URL that is the value of a query parameter) each ``%XX`` is decoded,
once; the first byte that is neither that nor one of ASCII letters, digits and ``-._~!'()*`` ends it, and so
does what ends a URL once decoded (a decoded byte of 0x80 and above does not).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from traque.expressions import expression
from traque.observables._text import decode, is_label_char

RAW_MOST = 4096
"""Bytes after the host that are looked at."""

END = -1
"""The byte of a :class:`Piece` that marks where a URL ends."""

_ENDS = frozenset(b'"<>|^{}`\\#\x7f') | frozenset(range(0x21))
_SLASH = expression(rb"\\+/")
_UNICODE = expression(rb"\\+u00(22|26|27|2[fF]|3[aAcCdDeEfF])")
_AMP = expression(rb"(?:(?:amp|#0*38|#[xX]0*26);)*", re.IGNORECASE)
_ENTITY = expression(
    rb"(?:(quot|lt|gt|apos)|#0*(9|10|13|32|34|39|60|62)|#x0*(9|a|d|20|22|27|3c|3e));", re.IGNORECASE
)
_NAMED = {b"quot": 0x22, b"lt": 0x3C, b"gt": 0x3E, b"apos": 0x27}
_ENCODED = expression(rb"%([0-9A-Fa-f]{2})|([A-Za-z0-9._~!'()*-])")
_ASCII = 0x80


class Piece(NamedTuple):
    """One byte of the meaning, and where what means it begins."""

    byte: int
    start: int


def unescaped(text: bytes) -> bytes:
    """All of ``text`` as what it means, whatever ends a URL."""
    if b"\\" not in text and b"&" not in text:
        return text
    meant = bytearray()
    at = 0
    while at < len(text):
        byte, at = _meaning(text, at)
        meant.append(byte)
    return bytes(meant)


def plain_pieces(record: bytes, start: int) -> Iterator[Piece]:
    """The pieces from ``start`` on, then :data:`END` where the URL ends, if within :data:`RAW_MOST`."""
    at = start
    while at < start + RAW_MOST:
        byte, end = _meaning(record, at) if at < len(record) else (END, at)
        if byte >= _ASCII:
            character, offsets = decode(record[at : at + 4])
            end = at + offsets[1]
            if not is_label_char(ord(character[0])):
                byte = END
        if byte == END or byte in _ENDS:
            yield Piece(END, at)
            return
        if byte < _ASCII:
            yield Piece(byte, at)
        else:
            yield from (Piece(record[place], place) for place in range(at, end))
        at = end


def encoded_pieces(record: bytes, start: int) -> Iterator[Piece]:
    """The same for a URL in percent-encoded form."""
    at = start
    while at < start + RAW_MOST:
        unit = _ENCODED.match(record, at)
        byte = END if unit is None else int(unit[1], 16) if unit[1] else unit[2][0]
        if unit is None or byte in _ENDS:
            yield Piece(END, at)
            return
        yield Piece(byte, at)
        at = unit.end()


def _meaning(text: bytes, at: int) -> tuple[int, int]:
    """The byte that is meant at ``at``, and where the next one begins."""
    byte, end = text[at], at + 1
    if byte == ord("\\"):
        if slash := _SLASH.match(text, at):
            return ord("/"), slash.end()
        if escape := _UNICODE.match(text, at):
            byte, end = int(escape[1], 16), escape.end()
    if byte == ord("&"):
        amp = _AMP.match(text, end)
        end = amp.end() if amp else end
        if entity := _ENTITY.match(text, end):
            name, decimal, hexadecimal = entity.groups()
            byte = _NAMED[name.lower()] if name else int(decimal) if decimal else int(hexadecimal, 16)
            end = entity.end()
    return byte, end
