"""The answer of a ledger to a question about values, ``traque/seen/1``."""

from __future__ import annotations

from datetime import datetime

import msgspec

from traque.model.observable import Observable
from traque.model.result import LedgerInfo
from traque.model.verdict import Verdict

SCHEMA = "traque/seen/1"


class SeenSource(msgspec.Struct, frozen=True, kw_only=True):
    """What one source of a ledger held of a value; ``days`` are UTC days with records of it."""

    path: str
    stream: str
    records: int
    first: datetime | None
    last: datetime | None
    days: int
    verdict: Verdict


class SeenValue(msgspec.Struct, frozen=True, kw_only=True):
    """What a ledger says of a value. A network and a domain stand for all that was seen in or below them.

    ``records`` is ``at_most`` so many where one record may hold several of these; ``values`` are the most
    frequent of them, ``others`` how many more there are. ``verdicts`` are rungs of the ladder with their
    records, worst first, derived from what the records said when they were added. ``host_only`` are records
    with the host of a URL that are more than those with the URL: they may state it in parts. ``own_times``:
    of some records only the presence is held, dated by where such a log has its times: a hunt dates those by
    what their format makes of them.
    """

    kind: str
    value: str
    records: int
    first: datetime | None
    last: datetime | None
    days: int
    undated: int
    verdicts: dict[Verdict, int]
    sources: tuple[SeenSource, ...]
    at_most: bool = False
    values: tuple[str, ...] = ()
    others: int = 0
    host_only: int = 0
    own_times: bool = False


class SeenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a ledger says of some values.

    ``untold`` are those that it does not hold, whatever the logs had; ``only_host`` are URLs of which it
    holds the host: a record may have written the URL in parts. ``records``, ``first`` and ``last`` are
    those of all its sources; ``incomplete`` are the ones that were not read whole, or lost rows since.
    ``lacks_key``: it holds what is inside by pseudonyms, and was asked without its key.
    """

    ledger: LedgerInfo
    seen: tuple[SeenValue, ...]
    not_seen: tuple[Observable, ...]
    untold: tuple[Observable, ...]
    only_host: tuple[Observable, ...]
    records: int
    first: datetime | None
    last: datetime | None
    incomplete: tuple[str, ...] = ()
    lacks_key: bool = False
    schema: str = SCHEMA
