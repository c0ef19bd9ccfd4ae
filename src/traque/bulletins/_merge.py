"""Several files of one bulletin made one, and every bulletin given an id of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePath

import msgspec

from traque.bulletins._fields import strictest
from traque.model import Bulletin, Indicator, Observable


def merged(bulletins: Sequence[Bulletin]) -> list[Bulletin]:
    """The bulletins that state the same id made one, at the place of the first.

    What the first states stands; what it leaves open comes from the others. The strictest TLP wins.
    """
    groups: dict[str, list[Bulletin]] = {}
    for index, bulletin in enumerate(bulletins):
        groups.setdefault(bulletin.id or f"\0{index}", []).append(bulletin)
    return [_one(group) if len(group) > 1 else group[0] for group in groups.values()]


def distinct(bulletins: Sequence[Bulletin], name: str = "") -> list[Bulletin]:
    """The bulletins with the file's stem where no id is stated, numbered where two would be alike."""
    taken: set[str] = set()
    found = []
    for bulletin in bulletins:
        wanted = bulletin.id or PurePath(bulletin.path or name).stem or "bulletin"
        own, number = wanted, 1
        while own in taken:
            number += 1
            own = f"{wanted}-{number}"
        taken.add(own)
        found.append(_named(bulletin, own))
    return found


def _one(group: Sequence[Bulletin]) -> Bulletin:
    first, *others = group
    known: dict[Observable, Indicator] = {}
    for indicator in (indicator for bulletin in group for indicator in bulletin.indicators):
        before = known.get(indicator.observable)
        known[indicator.observable] = _both(before, indicator) if before else indicator
    return msgspec.structs.replace(
        first,
        title=_first(b.title for b in group),
        producer=_first(b.producer for b in group),
        published=next((b.published for b in group if b.published), None),
        tlp=strictest(b.tlp for b in group),
        pap=strictest(b.pap for b in group),
        actors=tuple(dict.fromkeys(name for b in group for name in b.actors)),
        window=next((b.window for b in group if b.window), None),
        indicators=tuple(known.values()),
        refused=tuple(refusal for b in group for refusal in b.refused),
        notes=(*(note for b in group for note in b.notes), *(f"also in {b.path}" for b in others)),
    )


def _both(first: Indicator, second: Indicator) -> Indicator:
    return msgspec.structs.replace(
        first,
        role=first.role or second.role,
        tlp=strictest((first.tlp, second.tlp)),
        description=first.description or second.description,
        actors=tuple(dict.fromkeys((*first.actors, *second.actors))),
        together=first.together if second.together else (),
    )


def _named(bulletin: Bulletin, name: str) -> Bulletin:
    if bulletin.id == name:
        return bulletin
    own = tuple(msgspec.structs.replace(indicator, bulletin=name) for indicator in bulletin.indicators)
    return msgspec.structs.replace(bulletin, id=name, indicators=own)


def _first(texts: Iterable[str]) -> str:
    return next(filter(None, texts), "")
