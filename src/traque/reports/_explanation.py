"""The page of ``traque explain``."""

from __future__ import annotations

from typing import Final

from traque.model.explanation import ExplainedRecord, Explanation
from traque.reports._page import STYLES, Page, Span
from traque.reports._renderer import Setting
from traque.reports._words import MEANING, count, moment, number, sentence

_ORIGIN: Final = {
    "log": "from the log, which still says the same",
    "changed": "from the result: the log is there, but does not say this any more at this place",
    "result": "from the result: the log is not where it was, or is no text",
}
_HANG: Final = 13


def explanation_page(found: Explanation, setting: Setting) -> bytes:
    """All of one sighting."""
    page = Page(setting)
    sighting = found.sighting
    ref = sighting.indicator
    page.say(
        f"Sighting {number(found.number)} of {number(found.of)}: ",
        (ref.value, "bold"),
        f" ({ref.kind}), ",
        (str(sighting.verdict), STYLES[sighting.verdict]),
    )
    _fact(page, "listed by", ", ".join(ref.bulletins or (ref.bulletin,)))
    _fact(page, "role", ref.role or "not stated")
    _fact(page, "described", ref.description)
    _fact(page, "records", count(sighting.count, "record"))
    if sighting.first_seen and sighting.last_seen:
        _fact(page, "seen", f"{moment(sighting.first_seen)} to {moment(sighting.last_seen)}")
    _fact(page, "verdict", found.verdict_rule)
    _fact(page, "do", MEANING[sighting.verdict][1])
    for remark in found.remarks:
        _fact(page, "", sentence(remark))
    _fact(page, "benign?", "; ".join(found.warninglists) or "on no warninglist")
    _fact(page, "validity", found.validity or "no record outside what is stated, or nothing is stated")
    if found.confidence is not None:
        _fact(page, "confidence", f"{found.confidence} of 100")
    for finding in found.findings:
        said = " ".join(sentence(part) for part in (finding.text or finding.asset, finding.remedy) if part)
        _fact(page, "finding", (finding.code, "bold red"), f": {said}")
    for position, record in enumerate(found.records, 1):
        _record(page, f"Record {position}", record)
    kept = {(record.path, record.line, record.offset) for record in found.records}
    for finding in found.findings:
        for record in finding.records:
            if (record.path, record.line, record.offset) not in kept:
                _record(page, f"Of {finding.code} {finding.asset}", record)
    return page.close()


def _fact(page: Page, label: str, *spans: Span) -> None:
    if any(span if isinstance(span, str) else span[0] for span in spans):
        page.entry((label, "dim"), *spans, indent=0, hang=_HANG)


def _record(page: Page, title: str, record: ExplainedRecord) -> None:
    page.heading(title, f"{record.path}, line {number(record.line)}")
    when = moment(record.time) if record.time else "no readable time"
    _fact(page, "time", when)
    _fact(page, "place", f"byte {number(record.offset)}; the record has {count(record.length, 'byte')}")
    _fact(page, "verdict", f"{record.verdict}: {record.why}" if record.why else record.verdict)
    _fact(page, "bytes", _text(record.before), (_text(record.match), "bold underline"), _text(record.after))
    _fact(page, "", (_ORIGIN[record.origin], "dim"))
    canonical = record.canonical
    steps = "; ".join(canonical.steps) or "it stands there as it is listed"
    _fact(page, "read as", f"{canonical.value}: {steps}")
    _fact(page, "rule", canonical.rule)
    fields = ", ".join(f"{name}={value}" for name, value in record.fields.items())
    _fact(page, "fields", fields or "the record was not understood")
    _fact(page, "SHA-256", record.sha256 + (" (of the part that is kept)" if record.cut else ""))


def _text(data: bytes) -> str:
    r"""Bytes as text; what is no UTF-8 as ``\xff``. The page escapes what could act on a terminal."""
    return data.decode("utf-8", "backslashreplace")
