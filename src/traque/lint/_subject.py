"""What a check is given: one bulletin, its indicators by kind, and who asks."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property

from traque.model import Bulletin, Indicator
from traque.model.lint import Complaint, Severity
from traque.owned import Owned

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

ADDRESSES = ("ipv4-addr", "ipv6-addr")
NETWORKS = ("ipv4-net", "ipv6-net")


class Subject:
    """One bulletin under examination, as of ``now``; ``others`` are those examined with it."""

    def __init__(self, bulletin: Bulletin, others: Sequence[Bulletin], own: Owned, now: datetime) -> None:
        self.bulletin = bulletin
        self.others = others
        self.own = own
        self.now = now

    def of(self, *kinds: str) -> Iterator[Indicator]:
        """The indicators of these kinds, in the bulletin's order."""
        return (each for each in self.bulletin.indicators if each.observable.kind in kinds)

    @cached_property
    def networks(self) -> tuple[tuple[str, Network], ...]:
        """Every address and network with its value, an address as the network of it alone."""
        values = (each.observable.value for each in self.of(*ADDRESSES, *NETWORKS))
        return tuple((value, ipaddress.ip_network(value)) for value in values)

    def complain(
        self,
        code: str,
        severity: Severity,
        what: str,
        why: str,
        advice: str,
        *,
        values: Sequence[str] = (),
        details: dict[str, str] | None = None,
        drops: bool = False,
    ) -> Complaint:
        """A complaint about this bulletin."""
        return Complaint(
            code=code,
            severity=severity,
            bulletin=self.bulletin.id,
            what=what,
            why=why,
            advice=advice,
            values=tuple(dict.fromkeys(values)),
            details=details or {},
            drops=drops,
        )
