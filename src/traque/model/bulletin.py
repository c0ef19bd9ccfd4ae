"""Bulletin and indicator: what a CERT published."""

from __future__ import annotations

from datetime import datetime

import msgspec

from traque.model.observable import Observable


class Window(msgspec.Struct, frozen=True):
    """A half-open stretch of time, UTC; an open side is ``None``."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, moment: datetime) -> bool:
        """Whether ``since <= moment < until``."""
        return not (
            (self.since is not None and moment < self.since)
            or (self.until is not None and moment >= self.until)
        )


class Indicator(msgspec.Struct, frozen=True, kw_only=True):
    """An observable in a bulletin, with what the bulletin says of it.

    ``role`` is what the value is to the attacker when the bulletin says so (``relay``, ``c2``,
    ``payload``, ``scanner``, ``victim``...), lower case, else ``None``. ``original`` is the value
    as it was written when that differs from the canonical form. ``together`` names the values
    that the bulletin joins to this one with AND (a composite, a STIX ``AND``): this value alone
    says less than the bulletin does.
    """

    observable: Observable
    bulletin: str
    role: str | None = None
    tlp: str | None = None
    pap: str | None = None
    confidence: int | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    description: str = ""
    actors: tuple[str, ...] = ()
    original: str | None = None
    together: tuple[str, ...] = ()


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A value that the bulletin states and that is not hunted, with the reason in words.

    ``code`` is a stable word: the :class:`~traque.errors.ObservableError` codes, and
    ``not-searched-kind`` (a kind that has no finder yet), ``not-for-detection`` (MISP
    ``to_ids`` false, a reference link), ``negated`` (a pattern that says NOT), ``pattern``
    (YARA, Sigma, Suricata: not a value).
    """

    value: str
    code: str
    reason: str
    kind: str | None = None
    where: str = ""


class Bulletin(msgspec.Struct, frozen=True, kw_only=True):
    """A published set of indicators.

    ``id`` is the publisher's own identifier when there is one, else the file's stem. ``window``
    is the search window that the bulletin itself states, never its publication date nor the
    validity of its indicators. ``notes`` are remarks for the reader (a value retyped, a
    repaired comma).
    """

    id: str
    format: str
    path: str = ""
    title: str = ""
    producer: str = ""
    published: datetime | None = None
    tlp: str | None = None
    pap: str | None = None
    actors: tuple[str, ...] = ()
    window: Window | None = None
    indicators: tuple[Indicator, ...] = ()
    refused: tuple[Refused, ...] = ()
    notes: tuple[str, ...] = ()
