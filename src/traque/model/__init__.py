"""The words of the project as frozen structs; no behaviour beyond what a word means."""

from traque.model.bulletin import Bulletin, Indicator, Refused, Statement, Window
from traque.model.event import Event, Initiator, Outcome, Stamp, TimeRule
from traque.model.observable import ENUMERABLE_KINDS, Observable
from traque.model.reference import Reference
from traque.model.result import (
    Coverage,
    Diagnostic,
    Evidence,
    ExpectedCoverage,
    Finding,
    Gap,
    HuntResult,
    IndicatorRef,
    OutsideValidity,
    OutsideWindow,
    SeenIn,
    Sighting,
    SourceCoverage,
    StreamCoverage,
)
from traque.model.shape import ABSENT, STATED, Members, Shape
from traque.model.verdict import Direction, Verdict, ladder, worst

__all__ = [
    "ABSENT",
    "ENUMERABLE_KINDS",
    "STATED",
    "Bulletin",
    "Coverage",
    "Diagnostic",
    "Direction",
    "Event",
    "Evidence",
    "ExpectedCoverage",
    "Finding",
    "Gap",
    "HuntResult",
    "Indicator",
    "IndicatorRef",
    "Initiator",
    "Members",
    "Observable",
    "Outcome",
    "OutsideValidity",
    "OutsideWindow",
    "Reference",
    "Refused",
    "SeenIn",
    "Shape",
    "Sighting",
    "SourceCoverage",
    "Stamp",
    "Statement",
    "StreamCoverage",
    "TimeRule",
    "Verdict",
    "Window",
    "ladder",
    "worst",
]
