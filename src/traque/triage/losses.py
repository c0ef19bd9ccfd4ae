"""What logs say that they do not hold: added up over the sources of a stream, each once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from traque.model import Loss


def lost_days(losses: Iterable[Loss]) -> dict[str, int]:
    """By UTC day (``2021-01-31``), the records that tell of dropped ones."""
    return dict(sorted(sum((Counter(loss.by_day) for loss in losses), Counter[str]()).items()))


def merged(losses: Sequence[Loss]) -> tuple[Loss, ...]:
    """The losses of several sources of one stream, added up by code and words."""
    found: dict[tuple[str, str], list[Loss]] = {}
    for loss in losses:
        found.setdefault((loss.code, loss.text), []).append(loss)
    return tuple(
        Loss(
            code=code,
            count=sum(loss.count for loss in same),
            text=text,
            first=min((loss.first for loss in same if loss.first is not None), default=None),
            last=max((loss.last for loss in same if loss.last is not None), default=None),
            dropped=same[0].dropped,
            lost=sum(loss.lost for loss in same),
            sampled=max(loss.sampled for loss in same),
            by_day=lost_days(same),
        )
        for (code, text), same in sorted(found.items())
    )


def larger(losses: Iterable[Loss]) -> tuple[Loss, ...]:
    """Of what several hunts counted in the same stream, by code and words, the larger numbers."""
    found: dict[tuple[str, str], list[Loss]] = {}
    for loss in losses:
        found.setdefault((loss.code, loss.text), []).append(loss)
    answer = []
    for _, same in sorted(found.items()):
        days = Counter[str]()
        for loss in same:
            days |= Counter(loss.by_day)
        (total,) = merged(same)
        answer.append(
            replace(
                total,
                count=max(loss.count for loss in same),
                lost=max(loss.lost for loss in same),
                by_day=dict(sorted(days.items())),
            )
        )
    return tuple(answer)
