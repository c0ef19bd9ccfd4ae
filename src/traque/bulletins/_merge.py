"""Several files of one bulletin made one, and every bulletin given an id of its own.

Files belong together when they state the same id. Prose (a page, an article, a letter) belongs to the
bulletins whose identifiers it mentions; without that, prose that holds no indicator, or none that another
bulletin does not hold, is context for the bulletins beside it. Window, role and actors then come from the
prose, values from the list.

The later file changes or withdraws what the earlier one said: by the dates that the publisher gives (of the
indicator, else of the bulletin) where both are known, else by the order in which the files were named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import PurePath
from typing import Final

import msgspec

from traque.bulletins._build import NAME, WITHDRAWN
from traque.bulletins._fields import strictest
from traque.model import Bulletin, Indicator, Observable, Refused

PROSE: Final = frozenset({"text", "html", "pdf", "docx", "markdown", "asciidoc"})
"""Formats that people read."""


def merged(bulletins: Sequence[Bulletin]) -> list[Bulletin]:
    """The files of each bulletin made one, at the place of the first.

    What is only context for others is no bulletin any more, unless nothing else is there.
    """
    stated = [_one(group) for group in _by_id(bulletins)]
    parts: dict[int, list[Bulletin]] = {index: [bulletin] for index, bulletin in enumerate(stated)}
    for index, prose in enumerate(stated):
        if owners := _owners(index, stated):
            del parts[index]
            for owner in owners:
                parts[owner].append(prose)
    return [_one(group) for group in parts.values()]


def distinct(bulletins: Sequence[Bulletin], name: str = "") -> list[Bulletin]:
    """The bulletins with the file's stem where no id is stated, numbered where two would be alike."""
    taken: set[str] = set()
    found = []
    for bulletin in bulletins:
        wanted = bulletin.id or _stem(bulletin.path or name) or "bulletin"
        own, number = wanted, 1
        while own in taken:
            number += 1
            own = f"{wanted}-{number}"
        taken.add(own)
        found.append(_named(bulletin, own))
    return found


def _stem(path: str) -> str:
    """A file's name without its ending; of an address without a path, the server's."""
    scheme, _, rest = path.partition("://")
    if rest and scheme.isalpha():
        host, _, path = rest.partition("?")[0].partition("/")
        return PurePath(path).stem or host
    return PurePath(path).stem


def _by_id(bulletins: Sequence[Bulletin]) -> Iterable[list[Bulletin]]:
    groups: dict[str, list[Bulletin]] = {}
    for index, bulletin in enumerate(bulletins):
        groups.setdefault(bulletin.id or f"\0{index}", []).append(bulletin)
    return groups.values()


def _owners(index: int, all_of_them: Sequence[Bulletin]) -> list[int]:
    """The bulletins that this one is context for; none when it stands for itself."""
    prose = all_of_them[index]
    if prose.format not in PROSE or prose.id:
        return []
    others = [
        place
        for place, other in enumerate(all_of_them)
        if place != index and (other.format not in PROSE or other.id or _holds_more(other, prose))
    ]
    mentioned = [place for place in others if not _names(all_of_them[place]).isdisjoint(prose.names)]
    if mentioned:
        return mentioned if len(mentioned) == 1 or not prose.indicators else []
    if not prose.indicators:
        return others
    own = {indicator.observable for indicator in prose.indicators}
    holders = [place for place in others if own <= {i.observable for i in all_of_them[place].indicators}]
    return holders if len(holders) == 1 and (prose.statements or _withdrawn(prose)) else []


def _holds_more(other: Bulletin, prose: Bulletin) -> bool:
    """Of two files of prose, the one with more values is the list."""
    return len(other.indicators) > len(prose.indicators)


def _names(bulletin: Bulletin) -> set[str]:
    """The identifiers by which a text may mention the bulletin, in capital letters."""
    named = (bulletin.title, *(PurePath(path).stem for path in (bulletin.path, *bulletin.paths)))
    return {bulletin.id.upper(), *(found.upper() for text in named for found in NAME.findall(text))} - {""}


def _one(group: Sequence[Bulletin]) -> Bulletin:
    if len(group) == 1:
        return group[0]
    first, *others = group
    values = _Values(group)
    return msgspec.structs.replace(
        first,
        title=_first(b.title for b in group),
        producer=_first(b.producer for b in group),
        published=next((b.published for b in group if b.published), None),
        modified=max((b.modified for b in group if b.modified), default=None),
        tlp=strictest(b.tlp for b in group),
        pap=strictest(b.pap for b in group),
        actors=tuple(dict.fromkeys(name for b in group for name in b.actors)),
        window=next((b.window for b in group if b.window), None),
        role=next((b.role for b in group if b.role), None),
        indicators=values.indicators(),
        refused=values.refused(),
        notes=(*(note for b in group for note in b.notes), *values.notes(), *_told(others)),
        statements=tuple(dict.fromkeys(said for b in group for said in b.statements)),
        names=tuple(dict.fromkeys(name for b in group for name in b.names)),
        paths=tuple(dict.fromkeys(path for b in group for path in (b.paths or (b.path,)) if path)),
        unmarked=tuple(indicator for b in group for indicator in b.unmarked),
    )


