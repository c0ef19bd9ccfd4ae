r"""Google SecOps: reference lists and YARA-L rules that look fields up in them.

A rule may hold seven ``in`` statements, four of them of regular expressions and two of networks; there is a
rule for each field, so none comes near. Names are found below a listed one by a list of regular expressions.
Format: https://cloud.google.com/chronicle/docs/yara-l/reference-list-syntax
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from traque.exporters._capacity import aggregated, shards
from traque.exporters._job import File, Item, Job
from traque.exporters._lookups import hive_short, kinds_of, listed, names_below
from traque.exporters._target import Limit, Target
from traque.exporters._text import plain
from traque.model.detection import Direction

LINES: Final = 100_000
"""Lines of a list of strings."""
_MOST: Final = {"net": 150, "below": 100}
_LONGEST: Final = 512
"""Characters of a line."""
_FIELDS: Final[dict[str, tuple[tuple[str, Direction], ...]]] = {
    "ip": (("target.ip", "out"), ("principal.ip", "in")),
    "net": (("target.ip", "out"), ("principal.ip", "in")),
    "domain": (("network.dns.questions.name", "both"), ("target.hostname", "both")),
    "below": (("network.dns.questions.name", "both"), ("target.hostname", "both")),
    "url": (("target.url", "both"),),
    "email": (("network.email.from", "both"),),
    "md5": (("target.process.file.md5", "both"), ("target.file.md5", "both")),
    "sha1": (("target.process.file.sha1", "both"), ("target.file.sha1", "both")),
    "sha256": (("target.process.file.sha256", "both"), ("target.file.sha256", "both")),
    "path": (("target.process.file.full_path", "both"), ("target.file.full_path", "both")),
    "agent": (("network.http.user_agent", "both"),),
    "registry": (("target.registry.registry_key", "both"),),
    "ja3": (("network.tls.client.ja3", "both"),),
    "ja3s": (("network.tls.server.ja3s", "both"),),
}
_OPERATORS: Final = {"net": "in cidr", "below": "in regex"}
"""How a list is compared; the others are compared whole, without case."""
_LISTS: Final = ("ip", "net", "domain", "url", "email", "path", "agent", "registry", "ja3", "ja3s")
_SLASHES = re.compile(r"/{2,}")
_HASHES: Final = ("md5", "sha1", "sha256")


def write(job: Job) -> Iterator[File]:
    """The reference lists, then the rules."""
    values = dict(_values(job))
    names: dict[str, list[str]] = {}
    for name, lines in values.items():
        parts = list(shards(lines, _MOST.get(name, LINES)))
        names[name] = [
            f"traque_{name}" + (f"_{n}" if len(parts) > 1 else "") for n in range(1, len(parts) + 1)
        ]
        for list_name, part in zip(names[name], parts, strict=True):
            yield File(f"lists/{list_name}.txt", _lines(part))
    for name, lists in names.items():
        for field, way in _FIELDS[name]:
            if job.direction == "both" or way in ("both", job.direction):
                for list_name in lists:
                    rule = f"{list_name}_in_{field.replace('.', '_')}"
                    yield File(f"rules/{rule}.yaral", [_rule(job, rule, name, field, list_name)])


def _values(job: Job) -> Iterator[tuple[str, Sequence[str]]]:
    found = [item for item in job.items if item.kind in _HASHES]
    lists: dict[str, list[Item]] = listed(
        (item for item in job.items if item.kind not in _HASHES and _fits(job, item)), (*_LISTS, "file")
    )
    for name, items in lists.items():
        if name == "file":
            continue
        if name == "net":
            yield name, aggregated(item.value for item in items)
        elif name == "registry":
            yield (
                name,
                list(
                    dict.fromkeys(
                        form
                        for item in items
                        for form in (_literal(item.value), _literal(hive_short(item.value).lower()))
                    )
                ),
            )
        else:
            yield name, [_literal(item.value.lower()) for item in items]
        if name == "domain" and (
            below := [rf"\.{_expression(item.value)}$" for item in items if names_below(item)]
        ):
            yield "below", below
    for kind in _HASHES:
        if hashes := [item.value for item in found if item.kind == kind]:
            yield kind, hashes


def _fits(job: Job, item: Item) -> bool:
    """List the items whose value no line can hold."""
    if len(_literal(item.value)) > _LONGEST:
        job.leave_out(item, "grammar", f"a line of a reference list holds {_LONGEST} characters")
        return False
    if item.kind == "file-name" and "\\" not in item.value and "/" not in item.value:
        job.leave_out(item, "grammar", "UDM has no field for a file's name without its folder")
        return False
    return True


def _literal(value: str) -> str:
    r"""A line of a list of strings: a backslash before each backslash, and before each slash of ``//``."""
    return _SLASHES.sub(lambda found: "\\/" * len(found[0]), value.replace("\\", "\\\\"))


def _expression(name: str) -> str:
    """A name as a regular expression (RE2): the only special character of its grammar is the dot."""
    return name.replace(".", r"\.")


def _lines(values: Iterable[str]) -> Iterator[str]:
    batch: list[str] = []
    for value in values:
        batch.append(value)
        if len(batch) == 10_000:
            yield "\n".join(batch) + "\n"
            batch = []
    if batch:
        yield "\n".join(batch) + "\n"


def _rule(job: Job, rule: str, name: str, field: str, list_name: str) -> str:
    ids = plain(" ".join(bulletin.id for bulletin in job.bulletins))
    marks = plain(" ".join(sorted({f"TLP:{b.tlp.upper()}" for b in job.bulletins if b.tlp})))
    actors = plain(", ".join(dict.fromkeys(actor for b in job.bulletins for actor in b.actors)))
    operator = _OPERATORS.get(name, "in")
    return (
        f'rule {rule} {{\n  meta:\n    author = "traque {job.version}"\n'
        f'    description = "{name} of {ids} in {field}"\n    bulletin = "{ids}"\n    tlp = "{marks}"\n'
        f'    actors = "{actors}"\n    made = "{job.made:%Y-%m-%d}"\n    renew_by = "{job.expires:%Y-%m-%d}"\n'
        f'    severity = "High"\n\n  events:\n    $e.{field} {operator} %{list_name}'
        f"{'' if name == 'net' else ' nocase'}\n\n  condition:\n    $e\n}}\n"
    )


SPEC = Target(
    name="secops",
    title="Google SecOps reference lists and YARA-L rules",
    family="siem",
    kinds=(*kinds_of(_LISTS), *_HASHES),
    actions=("alert",),
    outside=True,
    limits=(
        Limit(f"{LINES:,} lines a list", "more lists, with a rule each"),
        Limit(
            "150 networks, 100 regular expressions a list",
            "networks are aggregated; more lists, with a rule each",
        ),
        Limit(f"{_LONGEST} characters a line", "longer values are left out"),
    ),
    escaping="strings: a backslash before `\\`, and before the slashes of `//` (a comment); regular expressions: before each dot",
    load=(
        "for each file: create the reference list of its name (traque_net: CIDR; traque_below: regular expression;"
        " the others: string)\nthen create the rules and enable them"
    ),
    verify="search for a listed value: target.ip in %traque_ip",
    remove="disable and delete the rules; reference lists cannot be deleted: empty those whose name begins with traque_",
    sources=(
        "https://cloud.google.com/chronicle/docs/yara-l/reference-list-syntax",
        "https://cloud.google.com/chronicle/docs/reference/reference-lists",
    ),
    write=write,
)
