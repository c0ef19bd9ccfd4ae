"""The document of ``traque show``: plain facts, counted once, that the page and the pictures only lay out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final

import msgspec

from traque.enrich import actors, geography
from traque.enrich.places import Atlas
from traque.model import Bulletin, Reference, Refused, Window
from traque.model.bulletin import Statement

SCHEMA: Final = "traque/show/1"
_ADDRESSES: Final = frozenset({"ipv4-addr", "ipv6-addr", "ipv4-net", "ipv6-net"})


class Share(msgspec.Struct, frozen=True):
    """So many of the addresses; ``percent`` is of all addresses of the bulletin, to one decimal."""

    key: str
    """Two-letter code of a country, ``AS64496`` of a network, ``FR Lyon``; empty where it is not known."""
    name: str
    count: int
    percent: float


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """Where the addresses are, most first; what is not known comes last. A network counts as one."""

    addresses: int
    countries: tuple[Share, ...]
    networks: tuple[Share, ...]
    cities: tuple[Share, ...] = ()


class ActorInfo(msgspec.Struct, frozen=True, kw_only=True):
    """An actor that a bulletin names (``stated``), as the reference data know it; empty where they do not."""

    stated: str
    name: str = ""
    aliases: tuple[str, ...] = ()
    country: str = ""
    attack_id: str = ""
    attack_name: str = ""
    sources: tuple[str, ...] = ()


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One bulletin. ``window`` is what it states itself; None when it states none.

    ``statements`` are the sentences that window, role and actors come from, or that were not followed;
    ``paths`` all of its files.
    """

    id: str
    title: str
    producer: str
    published: datetime | None
    tlp: str | None
    pap: str | None
    actors: tuple[ActorInfo, ...]
    window: Window | None
    indicators: int
    kinds: dict[str, int]
    roles: dict[str, int]
    valid_from: datetime | None
    valid_until: datetime | None
    refused: tuple[Refused, ...]
    places: Places
    path: str
    paths: tuple[str, ...]
    format: str
    statements: tuple[Statement, ...]
    notes: tuple[str, ...]


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The whole document. ``places`` counts each address once, over all bulletins."""

    bulletins: tuple[Shown, ...]
    places: Places
    reference: tuple[Reference, ...]
    schema: str = SCHEMA

    @property
    def dates(self) -> tuple[str, ...]:
        """Of the data that places rest on, each once, the user's own first."""
        return tuple(dict.fromkeys(held.date for held in self.reference))


def summarise(bulletins: Sequence[Bulletin], atlas: Atlas) -> Summary:
    """What the bulletins say, with places from ``atlas``."""
    every = {value for bulletin in bulletins for value in _addresses(bulletin)}
    return Summary(
        bulletins=tuple(_shown(bulletin, atlas) for bulletin in bulletins),
        places=_places(sorted(every), atlas),
        reference=tuple(atlas.references),
    )


def _addresses(bulletin: Bulletin) -> list[str]:
    return [i.observable.value for i in bulletin.indicators if i.observable.kind in _ADDRESSES]


def _shown(bulletin: Bulletin, atlas: Atlas) -> Shown:
    indicators = bulletin.indicators
    return Shown(
        id=bulletin.id,
        title=bulletin.title,
        producer=bulletin.producer,
        published=bulletin.published,
        tlp=bulletin.tlp,
        pap=bulletin.pap,
        actors=tuple(info for name in bulletin.actors for info in _actors(name)),
        window=bulletin.window,
        indicators=len(indicators),
        kinds=_counted(i.observable.kind for i in indicators),
        roles=_counted(i.role or "" for i in indicators),
        valid_from=min((i.valid_from for i in indicators if i.valid_from), default=None),
        valid_until=max((i.valid_until for i in indicators if i.valid_until), default=None),
        refused=bulletin.refused,
        places=_places(_addresses(bulletin), atlas),
        path=bulletin.path,
        paths=bulletin.paths or ((bulletin.path,) if bulletin.path else ()),
        format=bulletin.format,
        statements=bulletin.statements,
        notes=bulletin.notes,
    )


def _actors(name: str) -> list[ActorInfo]:
    """What is known of a name: several actors may share it, usually none or one does."""
    return [
        ActorInfo(
            stated=name,
            name=found.name,
            aliases=found.aliases,
            country=found.country,
            attack_id=found.attack_id,
            attack_name=found.attack_name,
            sources=found.sources,
        )
        for found in actors.find(name)
    ] or [ActorInfo(stated=name)]


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(Counter(values).most_common())


def _places(addresses: Sequence[str], atlas: Atlas) -> Places:
    found = [atlas.place(value) for value in addresses]
    networks = Counter(f"AS{place.asn}" if place.asn else "" for place in found)
    names = {f"AS{place.asn}": place.network for place in found if place.asn}
    cities = Counter(f"{place.country} {place.city}".strip() for place in found if place.city)
    return Places(
        addresses=len(found),
        countries=_shares(
            Counter(place.country for place in found),
            lambda code: geography.country_name(code) if code else "not known",
            len(found),
        ),
        networks=_shares(networks, lambda key: names.get(key, "not announced"), len(found)),
        cities=_shares(cities, lambda key: geography.country_name(key.partition(" ")[0]), len(found)),
    )


def _shares(counts: Counter[str], name: Callable[[str], str], total: int) -> tuple[Share, ...]:
    order = sorted(counts.items(), key=lambda item: (not item[0], -item[1], item[0]))
    return tuple(Share(key, name(key), count, round(100 * count / total, 1)) for key, count in order)
