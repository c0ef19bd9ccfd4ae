"""The sightings as a table, one row each, for spreadsheets and scripts.

RFC 4180 with a header, UTF-8. Several values in a cell are joined with ``; ``. Logs are written by
attackers: control characters are shown as escapes, and where a spreadsheet could see a formula (also
when it splits cells at semicolons or tabs, as in some locales) a ``'`` stands before the sign.

``ledger_only`` counts those of ``records`` that only a ledger knows: there is no log text of them any more.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime
from typing import Final

from traque.model import HuntResult, Sighting
from traque.reports._escape import printable
from traque.reports._recalled import gone, recalled
from traque.reports._renderer import Renderer, Setting
from traque.reports._summary import outside_validity, telling

COLUMNS: Final = (
    "verdict",
    "kind",
    "indicator",
    "bulletins",
    "role",
    "records",
    "first_seen",
    "last_seen",
    "undated",
    "outside_window",
    "outside_validity",
    "confidence",
    "direction",
    "verdicts",
    "assets",
    "accounts",
    "ports",
    "bytes_in",
    "bytes_out",
    "streams",
    "sources",
    "country",
    "asn",
    "evidence_path",
    "evidence_line",
    "evidence_time",
    "evidence",
    "ledger_only",
)

_EVIDENCE_CAP: Final = 500
"""Characters of the most telling record that are shown; ``result.json`` has it whole."""

_FORMULA: Final = re.compile(r"(^|[;\t\r\n])(\s*)([=+\-@\uff1d\uff0b\uff0d\uff20\t\r])")
"""Where a spreadsheet could start a formula; the wide signs are read as the plain ones by some."""


def cell(value: object) -> str:
    """``value`` as a cell that no spreadsheet runs and no terminal obeys; None is empty."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, tuple):
        return cell("; ".join(str(item) for item in value))
    if isinstance(value, int):
        return str(value)
    return printable(_FORMULA.sub(r"\1\2'\3", str(value)))


def stamp(moment: datetime) -> str:
    """ISO 8601 in UTC, ``2021-01-31T23:59:59Z``; microseconds only when there are any."""
    return moment.isoformat().replace("+00:00", "Z")


def _row(sighting: Sighting, without: frozenset[str]) -> tuple[object, ...]:
    indicator, outside, record = sighting.indicator, sighting.outside_window, telling(sighting)
    return (
        sighting.verdict,
        indicator.kind,
        indicator.value,
        indicator.bulletins or (indicator.bulletin,),
        indicator.role,
        sighting.count,
        sighting.first_seen,
        sighting.last_seen,
        sighting.undated,
        outside.count if outside else 0,
        outside_validity(sighting),
        sighting.confidence,
        sighting.direction,
        tuple(f"{verdict} {count}" for verdict, count in sighting.verdicts.items()),
        sighting.assets,
        sighting.accounts,
        sighting.ports,
        sighting.bytes.inward,
        sighting.bytes.outward,
        tuple(dict.fromkeys(source.stream for source in sighting.sources)),
        tuple(source.path for source in sighting.sources),
        sighting.enrichment.get("country"),
        sighting.enrichment.get("asn"),
        record.path if record else None,
        record.line if record else None,
        record.time if record else None,
        record.text[:_EVIDENCE_CAP] if record else None,
        recalled(sighting, without),
    )


def _render(result: HuntResult, _setting: Setting) -> bytes:
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    without = gone(result)
    writer.writerows([cell(value) for value in _row(sighting, without)] for sighting in result.sightings)
    return table.getvalue().encode()


SPEC = Renderer(
    name="csv",
    title="one row per sighting, safe to open in a spreadsheet",
    render=_render,
    file_name="sightings.csv",
    with_hunt=True,
    media_type="text/csv; charset=utf-8",
)
