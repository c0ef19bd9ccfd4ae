"""Builder: gathers what a reader finds and makes one Bulletin of it.

Every stated value ends as an indicator or as a refusal. A value stated several times is kept once:
times widen, the strictest TLP wins, descriptions are joined, and a value that is stated alone at
least once is not bound to others by ``together``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from typing import Final

import msgspec

from traque import observables
from traque.bulletins._fields import strictest
from traque.bulletins._roles import role_of
from traque.bulletins._statements import Prose, statements
from traque.errors import ObservableError
from traque.expressions import expression
from traque.model import ENUMERABLE_KINDS, Bulletin, Indicator, Observable, Refused

NOT_SEARCHED: Final = "not-searched-kind"
NOT_FOR_DETECTION: Final = "not-for-detection"
NEGATED: Final = "negated"
PATTERN: Final = "pattern"
WITHDRAWN: Final = "withdrawn"
UNMARKED: Final = "the publisher did not mark it for detection (to_ids is false)"
"""The reason why a value is refused that ``--all-attributes`` hunts."""

ADDRESS: Final = "address"
"""Asked kind of a value that is an IP address or network of either family."""
HASH: Final = "hash"
"""Asked kind of a file hash whose algorithm follows from its length."""

_HASH_LENGTHS: Final = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
NAME: Final = expression(
    r"(?i)\b(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Z]{2,12}-?\d{2,4}-[A-Z0-9]{2,6}(?:-\d{1,5})?)\b"
)
_NAMES: Final = 200
"""Identifiers of bulletins in prose (a UUID, ``CERTFR-2021-IOC-003``, ``AA21-200B``); how many are kept."""
_VALUE_SHOWN: Final = 300
_DESCRIPTION: Final = 500
"""Characters kept of a value in a refusal, and of a description."""


class Context(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the bulletin says of one value beside the value itself; its role is looked for in ``words``."""

    tlp: str | None = None
    pap: str | None = None
    confidence: int | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    description: str = ""
    words: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    together: tuple[str, ...] = ()
    where: str = ""
    typed: str = ""
    id: str = ""
    modified: datetime | None = None


NO_CONTEXT: Final = Context()


class Head(msgspec.Struct, kw_only=True):
    """What a reader knows of the bulletin as a whole; ``id`` stays empty when the content states none."""

    format: str
    id: str = ""
    title: str = ""
    producer: str = ""
    published: datetime | None = None
    tlp: str | None = None
    pap: str | None = None
    actors: tuple[str, ...] = ()
    modified: datetime | None = None
    shared_actors: bool = True
    """An indicator that states no actor of its own is the bulletin's actors'."""


