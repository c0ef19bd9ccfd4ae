"""One sighting word for word, and why it is what it is (``traque/explanation/1``)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from traque.model.result import Sighting

EXPLANATION_SCHEMA: Final = "traque/explanation/1"


class Canonical(msgspec.Struct, frozen=True, kw_only=True):
    """How what stands in a log became the indicator's value: what was read, and each step to it, in words."""

    match: str
    value: str
    relation: str
    steps: tuple[str, ...]
    rule: str


class ExplainedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record that is kept as evidence. ``before``, ``match`` and ``after`` are the bytes around the match.

    ``origin`` says where they are from: ``log`` (it is still there, and still says the same), ``changed`` (it
    is there and says something else: the bytes are the result's) or ``result`` (it is not there any more).
    """

    path: str
    line: int
    offset: int
    time: datetime | None
    verdict: str
    why: str
    origin: str
    before: bytes
    match: bytes
    after: bytes
    length: int
    cut: bool
    sha256: str
    fields: dict[str, str | int]
    canonical: Canonical


class ExplainedFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A finding about the indicator, with the records that led to it."""

    code: str
    asset: str
    text: str
    remedy: str
    records: tuple[ExplainedRecord, ...]


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """``number`` is the place of the sighting in the result, from 1, the worst first."""

    schema: str = EXPLANATION_SCHEMA
    number: int
    of: int
    sighting: Sighting
    records: tuple[ExplainedRecord, ...]
    warninglists: tuple[str, ...]
    validity: str
    confidence: int | None
    verdict_rule: str
    remarks: tuple[str, ...]
    findings: tuple[ExplainedFinding, ...] = ()
