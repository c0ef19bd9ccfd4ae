"""What follows from the sightings of several hunts: why, findings, cases, leads, the first hour, visibility.

It is worked out anew from the merged result where that holds all it rests on. What only the logs themselves
could tell is not guessed: the diagnostic ``merge-unknown`` names it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from traque.model import Diagnostic, Finding, HuntResult
from traque.proof.merged_coverage import Hunted, Repeats, at_site
from traque.proof.merged_leads import joined_leads, lead_search
from traque.proof.merged_sights import sights
from traque.triage.cases import cases
from traque.triage.explain import explain
from traque.triage.leads import strongest
from traque.triage.plan import first_hour
from traque.triage.residents import resident
from traque.triage.tally import LOG_INS_KEPT, choose_evidence

EXAMPLES: Final = 5


def follows(merged: HuntResult, hunts: Sequence[Hunted], repeats: Repeats) -> HuntResult:
    """``merged`` with all that is derived from its sightings and its coverage."""
    published = {bulletin.id: bulletin.published for bulletin in merged.bulletins}
    sightings = tuple(
        msgspec.structs.replace(one, explanation=explain(one, published.get(one.indicator.bulletin)))
        for one in merged.sightings
    )
    unknown: list[str] = []
    findings = tuple(_findings(merged, hunts, repeats, unknown))
    leads = strongest(joined_leads(merged, hunts, repeats, unknown))
    counted = {one.indicator for hunt in hunts for one in hunt.result.sightings if one.exchanges is not None}
    unknown += [
        f"how many flows there were with {one.indicator.value}"
        for one in sightings
        if one.exchanges is None and one.indicator in counted
    ]
    result = msgspec.structs.replace(
        merged,
        sightings=sightings,
        findings=findings,
        cases=cases(sightings, leads),
        leads=leads,
        lead_search=lead_search(hunts),
        plan=first_hour(sightings, merged.coverage, leads) if sightings or findings else None,
        visibility=tuple(sights(merged, hunts)),
    )
    if not unknown:
        return result
    told = Diagnostic(
        code="merge-unknown",
        count=len(unknown),
        examples=tuple(unknown[:EXAMPLES]),
        text="not known from results alone; one hunt over all these logs tells",
    )
    return msgspec.structs.replace(result, diagnostics=(*result.diagnostics, told))


def _findings(
    merged: HuntResult, hunts: Sequence[Hunted], repeats: Repeats, unknown: list[str]
) -> Iterator[Finding]:
    held: dict[tuple[str, ...], list[tuple[Hunted, Finding]]] = defaultdict(list)
    for hunt in hunts:
        for one in hunt.result.findings:
            held[one.code, one.indicator.kind, one.indicator.value, one.asset].append((hunt, one))
    accepting = _accepting(hunts, repeats)
    regulars = set()
    for (code, _, value, asset), same in held.items():
        if code != "resident-user":
            yield same[0][1]
            continue
        regulars.add((value, asset))
        yield _regular(merged, [one for one in same if _is_its_own(*one, repeats)] or same[:1])
        if accepting[value, asset] > len(same):
            unknown.append(f"how often {asset} was accepted from {value}: some hunts saw too few to say")
    unknown += [
        f"whether {account} is a regular from {value}, over all of them"
        for (value, account), many in accepting.items()
        if many > 1 and (value, account) not in regulars
    ]


def _is_its_own(hunt: Hunted, finding: Finding, repeats: Repeats) -> bool:
    """Whether any of its records is of a source that no other result holds."""
    return not finding.evidence or any((hunt.number, one.path) not in repeats for one in finding.evidence)


def _accepting(hunts: Sequence[Hunted], repeats: Repeats) -> Counter[tuple[str, str]]:
    """How many of the hunts saw, in logs of their own, an account accepted from an indicator."""
    return Counter(
        (one.indicator.value, account)
        for hunt in hunts
        for one in hunt.result.sightings
        if one.accepted and any((hunt.number, seen.path) not in repeats for seen in one.sources)
        for account in one.accepted
    )


def _regular(merged: HuntResult, same: Sequence[tuple[Hunted, Finding]]) -> Finding:
    first = same[0][1]
    since = min((one.since for _, one in same if one.since is not None), default=None)
    until = max((one.until for _, one in same if one.until is not None), default=None)
    records = [at_site(record, hunt.site) for hunt, one in same for record in one.evidence]
    evidence = choose_evidence(records, first.indicator.role, LOG_INS_KEPT)
    if len(same) == 1 or since is None or until is None or any(one.times is None for _, one in same):
        return msgspec.structs.replace(first, evidence=evidence)
    published = {bulletin.id: bulletin.published for bulletin in merged.bulletins}
    return resident(
        first.indicator,
        first.asset,
        sum(one.times or 0 for _, one in same),
        (since, until),
        listed=published.get(first.indicator.bulletin) or first.indicator.valid_from,
        evidence=evidence,
    )
