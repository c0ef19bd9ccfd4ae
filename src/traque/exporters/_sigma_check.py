"""pySigma reads what was written, and its backends convert it."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from traque.exporters._check import absent
from traque.exporters._text import plain
from traque.model.detection import Check

_BACKENDS: Final = (
    ("splunk", "splunk", "SplunkBackend"),
    ("elasticsearch", "elasticsearch", "LuceneBackend"),
    ("elasticsearch", "elasticsearch", "ESQLBackend"),
    ("kusto", "kusto", "KustoBackend"),
    ("opensearch", "opensearch", "OpensearchLuceneBackend"),
    ("loki", "loki", "LogQLBackend"),
    ("sqlite", "sqlite", "sqliteBackend"),
)
_LARGEST: Final = 4 << 20
"""Bytes of placeholders up to which their values are put into the queries that the check makes."""


def convert(folder: Path, placeholders: str) -> Iterator[Check]:
    """A check for the rules, and one for each backend that is installed."""
    try:
        from sigma.collection import SigmaCollection
        from sigma.exceptions import SigmaError
        from sigma.processing.pipeline import ProcessingPipeline
    except ImportError:
        yield absent("pysigma")
        return
    files = sorted(folder.glob("rules/*.yml"))
    if not files:
        return
    rules = SigmaCollection.load_ruleset([str(path) for path in files], collect_errors=True)
    errors = [f"{error}" for rule in rules for error in rule.errors] + [f"{error}" for error in rules.errors]
    yield Check(
        status="failed" if errors else "passed", by="pysigma", detail=plain("; ".join(errors), most=600)
    )
    if errors:
        return
    path, pipeline = folder / placeholders, None
    if path.exists():
        if path.stat().st_size > _LARGEST:
            yield Check(
                status="not-checked", by="pysigma", detail="too many values to make queries of: use a look-up"
            )
            return
        pipeline = ProcessingPipeline.from_yaml(path.read_text("utf-8"))
    for package, module, name in _BACKENDS:
        by = f"pysigma-backend-{package} ({name})"
        try:
            backend: Any = getattr(importlib.import_module(f"sigma.backends.{module}"), name)
        except (ImportError, AttributeError):
            yield Check(
                status="not-checked", by=by, detail=f"not installed (pip install pysigma-backend-{package})"
            )
            continue
        try:
            with warnings.catch_warnings(action="ignore"):  # of how a backend splits a long query
                backend(processing_pipeline=pipeline).convert(rules)
        except SigmaError as error:
            yield Check(status="failed", by=by, detail=plain(str(error), most=600))
        else:
            yield Check(status="passed", by=by)
