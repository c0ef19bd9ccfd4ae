"""A cleaned bulletin: without the values that a complaint drops."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from traque.model import Bulletin
from traque.model.lint import Lint


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One value that is no longer in the bulletin, and why."""

    bulletin: str
    kind: str
    value: str
    code: str
    why: str


def cleaned(bulletins: Sequence[Bulletin], result: Lint) -> tuple[list[Bulletin], list[Change]]:
    """The bulletins without what ``result`` drops, and every change."""
    dropped = {
        (complaint.bulletin, value): complaint
        for complaint in reversed(result.complaints)
        if complaint.drops
        for value in complaint.values
    }
    kept: list[Bulletin] = []
    changes: list[Change] = []
    for bulletin in bulletins:
        left = []
        for indicator in bulletin.indicators:
            complaint = dropped.get((bulletin.id, indicator.observable.value))
            if complaint is None:
                left.append(indicator)
                continue
            changes.append(
                Change(
                    bulletin=bulletin.id,
                    kind=indicator.observable.kind,
                    value=indicator.observable.value,
                    code=complaint.code,
                    why=f"{complaint.what}: {complaint.why}",
                )
            )
        kept.append(msgspec.structs.replace(bulletin, indicators=tuple(left)))
    return kept, changes
