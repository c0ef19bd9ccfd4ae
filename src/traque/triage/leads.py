"""Leads: addresses that no bulletin lists and that behave like listed ones. They are no sightings.

What is compared are the *traits* of records around sightings: the account, the user agent, the JA3, the path,
and the network (/24, or /48 of IPv6). A trait that many unlisted addresses have is common, and says nothing.
"""

from __future__ import annotations

import ipaddress
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

import msgspec

from traque.model import Event, Evidence, Lead, Observable, Sighting, Trait, Verdict, ladder
from traque.triage.judge import Judgement, judge
from traque.triage.locate import Place
from traque.triage.perimeter import Networks, Perimeter, parse_address

LEADS: Final = 50
"""Leads that are kept, the strongest first."""
ADDRESSES: Final = 5000
"""Unlisted addresses that are remembered while looking."""
COMMON: Final = 5
"""A trait of more unlisted addresses than this is common; of a network, all may be the attacker's."""
NEAR: Final = timedelta(days=1)
"""Between a lead's record and a listed one with the same trait."""
_FIELDS: Final = {
    "account": "user.name",
    "user-agent": "user_agent.original",
    "ja3": "tls.client.ja3",
    "path": "url.path",
}
_WEIGHT: Final = {"account": 2, "ja3": 2, "network": 2, "user-agent": 1, "path": 1}
_ENOUGH: Final = 2
_SHORTEST: Final = {"path": 5, "user-agent": 12, "account": 2}
_TELLING: Final = frozenset(Verdict) - {Verdict.TRACE, Verdict.SELF}

Key = tuple[str, str]
"""A trait's name and value."""


class Habits:
    """The traits of listed addresses in one stream, with the times at which they were seen."""

    def __init__(self) -> None:
        self.seen: dict[Key, list[tuple[str, datetime | None]]] = defaultdict(list)

    def learn(self, sighting: Sighting, records: Iterable[Evidence]) -> None:
        """Take the traits of a sighting's records in this stream."""
        value = sighting.indicator.value
        for record in records:
            named = dict.fromkeys(("account", account) for account in sighting.accounts)
            for key in {**dict.fromkeys(_traits(record.fields)), **named}:
                self.seen[key].append((value, record.time))
            address = parse_address(value)
            if address is not None:
                self.seen["network", _network(str(address))].append((value, record.time))

    def shared(self, key: Key, moment: datetime | None) -> tuple[str, ...]:
        """The listed values that have this trait within a day of ``moment``."""
        return tuple(
            dict.fromkeys(
                value
                for value, time in self.seen.get(key, ())
                if time is None or moment is None or abs(time - moment) <= NEAR
            )
        )

    def addresses(self) -> list[bytes]:
        """The listed values themselves, as they are written: their records are no leads."""
        return [value.encode() for value in dict.fromkeys(v for held in self.seen.values() for v, _ in held)]

    def words(self) -> dict[bytes, Key]:
        """Texts one of which stands in every record that could have one of these traits."""
        found: dict[bytes, Key] = {}
        for key in sorted(self.seen, key=lambda key: key[0] != "network"):
            text = _beginning(key[1]) if key[0] == "network" else key[1]
            found.setdefault(text.encode(), key)
            if "/" in text:  # as JSON may write it
                found.setdefault(text.replace("/", "\\/").encode(), key)
        return found


def _traits(fields: dict[str, str | int]) -> Iterator[Key]:
    for name, field in _FIELDS.items():
        value = fields.get(field)
        if isinstance(value, str) and len(value) >= _SHORTEST.get(name, 1):
            yield name, value


def _network(address: str) -> str:
    bits = 48 if ":" in address else 24
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False))


def _beginning(network: str) -> str:
    """What the addresses of a network begin with: ``198.51.100.``, ``2001:db8:``."""
    if ":" in network:
        return ":".join(network.split("/", maxsplit=1)[0].split(":")[:2]) + ":"
    return network.split("/", maxsplit=1)[0].rpartition(".")[0] + "."


class _Behaviour:
    """What one unlisted address did in the records looked at."""

    def __init__(self) -> None:
        self.traits: dict[Key, dict[str, None]] = defaultdict(dict)
        self.count = 0
        self.first: datetime | None = None
        self.last: datetime | None = None
        self.streams: dict[str, None] = {}
        self.accounts: dict[str, None] = {}
        self.best: tuple[int, Evidence] | None = None


