"""Fingerprints of certificates: MD5, SHA-1 or SHA-256 in hex, with colons between the bytes or without.

Without colons: as :mod:`traque.observables._hash` reads hashes. With them: 16, 20 or 32 pairs of hex digits
with one colon between. A *pair* is two hex digits without an ASCII letter or digit on either side (an escape
that ends before it is a boundary too, :mod:`traque.observables._escapes`); the run of pairs is as long as it
can be, so that no shorter fingerprint is read inside a longer one. The canonical form is lower case, without
colons; a bulletin may also write blanks or hyphens between the bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from traque.errors import ObservableError
from traque.expressions import expression
from traque.model import Observable
from traque.observables import _hash
from traque.observables._escapes import escape_ends
from traque.observables._kind import ObservableKind, Reading, exactly, itself

NAME = "x509-certificate"

_PAIRS: Final = frozenset({16, 20, 32})
_JOINED = expression(r"[0-9A-Fa-f]{2}(?:[ :-]+[0-9A-Fa-f]{2})+")
_LABEL = expression(r"(?i)(?:md-?5|sha-?(?:1|256))[ :=]+")
_PAIR = expression(rb"[0-9A-Fa-f]{2}(?![0-9A-Za-z])")
_WORD = expression(rb"[0-9A-Za-z]")
_PLAIN = tuple(_hash.finder(pairs * 2) for pairs in sorted(_PAIRS))


def canonical(value: str) -> Observable:
    """A certificate's fingerprint; the algorithm in front is dropped. Raises ObservableError."""
    text = _LABEL.sub("", value.strip(), count=1) if _LABEL.match(value.strip()) else value.strip()
    if _JOINED.fullmatch(text):
        text = re.sub(r"[ :-]", "", text)
    found = _hash.canonical(text)
    if len(found.value) // 2 not in _PAIRS:
        raise ObservableError(f"{text[:140]!r} is not the fingerprint of a certificate", code="malformed")
    return Observable(NAME, found.value)


def find(record: bytes) -> Iterator[Reading]:
    """Every reading of a fingerprint."""
    for plain in _PLAIN:
        yield from plain(record)
    if record.count(b":") + 1 < min(_PAIRS):
        return
    ends = escape_ends(record)

    def is_pair(at: int) -> bool:
        return (
            at >= 0
            and _PAIR.match(record, at) is not None
            and (at in ends or not _WORD.match(record[at - 1 : at] if at else b""))
        )

    for start in range(len(record)):
        if not is_pair(start) or (record[start - 1 : start] == b":" and is_pair(start - 3)):
            continue
        pairs = 1
        while record[start + 3 * pairs - 1 : start + 3 * pairs] == b":" and is_pair(start + 3 * pairs):
            pairs += 1
        if pairs in _PAIRS:
            end = start + 3 * pairs - 1
            yield Reading(start, end, record[start:end].replace(b":", b"").decode("ascii").lower())


SPEC = ObservableKind(
    name=NAME,
    title="Fingerprint of a certificate",
    canonical=canonical,
    find=find,
    finder="fingerprint",
    spellings=itself,
    lookups=exactly,
    examples=("3b1efd3a66ea28b16697394703a72ca340a05bd5",),
)
