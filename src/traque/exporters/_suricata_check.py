"""The grammar of Suricata's rules, by a parser that is a package and not a sensor."""

from __future__ import annotations

import warnings
from pathlib import Path

from traque.exporters._text import plain
from traque.model.detection import Check


def grammar(path: Path) -> Check:
    """What parsuricata says of the rules in ``path``; not-checked where it is not installed."""
    try:
        with warnings.catch_warnings():  # of modules that its parser's generator uses
            warnings.simplefilter("ignore", DeprecationWarning)
            import parsuricata
    except ImportError:
        return Check(
            status="not-checked", by="parsuricata", detail="it is not installed (pip install parsuricata)"
        )
    rules = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    try:
        for start in range(0, len(rules), 500):
            parsuricata.parse_rules("\n".join(rules[start : start + 500]) + "\n")
    except Exception as error:  # noqa: BLE001 -- whatever its parser raises is its verdict
        return Check(status="failed", by="parsuricata", detail=plain(str(error), most=600))
    return Check(status="passed", by="parsuricata")
