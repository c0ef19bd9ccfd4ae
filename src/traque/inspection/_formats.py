"""What is known of one format: its module's words, and what it makes of its own example."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from importlib import import_module
from typing import Final

from traque.errors import UsageError
from traque.inspection._records import Records
from traque.logs import LogFormat, read_as
from traque.model import Stamp
from traque.model.inspection import Example, FormatDetails
from traque.registry import FormatSpec, discover
from traque.timestamps import YearRule, resolve
from traque.triage.perimeter import Perimeter

_FIELD: Final = re.compile(
    r"(?:client|destination|dns|email|event|file|hash|host|http|network|observer|organization|"
    r"process|registry|related|rule|server|service|source|threat|tls|url|user|user_agent|vulnerability|x509)"
    r"(?:\.[a-z0-9_]+){1,4}"
)
"""A field's name by the Elastic Common Schema's field sets."""


def describe(name: str, packages: Mapping[str, str]) -> list[FormatDetails]:
    """The formats of that name; ``packages`` are the packages to look in, by the kind of their formats.

    Raises UsageError for a name that none has.
    """
    found, known = [], []
    for kind, package in packages.items():
        registry = discover(package, FormatSpec)
        known += [spec.name for spec in registry]
        spec = registry.get(name)
        if spec is not None:
            found.append(_details(kind, registry.module(name), spec))
    if not found:
        close = get_close_matches(name, known, 1)
        raise UsageError(
            f"no format is named {name!r}",
            remedy=f"did you mean {close[0]}?" if close else "traque formats lists them",
        )
    return found


def _details(kind: str, module: str, spec: FormatSpec) -> FormatDetails:
    doc = inspect.cleandoc(import_module(module).__doc__ or "")
    log = spec if isinstance(spec, LogFormat) else None
    examples = () if log is None else _read(log)
    named = set() if log is None else set(_named_in(module))
    return FormatDetails(
        kind=kind,
        name=spec.name,
        title=spec.title,
        module=module,
        about=doc,
        knows="" if log is None else log.knows,
        example="" if log is None else log.example.decode("utf-8", "replace"),
        read=examples,
        fields=tuple(sorted(named.union(*(example.fields for example in examples)))),
    )


def _read(spec: LogFormat) -> tuple[Example, ...]:
    """The format's example, as it reads it."""

    def moment(stamp: Stamp) -> datetime:
        return resolve(stamp, zone=UTC, year_rule=YearRule(year=None, latest=datetime.now(UTC)))

    reader = read_as(spec.name, spec.example, spec.name).reader
    records = Records(reader.parse, moment, Perimeter(), lambda _line: True)
    for number, line in enumerate(spec.example.splitlines(), 1):
        records.take(number, line, cut=False)
    return records.reading(whole=True).examples


def _named_in(module: str) -> Iterator[str]:
    """The fields whose names stand in a module's code."""
    try:
        tree = ast.parse(inspect.getsource(import_module(module)))
    except (OSError, TypeError, SyntaxError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _FIELD.fullmatch(node.value):
            yield node.value
