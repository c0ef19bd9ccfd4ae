r"""Sigma: a rule for each bulletin, list of values and log source.

A rule holds up to :data:`MOST` values. Of more it asks for a placeholder (``|expand``), whose values stand in
``placeholders.yml``, a processing pipeline for pySigma; a SIEM's look-up can take its place. Networks have no
placeholder: they are sharded.

Format: https://sigmahq.io/sigma-specification/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from traque.exporters._by_bulletin import by_bulletin, file_stem
from traque.exporters._capacity import shards
from traque.exporters._job import File, Item, Job
from traque.exporters._lookups import kinds_of, listed
from traque.exporters._sigma_check import convert
from traque.exporters._sigma_rules import SOURCES, Source, Test
from traque.exporters._target import Limit, Target
from traque.exporters._text import visible
from traque.exporters._yaml import quoted
from traque.model.detection import Check, DetectionBulletin
from traque.model.stix import stable

MOST: Final = 100
"""Values in a rule; backends make a query as long as the rule, and engines refuse long ones."""
PLACEHOLDERS: Final = "placeholders.yml"
_NOT_IN_SYSMON: Final = frozenset({"sha512"})
_GRAVE: Final = frozenset({"c2", "payload", "exfiltration"})


def write(job: Job) -> Iterator[File]:
    """The rules, and the values of those that are too many for a rule."""
    large: list[tuple[str, Test, Sequence[Item]]] = []
    for bulletin, items in by_bulletin(job):
        for name, members in listed(items, SOURCES).items():
            for source in SOURCES[name]:
                yield from _rules(job, bulletin, name, source, members, large)
    if large:
        yield File(PLACEHOLDERS, _pipeline(large))


def _rules(  # noqa: PLR0917 -- what a rule is made of
    job: Job,
    bulletin: DetectionBulletin,
    name: str,
    source: Source,
    members: Sequence[Item],
    large: list[tuple[str, Test, Sequence[Item]]],
) -> Iterator[File]:
    tests = [test for test in source.tests if job.direction == "both" or test.way in ("both", job.direction)]
    groups: list[Sequence[Item]] = [members]
    if any(not test.expands for test in tests):
        groups = list(shards(members, MOST))
    for number, group in enumerate(groups, 1):
        detection = []
        for test in tests:
            values = [value for item in group[: MOST + 1] for value in test.spell(item)]
            if len(group) > MOST and any(test.spell(item) for item in group):
                values = [_placeholder(bulletin, name, source, test)]
                large.append((values[0], test, group))
                detection.append((test, values, True))
            elif values:
                detection.append((test, values, False))
        if detection:
            shard = f"-{number}" if len(groups) > 1 else ""
            stem = f"rules/{file_stem(bulletin)}-{name}-{source.name}{shard}"
            yield File(f"{stem}.yml", _rule(job, bulletin, name, source, group, detection, shard))


def _rule(  # noqa: PLR0917 -- as above
    job: Job,
    bulletin: DetectionBulletin,
    name: str,
    source: Source,
    items: Sequence[Item],
    detection: Sequence[tuple[Test, Sequence[str], bool]],
    shard: str,
) -> Iterator[str]:
    expires = min(item.expires for item in items)
    grave = any(item.indicator.role in _GRAVE for item in items)
    actors = f", {visible('/'.join(bulletin.actors[:3]))}" if bulletin.actors else ""
    marks = "".join(
        f", {mark}:{level.upper()}" for mark, level in (("TLP", bulletin.tlp), ("PAP", bulletin.pap)) if level
    )
    title = f"{visible(bulletin.id)[:80]}: {name} in {source.title}{shard.replace('-', ' ')}"
    described = (
        f"{visible(bulletin.title or bulletin.id)} (bulletin {visible(bulletin.id)}{marks}{actors});"
        f" traque {job.version}; renew or remove by {expires:%Y-%m-%d}"
    )
    yield f"title: {quoted(title)}\nid: {stable('sigma', bulletin.id, name, source.name, shard)}\n"
    yield f"status: experimental\ndescription: {quoted(described)}\n"
    if bulletin.producer:
        yield f"author: {quoted(visible(bulletin.producer))}\n"
    yield f"date: {bulletin.published or job.made:%Y-%m-%d}\nmodified: {job.made:%Y-%m-%d}\n"
    if bulletin.tlp:
        yield f"tags:\n  - tlp.{bulletin.tlp.replace('+', '-')}\n"
    yield "logsource:\n" + "".join(f"  {key}: {value}\n" for key, value in source.logsource)
    yield "detection:\n"
    if source.also:
        yield "  event:\n" + "".join(f"    {key}: {value}\n" for key, value in source.also)
    for test, values, expanded in detection:
        modifier = _expanding(test.field) if expanded else test.field
        yield f"  {test.name}:\n    {modifier}:\n"
        yield "".join(f"      - {quoted(value if expanded else literal(value))}\n" for value in values)
    either = " or ".join(test.name for test, _, _ in detection)
    yield f"  condition: {f'event and ({either})' if source.also else either}\n"
    yield "falsepositives:\n  - The value was reassigned, or is shared by others\n"
    yield f"level: {'high' if grave else 'medium'}\n"


def literal(value: str) -> str:
    r"""``value`` without a wildcard: a backslash before ``\``, ``*`` and ``?``."""
    return value.replace("\\", "\\\\").replace("*", "\\*").replace("?", "\\?")


def _placeholder(bulletin: DetectionBulletin, name: str, source: Source, test: Test) -> str:
    key = stable("sigma", bulletin.id)[:8]
    return f"%traque_{key}_{name}_{source.name.replace('-', '_')}_{test.name}%"


def _expanding(field: str) -> str:
    """The modifier that fills the placeholder stands before those that place the value in the field."""
    name, *modifiers = field.split("|")
    return "|".join((name, "expand", *modifiers))


def _pipeline(large: Sequence[tuple[str, Test, Sequence[Item]]]) -> Iterator[str]:
    yield "name: Values of traque's placeholders\npriority: 10\nvars:\n"
    for placeholder, test, items in large:
        yield f"  {placeholder.strip('%')}:\n"
        for start in range(0, len(items), 10_000):
            yield "".join(
                f"    - {quoted(literal(value))}\n"
                for item in items[start : start + 10_000]
                for value in test.spell(item)
            )
    yield "transformations:\n  - id: traque_placeholders\n    type: value_placeholders\n"


def check(folder: Path) -> Iterator[Check]:
    """PySigma reads the rules, and each backend that is installed converts them."""
    yield from convert(folder, PLACEHOLDERS)


SPEC = Target(
    name="sigma",
    title="Sigma rules",
    family="siem",
    kinds=tuple(kind for kind in kinds_of(SOURCES) if kind not in _NOT_IN_SYSMON),
    actions=("alert",),
    limits=(
        Limit(
            f"{MOST} values a rule", f"a placeholder for each longer list, with its values in {PLACEHOLDERS}"
        ),
        Limit(f"{MOST} networks a rule", "more rules: backends take no placeholder for networks"),
    ),
    escaping="values: a backslash before `\\`, `*` and `?` (Sigma), then a double-quoted YAML string",
    load=(
        "sigma convert -t splunk -p splunk_windows rules/   (or another backend and its pipeline)\n"
        "sigma convert -t splunk -p placeholders.yml rules/   (where placeholders.yml exists)"
    ),
    verify="sigma check rules/",
    remove="delete the rules of the bulletin's name; the `id` of a rule is the same in every export",
    sources=("https://sigmahq.io/sigma-specification/", "https://sigmahq-pysigma.readthedocs.io/"),
    write=write,
    check=check,
)
