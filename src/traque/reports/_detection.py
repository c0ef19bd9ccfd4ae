"""The report of an export into detection, for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from traque.model.detection import Check, Detection, LeftOut, TargetExport
from traque.reports._page import Page, Span
from traque.reports._renderer import Setting

_NAMED: Final = 5
"""Values that are named for one reason; the others are in detection.json."""
_STYLE: Final = {"passed": "green", "failed": "bold red", "not-checked": "yellow"}


def detection(result: Detection, setting: Setting) -> bytes:
    """What was written for each target, what its checker says, and what was left out and why."""
    page = Page(setting)
    _summary(page, result)
    page.heading("targets", f"below {result.folder}")
    for target in result.targets:
        _target(page, target)
    if result.left_out:
        page.heading("left out of all targets")
        _left_out(page, result.left_out, indent=2)
    if setting.closing:
        page.say("")
        page.say((setting.closing, "dim"))
    return page.close()


def _summary(page: Page, result: Detection) -> None:
    for bulletin in result.bulletins:
        marking = [f"TLP:{bulletin.tlp.upper()}" if bulletin.tlp else "no TLP stated"]
        if bulletin.pap:
            marking.append(f"PAP:{bulletin.pap.upper()}")
        day = f"{bulletin.published:%Y-%m-%d}" if bulletin.published else ""
        page.say(
            (bulletin.id, "bold"),
            page.between + page.between.join(filter(None, (day, *marking, ", ".join(bulletin.actors)))),
        )
    gone = (
        f", {_count(result.withdrawn, 'indicator')} withdrawn since the last export"
        if result.withdrawn
        else ""
    )
    way = {"in": "arriving", "out": "leaving", "both": "arriving and leaving"}[result.direction]
    page.say(f"{_count(result.indicators, 'indicator')} to {result.action} on, {way}{gone}.")


def _target(page: Page, target: TargetExport) -> None:
    if target.refused:
        page.entry((target.target, "bold"), ("refused: ", "yellow"), target.refused, indent=2, hang=22)
        return
    if not target.files:
        page.entry((target.target, "bold"), ("nothing was written", "dim"), indent=2, hang=22)
    else:
        files = [file.path.partition("/")[2] for file in target.files]
        named = ", ".join(files[:3]) + (f" and {len(files) - 3} more" if len(files) > 3 else "")
        page.entry(
            (target.target, "bold"), f"{_count(target.indicators, 'indicator')} in {named}", indent=2, hang=22
        )
    for check in target.checks:
        page.say(*_checked(check), indent=22)
    _left_out(page, target.left_out, indent=22)
    if target.files and target.load:
        for line in target.load.splitlines():
            page.say((f"load: {line}", "dim"), indent=22)


def _checked(check: Check) -> list[Span]:
    words = check.status.replace("-", " ")
    by = f" by {check.by}" if check.by and check.status != "not-checked" else ""
    return [(words, _STYLE[check.status]), f"{by}{': ' + check.detail if check.detail else ''}"]


def _left_out(page: Page, left_out: Sequence[LeftOut], *, indent: int) -> None:
    """A line for each reason: how many, and the first values."""
    counts: Counter[tuple[str, str]] = Counter()
    values: dict[tuple[str, str], list[str]] = {}
    for left in left_out:
        reason = left.reason.replace(left.value, "VALUE") if left.value else left.reason
        key = (left.kind, reason)
        counts[key] += left.count
        if left.value:
            values.setdefault(key, []).append(left.value)
    for (kind, reason), count in counts.most_common():
        named = values.get((kind, reason), [])
        listed = f": {', '.join(named[:_NAMED])}{page.more if len(named) > _NAMED else ''}" if named else ""
        page.say((f"left out {count} {kind}".rstrip(), "yellow"), f" ({reason}){listed}", indent=indent)


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
