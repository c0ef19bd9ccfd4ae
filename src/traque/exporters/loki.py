r"""Loki: alerting rules for the ruler, whose LogQL holds the values as regular expressions.

Loki has no look-ups and searches lines: so a value is bounded in the line as traque bounds it itself (``.1`` is
not in ``.10``, ``evil.example`` not in ``notevil.example``, names below it are). A value becomes an RE2 expression
(a backslash before each special character), the expression a LogQL string (Go: a backslash before ``"`` and
``\``), the query a YAML string. Letters are compared without case. Networks use LogQL's ``ip()``.

Language: https://grafana.com/docs/loki/latest/query/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from traque.exporters._capacity import aggregated, shards
from traque.exporters._job import File, Item, Job
from traque.exporters._lookups import kinds_of, listed, names_below, registry_forms
from traque.exporters._target import Limit, Target
from traque.exporters._text import plain
from traque.exporters._yaml import quoted
from traque.model.stix import stable

VALUES: Final = 200
"""Values in one expression."""
NETWORKS: Final = 20
"""Networks in one expression: each is a query of its own, because ``ip()`` takes one."""
CHARACTERS: Final = 50_000
"""Characters of one expression: a query of 128 KiB is refused by the ruler's limits."""
RULES: Final = 20
"""Rules in a group, which are run one after another."""
FILE: Final = "traque.yml"
_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$]")
_SEPARATOR = re.compile(r"[/\\]+")
_LISTS: Final = (
    "ip", "net", "domain", "url", "email", "hash", "file", "path", "agent", "registry", "pipe", "service",
    "mutex", "ja3", "ja3s", "ja4", "certificate",
)  # fmt: skip


def write(job: Job) -> Iterator[File]:
    """One file of rules."""
    yield File(FILE, _rules(job))


def _rules(job: Job) -> Iterator[str]:
    yield from (f"# {line}\n" for line in job.header())
    expressions = list(_expressions(job))
    yield "groups:\n" if expressions else "groups: []\n"
    for number, part in enumerate(shards(expressions, RULES) if expressions else (), 1):
        yield f"  - name: traque {number}\n    interval: 5m\n    rules:\n"
        yield from (_rule(job, name, of, filters) for name, of, filters in part)


def _expressions(job: Job) -> Iterator[tuple[str, int, Sequence[str]]]:
    """List, number within it, and filters of lines of which one must hold."""
    for name, items in listed(job.items, _LISTS).items():
        if name == "net":
            networks = aggregated(item.value for item in items)
            for number, part in enumerate(shards(networks, NETWORKS), 1):
                yield name, number, [f'|= ip("{network}")' for network in part]
            continue
        for number, values in enumerate(_parts(items, _VALUES.get(name, _literal)), 1):
            before, after = _BOUNDS.get(name, _WORDS)
            either = "|".join(values)
            yield name, number, [f"|~ {string(f'(?i){before}(?:{either}){after}')}"]


def _parts(items: Sequence[Item], spell: Callable[[Item], str]) -> Iterator[list[str]]:
    part: list[str] = []
    size = 0
    for item in items:
        value = spell(item)
        if part and (len(part) == VALUES or size + len(value) > CHARACTERS):
            yield part
            part, size = [], 0
        part.append(value)
        size += len(value) + 1
    if part:
        yield part


def expression(text: str) -> str:
    """``text`` as an RE2 expression of itself."""
    return _SPECIAL.sub(lambda found: f"\\{found[0]}", text)


def string(text: str) -> str:
    r"""``text`` as a LogQL string: a backslash before ``"`` and ``\`` (Go; control characters do not occur)."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _literal(item: Item) -> str:
    r"""A run of separators matches any other (``C:\x`` in JSON is ``C:\\x``); a quote may be escaped."""
    parts = _SEPARATOR.split(item.value)
    return r"[/\\]+".join(expression(part).replace('"', r'\\*"') for part in parts)


def _name(item: Item) -> str:
    below = r"(?:[a-z0-9_-]+\.)*" if names_below(item) else ""
    return below + expression(item.value)


def _key(item: Item) -> str:
    forms = [form.split("\\") for form in registry_forms(item.value)]
    return "|".join(r"[/\\]+".join(map(expression, parts)) for parts in forms)


def _plain(item: Item) -> str:
    return expression(item.value)


_VALUES: Final = {
    "ip": _plain,
    "domain": _name,
    "url": _plain,
    "email": _plain,
    "hash": _plain,
    "registry": _key,
}
_WORDS: Final = (r"(?:^|[^\pL\pN_-])", r"(?:$|[^\pL\pN_-])")
_BOUNDS: Final = {
    "ip": (r"(?:^|[^0-9a-z.:]|::ffff:)", r"(?:$|[^0-9a-z.]|\.(?:$|[^0-9]))"),
    "domain": (r"(?:^|[^a-z0-9_.-])", r"\.?(?:$|[^a-z0-9_.-])"),
    "url": (r"(?:^|[^a-z0-9+.-])", r"""(?:$|[\s"'<>\\)\]},;|])"""),
    "email": (r"(?:^|[^a-z0-9_.+'-])", r"\.?(?:$|[^a-z0-9_.-])"),
    "hash": (r"(?:^|[^a-z0-9])", r"(?:$|[^a-z0-9])"),
    "file": (r"(?:^|[^\pL\pN_.-])", r"(?:$|[^\pL\pN_.-]|\.(?:$|[^\pL\pN_-]))"),
    "path": (r"(?:^|[^\pL\pN_-])", r"(?:$|[^\pL\pN_.-]|\.(?:$|[^\pL\pN_-]))"),
    "agent": (r"", r""),
}
"""What may stand before and after a value in a line."""


def _rule(job: Job, name: str, number: int, filters: Sequence[str]) -> str:
    ids = plain(" ".join(bulletin.id for bulletin in job.bulletins))
    expr = " or ".join(
        f'sum by (job, filename) (count_over_time({{job=~".+"}} {lines} [5m])) > 0' for lines in filters
    )
    marks = plain(" ".join(sorted({f"TLP:{b.tlp.upper()}" for b in job.bulletins if b.tlp})))
    return (
        f"      - alert: traque_{name}_{number}\n        expr: {quoted(expr)}\n        labels:\n"
        f"          severity: warning\n          traque_rule: {stable('loki', name, str(number))}\n"
        f"        annotations:\n          summary: {quoted(f'{name} of {ids} in the logs')}\n"
        f"          tlp: {quoted(marks)}\n          renew_by: {quoted(f'{job.expires:%Y-%m-%d}')}\n"
    )


SPEC = Target(
    name="loki",
    title="Loki alerting rules (LogQL)",
    family="siem",
    kinds=tuple(kind for kind in kinds_of(_LISTS)),
    actions=("alert",),
    limits=(
        Limit(f"{VALUES} values or {CHARACTERS:,} characters an expression", "more rules"),
        Limit(
            "every rule reads every line",
            "for more than some 10,000 values search the files with traque hunt",
        ),
    ),
    escaping=(
        'RE2: a backslash before each special character; LogQL string: a backslash before `\\` and `"`;'
        " YAML: double-quoted"
    ),
    load="lokitool rules sync traque.yml   (or put it in the ruler's folder of the tenant)",
    verify="lokitool rules lint traque.yml",
    remove="lokitool rules delete TENANT 'traque 1' (each group), or delete the file",
    sources=(
        "https://grafana.com/docs/loki/latest/query/log_queries/",
        "https://grafana.com/docs/loki/latest/alert/",
        "https://github.com/google/re2/wiki/Syntax",
    ),
    write=write,
)