class _Values:
    """The values of several files: what a later one changes or withdraws."""

    def __init__(self, group: Sequence[Bulletin]) -> None:
        self._known: dict[Observable, Indicator] = {}
        self._withdrawn: dict[Observable, Refused] = {}
        self._said: dict[Observable, datetime | None] = {}
        self._rest: list[Refused] = []
        self._changed: dict[str, int] = {}
        for bulletin in _in_order(group):
            self._take(bulletin)

    def indicators(self) -> tuple[Indicator, ...]:
        """What still stands."""
        return tuple(self._known.values())

    def refused(self) -> tuple[Refused, ...]:
        """What no file offers for hunting, and what was withdrawn."""
        return (*self._rest, *self._withdrawn.values())

    def notes(self) -> Iterator[str]:
        """What changed."""
        for path, many in self._changed.items():
            yield f"{path} changes the role of {many} value{'s' if many > 1 else ''}"

    def _take(self, bulletin: Bulletin) -> None:
        dated = bulletin.modified or bulletin.published
        own = {indicator.observable for indicator in bulletin.indicators}
        mentions = bulletin.format in PROSE and not own
        for refusal in bulletin.refused:
            gone = Observable(refusal.kind or "", refusal.value)
            if refusal.code != WITHDRAWN:
                if not mentions:  # what an article only names is no part of the bulletin
                    self._rest.append(refusal)
            elif gone not in own and not self._is_older(gone, refusal.modified or dated):
                self._said[gone] = refusal.modified or dated
                self._known.pop(gone, None)
                self._withdrawn[gone] = msgspec.structs.replace(
                    refusal,
                    reason=f"{refusal.reason} ({bulletin.path})" if bulletin.path else refusal.reason,
                )
        for indicator in bulletin.indicators:
            self._state(indicator, indicator.modified or dated, bulletin.path)

    def _is_older(self, observable: Observable, moment: datetime | None) -> bool:
        """Whether something said later than at ``moment`` is known."""
        before = self._said.get(observable)
        return before is not None and moment is not None and before > moment

    def _state(self, indicator: Indicator, moment: datetime | None, path: str) -> None:
        observable = indicator.observable
        before = self._known.get(observable)
        if self._is_older(observable, moment):
            if before is not None:  # it completes what is known, and revives nothing
                self._known[observable] = _both(indicator, before)
            return
        self._said[observable] = moment
        self._withdrawn.pop(observable, None)
        if before is not None and indicator.role and before.role and indicator.role != before.role:
            self._changed[path] = self._changed.get(path, 0) + 1
        self._known[observable] = _both(before, indicator) if before else indicator


def _in_order(group: Sequence[Bulletin]) -> list[Bulletin]:
    dates = [bulletin.modified or bulletin.published for bulletin in group]
    if None in dates:
        return list(group)
    return [
        bulletin for _, _, bulletin in sorted(zip(dates, range(len(group)), group, strict=True), key=_when)
    ]


def _when(item: tuple[datetime | None, int, Bulletin]) -> tuple[float, int]:
    return (item[0].timestamp() if item[0] else 0.0, item[1])


def _both(first: Indicator, second: Indicator) -> Indicator:
    """What the later says, and what only the earlier does."""
    return msgspec.structs.replace(
        first,
        role=second.role or first.role,
        tlp=strictest((first.tlp, second.tlp)),
        pap=strictest((first.pap, second.pap)),
        confidence=first.confidence if second.confidence is None else second.confidence,
        valid_from=second.valid_from or first.valid_from,
        valid_until=second.valid_until or first.valid_until,
        description=first.description or second.description,
        actors=tuple(dict.fromkeys((*first.actors, *second.actors))),
        together=first.together if second.together else (),
        typed=first.typed or second.typed,
        id=first.id or second.id,
        modified=second.modified or first.modified,
    )


def _told(others: Sequence[Bulletin]) -> Iterator[str]:
    for other in others:
        if other.indicators:
            yield f"also in {other.path}"
        else:
            mentions = sum(refusal.code != WITHDRAWN for refusal in other.refused)
            left = f"; {mentions} mentions in it are no indicators" if mentions else ""
            yield f"{other.path} holds no indicator: it is read as context{left}"


def _withdrawn(bulletin: Bulletin) -> bool:
    return any(refusal.code == WITHDRAWN for refusal in bulletin.refused)


def _named(bulletin: Bulletin, name: str) -> Bulletin:
    if bulletin.id == name:
        return bulletin
    return msgspec.structs.replace(
        bulletin,
        id=name,
        indicators=tuple(
            msgspec.structs.replace(indicator, bulletin=name) for indicator in bulletin.indicators
        ),
        unmarked=tuple(msgspec.structs.replace(indicator, bulletin=name) for indicator in bulletin.unmarked),
    )


def _first(texts: Iterable[str]) -> str:
    return next(filter(None, texts), "")
