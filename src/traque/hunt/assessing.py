"""Adds to an answer what follows from it: explanations, findings, cases, leads, the first hour, visibility.

Counts, verdicts and times of sightings are not touched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice

import msgspec

from traque.hunt.controls import Candidate, controls
from traque.hunt.options import HuntOptions
from traque.hunt.question import Question, compile_engine
from traque.hunt.search import SourceSearch
from traque.hunt.second_look import look_again
from traque.logs import registry
from traque.model import (
    Bulletin,
    Evidence,
    Finding,
    HuntResult,
    StreamSight,
)
from traque.triage.cases import cases
from traque.triage.explain import explain
from traque.triage.plan import first_hour
from traque.triage.residents import residents
from traque.triage.tally import Tally
from traque.triage.visibility import sayable, sight


def assessed(
    result: HuntResult,
    question: Question,
    bulletins: Sequence[Bulletin],
    searches: Sequence[SourceSearch],
    options: HuntOptions,
) -> HuntResult:
    """``result`` with all that is derived from its sightings and from what was searched."""
    streams = {source.path: source.stream for source in result.coverage.sources}
    leads, lead_search = look_again(question, result.sightings, searches, streams, options.threads)
    published = {bulletin.id: bulletin.published for bulletin in bulletins}
    sightings = tuple(
        msgspec.structs.replace(one, explanation=explain(one, published.get(one.indicator.bulletin)))
        for one in result.sightings
    )
    return msgspec.structs.replace(
        result,
        sightings=sightings,
        findings=(*result.findings, *_residents(question, bulletins, searches)),
        cases=cases(sightings, leads),
        leads=leads,
        lead_search=lead_search,
        plan=first_hour(sightings, result.coverage, leads) if sightings or result.findings else None,
        visibility=tuple(_visibility(result, searches, options)),
    )


def _controls(searches: Iterable[SourceSearch]) -> Iterator[tuple[SourceSearch, Candidate]]:
    """The sources with a value for the control. A ledger has none: there the logs are asked, one by one."""
    for search in searches:
        if (found := search.control()) is not None:
            yield search, found


def _residents(
    question: Question, bulletins: Sequence[Bulletin], searches: Sequence[SourceSearch]
) -> Iterator[Finding]:
    published = {bulletin.id: bulletin.published for bulletin in bulletins}
    log_ins: dict[int, Tally] = {}
    records: dict[int, dict[str, list[Evidence]]] = defaultdict(lambda: defaultdict(list))
    for search in searches:
        for index, tally in search.tallies.items():
            if tally.accepted:
                log_ins.setdefault(index, Tally()).merge(tally)
            for account, kept in tally.log_ins.items():
                records[index][account] += kept.kept()
    for index, tally in sorted(log_ins.items()):
        ref = question.refs[index]
        listed = published.get(ref.bulletin) or ref.valid_from
        yield from residents(ref, tally, listed, records[index])


def _visibility(
    result: HuntResult, searches: Sequence[SourceSearch], options: HuntOptions
) -> Iterator[StreamSight]:
    names = {source.path: source.stream for source in result.coverage.sources}
    members: dict[str, list[SourceSearch]] = defaultdict(list)
    for search in searches:
        members[names[search.path]].append(search)
    asked = [
        (stream, search.path, found)
        for stream in sorted(members)
        for search, found in islice(_controls(members[stream]), 1)
    ]
    answers = controls(asked, partial(compile_engine, options.engine))
    stated = {spec.name: spec.outcomes for spec in registry()}
    limits = {spec.name: spec.limit for spec in registry()}
    for stream in result.coverage.streams:
        group = members[stream.name]
        samples = [search.looked.sample for search in group if search.looked is not None]
        yield sight(
            stream.name,
            samples=samples,
            found={v for search in group for tally in search.tallies.values() for v in tally.verdicts},
            can=sayable(stream.format, stated, samples),
            control=answers.get(stream.name),
            losses=stream.losses,
            limit=limits.get(stream.format, ""),
        )
