"""Values as the ledger's tables hold them (rust/traque-ledger/src/rows.rs), and what is asked of a table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Final, NamedTuple

from traque.ledger.oracle import KINDS, stored
from traque.model import Observable
from traque.observables import finder, matches_below, spellings, url

TABLES: Final = KINDS
"""The kinds that the ledger holds. The others are looked for one by one: only logs can be asked."""
_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.-]*)://")

Range = tuple[bytes, bytes]


class Asked(NamedTuple):
    """What an observable asks of a table: values, and half-open ranges of them."""

    table: str
    points: tuple[bytes, ...] = ()
    ranges: tuple[Range, ...] = ()

    def holds(self, value: bytes) -> bool:
        """Whether a value is one of these."""
        return value in self.points or any(begin <= value < end for begin, end in self.ranges)


def question(observable: Observable) -> Asked | None:
    """Which rows are readings that match ``observable``; None for a kind that the ledger does not hold.

    Of a URL only the URL itself: records that hold its host and path apart are those of :func:`host`.
    """
    kind = observable.kind
    if kind in ("ipv4-net", "ipv6-net"):
        network = ip_network(observable.value)
        table = "ipv4-addr" if network.version == 4 else "ipv6-addr"
        first, last = network.network_address.packed, network.broadcast_address.packed
        return Asked(table, (last,), ((first, last),))
    table = finder(observable) if finder(observable) in TABLES else kind
    if table not in TABLES:
        return None
    forms = [form.decode() for form in spellings(observable)]
    points = tuple(dict.fromkeys(stored(table, form) for form in forms))
    if table == "domain-name" and matches_below(observable):
        return Asked(table, points, tuple((point + b".", point + b"/") for point in points))
    if table == "url" and _SCHEME.match(observable.value) is None:  # behind a URL comes its scheme
        return Asked(table, points, tuple((point + b" ", point + b"!") for point in points))
    return Asked(table, points)


def host(observable: Observable) -> Asked | None:
    """Which rows say that a record may hold a URL in parts: those of its host. None for what is no URL."""
    if observable.kind != "url":
        return None
    found = question(url.host_of(observable.value))
    return None if found is None else found._replace(ranges=())


def urls_at(observable: Observable) -> Iterator[Asked]:
    """Which rows are URLs whose host is this name or address."""
    if observable.kind in ("domain-name", "ipv4-addr", "ipv6-addr"):
        for form in spellings(observable):
            host = form if observable.kind != "ipv6-addr" else b"[%b]" % form
            yield Asked("url", (host,), tuple((host + mark, host + after) for mark, after in _BEHIND_HOST))


_BEHIND_HOST: Final = ((b"/", b"0"), (b":", b";"), (b"?", b"@"), (b" ", b"!"))
"""What follows a host in a URL, and the byte after it."""
