r"""Escapes that end where a value may begin.

A log writer puts control characters, quotes and spaces as escapes, whose last byte is often a letter or a
digit: in ``"msg":"x\tevil.example"`` the name begins after ``\t``. An escape is one of

- ``\a \b \f \n \r \t \v \0``, ``\uXXXX``, ``\xXX``, ``\OOO`` (three octal digits, 000 to 377); of several
  backslashes the last one counts, so the depth of quoting does not matter;
- ``%XX``, and quoted again up to three times: ``%25XX``, ``%2525XX``, ``%252525XX``;
- ``#OOO`` (three octal digits, 000 to 377: rsyslog);
- an ANSI control sequence: ESC ``[``, at most 32 bytes of ``0-9 ; : ? < = >``, one ASCII letter, where ESC
  is the byte or is written ``\e``, ``\x1b``, ``\u001b`` (hex in either case), ``\033``, ``#033`` or ``^[``.

Entities (``&#9;``, ``&quot;``) end in a semicolon, which bounds every kind of value by itself.

An escape is a boundary unless it means a label character (a letter, a mark, a digit, ``-`` or ``_``):
``\u0041`` or ``%41`` before ``evil`` is part of the word. A byte escape (``\x``, octal, ``%``, ``#``) of
0x80 and above is a part of some multi-byte character and never a boundary; ``\u`` means its code point.

The bytes of an escape may also be meant as they stand (``C:\temp\new``): a finder tries what begins after
an escape *besides* what its own boundary rule allows.
"""

from __future__ import annotations

import re

from traque.expressions import expression
from traque.observables._text import is_label_char

# Each alternative is tried at every introducer, since one may end inside another (\0 in \042, %25 in %2520).
_INTRODUCER = expression(rb"[\\%#\x1b^]")
_SINGLE = expression(rb"\\[abfnrtv0]")
_CODE_POINT = expression(rb"\\u([0-9A-Fa-f]{4})")
_HEX = (
    re.compile(rb"\\x([0-9A-Fa-f]{2})"),
    *(re.compile(rb"%%(?:25){%d}([0-9A-Fa-f]{2})" % depth) for depth in range(4)),
)
_OCTAL = expression(rb"[\\#]([0-3][0-7]{2})")
_ANSI = expression(rb"(?:\x1b|\\e|\\x1[bB]|\\u001[bB]|[\\#]033|\^\[)\[[0-9;:?<=>]{0,32}[A-Za-z]")
_ASCII = 0x80


def escape_ends(record: bytes) -> frozenset[int]:
    """Every place in ``record`` where an escape ends that is a boundary."""
    ends: set[int] = set()
    for introducer in _INTRODUCER.finditer(record):
        at = introducer.start()
        for pattern in (_SINGLE, _ANSI):
            if found := pattern.match(record, at):
                ends.add(found.end())
        if (found := _CODE_POINT.match(record, at)) and not is_label_char(int(found[1], 16)):
            ends.add(found.end())
        for pattern, base in ((_OCTAL, 8), *((pattern, 16) for pattern in _HEX)):
            if (found := pattern.match(record, at)) and _byte_is_boundary(int(found[1], base)):
                ends.add(found.end())
    return frozenset(ends)


def _byte_is_boundary(value: int) -> bool:
    return value < _ASCII and not is_label_char(value)
