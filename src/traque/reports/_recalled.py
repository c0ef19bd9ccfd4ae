"""What a ledger alone tells of a sighting: there is no log to read, so there is no text of its records."""

from __future__ import annotations

from traque.model import FromLedger, HuntResult, Sighting
from traque.reports._language import Words, words


def gone(result: HuntResult) -> frozenset[str]:
    """The paths of sources that only a ledger knows; of one that another result read there is text."""
    sources = [source for source in result.coverage.sources if not source.duplicate_of]
    return frozenset(source.path for source in sources if source.ledger is FromLedger.ALONE)


def recalled(sighting: Sighting, without: frozenset[str]) -> int:
    """How many of its records are known from a ledger alone; ``without`` are the :func:`gone` sources."""
    return sum(seen.count for seen in sighting.sources if seen.path in without) if without else 0


def wholly(sighting: Sighting, without: frozenset[str]) -> bool:
    """Whether nothing of it was read in a log."""
    return bool(without) and all(seen.path in without for seen in sighting.sources) and bool(sighting.sources)


def remark(sighting: Sighting, without: frozenset[str], said: Words | None = None) -> str:
    """The same in a sentence, in English unless said otherwise; empty where its logs were read."""
    said = said or words("en")
    if not (many := recalled(sighting, without)):
        return ""
    return said.many("ledger.all" if wholly(sighting, without) else "ledger.some", many)
