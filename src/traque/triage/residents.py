"""The finding ``resident-user``: somebody who logs in again and again from an address that is listed.

Relays are homes and offices that were broken into, and their own people use the same address. So the account
is either the attacker's by now, or its holder's box is hijacked. Neither is decided here, and no verdict
changes: the history has to be looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from traque.model import Evidence, Finding, IndicatorRef
from traque.triage.tally import LOG_INS_KEPT, Tally, choose_evidence

LOG_INS: Final = 3
"""Accepted log-ins of one account, at least..."""
SPAN: Final = timedelta(days=7)
"""...where log-ins were accepted over so long a time: then it is a habit."""
ACCOUNTS: Final = 20
"""Regulars of one address that are named."""
_REMEDY: Final = (
    "ask the holder, by another way than mail, whether it is their line; compare hours, devices and what was "
    "done before and after; have their router examined. Until then nobody is cleared"
)


def residents(
    ref: IndicatorRef,
    tally: Tally,
    listed: datetime | None,
    log_ins: Mapping[str, Sequence[Evidence]],
) -> Iterator[Finding]:
    """A finding for each account that is a regular from the indicator.

    ``tally`` is of all sources; ``listed`` is when the list was published or the indicator became valid.
    ``log_ins`` are records in which accounts were accepted.
    """
    first, last = tally.accepted_first, tally.accepted_last
    if first is None or last is None or last - first < SPAN:
        return
    regulars = [(account, times) for account, times in tally.accepted.items() if times >= LOG_INS]
    for account, times in sorted(regulars, key=lambda one: (-one[1], one[0]))[:ACCOUNTS]:
        yield resident(
            ref,
            account,
            times,
            (first, last),
            listed=listed,
            evidence=choose_evidence(log_ins.get(account, ()), ref.role, LOG_INS_KEPT),
        )


def resident(
    ref: IndicatorRef,
    account: str,
    times: int,
    span: tuple[datetime, datetime],
    *,
    listed: datetime | None,
    evidence: tuple[Evidence, ...],
) -> Finding:
    """The finding in words; ``span`` are the first and the last log-in from the indicator."""
    first, last = span
    since = ""
    if listed is not None and first < listed:
        since = f", {'all' if last < listed else 'some'} before it was listed ({listed:%Y-%m-%d})"
    return Finding(
        code="resident-user",
        indicator=ref,
        asset=account,
        text=(
            f"{account} was accepted {times} times from {ref.value}, where log-ins reach from "
            f"{first:%Y-%m-%d} to {last:%Y-%m-%d}{since}. "
            "Attacker, or hijacked home box? Look at the history"
        ),
        remedy=_REMEDY,
        since=first,
        until=last,
        evidence=evidence,
        times=times,
    )
