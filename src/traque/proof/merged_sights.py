"""Would we have seen it? The rows of several hunts as one matrix."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from traque.model import HuntResult, Sight, StreamSight
from traque.proof.merged_coverage import Hunted, named
from traque.triage.visibility import ASKED_OF, ONLY_DENIALS


def sights(merged: HuntResult, hunts: Sequence[Hunted]) -> Iterator[StreamSight]:
    """A row for each stream of the merged coverage."""
    held: dict[str, list[StreamSight]] = defaultdict(list)
    for hunt in hunts:
        for one in hunt.result.visibility:
            control = one.control
            if control is not None:
                control = msgspec.structs.replace(control, path=f"{hunt.site}/{control.path}")
            name = named(hunt.site, one.stream)
            held[name].append(msgspec.structs.replace(one, stream=name, control=control))
    for stream in merged.coverage.streams:
        same = held.get(stream.name, [])
        if same:
            yield same[0] if len(same) == 1 else _sight(same)


def _sight(same: Sequence[StreamSight]) -> StreamSight:
    """One stream of which several hunts looked at records."""
    outcomes: Counter[str] = Counter()
    for one in same:
        outcomes.update(one.outcomes)
    verdicts = {
        verdict: _best([one.verdicts[verdict] for one in same if verdict in one.verdicts])
        for verdict in ASKED_OF
    }
    if set(outcomes) != {"denied"}:
        verdicts = {v: Sight.POSSIBLE if sight is Sight.UNLIKELY else sight for v, sight in verdicts.items()}
    controls = sorted((one.control for one in same if one.control is not None), key=lambda one: one.found)
    remarks = dict.fromkeys(remark for one in same for remark in one.remarks)
    return StreamSight(
        stream=same[0].stream,
        records=sum(one.records for one in same),
        verdicts=verdicts,
        outcomes=dict(sorted(outcomes.items())),
        control=controls[0] if controls else None,
        remarks=tuple(
            remark
            for remark in remarks
            if Sight.UNLIKELY in verdicts.values() or not remark.startswith(ONLY_DENIALS)
        ),
    )


def _best(answers: Iterable[Sight]) -> Sight:
    """Shown by one is shown; that a format never says it must be so for all."""
    found = set(answers)
    for answer in (Sight.SHOWN, Sight.UNLIKELY, Sight.POSSIBLE):
        if answer in found:
            return answer
    return Sight.NEVER