class Builder:
    """One bulletin in the making; ``head`` may be completed until :meth:`bulletin` is called."""

    def __init__(self, head: Head) -> None:
        self.head = head
        self._kept: dict[Observable, Indicator] = {}
        self._repeated = 0
        self._refused: list[Refused] = []
        self._notes: dict[str, None] = {}
        self._retyped: Counter[tuple[str, str]] = Counter()
        self._prose = Prose()
        self._names: dict[str, None] = {}
        self._unmarked: Builder | None = None

    def state(self, value: str, kind: str | None, context: Context = NO_CONTEXT) -> bool:
        """Take a stated ``value`` of ``kind`` (None: whatever its form says); True if it is hunted."""
        try:
            observable = observe(value, kind)
        except ObservableError as error:
            self.refuse(value, error.code, error.what, kind=kind, where=context.where)
            return False
        if kind not in (None, ADDRESS, HASH, observable.kind):
            self._retyped[str(kind), observable.kind] += 1
        self.keep(observable, value.strip(), context)
        return True

    def state_range(self, found: re.Match[str], context: Context = NO_CONTEXT) -> None:
        """Take a range of addresses (:data:`traque.observables.RANGE`) as the networks that make it."""
        try:
            networks = observables.expand(found["first"], found["last"])
        except ObservableError as error:
            self.refuse(found[0], error.code, error.what, where=context.where)
            return
        for network in networks:
            self.keep(network, found[0], context)
        self.note("ranges of addresses are read as the networks that make them")

    def keep(self, observable: Observable, written: str, context: Context = NO_CONTEXT) -> None:
        """Take an observable that the bulletin writes as ``written``."""
        stated = Indicator(
            observable=observable,
            bulletin=self.head.id,
            role=role_of(context.words, observable.kind) if context.words else None,
            tlp=context.tlp or self.head.tlp,
            pap=context.pap or self.head.pap,
            confidence=context.confidence,
            valid_from=context.valid_from,
            valid_until=context.valid_until,
            description=shorten(context.description) if context.description else "",
            actors=context.actors,
            original=written[:_VALUE_SHOWN] if written != observable.value else None,
            together=context.together,
            typed=context.typed,
            id=context.id,
            modified=context.modified,
        )
        known = self._kept.setdefault(observable, stated)
        if known is not stated:
            self._repeated += 1
            self._kept[observable] = _merged(known, stated)

    def knows(self, observable: Observable) -> bool:
        """Whether the bulletin already holds ``observable`` as an indicator."""
        return observable in self._kept

    def states(self, value: str, kind: str | None) -> bool:
        """Whether the bulletin already holds what ``value`` is read as."""
        try:
            return self.knows(observe(value, kind))
        except ObservableError:
            return False

    def refuse(self, value: str, code: str, reason: str, *, kind: str | None = None, where: str = "") -> None:
        """Take a stated value that is not hunted, with the reason in words."""
        kind = (_asked(value, kind) or None) if kind in (ADDRESS, HASH) else kind or None
        shown = value if len(value) <= _VALUE_SHOWN else f"{value[:_VALUE_SHOWN]}…"
        self._refused.append(Refused(value=shown, code=code, reason=reason, kind=kind, where=where))

    def withdraw(
        self, value: str, kind: str | None, reason: str, where: str = "", modified: datetime | None = None
    ) -> None:
        """Take a value that the publisher takes back; where it is stated as well, it stays an indicator."""
        try:
            observable = observe(value, kind)
        except ObservableError:
            self.refuse(value, WITHDRAWN, reason, kind=kind, where=where)
        else:
            self._refused.append(
                Refused(
                    value=observable.value,
                    code=WITHDRAWN,
                    reason=reason,
                    kind=observable.kind,
                    where=where,
                    modified=modified,
                )
            )

    def drop(self, observable: Observable) -> None:
        """Forget an indicator that the same text takes back."""
        self._kept.pop(observable, None)

    @property
    def unmarked(self) -> Builder:
        """Takes the values that the publisher did not mark for detection; each is refused here as well."""
        if self._unmarked is None:
            self._unmarked = Builder(self.head)
        return self._unmarked

    def tell(self, text: str, where: str = "") -> None:
        """Take a line of prose, or an empty one between paragraphs, for what it says of the whole."""
        self._prose.add(text, where)
        if len(self._names) < _NAMES:
            self._names.update(dict.fromkeys(name.upper() for name in NAME.findall(text)))

    def not_searched(self, value: str, kind: str, where: str) -> None:
        """Refuse a value of a kind that has no finder."""
        self.refuse(
            value, NOT_SEARCHED, f"traque does not search values of kind {kind}", kind=kind, where=where
        )

    def note(self, text: str) -> None:
        """Add a remark for the reader, once."""
        self._notes[text] = None

    def bulletin(self) -> Bulletin:
        """Everything taken so far, in the order it was stated."""
        head = self.head
        level = head.tlp or _common(kept.tlp for kept in self._kept.values())
        pap = head.pap or _common(kept.pap for kept in self._kept.values())
        shared = head.actors if head.shared_actors else ()
        for observable, kept in self._kept.items():
            whole = _completed(kept, head.id, level, pap, shared)
            if whole is not kept:
                self._kept[observable] = whole
        return Bulletin(
            id=head.id,
            format=head.format,
            title=head.title,
            producer=head.producer,
            published=head.published,
            tlp=level,
            pap=pap,
            actors=head.actors,
            modified=head.modified,
            statements=statements(self._prose),
            names=tuple(self._names),
            unmarked=self._unmarked.bulletin().indicators if self._unmarked else (),
            indicators=tuple(self._kept.values()),
            refused=tuple(self._refused),
            notes=tuple(self._all_notes()),
        )

    def _all_notes(self) -> Iterable[str]:
        yield from self._notes
        for (said, found), count in self._retyped.items():
            yield f"{count} {_values(count)} given as {said}, read as {found}"
        if self._repeated:
            yield f"{self._repeated} repeated {_values(self._repeated)} merged with the first"


def is_searched(kind: str | None) -> bool:
    """Whether values asked for as ``kind`` (None: whatever their form says) have a finder."""
    return kind is None or kind in (ADDRESS, HASH) or kind in observables.registry()


