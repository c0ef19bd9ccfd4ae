"""What is the reader's own: addresses, networks, names, autonomous systems, and when they were."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import msgspec

from traque.errors import ObservableError, UsageError
from traque.expressions import expression
from traque.model import Observable
from traque.observables import canonical

ADDRESS_KINDS: Final = frozenset({"ipv4-addr", "ipv6-addr", "ipv4-net", "ipv6-net"})
_ASN = expression(r"(?i)as\d{1,10}")
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Property(msgspec.Struct, frozen=True, kw_only=True):
    """One thing of the reader's: ``word`` as it is shown, and when it was the reader's (half-open, UTC).

    ``network`` is set for an address or a network, ``system`` for an AS number, else it is a name.
    """

    word: str
    since: datetime | None = None
    until: datetime | None = None
    network: _Network | None = None
    system: int | None = None


def read_property(text: str) -> Property:
    """``203.0.113.0/24``, ``example.org`` or ``AS64496``, with ``@2020-01-01..2021-06-30`` behind it.

    Either day may be left out; both are included. Raises UsageError for other words.
    """
    word, at, stretch = text.strip().partition("@")
    since, until = _stretch(text, stretch) if at else (None, None)
    if _ASN.fullmatch(word):
        return Property(word=word.upper(), since=since, until=until, system=int(word[2:]))
    try:
        network = ipaddress.ip_network(word, strict=False)
    except ValueError:
        pass
    else:
        return Property(word=str(network), since=since, until=until, network=network)
    name = _name(word)
    if not name:
        raise UsageError(
            f"--own {text!r} is not an address, network, domain name or AS number",
            remedy="write 203.0.113.0/24, example.org or AS64496, with @2020-01-01..2021-06-30 if it was "
            "yours only then",
        )
    return Property(word=name, since=since, until=until)


def _name(word: str) -> str:
    """A domain name in its canonical form; empty for what is none, as a network with a fault in it."""
    if "/" in word or word.rpartition(".")[2].isdigit():
        return ""
    try:
        return canonical("domain-name", word).value
    except ObservableError:
        return ""


def _stretch(text: str, stretch: str) -> tuple[datetime | None, datetime | None]:
    begin, dots, end = stretch.partition("..")
    try:
        first = date.fromisoformat(begin) if begin else None
        last = date.fromisoformat(end) if end else None
        after = last + timedelta(days=1) if last else None
    except (ValueError, OverflowError):
        first = last = after = None
    if not dots or not (first or last) or (first and last and first > last):
        raise UsageError(
            f"--own {text!r} does not say when it was yours",
            remedy="write two days, or one of them: 203.0.113.0/24@2020-01-01..2021-06-30",
        )
    return _midnight(first), _midnight(after)


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)


class Owned:
    """The reader's own things, as ``--own`` and the source map name them.

    Raises UsageError for other words.
    """

    def __init__(self, words: Sequence[str] = ()) -> None:
        self.properties = tuple(map(read_property, words))
        self._networks = [(own, *_span(own.word)) for own in self.properties if own.network is not None]
        self._names = [own for own in self.properties if own.network is None and own.system is None]
        self._by_system = any(own.system is not None for own in self.properties)

    @property
    def names(self) -> tuple[str, ...]:
        """The reader's domains, in order."""
        return tuple(sorted({own.word for own in self._names}))

    def holding(self, observable: Observable) -> Property | None:
        """What of the reader's the value belongs to; None when nothing is."""
        return next(iter(self.all_holding(observable)), None)

    def all_holding(self, observable: Observable) -> list[Property]:
        """All of the reader's things that the value belongs to: a network may have been theirs twice."""
        if observable.kind in ADDRESS_KINDS:
            return self._by_address(observable.value)
        if observable.kind == "asn":
            number = int(observable.value[2:])
            return [own for own in self.properties if own.system == number]
        host = _host(observable) if self._names else ""
        return [own for own in self._names if host == own.word or host.endswith(f".{own.word}")]

    def _by_address(self, value: str) -> list[Property]:
        version, first, last = _span(value)
        found = [
            own
            for own, held, begin, end in self._networks
            if held == version and begin <= last and first <= end
        ]
        if not found and self._by_system:
            from traque.enrich import networks

            system = networks.network(value)
            found = [own for own in self.properties if system is not None and own.system == system.asn]
        return found


def _span(text: str) -> tuple[int, int, int]:
    """The IP version, the first and the last number of an address or a network."""
    if "/" not in text:
        address = ipaddress.ip_address(text)
        return address.version, int(address), int(address)
    network = ipaddress.ip_network(text)
    return network.version, int(network.network_address), int(network.broadcast_address)


def addresses(words: Sequence[str]) -> list[str]:
    """The addresses and networks among the reader's words: what a record can call inside."""
    return [str(own.network) for own in map(read_property, words) if own.network is not None]


def _host(observable: Observable) -> str:
    """The host of a name, a URL or a mail address; empty for what has none."""
    value = observable.value
    if observable.kind == "domain-name":
        return value
    if observable.kind == "email-addr":
        return value.rpartition("@")[2]
    if observable.kind == "url":
        return value.split("://", 1)[-1].split("/", 1)[0].split("?", 1)[0].partition(":")[0]
    return ""
