"""Where in a record's fields an indicator stands: as a peer, or only named."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache
from typing import Final

from traque.model import Event, Observable
from traque.triage import properties
from traque.triage.perimeter import parse_address

SOURCE_ADDRESSES: Final = ("source.ip", "client.ip", "source.address", "client.address", "source.nat.ip")
DESTINATION_ADDRESSES: Final = (
    "destination.ip",
    "server.ip",
    "destination.address",
    "server.address",
    "destination.nat.ip",
)
SOURCE_NAMES: Final = ("source.domain", "client.domain", "source.address", "email.from.address")
DESTINATION_NAMES: Final = (
    "destination.domain",
    "server.domain",
    "destination.address",
    "url.domain",
    "tls.client.server_name",
    "email.to.address",
)
ENDPOINTS: Final = frozenset(SOURCE_ADDRESSES + DESTINATION_ADDRESSES + SOURCE_NAMES + DESTINATION_NAMES)
ASKED: Final = "dns.question.name"
ANSWERS: Final = ("dns.resolved_ip", "dns.answers.data")
RELATED: Final = ("related.ip", "related.hosts")
URLS: Final = ("url.full", "url.original")

_Same = Callable[[str, str], bool]

_NETWORK_KINDS = frozenset({"ipv4-net", "ipv6-net"})
_ADDRESS_KINDS = frozenset({"ipv4-addr", "ipv6-addr"}) | _NETWORK_KINDS


class Place(StrEnum):
    """What the indicator is in the record."""

    SOURCE = "source"
    DESTINATION = "destination"
    ASKED = "asked"
    """A name that was asked for, or an address that a name resolved to."""
    CARRIED = "carried"
    """No peer, but what the exchange was made with or brought: its user agent, file or fingerprint."""
    MENTIONED = "mentioned"
    """The record has peers, and the indicator is none of them."""
    UNKNOWN = "unknown"
    """The record states no peer."""


def locate(observable: Observable, event: Event) -> Place:
    """The place of ``observable`` in ``event``.

    Addresses are compared as addresses, names as itself-or-subdomain, URLs by their host
    (that the URL itself matched is the scan's word); of what is no peer, the fields of its kind are asked
    (:mod:`traque.triage.properties`).
    """
    fields = event.fields
    if observable.kind in properties.FIELDS:
        if properties.carries(observable, event):
            return Place.CARRIED
        return Place.MENTIONED if ENDPOINTS & fields.keys() else Place.UNKNOWN
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    if observable.kind in _ADDRESS_KINDS:
        wanted = observable.value
        same = _same_network if observable.kind in _NETWORK_KINDS else _same_address
        sources, destinations = SOURCE_ADDRESSES, DESTINATION_ADDRESSES
    else:
        wanted = _name_of(observable)
        same = _same_name
        sources, destinations = SOURCE_NAMES, DESTINATION_NAMES
    if observable.kind == "url":
        # A URL with an address for a host has its peer among the addresses.
        sources += SOURCE_ADDRESSES
        destinations += DESTINATION_ADDRESSES
    if _any_is(fields, sources, wanted, same):
        return Place.SOURCE
    if _any_is(fields, destinations, wanted, same):
        return Place.DESTINATION
    if observable.kind not in _ADDRESS_KINDS and _any_is(fields, (ASKED,), wanted, same):
        return Place.ASKED
    if _any_is(fields, ANSWERS, wanted, same):
        return Place.ASKED
    if observable.kind == "url" and any(name in fields for name in URLS):
        return Place.DESTINATION
    named = bool(ENDPOINTS & fields.keys()) or _any_is(fields, RELATED, wanted, same)
    return Place.MENTIONED if named else Place.UNKNOWN


def _any_is(fields: dict[str, str | int], names: tuple[str, ...], wanted: str, same: _Same) -> bool:
    for name in names:
        value = fields.get(name)
        if isinstance(value, str) and any(same(wanted, part) for part in value.split(",")):
            return True
    return False


def _name_of(observable: Observable) -> str:
    if observable.kind != "url":
        return observable.value
    authority = observable.value.partition("://")[2] or observable.value
    host = authority.partition("/")[0].partition("?")[0]
    return host.partition("]")[0].removeprefix("[") if host.startswith("[") else host.partition(":")[0]


def _same_address(wanted: str, text: str) -> bool:
    return text == wanted or parse_address(text) == parse_address(wanted) is not None


@lru_cache(maxsize=4096)
def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(text)


def _same_network(wanted: str, text: str) -> bool:
    address = parse_address(text)
    network = _network(wanted)
    return address is not None and address.version == network.version and address in network


def _same_name(wanted: str, text: str) -> bool:
    name = text.strip().strip("<>").rstrip(".").lower()
    return name == wanted or name.endswith("." + wanted)
