"""Takes a part of a result, which says that it is one."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

import msgspec

from traque.errors import UsageError
from traque.model import Diagnostic, HuntResult, IndicatorRef, Sighting, Verdict


def choose(
    result: HuntResult,
    digest: str,
    *,
    verdicts: Sequence[str] = (),
    streams: Sequence[str] = (),
    indicators: Sequence[str] = (),
) -> HuntResult:
    """The sightings with one of ``verdicts``, in a stream that a glob names, of an indicator that one names.

    Each that stays is whole. Indicators that were not seen stay where only ``indicators`` chooses: a verdict
    or a stream has nothing to say of them. Coverage stays as it is. UsageError for a verdict that is none.
    """
    unknown = [verdict for verdict in verdicts if verdict not in set(Verdict)]
    if unknown:
        raise UsageError(f"{unknown[0]!r} is no verdict", remedy=f"they are {', '.join(Verdict)}")
    if not verdicts and not streams and not indicators:
        return result
    wanted = [
        sighting
        for sighting in result.sightings
        if (not verdicts or sighting.verdict in verdicts)
        and _named(sighting.indicator, indicators)
        and _seen_in(sighting, streams)
    ]
    criteria = [
        f"{name} {value}"
        for name, values in (("verdict", verdicts), ("stream", streams), ("indicator", indicators))
        for value in values
    ]
    told = Diagnostic(
        code="result-filtered",
        count=len(result.sightings) - len(wanted),
        examples=tuple(criteria),
        text="sightings of the whole result that are left out here: this is a part of it, chosen by",
    )
    others = not verdicts and not streams
    return msgspec.structs.replace(
        result,
        hunt=msgspec.structs.replace(
            result.hunt, filtered=(*result.hunt.filtered, *criteria), made_of=(digest,)
        ),
        sightings=tuple(wanted),
        findings=tuple(found for found in result.findings if _named(found.indicator, indicators)),
        not_seen=tuple(ref for ref in result.not_seen if others and _named(ref, indicators)),
        diagnostics=(*result.diagnostics, told),
    )


def _named(ref: IndicatorRef, globs: Sequence[str]) -> bool:
    return not globs or any(fnmatchcase(ref.value, glob) for glob in globs)


def _seen_in(sighting: Sighting, globs: Sequence[str]) -> bool:
    return not globs or any(fnmatchcase(seen.stream, glob) for seen in sighting.sources for glob in globs)
