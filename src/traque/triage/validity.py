"""When an indicator held, against when it was seen. It changes how sure a sighting is, never its verdict.

An address that has a new owner still stands in old lists: a record after ``valid_until`` says little. One
before ``valid_from`` says more: most publishers write there when they wrote the indicator, not when the
attacker began.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from traque.model import IndicatorRef, OutsideValidity

SOME: Final = "some"
ALL: Final = "all"

DOUBTFUL: Final = 50
WEAK: Final = 15
"""Confidence that is left at most: the middle of *medium* and of *low* in STIX 2.1, appendix A."""


def outside(ref: IndicatorRef, first: datetime | None, last: datetime | None) -> OutsideValidity | None:
    """Which of the records from ``first`` to ``last`` lie outside the validity; None: none does."""
    if first is None or last is None:
        return None
    since, until = ref.valid_from, ref.valid_until
    before = "" if since is None or first >= since else ALL if last < since else SOME
    after = "" if until is None or last < until else ALL if first >= until else SOME
    if not before and not after:
        return None
    return OutsideValidity(valid_from=since, valid_until=until, before=before, after=after)


def confidence(ref: IndicatorRef, found: OutsideValidity | None) -> int | None:
    """How sure it is that the indicator held when it was seen; None: nothing speaks for it or against it."""
    if found is None:
        return ref.confidence
    stated = 100 if ref.confidence is None else ref.confidence
    if found.after == ALL:
        return min(stated, WEAK)
    if found.after == SOME or found.before == ALL:
        return min(stated, DOUBTFUL)
    return ref.confidence
