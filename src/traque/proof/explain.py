"""One sighting word for word: the bytes, what they were read as, which rules spoke, and why this verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from traque.errors import UsageError
from traque.model import Evidence, HuntResult, Sighting, ladder
from traque.model.explanation import ExplainedFinding, ExplainedRecord, Explanation
from traque.proof.around import AROUND, Logs
from traque.proof.canonical import canonical
from traque.reports import ledger_remark, meaning, outside_validity


def explain(result: HuntResult, which: str, paths: Sequence[str] = ()) -> Explanation:
    """The sighting of that number (from 1, in the order of the result) or of that value.

    The bytes come from the logs where these are still there (``paths``: where to look instead), else from the
    result. UsageError when there is no such sighting.
    """
    number = _number(result, which)
    sighting = result.sightings[number - 1]
    logs = Logs(result, paths)
    lists = sighting.enrichment.get("warninglists", "")
    return Explanation(
        number=number,
        of=len(result.sightings),
        sighting=sighting,
        records=tuple(_record(sighting, record, logs) for record in sighting.evidence),
        warninglists=tuple(lists.split("; ")) if lists else (),
        validity=outside_validity(sighting),
        confidence=sighting.confidence,
        verdict_rule=meaning(sighting.verdict),
        remarks=tuple(_remarks(result, sighting)),
        findings=tuple(
            ExplainedFinding(
                code=finding.code,
                asset=finding.asset,
                text=finding.text,
                remedy=finding.remedy,
                records=tuple(_record(sighting, record, logs) for record in finding.evidence),
            )
            for finding in result.findings
            if (finding.indicator.kind, finding.indicator.value)
            == (sighting.indicator.kind, sighting.indicator.value)
        ),
    )


def _number(result: HuntResult, which: str) -> int:
    many = len(result.sightings)
    if which.isascii() and which.isdecimal() and len(which) < 10 and 1 <= int(which) <= many:
        return int(which)
    for number, sighting in enumerate(result.sightings, 1):
        if which == sighting.indicator.value:
            return number
    said = f"the result has {many:,}, from 1 on" if many else "the result has none"
    raise UsageError(f"no sighting is {which!r}", remedy=f"{said}; name one by its number or its indicator")


def _record(sighting: Sighting, record: Evidence, logs: Logs) -> ExplainedRecord:
    origin, before, match, after = _bytes(record, logs)
    return ExplainedRecord(
        path=record.path,
        line=record.line,
        offset=record.offset,
        time=record.time,
        verdict=str(record.verdict),
        why=record.why,
        origin=origin,
        before=before,
        match=match,
        after=after,
        length=record.length,
        cut=record.cut,
        sha256=record.sha256,
        fields=record.fields,
        canonical=canonical(sighting.indicator, record),
    )


def _bytes(record: Evidence, logs: Logs) -> tuple[str, bytes, bytes, bytes]:
    """Where the bytes are from, and those before the match, of it, and after it."""
    wanted = record.match.encode("utf-8", "replace")
    begin = max(0, record.offset - AROUND)
    piece = logs.piece(record.path, begin, record.offset + len(wanted) + AROUND)
    if piece is not None:
        at = record.offset - begin
        if piece[at : at + len(wanted)] == wanted:
            return "log", piece[:at], wanted, piece[at + len(wanted) :]
    kept = record.record
    at = max(0, kept.find(wanted))
    near = (kept[max(0, at - AROUND) : at], wanted, kept[at + len(wanted) :][:AROUND])
    return ("result" if piece is None else "changed", *near)


def _remarks(result: HuntResult, sighting: Sighting) -> Iterator[str]:
    order = ladder(sighting.indicator.role)
    if len(sighting.verdicts) > 1:
        each = ", ".join(f"{sighting.verdicts[v]:,} {v}" for v in order if v in sighting.verdicts)
        yield f"the worst verdict of its records counts: {each}"
    if sighting.indicator.role in ("c2", "payload"):
        yield f"its role is {sighting.indicator.role}: a host that calls out is worse than a log-in"
    if sighting.at_worst is not None:
        yield f"unclear: at worst it is {sighting.at_worst}"
    if said := ledger_remark(result, sighting):
        yield said
    if sighting.count > len(sighting.evidence) > 0:
        yield f"{len(sighting.evidence):,} of {sighting.count:,} records are kept: first, last, a spread"
