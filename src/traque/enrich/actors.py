"""Threat actors by any of their names: MISP's galaxy joined with ATT&CK's groups.

Names are compared without case, blanks and punctuation (``APT 31`` is ``apt31``).
"""

from __future__ import annotations

from functools import cache
from typing import Final

import msgspec

from traque.enrich._packed import read
from traque.expressions import expression

_NOT_IN_NAMES: Final = expression(r"[\W_]+")


class Actor(msgspec.Struct, frozen=True):
    """An actor. ``aliases`` are its other names, ``country`` the one that is said to be behind it.

    ``attack_id`` (``G0128``) and ``attack_name`` are those of the ATT&CK group, ``techniques`` what ATT&CK
    says that it uses; empty when there is no group. ``sources``: ``misp-galaxy``, ``mitre-attack``.
    """

    name: str
    aliases: tuple[str, ...]
    country: str
    attack_id: str
    attack_name: str
    techniques: tuple[str, ...]
    sources: tuple[str, ...]


def key(name: str) -> str:
    """What of a name is compared: letters and digits, without case."""
    return _NOT_IN_NAMES.sub("", name.casefold())


@cache
def _by_name() -> dict[str, tuple[Actor, ...]]:
    found: dict[str, list[Actor]] = {}
    for actor in read("actors", list[Actor]):
        for name in (actor.name, *actor.aliases, actor.attack_id):
            if name:
                found.setdefault(key(name), []).append(actor)
    return {name: tuple(held) for name, held in found.items()}


def find(name: str) -> tuple[Actor, ...]:
    """The actors of that name, alias or ATT&CK identifier; several when the name is shared, often none.

    An actor whose own name it is stands first.
    """
    wanted = key(name)
    held = _by_name().get(wanted, ())
    return tuple(sorted(held, key=lambda actor: key(actor.name) != wanted))


def same(first: str, second: str) -> bool:
    """Whether two names are those of one actor (or equal): ``ZIRCONIUM`` and ``APT31`` are."""
    if key(first) == key(second):
        return True
    return bool(set(find(first)) & set(find(second)))
