"""Adds to an answer what reference data say of what was seen: places, known-benign lists, actors.

It labels and never judges: no verdict, count or exit status depends on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from traque.enrich import actors, geography, warninglists
from traque.enrich.places import Atlas
from traque.enrich.provenance import reference
from traque.model import HuntResult, Observable, Reference, Sighting

_ADDRESSES = frozenset({"ipv4-addr", "ipv6-addr", "ipv4-net", "ipv6-net"})


def enriched(result: HuntResult, atlas: Atlas) -> HuntResult:
    """``result`` with ``Sighting.enrichment`` filled, and the data that were asked in ``reference``.

    Keys, each where it is known: ``country`` (two letters), ``country_name``, ``city``, ``asn``
    (``AS64496``), ``network`` (its name), ``actor`` (those of its bulletins), ``warninglists`` (the names of
    lists that hold the value, between semicolons: it may be no trace of an attacker at all).
    """
    if not result.sightings:
        return result
    named = {bulletin.id: bulletin.actors for bulletin in result.bulletins}
    sightings = []
    for sighting in result.sightings:
        ref = sighting.indicator
        names = dict.fromkeys(
            name for bulletin in ref.bulletins or (ref.bulletin,) for name in named.get(bulletin, ())
        )
        facts = {
            **_place(sighting, atlas),
            "actor": ", ".join(map(_actor, names)),
            "warninglists": "; ".join(_lists(sighting)),
        }
        known = {key: value for key, value in facts.items() if value}
        sightings.append(msgspec.structs.replace(sighting, enrichment=sighting.enrichment | known))
    return msgspec.structs.replace(
        result,
        sightings=tuple(sightings),
        reference=tuple(_asked(sightings, atlas, bool(any(named.values())))),
    )


def _place(sighting: Sighting, atlas: Atlas) -> dict[str, str]:
    if sighting.indicator.kind not in _ADDRESSES:
        return {}
    place = atlas.place(sighting.indicator.value)
    return {
        "country": place.country,
        "country_name": geography.country_name(place.country) if place.country else "",
        "city": place.city,
        "asn": f"AS{place.asn}" if place.asn else "",
        "network": place.network,
    }


def _actor(name: str) -> str:
    """``APT31 (ATT&CK G0128 ZIRCONIUM)``; the bare name where several actors share it or none has it."""
    found = actors.find(name)
    if len(found) == 1 and found[0].attack_id:
        return f"{name} (ATT&CK {found[0].attack_id} {found[0].attack_name})"
    return name


def _lists(sighting: Sighting) -> Iterator[str]:
    for hit in warninglists.holding(Observable(sighting.indicator.kind, sighting.indicator.value)):
        yield hit.list.name if hit.whole else f"{hit.list.name} (a part)"


def _asked(sightings: Iterable[Sighting], atlas: Atlas, with_actors: bool) -> Iterator[Reference]:
    if any(sighting.indicator.kind in _ADDRESSES for sighting in sightings):
        yield from atlas.references
    yield reference("warninglists")
    if with_actors:
        yield reference("actors")
