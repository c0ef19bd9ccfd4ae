"""IPv4 addresses as they stand in text; shared by ``ipv4-addr``, ``ipv4-net``, ``url`` and IPv6.

An address is four octets of one to three decimal digits (zero-padded is decimal, never octal), each at most
255, joined by dots.

**Before it** no ASCII digit, no ASCII letter, and no digit followed by a dot; or an escape
(:mod:`traque.observables._escapes`) that ends right there, whatever it is made of. Non-ASCII letters do not
matter (there are languages without spaces).

**After it** no ASCII letter or digit, and what :func:`traque.observables._tails.stands_alone` allows after
a dot. Ports after ``:``, ``#`` and ``/``, and prefixes (``/24``), need no rule: those bytes bound it.

``n.0.0.0`` (three single zeros) right after an ASCII letter and ``/`` is a version (``Chrome/105.0.0.0``).

``d.c.b.a.in-addr.arpa`` (any case) is a.b.c.d, with the rule above before it; after it no label byte (ASCII
letter, digit, ``-``, ``_``) and no dot followed by one. Windows DNS form of the same name is read too
(:mod:`traque.observables._names`); labels in front of the octets then make it another name.

A dashed address (``ec2-1-2-3-4``) is no address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from traque.expressions import expression
from traque.observables._escapes import escape_ends
from traque.observables._tails import stands_alone

_QUAD = expression(rb"(?<![0-9])([0-9]+)\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})(?![0-9A-Za-z])")
_REVERSED = expression(rb"\.in-addr\.arpa(?![A-Za-z0-9_-]|\.[A-Za-z0-9_-])", re.IGNORECASE)
_DIGITS_MOST = 3
_OCTET_MOST = 255


def addresses(record: bytes, ends: AbstractSet[int] | None = None) -> Iterator[tuple[int, int, str]]:
    """Every reading ``(start, end, address)`` in ``record``; ``ends`` are its escape ends when known."""
    for quad in _QUAD.finditer(record):
        tail = _REVERSED.match(record, quad.end())
        if not (tail or stands_alone(record, quad.end())):
            continue
        if ends is None:
            ends = escape_ends(record)
        last = quad.end(1)
        for start in range(max(quad.start(), last - _DIGITS_MOST), last):
            if start not in ends and (start > quad.start() or not _may_begin(record, start)):
                continue
            octets = [int(record[start:last]), *(int(octet) for octet in quad.groups()[1:])]
            if max(octets) > _OCTET_MOST:
                continue
            if tail:
                yield start, tail.end(), dotted(octets[::-1])
            elif not _is_version(record, start, quad.end()):
                yield start, quad.end(), dotted(octets)


def dotted(octets: list[int]) -> str:
    """The canonical text of four octets."""
    return ".".join(map(str, octets))


def _may_begin(record: bytes, start: int) -> bool:
    before = record[max(0, start - 2) : start]
    if before[-1:].isalpha():
        return False
    return not (before[-1:] == b"." and before[:-1].isdigit())


def _is_version(record: bytes, start: int, end: int) -> bool:
    before = record[max(0, start - 2) : start]
    return before[:1].isalpha() and before[1:] == b"/" and record[start:end].endswith(b".0.0.0")
