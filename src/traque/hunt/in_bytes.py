"""Text among the raw bytes of a binary source: for indicators that no decoded record holds."""

from __future__ import annotations

from typing import Final

import msgspec

from traque.hunt.confirm import one_each
from traque.hunt.findings import Read, evidence
from traque.hunt.kinds import Judged
from traque.model import Verdict
from traque.scan.matches import Batch, Hit, MatchedRecord, Relation
from traque.triage.judge import OWN_TEXT, Judgement
from traque.triage.locate import Place
from traque.triage.tally import Tally

NEAR: Final = 120
"""Bytes on each side that are shown of it."""
IN_BYTES: Final = Judgement(
    verdict=Verdict.UNCLEAR,
    why="text among the raw bytes of a binary log; no decoded record holds it",
    at_worst=Verdict.OUTBOUND,
)


class InBytes:
    """Told what a scan of the raw bytes of one source matched; ``is_bulletin``: it is a bulletin's text."""

    def __init__(self, path: str, *, is_bulletin: bool) -> None:
        self.tallies: dict[int, Tally] = {}
        self._path = path
        self._judgement = OWN_TEXT if is_bulletin else IN_BYTES

    def take(self, batch: Batch) -> None:
        """Count what a batch brought."""
        for record in batch.matched:
            for hit in one_each(record.hits):
                if hit.relation is not Relation.HOST:
                    self._count(record, hit)

    def close(self) -> None:
        """The source has ended."""
        for tally in self.tallies.values():
            tally.close()

    def _count(self, record: MatchedRecord, hit: Hit) -> None:
        tally = self.tallies.setdefault(hit.indicator, Tally())
        tally.add(self._judgement, None, hit.relation)
        if tally.spread.wants(self._judgement.verdict, None):
            one = Judged(hit, hit.relation, Place.UNKNOWN, self._judgement)
            tally.spread.add(evidence(self._path, record.line, hit.start, one, Read(_around(record, hit))))
        else:
            tally.spread.skip()


def _around(record: MatchedRecord, hit: Hit) -> MatchedRecord:
    """The surroundings of a hit among binary bytes, where lines mean nothing."""
    begin = max(0, hit.start - record.text_offset - NEAR)
    text = record.text[begin : hit.end - record.text_offset + NEAR]
    return msgspec.structs.replace(record, text=text, text_offset=record.text_offset + begin)