class Book:
    """Gathers unlisted addresses from the records around sightings."""

    def __init__(self, listed: Iterable[Observable], perimeter: Perimeter) -> None:
        kinds = ("ipv4-addr", "ipv6-addr", "ipv4-net", "ipv6-net")
        values = [one.value for one in listed if one.kind in kinds]
        self._listed = {value for value in values if "/" not in value}
        self._listed_networks = [value for value in values if "/" in value]
        self._perimeter = perimeter
        self._known: dict[str, _Behaviour] = {}
        self.left_out = 0
        self.common: set[Key] = set()
        """Traits that so many records share that they were not followed."""

    def read(self, stream: str, habits: Habits, event: Event, record: Evidence) -> None:
        """Take one record that may have a trait of a listed address; ``record``'s verdict is filled here."""
        for place in (Place.SOURCE, Place.DESTINATION):
            address = parse_address(_end(event, place.value))
            if address is None or self._is_known(str(address)):
                continue
            keys = [*_traits(event.fields), ("network", _network(str(address)))]
            shared = {key: held for key in keys if (held := habits.shared(key, record.time))}
            judgement = judge(event, place, self._perimeter)
            if shared and judgement.verdict in _TELLING:
                self._note(str(address), shared, stream, record, judgement)

    def _is_known(self, text: str) -> bool:
        """Listed, or ours."""
        if text in self._listed or self._perimeter.is_inside(text):
            return True
        address = ipaddress.ip_address(text)
        return address.is_multicast or address.is_unspecified or self._networks.hold(address)

    @cached_property
    def _networks(self) -> Networks:
        return Networks(map(ipaddress.ip_network, self._listed_networks))

    def _note(
        self,
        address: str,
        shared: dict[Key, tuple[str, ...]],
        stream: str,
        record: Evidence,
        judgement: Judgement,
    ) -> None:
        if address not in self._known and len(self._known) >= ADDRESSES:
            self.left_out += 1
            return
        one = self._known.setdefault(address, _Behaviour())
        for key, values in shared.items():
            one.traits[key].update(dict.fromkeys(values))
        one.count += 1
        if record.time is not None:
            one.first = min(one.first or record.time, record.time)
            one.last = max(one.last or record.time, record.time)
        one.streams[stream] = None
        if judgement.account:
            one.accounts[judgement.account] = None
        rank = ladder(None).index(judgement.verdict)
        if one.best is None or rank < one.best[0]:
            found = msgspec.structs.replace(
                record, verdict=judgement.verdict, why=judgement.why, match=address
            )
            one.best = (rank, found)

    def leads(self) -> tuple[Lead, ...]:
        """The strongest leads. What is common among unlisted addresses is not counted as a trait."""
        common = Counter(key for one in self._known.values() for key in one.traits if key[0] != "network")
        found = []
        for address, one in self._known.items():
            traits = {
                key: held
                for key, held in one.traits.items()
                if common[key] <= COMMON and key not in self.common
            }
            if one.best is not None and sum(_WEIGHT[name] for name, _ in traits) >= _ENOUGH:
                found.append(_lead(address, one, one.best[1], traits))
        return strongest(found)


def _lead(address: str, one: _Behaviour, best: Evidence, traits: dict[Key, dict[str, None]]) -> Lead:
    named = tuple(
        Trait(name=name, value=value, shared_with=tuple(held)) for (name, value), held in traits.items()
    )
    return Lead(
        kind="ipv6-addr" if ":" in address else "ipv4-addr",
        value=address,
        text=lead_text(address, named),
        traits=named,
        verdict=best.verdict,
        count=one.count,
        first_seen=one.first,
        last_seen=one.last,
        streams=tuple(one.streams),
        accounts=tuple(one.accounts)[:LEADS],
        evidence=best,
    )


def strongest(leads: Iterable[Lead]) -> tuple[Lead, ...]:
    """Those with the weightiest traits first, then the worst; at most :data:`LEADS`."""
    order = ladder(None)
    return tuple(
        sorted(
            leads,
            key=lambda lead: (
                -sum(_WEIGHT.get(trait.name, 0) for trait in lead.traits),
                order.index(lead.verdict),
                -lead.count,
                lead.value,
            ),
        )[:LEADS]
    )


def lead_text(address: str, traits: Sequence[Trait]) -> str:
    """What makes the address a lead, in a sentence."""
    reasons = [f"{_SAME[trait.name]} ({trait.value}) as {_few(trait.shared_with)}" for trait in traits]
    return f"{address} is on no list, and has the {', the '.join(reasons)}, on the same days"


_SAME: Final = {
    "account": "same account",
    "user-agent": "same user agent",
    "ja3": "same JA3",
    "path": "same path",
    "network": "same network",
}


def _end(event: Event, side: str) -> str:
    alias = "client" if side == "source" else "server"
    return str(event.fields.get(f"{side}.ip") or event.fields.get(f"{alias}.ip") or "")


def _few(values: Sequence[str]) -> str:
    return ", ".join(values[:3]) + (f" and {len(values) - 3} more" if len(values) > 3 else "")
