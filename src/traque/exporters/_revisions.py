"""Versions of rules: a rule whose words change gets the next one, so that a manager of rules sees an update."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date

import msgspec


class Revision(msgspec.Struct, frozen=True, gc=False):
    """The version of one rule, from 1 on, since when the rule and this version of it exist."""

    number: int
    digest: str
    created: date
    updated: date


class Revisions:
    """Tells which version of a rule a text is.

    ``known`` are those of the export before, ``today`` is the day of this one. A text that is the same as
    before keeps its version; a rule that was gone for a while goes on where it was.
    """

    def __init__(self, known: Mapping[str, Revision], today: date) -> None:
        self._given = dict(known)
        self._today = today

    def give(self, key: str, text: str) -> Revision:
        """The version of the rule that ``key`` names, of which ``text`` is all that makes a version."""
        digest = hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
        known = self._given.get(key)
        if known is not None and known.digest == digest:
            return known
        number, created = (known.number + 1, known.created) if known else (1, self._today)
        made = Revision(number=number, digest=digest, created=created, updated=self._today)
        self._given[key] = made
        return made

    @property
    def given(self) -> dict[str, Revision]:
        """Every key with its version, in the order of keys."""
        return dict(sorted(self._given.items()))
