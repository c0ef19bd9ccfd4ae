"""Hashes in hex: one grammar, four lengths.

A hash of n digits is the *last* n characters of a maximal run of ASCII letters and digits, all hex, and
what stands before it is the run's beginning, an escape that ends there
(:mod:`traque.observables._escapes`), or ``0x``/``0X`` after one of these two. So it is bounded by
non-alphanumerics on both sides, and ``SHA256=`` or ``md5:`` need no rule. The canonical form is lower case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from traque.errors import ObservableError
from traque.expressions import expression
from traque.model import Observable
from traque.observables._escapes import escape_ends
from traque.observables._kind import ObservableKind, Reading, exactly, itself

DIGITS: Final = {"md5": 32, "sha1": 40, "sha256": 64, "sha512": 128}
_KIND_OF = {digits: kind for kind, digits in DIGITS.items()}
_HEX = expression(r"(?:0[xX])?([0-9A-Fa-f]+)")


def canonical(value: str) -> Observable:
    """The hash of whatever kind its length makes it. Raises ObservableError."""
    text = value.strip()
    if not text:
        raise ObservableError("a hash is empty", code="empty")
    digits = _HEX.fullmatch(text)
    if digits is None or len(digits[1]) not in _KIND_OF:
        raise ObservableError(f"{text[:140]!r} is not 32, 40, 64 or 128 hex digits", code="malformed")
    return Observable(_KIND_OF[len(digits[1])], digits[1].lower())


def spec(name: str, title: str, example: str) -> ObservableKind:
    """The kind of that name."""
    return ObservableKind(
        name=name,
        title=title,
        canonical=canonical,
        find=finder(DIGITS[name]),
        spellings=itself,
        lookups=exactly,
        examples=(example,),
    )


def fingerprint(name: str, title: str, example: str) -> ObservableKind:
    """A kind that is written like an MD5 and is the hash of something else."""

    def canonical_print(value: str) -> Observable:
        """The hash, 32 hex digits. Raises ObservableError."""
        found = canonical(value)
        if found.kind != "md5":
            raise ObservableError(f"{value.strip()[:140]!r} is not 32 hex digits", code="malformed")
        return Observable(name, found.value)

    return ObservableKind(
        name=name,
        title=title,
        canonical=canonical_print,
        find=finder(DIGITS["md5"]),
        finder="md5",
        spellings=itself,
        lookups=exactly,
        examples=(example,),
    )


def finder(size: int) -> Callable[[bytes], Iterator[Reading]]:
    """Finds hashes of ``size`` hex digits."""
    run_pattern = re.compile(rb"(?<![0-9A-Za-z])[0-9A-Za-z]{%d,}" % size)
    hex_pattern = re.compile(rb"[0-9A-Fa-f]{%d}" % size)

    def find(record: bytes) -> Iterator[Reading]:
        """Every reading of a hash of this length."""
        for run in run_pattern.finditer(record):
            start, end = run.end() - size, run.end()
            if not hex_pattern.fullmatch(record, start, end):
                continue
            begins = {run.start(), *escape_ends(record)}
            if start in begins or (start - 2 in begins and record[start - 2 : start] in (b"0x", b"0X")):
                yield Reading(start, end, record[start:end].decode("ascii").lower())

    return find
