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


class Statement(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a bulletin's prose says of the bulletin as a whole, with the sentence that says so.

    ``topic`` is ``window`` (``value`` is ``since/until`` as ISO 8601, an open side empty), ``role``
    (``relay``, ``c2``...) or ``actor``. ``taken`` tells whether the bulletin follows it: prose may say
    several things of one topic. ``path`` is the file, ``where`` the place in it.
    """

    topic: str
    value: str
    sentence: str
    taken: bool = False
    path: str = ""
    where: str = ""


class Indicator(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An observable in a bulletin, with what the bulletin says of it.

    ``role`` is what the value is to the attacker when the bulletin says so (``relay``, ``c2``,
    ``payload``, ``scanner``, ``victim``...), lower case, else ``None``. ``original`` is the value
    as it was written when that differs from the canonical form. ``together`` names the values
    that the bulletin joins to this one with AND (a composite, a STIX ``AND``): this value alone
    says less than the bulletin does. ``typed`` is the publisher's own word for its kind (``ip-dst``),
    ``id`` the publisher's identifier of it, ``modified`` when the publisher last changed it. It is
    valid in the half-open stretch from ``valid_from`` to ``valid_until``; an open side is not stated.
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
    typed: str = ""
    id: str = ""
    modified: datetime | None = None


class Refused(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A value that the bulletin states and that is not hunted, with the reason in words.

    ``code`` is a stable word: the :class:`~traque.errors.ObservableError` codes, and
    ``not-searched-kind`` (a kind that has no finder yet), ``not-for-detection`` (MISP
    ``to_ids`` false, a reference link), ``withdrawn`` (the publisher took it back: the value is in
    canonical form where it is one), ``negated`` (a pattern that says NOT), ``pattern`` (YARA, Sigma,
    Suricata: not a value).
    """

    value: str
    code: str
    reason: str
    kind: str | None = None
    where: str = ""
    modified: datetime | None = None


class Bulletin(msgspec.Struct, frozen=True, kw_only=True):
    """A published set of indicators.

    ``id`` is the publisher's own identifier when there is one, else the file's stem. It may be made of
    several files (:func:`traque.bulletins.load`): ``path`` is the first, ``paths`` are all of them, the
    files of mere prose too. ``window`` is the search window that the bulletin itself states, never its
    publication date nor the validity of its indicators; ``role`` what its prose says all of its values
    are to the attacker; ``statements`` the sentences that window, role and actors were taken from, and
    those that were not followed. ``names`` are the identifiers that its text mentions. ``unmarked`` are
    the values that the publisher did not mark for detection (MISP ``to_ids`` false), as the indicators
    that they would be; each is in ``refused`` too. ``notes`` are remarks for the reader (a value
    retyped, a repaired comma).
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
    modified: datetime | None = None
    role: str | None = None
    statements: tuple[Statement, ...] = ()
    names: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    unmarked: tuple[Indicator, ...] = ()
