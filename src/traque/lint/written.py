"""The files of ``traque lint --fix``: a cleaned bulletin as CSV, and what was changed."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime

from traque import __version__
from traque.exporters import Item, Job, csv_
from traque.lint.fixing import Change
from traque.model import Bulletin
from traque.model.detection import DetectionBulletin

_COLUMNS = ("bulletin", "type", "value", "code", "why")


def documents(bulletins: Sequence[Bulletin], changes: Sequence[Change], made: datetime) -> dict[str, bytes]:
    """``cleaned.csv`` and ``changes.csv`` by name."""
    return {"cleaned.csv": _cleaned(bulletins, made), "changes.csv": _changes(changes)}


def _cleaned(bulletins: Sequence[Bulletin], made: datetime) -> bytes:
    items = [
        Item(indicator=each, bulletins=(bulletin.id,), expires=each.valid_until or made)
        for bulletin in bulletins
        for each in bulletin.indicators
    ]
    stated = [DetectionBulletin.of(bulletin) for bulletin in bulletins]
    job = Job("csv", items, bulletins=stated, made=made, version=__version__)
    parts = (part for file in csv_.SPEC.write(job) for part in file.parts)
    return b"".join(part.encode() if isinstance(part, str) else part for part in parts)


def _changes(changes: Sequence[Change]) -> bytes:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(_COLUMNS)
    for change in changes:
        rows.writerow(
            csv_.unformula(cell)
            for cell in (change.bulletin, change.kind, change.value, change.code, change.why)
        )
    return text.getvalue().encode()
