"""Renderers: one file each, and each reads only the :class:`~traque.model.HuntResult`.

Beside them the pages of other answers: :func:`inspection_page` and :func:`format_page`.
"""

from collections.abc import Sequence

from traque.model import HuntResult, Sighting, Verdict
from traque.model.inspection import FormatDetails, Inspection
from traque.reports import _recalled
from traque.reports import _words as words
from traque.reports._escape import printable
from traque.reports._language import LANGUAGES
from traque.reports._renderer import Renderer, Setting, renderers
from traque.reports._summary import answer, outside_validity, shortfalls
from traque.reports._told import clock_remarks

__all__ = [
    "LANGUAGES",
    "Renderer",
    "Setting",
    "answer",
    "clock_remarks",
    "format_page",
    "inspection_json",
    "inspection_page",
    "ledger_remark",
    "meaning",
    "outside_validity",
    "printable",
    "renderers",
    "shortfalls",
    "words",
]  # fmt: skip


def ledger_remark(result: HuntResult, sighting: Sighting) -> str:
    """That there is no log text of a sighting, or of a part of it; empty where its logs were read."""
    return _recalled.remark(sighting, _recalled.gone(result))


def meaning(verdict: Verdict) -> str:
    """What a record with this verdict says."""
    return words.MEANING[verdict][0]


def format_page(formats: Sequence[FormatDetails], setting: Setting) -> bytes:
    """The formats of one name, for a person."""
    from traque.reports._formats import render_details  # rich is loaded only when a page is made

    return render_details(formats, setting)


def inspection_page(inspection: Inspection, setting: Setting, *, full: bool = False) -> bytes:
    """An inspection for a person; ``full`` shows each of many sources at length."""
    from traque.reports._inspection import render_inspection  # rich is loaded only when a page is made

    return render_inspection(inspection, setting, full=full)


def inspection_json(inspection: Inspection) -> bytes:
    """An inspection as JSON, safe to show on a terminal."""
    from traque.reports.json_ import dump

    return dump(inspection)
