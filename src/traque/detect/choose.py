"""Which indicators become rules, until when, and which are left out for every target."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final

from traque.bulletins import from_values
from traque.detect.options import DetectOptions, Warned
from traque.errors import UsageError
from traque.exporters import Item
from traque.model import Bulletin, Indicator, Observable
from traque.model.detection import LeftOut
from traque.observables import is_literal

RELAY_DAYS: Final = timedelta(days=30)
DAYS: Final = timedelta(days=90)

_ADDRESSES: Final = frozenset({"ipv4-addr", "ipv6-addr", "ipv4-net", "ipv6-net"})
_LASTING_ROLES: Final = frozenset({"c2", "payload", "phishing", "exfiltration", "scanner"})
"""Roles of machines that the attacker rents or runs; other addresses may be somebody's home."""
_NOT_HOSTILE: Final = frozenset({"victim", "benign", "sinkhole"})


def choose(
    bulletins: Sequence[Bulletin], options: DetectOptions, made: datetime, warned: Warned | None
) -> tuple[list[Item], list[LeftOut]]:
    """The items in the order of kind and value, and what was left out for all targets.

    Raises UsageError for a TLP:RED bulletin without ``accept_tlp``, and for an ``include`` that is no
    observable.
    """
    _respect_tlp(bulletins, options)
    included = _included(options.include)
    grouped: dict[Observable, tuple[Indicator, ...]] = {}
    for bulletin in bulletins:
        for indicator in bulletin.indicators:
            known = grouped.get(indicator.observable, ())
            grouped[indicator.observable] = (*known, indicator)
    items: list[Item] = []
    left_out: list[LeftOut] = [
        LeftOut(code="refused", kind=refused.kind or "", value=refused.value, reason=refused.reason)
        for bulletin in bulletins
        for refused in bulletin.refused
    ]
    ids: dict[tuple[str, ...], tuple[str, ...]] = {}
    ends = _ends(options, made)
    # By kind, then by value: twice by a text is sooner than once by both.
    for observable in sorted(sorted(grouped, key=attrgetter("value")), key=attrgetter("kind")):
        indicators = grouped[observable]
        why = _unfit(observable, indicators, made, None if observable in included else warned)
        if why:
            code, reason = why
            left_out.append(LeftOut(code=code, kind=observable.kind, value=observable.value, reason=reason))
            continue
        first = indicators[0]
        stated = tuple(dict.fromkeys([indicator.bulletin for indicator in indicators]))
        items.append(
            Item(
                indicator=first,
                bulletins=ids.setdefault(stated, stated),
                expires=_expires(first, *ends),
            )
        )
    return items, left_out


def _respect_tlp(bulletins: Sequence[Bulletin], options: DetectOptions) -> None:
    red = [
        bulletin.id
        for bulletin in bulletins
        if "red" in {bulletin.tlp, *(indicator.tlp for indicator in bulletin.indicators)}
    ]
    if red and not options.accept_tlp:
        raise UsageError(
            f"{', '.join(red)} is TLP:RED: for individual recipients only, and rules are read by many",
            remedy="where you may: --accept-tlp",
        )


def _included(values: Sequence[str]) -> frozenset[Observable]:
    if not values:
        return frozenset()
    return frozenset(indicator.observable for indicator in from_values(values).indicators)


def _unfit(
    observable: Observable, indicators: Sequence[Indicator], made: datetime, warned: Warned | None
) -> tuple[str, str] | None:
    """The code and the words why no target gets it, or None."""
    first = indicators[0]
    role = first.role or next((indicator.role for indicator in indicators if indicator.role), None)
    if role in _NOT_HOSTILE:
        return "victim", f"the bulletin calls it {role}: it is not the attacker's"
    last = first.valid_until and _last(indicators)
    if last is not None and last <= made:
        return "expired", f"valid until {last:%Y-%m-%d}"
    if first.together and is_literal(observable.kind) and all(each.together for each in indicators):
        return "together", f"a name says something only together with {', '.join(first.together[:3])}"
    held = warned(observable) if warned else None
    return ("warninglist", f"{held}; --include {observable.value} writes it all the same") if held else None


def _last(indicators: Sequence[Indicator]) -> datetime | None:
    """When the last of them ends; None when one of them does not."""
    ends = [indicator.valid_until for indicator in indicators]
    return None if None in ends else max(end for end in ends if end is not None)


def _ends(options: DetectOptions, made: datetime) -> tuple[datetime, datetime]:
    """When rules of addresses that may be anybody's end, and when the others do."""
    if options.expire is not None:
        return made + options.expire, made + options.expire
    return made + RELAY_DAYS, made + DAYS


def _expires(indicator: Indicator, anybodys: datetime, lasting: datetime) -> datetime:
    is_anybodys = indicator.observable.kind in _ADDRESSES and indicator.role not in _LASTING_ROLES
    end = anybodys if is_anybodys else lasting
    return min(end, indicator.valid_until) if indicator.valid_until else end
