"""The leads of several hunts as one list: an address once, and none that is listed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec

from traque.model import HuntResult, Lead, LeadSearch, Trait, ladder, worst
from traque.proof.merged_coverage import Hunted, Repeats, at_site, named
from traque.triage.leads import LEADS, lead_text

_Key = tuple[str, str]


def joined_leads(
    merged: HuntResult, hunts: Sequence[Hunted], repeats: Repeats, unknown: list[str]
) -> Iterator[Lead]:
    """Each unlisted address once; what cannot be told is added to ``unknown``."""
    listed = {(ref.kind, ref.value) for ref in (*(s.indicator for s in merged.sightings), *merged.not_seen)}
    held: dict[_Key, list[tuple[Hunted, Lead]]] = defaultdict(list)
    for hunt in hunts:
        for lead in hunt.result.leads:
            if (lead.kind, lead.value) not in listed:
                held[lead.kind, lead.value].append((hunt, lead))
    for same in held.values():
        states = [_repeated(hunt, lead, repeats) for hunt, lead in same]
        left = [one for one, state in zip(same, states, strict=True) if state != "all"] or same[:1]
        some = "some" in states and len(left) > 1
        if some:
            unknown.append(f"how many records {left[0][1].value} has: several hunts searched some of them")
        yield _joined(left, largest=some)


def _repeated(hunt: Hunted, lead: Lead, repeats: Repeats) -> str:
    """Whether ``all``, ``some`` or none of the sources of the lead's streams are in another result too."""
    sources = [
        (hunt.number, source.path) in repeats
        for source in hunt.result.coverage.sources
        if source.stream in lead.streams and not source.duplicate_of
    ]
    return "all" if sources and all(sources) else "some" if any(sources) else ""


def _joined(same: Sequence[tuple[Hunted, Lead]], *, largest: bool) -> Lead:
    traits: dict[_Key, dict[str, None]] = defaultdict(dict)
    for _, lead in same:
        for trait in lead.traits:
            traits[trait.name, trait.value].update(dict.fromkeys(trait.shared_with))
    named_traits = tuple(
        Trait(name=name, value=value, shared_with=tuple(shared)) for (name, value), shared in traits.items()
    )
    order = ladder(None)
    best, lead = min(same, key=lambda one: order.index(one[1].verdict))
    counts = [one.count for _, one in same]
    return msgspec.structs.replace(
        lead,
        text=lead_text(lead.value, named_traits),
        traits=named_traits,
        verdict=worst(one.verdict for _, one in same),
        count=max(counts) if largest else sum(counts),
        first_seen=min((one.first_seen for _, one in same if one.first_seen is not None), default=None),
        last_seen=max((one.last_seen for _, one in same if one.last_seen is not None), default=None),
        streams=tuple(dict.fromkeys(named(hunt.site, name) for hunt, one in same for name in one.streams)),
        accounts=tuple(dict.fromkeys(name for _, one in same for name in one.accounts))[:LEADS],
        evidence=at_site(lead.evidence, best.site) if lead.evidence is not None else None,
    )


def lead_search(hunts: Sequence[Hunted]) -> LeadSearch | None:
    """What the hunts looked at, together; None where none did."""
    searched = [(hunt.site, hunt.result.lead_search) for hunt in hunts if hunt.result.lead_search is not None]
    if not searched:
        return None
    records, sources = sum(one.records for _, one in searched), sum(one.sources for _, one in searched)
    limits = [f"{site}: {limit}" for site, one in searched for limit in one.limits]
    if len(searched) > 1:
        limits.append("not looked at: whether records of one hunt are like sightings of another")
    return LeadSearch(
        text=(
            f"records looked at: {records:,}; sources: {sources}; by each hunt around its own sightings, for "
            "unlisted addresses with the same account, user agent, JA3, path or network within a day"
        ),
        sources=sources,
        records=records,
        limits=tuple(limits),
    )
