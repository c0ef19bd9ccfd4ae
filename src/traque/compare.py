"""Compares two versions of a bulletin: what was added, withdrawn, changed.

>>> from traque.bulletins import load
>>> from traque.compare import compare, only_new
>>> compare(load(["july.csv"]), load(["august.csv"]))  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import msgspec

from traque.model import Bulletin, Indicator, Observable
from traque.model.comparison import Changed, Comparison, Entry

_FIELDS: Final = ("role", "tlp", "pap", "confidence", "valid_from", "valid_until", "description", "actors")
_OF_BULLETIN: Final = ("title", "producer", "published", "modified", "tlp", "pap", "actors", "role", "window")


def compare(old: Sequence[Bulletin], new: Sequence[Bulletin]) -> Comparison:
    """What ``new`` adds, no longer lists, and says differently.

    A value counts once, whatever bulletins of a side list it; the first says what it is. The bulletins' own
    fields are compared where both sides are one bulletin.
    """
    before, after = _listed(old), _listed(new)
    taken_back = {
        Observable(refused.kind, refused.value): refused.reason
        for bulletin in new
        for refused in bulletin.refused
        if refused.code == "withdrawn" and refused.kind
    }
    both = before.keys() & after.keys()
    changed = [change for each in sorted(both) for change in _changes(each, before[each], after[each])]
    return Comparison(
        old=tuple(bulletin.id for bulletin in old),
        new=tuple(bulletin.id for bulletin in new),
        added=tuple(Entry(kind=each.kind, value=each.value) for each in sorted(after.keys() - both)),
        withdrawn=tuple(
            Entry(kind=each.kind, value=each.value, why=taken_back.get(each, ""))
            for each in sorted(before.keys() - both)
        ),
        changed=(*_of_bulletin(old, new), *changed),
        same=len(both) - len({(change.kind, change.value) for change in changed}),
    )


def only_new(bulletins: Sequence[Bulletin], known: Sequence[Bulletin]) -> list[Bulletin]:
    """``bulletins`` without the indicators that ``known`` already lists; each says how many that are.

    A bulletin of which nothing is left stays, empty.
    """
    old = _listed(known)
    kept = []
    for bulletin in bulletins:
        left = tuple(each for each in bulletin.indicators if each.observable not in old)
        gone = len(bulletin.indicators) - len(left)
        names = ", ".join(each.id for each in known)
        note = f"{gone} of its indicators stand in {names} already, and are not asked for"
        notes = (*bulletin.notes, note) if gone else bulletin.notes
        kept.append(msgspec.structs.replace(bulletin, indicators=left, notes=notes))
    return kept


def _listed(bulletins: Sequence[Bulletin]) -> dict[Observable, Indicator]:
    found: dict[Observable, Indicator] = {}
    for bulletin in bulletins:
        for indicator in bulletin.indicators:
            found.setdefault(indicator.observable, indicator)
    return found


def _changes(observable: Observable, before: Indicator, after: Indicator) -> Iterator[Changed]:
    for field in _FIELDS:
        old, new = _text(getattr(before, field)), _text(getattr(after, field))
        if old != new:
            yield Changed(kind=observable.kind, value=observable.value, field=field, before=old, after=new)


def _of_bulletin(old: Sequence[Bulletin], new: Sequence[Bulletin]) -> Iterator[Changed]:
    if len(old) != 1 or len(new) != 1:
        return
    for field in _OF_BULLETIN:
        before, after = _text(getattr(old[0], field)), _text(getattr(new[0], field))
        if before != after:
            yield Changed(kind="", value=new[0].id, field=field, before=before, after=after)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, msgspec.Struct):
        return " to ".join(_text(getattr(value, field)) or "open" for field in value.__struct_fields__)
    return str(value)
