"""The finding ``own-asset``: something of the reader's is an indicator. It is true without any log."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from traque.model import Bulletin, Finding, IndicatorRef, Observable
from traque.owned import ADDRESS_KINDS, Owned, Property

_REMEDY: Final = "isolate it, keep its memory and configuration, tell your CERT before any reset"
_NAME_REMEDY: Final = "look at the machine or the account behind it, tell your CERT before any change"
_PAST_REMEDY: Final = (
    "find out who holds it now and when it was handed over; read the logs of the days when it was yours"
)


def own_assets(
    refs: Sequence[IndicatorRef], owned: Owned, bulletins: Sequence[Bulletin]
) -> Iterator[Finding]:
    """A finding for each indicator that is the reader's, or was: what is theirs today first."""
    listed = {bulletin.id: _listed(bulletin) for bulletin in bulletins}
    found = []
    for ref in refs if owned.properties else ():
        held = owned.all_holding(Observable(ref.kind, ref.value))
        if held:
            found.append((max(held, key=_ended), ref))
    for own, ref in sorted(found, key=lambda pair: _ended(pair[0]), reverse=True):
        yield _finding(ref, own, listed.get(ref.bulletin))


def _ended(own: Property) -> float:
    """When it ceased to be the reader's, in seconds since 1970; infinite while it is."""
    return math.inf if own.until is None else own.until.timestamp()


def _listed(bulletin: Bulletin) -> datetime | None:
    """The first moment that the bulletin speaks of."""
    if bulletin.window is not None and bulletin.window.since is not None:
        return bulletin.window.since
    return bulletin.published


def _finding(ref: IndicatorRef, own: Property, listed: datetime | None) -> Finding:
    begin = ref.valid_from or listed
    ended = own.until is not None and begin is not None and own.until <= begin
    address = ref.kind in ADDRESS_KINDS
    what = f"{ref.value if address else f'the name {ref.value}'} is on the list and {_whose(own)}"
    if ended:
        text = f"{what}; the list speaks of later days ({begin:%Y-%m-%d} on)"
    else:
        text = f"{what}: an attacker may hold this device" if address else f"{what}: an attacker may use it"
    return Finding(
        code="own-asset",
        indicator=ref,
        asset=own.word,
        text=text,
        remedy=_PAST_REMEDY if ended else _REMEDY if address else _NAME_REMEDY,
        since=own.since,
        until=own.until,
    )


def _whose(own: Property) -> str:
    if own.since is None and own.until is None:
        return f"is yours ({own.word})"
    first = f" from {own.since:%Y-%m-%d}" if own.since else ""
    last = f" until {own.until - timedelta(days=1):%Y-%m-%d}" if own.until else " on"
    return f"{'was' if own.until else 'is'} yours{first}{last} ({own.word})"
