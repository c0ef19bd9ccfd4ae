"""The grammar of Suricata's rules, by a parser that is a package and not a sensor."""

from __future__ import annotations

import importlib
import warnings
from functools import cache
from pathlib import Path
from typing import Any

from traque.exporters._text import plain
from traque.model.detection import Check


def grammar(path: Path) -> Check:
    """What parsuricata's grammar says of the rules in ``path``; not-checked where it is not installed."""
    try:
        parser = _parser()
    except ImportError:
        return Check(
            status="not-checked", by="parsuricata", detail="it is not installed (pip install parsuricata)"
        )
    rules = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    try:
        for start in range(0, len(rules), 500):
            parser.parse("\n".join(rules[start : start + 500]) + "\n")
    except Exception as error:  # noqa: BLE001 -- whatever the parser raises is its verdict
        return Check(status="failed", by="parsuricata", detail=plain(str(error), most=600))
    return Check(status="passed", by="parsuricata")


@cache
def _parser() -> Any:
    """A parser of the package's grammar alone.

    What the package makes of a parsed rule is of no interest here, and asks for a class that lark, which
    makes the parser, dropped in its version 1: any class does.
    """
    with warnings.catch_warnings():  # of modules that lark uses
        warnings.simplefilter("ignore", DeprecationWarning)
        lark: Any = importlib.import_module("lark")
        if not hasattr(lark, "InlineTransformer"):
            lark.InlineTransformer = lark.Transformer
        package = importlib.import_module("parsuricata._parser")
        return lark.Lark(package.grammar, start="rules", parser="lalr")
