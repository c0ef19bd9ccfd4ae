"""What an export into a folder held, so that the next one can say what is withdrawn and keep its numbers.

``indicators.csv`` is for people too: what is in detection, why, and until when. ``numbers.json`` and
``revisions.json`` are the numbers and the versions that rules were given.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from traque.errors import UsageError
from traque.exporters import Item, Numbers, Revision, Revisions
from traque.exporters.csv_ import unformula
from traque.model import Indicator, Observable
from traque.model.detection import Action

INDICATORS: Final = "indicators.csv"
NUMBERS: Final = "numbers.json"
REVISIONS: Final = "revisions.json"
T = TypeVar("T")

_COLUMNS: Final = ("kind", "value", "role", "action", "expires", "bulletins")


def exported(folder: Path) -> list[Observable]:
    """What the last export into ``folder`` held, in its order; empty for a folder without one.

    Raises UsageError for a file of that name that is not ours: it would be overwritten.
    """
    path = folder / INDICATORS
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as text:
        rows = csv.reader(text)
        if tuple(next(rows, ())) != _COLUMNS:
            raise UsageError(
                "this file was not written by traque detect", where=str(path), remedy="choose another --out"
            )
        return [Observable(kind=row[0], value=_unquoted(row[1])) for row in rows if len(row) == len(_COLUMNS)]


def numbers(folder: Path) -> Numbers:
    """The rule numbers of the last export into ``folder``. Raises UsageError for a file that is not ours."""
    return Numbers(_kept(folder / NUMBERS, dict[str, int], "rules then get the numbers of a first export"))


def revisions(folder: Path, today: date) -> Revisions:
    """The versions of the rules of the last export into ``folder``; raises as :func:`numbers`."""
    lost = "the versions of rules then begin anew"
    return Revisions(_kept(folder / REVISIONS, dict[str, Revision], lost), today)


def _kept(path: Path, form: type[dict[str, T]], lost: str) -> dict[str, T]:
    if not path.exists():
        return {}
    try:
        return msgspec.json.decode(path.read_bytes(), type=form)
    except msgspec.DecodeError as error:
        raise UsageError(
            f"what the last export kept cannot be read: {error}",
            where=str(path),
            remedy=f"restore it, or remove it: {lost}",
        ) from None


def table(items: Sequence[Item], action: Action) -> Iterator[str]:
    """``indicators.csv`` of this export, in parts."""
    yield _lines([_COLUMNS])
    for start in range(0, len(items), 10_000):
        yield _lines(_row(item.indicator, item, action) for item in items[start : start + 10_000])


def _row(indicator: Indicator, item: Item, action: Action) -> Sequence[str]:
    observable = indicator.observable
    return (
        observable.kind,
        unformula(observable.value),
        indicator.role or "",
        action,
        _day(item.expires),
        " ".join(item.bulletins),
    )


@lru_cache(maxsize=1024)
def _day(moment: datetime) -> str:
    """Most rules end on the same few days."""
    return f"{moment:%Y-%m-%d}"


def _lines(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _unquoted(value: str) -> str:
    """What :func:`unformula` was given."""
    return value[1:] if value[:1] == "'" else value