def observe(value: str, kind: str | None) -> Observable:
    """The observable that ``value`` is, refanged; ObservableError says why it is none.

    A value that does not fit its stated kind but is plainly of another is taken as that one, unless it was
    stated as a kind that no value shows by itself (a file name, a certificate's hash).
    """
    if kind is not None and observables.is_literal(kind):
        # Refanging would take the backslash from ``.config\.hidden``: only the commonest form is undone.
        return observables.canonical(kind, value.replace("[.]", "."))
    plain = observables.lone(value)
    if plain is not None and is_asked(plain, value, kind):
        return plain
    text = observables.refang(value.strip())
    asked = _asked(text, kind)
    if asked is not None and asked not in ENUMERABLE_KINDS:
        return observables.canonical(asked, text)
    try:
        if asked is not None:
            return observables.canonical(asked, text)
    except ObservableError:
        if (other := _guessed(text)) is None or other.kind == asked:
            raise
        return other
    if (found := _guessed(text)) is not None:
        return found
    raise _why_not(text, kind)


@lru_cache(maxsize=1024)
def shorten(text: str) -> str:
    """White space folded, and cut to a length fit for a report."""
    folded = " ".join(text.split())
    return folded if len(folded) <= _DESCRIPTION else f"{folded[: _DESCRIPTION - 1]}…"


def is_asked(found: Observable, written: str, kind: str | None) -> bool:
    """Whether what ``written`` was found to be is of the kind that was asked for (None: any)."""
    return kind is None or found.kind == (_asked(written, kind) or found.kind)


def _asked(text: str, kind: str | None) -> str | None:
    if kind == ADDRESS:
        return ("ipv6" if ":" in text else "ipv4") + ("-net" if "/" in text else "-addr")
    if kind == HASH:
        return _HASH_LENGTHS.get(len(text))
    return kind


def _guessed(text: str) -> Observable | None:
    try:
        return observables.guess(text)
    except ObservableError:
        return None


def _why_not(text: str, kind: str | None) -> ObservableError:
    if not text:
        return ObservableError("an empty value", code="empty")
    if kind == HASH:
        return ObservableError("not a hash that traque knows: 32, 40, 64 or 128 hex digits", code="malformed")
    return ObservableError("not an address, domain name, URL, e-mail address or file hash", code="malformed")


def _merged(first: Indicator, second: Indicator) -> Indicator:
    return msgspec.structs.replace(
        first,
        role=first.role or second.role,
        tlp=strictest((first.tlp, second.tlp)),
        pap=strictest((first.pap, second.pap)),
        confidence=max((c for c in (first.confidence, second.confidence) if c is not None), default=None),
        valid_from=_widest(first.valid_from, second.valid_from, min),
        valid_until=_widest(first.valid_until, second.valid_until, max),
        description=shorten(_joined(first.description, second.description)),
        actors=tuple(dict.fromkeys((*first.actors, *second.actors))),
        original=first.original or second.original,
        together=first.together if first.together and second.together else (),
        typed=first.typed or second.typed,
        id=first.id or second.id,
        modified=max((m for m in (first.modified, second.modified) if m is not None), default=None),
    )


def _completed(
    kept: Indicator, bulletin: str, level: str | None, pap: str | None, actors: tuple[str, ...]
) -> Indicator:
    """An indicator with what the bulletin says of all that say nothing else."""
    lacks = (level and not kept.tlp) or (pap and not kept.pap) or (actors and not kept.actors)
    if kept.bulletin == bulletin and not lacks:
        return kept
    return msgspec.structs.replace(
        kept,
        bulletin=bulletin,
        tlp=kept.tlp or level,
        pap=kept.pap or pap,
        actors=kept.actors or actors,
    )


def _widest(
    first: datetime | None, second: datetime | None, choose: Callable[[datetime, datetime], datetime]
) -> datetime | None:
    """The wider bound; a side that one statement leaves open stays open."""
    return None if first is None or second is None else choose(first, second)


def _joined(first: str, second: str) -> str:
    if not second or second in first or len(first) > _DESCRIPTION:
        return first
    return f"{first}; {second}" if first else second


def _common(levels: Iterable[str | None]) -> str | None:
    """The level that every value states, or None."""
    found = set(levels)
    return found.pop() if len(found) == 1 else None


def _values(count: int) -> str:
    return "value" if count == 1 else "values"
