"""Warninglists: values that are known to be benign, shared or special (MISP's lists, packed).

::

    lists()                    every list, with its group
    search("8.8.8.8")          the lists that hold a value, whatever it is
    holding(observable)        the same for an observable: with the entry, and for networks too

How a value matches is MISP's: ``string`` equals, ``substring`` is part of, ``hostname`` is the host (of a URL
too) or a domain above it, ``cidr`` contains the address, ``regex`` occurs in. Compared without case.
"""

from __future__ import annotations

from typing import Final

import msgspec

from traque.enrich._lists import ADDRESSES, Warninglist, index
from traque.model import Observable

GROUPS: Final = {
    "reserved": "addresses and names that are never public",
    "resolver": "public DNS resolvers",
    "cdn": "content delivery networks",
    "cloud": "clouds and large providers",
    "top-site": "most visited and well-known sites",
    "sinkhole": "sinkholes and block pages",
    "security": "security vendors and their services",
    "scanner": "scanners of the whole Internet",
    "suffix": "public suffixes: whole registries",
    "shared": "services that strangers share: mail, parking, shorteners, hosting",
    "dynamic": "dynamic DNS",
    "vpn": "VPN exits",
    "lookup": "services that tell a caller its own address, and the like",
    "hash": "files that are everywhere: empty, test, system files",
    "certificate": "certificate authorities",
    "contact": "abuse and security contacts",
}
"""The groups of lists, and what they hold: what to conclude from a hit depends on it."""


class Hit(msgspec.Struct, frozen=True):
    """A list that holds a value. ``entry`` is what matched (empty for ``cidr``).

    ``whole`` is false for a network of which the list holds only a part.
    """

    list: Warninglist
    entry: str = ""
    whole: bool = True


def lists() -> tuple[Warninglist, ...]:
    """Every list that is packed."""
    return index().lists


def search(value: str) -> tuple[Warninglist, ...]:
    """The lists that hold ``value`` as it stands, whatever it is; in their own order, each once.

    ``regex`` lists are not asked: they mean something only for their own kind (:func:`holding`).
    """
    known = index()
    text = value.lower()
    hits = known.of_text(text)
    if not hits:
        return ()
    return tuple(known.lists[number] for number in sorted({number for number, _ in hits}))


def holding(observable: Observable) -> tuple[Hit, ...]:
    """The lists about the observable's kind that hold it, in their own order, each once.

    A network is held by each list that has any address of it (``Hit.whole`` tells whether all).
    """
    known = index()
    kind, value = observable.kind, observable.value.lower()
    if kind in ADDRESSES:
        if "/" in value:
            whole, part = known.of_network(value)
            return tuple(Hit(known.lists[number], "", number in whole) for number in sorted(part))
        hits = known.of_address(value)
    else:
        hits = known.of_kind(kind, value)
    if not hits:
        return ()
    entries: dict[int, str] = {}
    for number, entry in hits:
        if kind in known.lists[number].kinds:
            entries.setdefault(number, entry)
    return tuple(Hit(known.lists[number], entries[number]) for number in sorted(entries))
