"""The work that an exporter is given: the indicators to write, and what every rule must carry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cached_property

import msgspec

from traque.errors import ObservableError
from traque.exporters._numbers import Numbers
from traque.exporters._revisions import Revision, Revisions
from traque.exporters._text import plain
from traque.model import Indicator, Observable
from traque.model.detection import Action, DetectionBulletin, Direction, LeftOut
from traque.observables import canonical, is_literal


class Item(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An observable to detect, once, however many bulletins list it.

    ``indicator`` is the first that states it, ``bulletins`` the ids of all; ``expires`` is when the rule
    should go.
    """

    indicator: Indicator
    bulletins: tuple[str, ...]
    expires: datetime

    @property
    def observable(self) -> Observable:
        """The value and its kind."""
        return self.indicator.observable

    @property
    def kind(self) -> str:
        """The observable's kind."""
        return self.indicator.observable.kind

    @property
    def value(self) -> str:
        """The canonical form."""
        return self.indicator.observable.value

    @property
    def spelling(self) -> str:
        """A literal (a file name, a mutex...) as the bulletin writes it, else the canonical form.

        Canonical literals are in lower case, and some targets compare with case. A spelling that is not the
        value (cut, or defanged) is not used.
        """
        original = self.indicator.original
        if not original or not is_literal(self.kind):
            return self.value
        try:
            return original if canonical(self.kind, original) == self.observable else self.value
        except ObservableError:
            return self.value


class File(msgspec.Struct, frozen=True):
    """A file to write below the target's folder: its name, and its text in parts.

    ``script`` makes it executable. The text is encoded as UTF-8 and its line ends stay as they are.
    """

    name: str
    parts: Iterable[str | bytes]
    script: bool = False


class Job:
    """What a target's ``write`` reads.

    ``items`` are in the order of kind and value, and all are of the target's kinds. ``withdrawn`` are
    observables of these kinds that the last export held and this one does not.
    """

    def __init__(
        self,
        target: str,
        items: Sequence[Item],
        *,
        bulletins: Sequence[DetectionBulletin],
        made: datetime,
        version: str,
        action: Action = "alert",
        direction: Direction = "both",
        withdrawn: Sequence[Observable] = (),
        numbers: Numbers | None = None,
        revisions: Revisions | None = None,
    ) -> None:
        self.target = target
        self.items = items
        self.bulletins = tuple(bulletins)
        self.made = made
        self.version = version
        self.action: Action = action
        self.direction: Direction = direction
        self.withdrawn = withdrawn
        self.numbers = numbers or Numbers({})
        self.revisions = revisions or Revisions({}, made.date())
        self.left_out: list[LeftOut] = []
        self._by_kind: dict[str, list[Item]] = {}
        for item in items:
            self._by_kind.setdefault(item.indicator.observable.kind, []).append(item)
        self._by_id = {bulletin.id: bulletin for bulletin in self.bulletins}

    @property
    def blocks(self) -> bool:
        """Whether the rules are to block, not only to alert."""
        return self.action == "block"

    def of(self, *kinds: str) -> list[Item]:
        """The items of these kinds, in order."""
        return [item for kind in sorted(set(kinds)) for item in self._by_kind.get(kind, ())]

    def values(self, *kinds: str) -> list[str]:
        """The values of these kinds, in order."""
        return [item.indicator.observable.value for item in self.of(*kinds)]

    def gone(self, *kinds: str) -> list[str]:
        """The withdrawn values of these kinds, in order."""
        return [observable.value for observable in self.withdrawn if observable.kind in kinds]

    def leave_out(self, item: Item, code: str, reason: str) -> None:
        """Record that ``item`` is not in the files (:class:`LeftOut` says which words ``code`` takes)."""
        self.left_out.append(
            LeftOut(target=self.target, kind=item.kind, value=item.value, code=code, reason=reason)
        )

    def number(self, key: str, low: int, high: int) -> int:
        """A number in ``low <= n < high`` for the rule that ``key`` names, the same in every export."""
        return self.numbers.give(f"{self.target}:{key}", low, high)

    def revision(self, key: str, text: str) -> Revision:
        """The version of the rule that ``key`` names; ``text`` is all of it but days and numbers."""
        return self.revisions.give(f"{self.target}:{key}", text)

    @cached_property
    def expires(self) -> datetime:
        """When the first of the rules should go; the day of making for an empty job."""
        return min((item.expires for item in self.items), default=self.made)

    def bulletin(self, item: Item) -> DetectionBulletin:
        """The bulletin that states ``item`` first."""
        return self._by_id[item.bulletins[0]]

    def header(self) -> Iterator[str]:
        """Lines for a file's head comment: where the rules come from, and under which marking."""
        yield f"traque {self.version}, made {self.made:%Y-%m-%d}, action {self.action}"
        for bulletin in self.bulletins:
            yield plain(origin(bulletin), most=400)
        yield f"renew or remove by {self.expires:%Y-%m-%d}"

    def label(self, item: Item) -> str:
        """One line for one rule: bulletin, date, TLP, actor."""
        return plain(origin(self.bulletin(item), titled=False))


def origin(bulletin: DetectionBulletin, *, titled: bool = True) -> str:
    """``CERTFR-2021-IOC-003 2021-07-21 TLP:CLEAR APT31``, with title and producer when ``titled``."""
    return " ".join(
        filter(
            None,
            (
                bulletin.id,
                f"{bulletin.published:%Y-%m-%d}" if bulletin.published else "",
                f"TLP:{bulletin.tlp.upper()}" if bulletin.tlp else "",
                f"PAP:{bulletin.pap.upper()}" if bulletin.pap else "",
                "/".join(bulletin.actors[:3]),
                f"({bulletin.title})" if titled and bulletin.title else "",
                f"by {bulletin.producer}" if titled and bulletin.producer else "",
            ),
        )
    )
