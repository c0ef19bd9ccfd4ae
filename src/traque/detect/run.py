"""From bulletins to the files of each target."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from traque import __version__
from traque.detect import _state
from traque.detect._files import write_file, write_folder
from traque.detect.choose import choose
from traque.detect.options import DetectOptions, Warned
from traque.errors import UsageError
from traque.exporters import File, Item, Job, Numbers, Revisions, Target, targets
from traque.model import Bulletin, Observable
from traque.model.detection import Check, Detection, DetectionBulletin, LeftOut, TargetExport

RESULT: Final = "detection.json"
"""The result document, beside the targets' folders."""

Progress = Callable[[str], None]


def detect(
    bulletins: Sequence[Bulletin],
    folder: Path,
    *,
    options: DetectOptions,
    made: datetime,
    warned: Warned | None = None,
    progress: Progress = lambda _target: None,
) -> Detection:
    """Write the files of every asked target below ``folder``, a folder each, and say what was done.

    ``made`` is the day of the export: with the same bulletins and options it gives the same bytes.
    ``progress`` hears the name of each target before its work begins. Raises UsageError for targets that do
    not exist, for a TLP that forbids it, and when nothing is left to export; OSError when files cannot be
    written.
    """
    chosen = _targets(options.targets)
    items, left_out = choose(bulletins, options, made, warned)
    if not items:
        raise UsageError(
            f"no indicator is left to export: {_reasons(left_out)}", remedy="see traque lint and --include"
        )
    withdrawn = _withdrawn(_state.exported(folder), items)
    numbers = _state.numbers(folder)
    revisions = _state.revisions(folder, made.date())
    stated = tuple(DetectionBulletin.of(bulletin) for bulletin in bulletins)
    exports = []
    for target in chosen:
        progress(target.name)
        exports.append(
            _export(
                target,
                items,
                withdrawn,
                folder=folder,
                bulletins=stated,
                numbers=numbers,
                revisions=revisions,
                options=options,
                made=made,
            )
        )
    files = [write_file(folder, File(_state.INDICATORS, _state.table(items, options.action)))]
    for name, kept in ((_state.NUMBERS, numbers.given), (_state.REVISIONS, revisions.given)):
        files.append(write_file(folder, File(name, [msgspec.json.format(msgspec.json.encode(kept)), b"\n"])))
    result = Detection(
        version=__version__,
        made=made,
        action=options.action,
        direction=options.direction,
        folder=str(folder),
        bulletins=stated,
        indicators=len(items),
        withdrawn=len(withdrawn),
        left_out=tuple(left_out),
        targets=tuple(exports),
        files=tuple(files),
    )
    write_file(folder, File(RESULT, [msgspec.json.format(msgspec.json.encode(result), indent=1), b"\n"]))
    return result


def _withdrawn(before: Sequence[Observable], items: Iterable[Item]) -> list[Observable]:
    if not before:
        return []
    now = {item.observable for item in items}
    return [observable for observable in before if observable not in now]


def _targets(names: Iterable[str]) -> list[Target]:
    known = targets()
    wanted = [part for name in names for part in name.split(",") if part]
    unknown = [name for name in wanted if name != "all" and name not in known]
    if unknown or not wanted:
        what = f"no target is named {', '.join(map(repr, unknown))}" if unknown else "no target was named"
        raise UsageError(what, remedy="traque detect --list names them all")
    return [spec for spec in known if "all" in wanted or spec.name in wanted]


def _export(
    target: Target,
    items: Sequence[Item],
    withdrawn: Sequence[Observable],
    *,
    folder: Path,
    bulletins: tuple[DetectionBulletin, ...],
    numbers: Numbers,
    revisions: Revisions,
    options: DetectOptions,
    made: datetime,
) -> TargetExport:
    cannot = _inability(target, options)
    if cannot and "all" in options.targets:
        left = LeftOut(target=target.name, code="action", count=len(items), reason=cannot)
        return TargetExport(target=target.name, title=target.title, indicators=0, left_out=(left,))
    refused = cannot or _forbidden(target, options, bulletins)
    if refused:
        return TargetExport(target=target.name, title=target.title, indicators=0, refused=refused)
    kinds = frozenset(target.kinds)
    job = Job(
        target.name,
        [item for item in items if item.indicator.observable.kind in kinds],
        bulletins=bulletins,
        made=made,
        version=__version__,
        action=options.action,
        direction=options.direction,
        withdrawn=[observable for observable in withdrawn if observable.kind in kinds],
        numbers=numbers,
        revisions=revisions,
    )
    job.left_out.extend(_unsaid(target, items))
    if not job.items and not job.withdrawn:
        return TargetExport(
            target=target.name, title=target.title, indicators=0, left_out=tuple(job.left_out)
        )
    place = folder / target.name
    files = write_folder(place, target.write(job))
    dropped = {(left.kind, left.value) for left in job.left_out if left.value}
    return TargetExport(
        target=target.name,
        title=target.title,
        indicators=len(job.items) - len(dropped),
        files=tuple(files),
        left_out=tuple(job.left_out),
        checks=tuple(_checked(target, place)) if options.check else (),
        load=target.load,
    )


def _inability(target: Target, options: DetectOptions) -> str:
    """Why its rules cannot do what is asked, or nothing."""
    if options.action in target.actions:
        return ""
    if options.action == "alert":
        return "it can only block: --action block writes it"
    return "it can only alert: --action alert writes it"


def _forbidden(target: Target, options: DetectOptions, bulletins: Sequence[DetectionBulletin]) -> str:
    """Why the PAP of a bulletin forbids it, or nothing."""
    strict = [bulletin for bulletin in bulletins if bulletin.pap in ("red", "amber")]
    if not strict:
        return ""
    marked = ", ".join(f"{bulletin.id} is PAP:{(bulletin.pap or '').upper()}" for bulletin in strict)
    if options.action == "block":
        return f"{marked}: the attacker could notice a block. --action alert is allowed"
    return f"{marked}: its values must not be handed to a provider" if target.outside else ""


def _unsaid(target: Target, items: Sequence[Item]) -> list[LeftOut]:
    counts = Counter(item.indicator.observable.kind for item in items)
    return [
        LeftOut(
            target=target.name,
            code="kind",
            kind=kind,
            count=count,
            reason="the target has no rule for this kind",
        )
        for kind, count in sorted(counts.items())
        if kind not in target.kinds
    ]


def _checked(target: Target, folder: Path) -> Iterable[Check]:
    if target.check is None:
        return [Check(status="not-checked", detail="no checker of this target can be installed")]
    return target.check(folder)


def _reasons(left_out: Sequence[LeftOut]) -> str:
    counts = Counter(left.code for left in left_out)
    return ", ".join(f"{count} {code}" for code, count in counts.most_common())
