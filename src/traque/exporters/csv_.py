"""CSV: one row an indicator, with all that the bulletin says of it (RFC 4180, UTF-8, a header)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache

from traque.exporters._job import File, Item, Job
from traque.exporters._target import Limit, Target
from traque.exporters._text import visible
from traque.observables import registry

FILE = "indicators.csv"
COLUMNS = (
    "type", "value", "role", "confidence", "tlp", "pap", "valid_from", "valid_until", "expires",
    "bulletin", "producer", "published", "actors", "description",
)  # fmt: skip


def write(job: Job) -> Iterator[File]:
    """``indicators.csv``, rows in the order of kind and value."""
    yield File(FILE, _table(job))


def _table(job: Job) -> Iterator[str]:
    yield _lines([COLUMNS])
    for start in range(0, len(job.items), 10_000):
        yield _lines(_row(job, item) for item in job.items[start : start + 10_000])


def _row(job: Job, item: Item) -> Sequence[object]:
    indicator, bulletin = item.indicator, job.bulletin(item)
    observable = indicator.observable
    return (
        observable.kind,
        unformula(observable.value),
        indicator.role or "",
        "" if indicator.confidence is None else indicator.confidence,
        indicator.tlp or bulletin.tlp or "",
        indicator.pap or bulletin.pap or "",
        _moment(indicator.valid_from),
        _moment(indicator.valid_until),
        _moment(item.expires),
        _cell(" ".join(item.bulletins)),
        _cell(bulletin.producer),
        _moment(bulletin.published),
        _cell("; ".join(indicator.actors or bulletin.actors)),
        _cell(indicator.description) if indicator.description else "",
    )


@lru_cache(maxsize=1024)
def _cell(text: str) -> str:
    """Words of a bulletin; most rows have the same."""
    return unformula(visible(text))


def unformula(text: str) -> str:
    """``text`` with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if text[:1] in "=+-@'\t\r" and text else text


@lru_cache(maxsize=1024)
def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else ""


def _lines(rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


SPEC = Target(
    name="csv",
    title="CSV, one row an indicator",
    family="exchange",
    kinds=tuple(kind.name for kind in registry()),
    limits=(Limit("no limit", "one file"),),
    expiry="the column `expires`, for the reader to honour",
    escaping="RFC 4180 quotes; an apostrophe before what a spreadsheet would take for a formula",
    load="give indicators.csv to the reader; traque reads it as a bulletin",
    verify="traque show indicators.csv",
    remove="delete the file",
    sources=("https://www.rfc-editor.org/rfc/rfc4180",),
    read_back=(FILE,),
    write=write,
)
