"""The memory case: peak memory of whole hunts by log size and by indicators, and that of the kernel's set."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from benchmarks.cases import GB, MB
from benchmarks.measure import Broken, Limits, launch
from benchmarks.peers import Work
from benchmarks.peers.traque import SPEC, check
from benchmarks.store import Store
from benchmarks.world import LISTED

_LITTLE: Final = 64 * MB
_HUNTS: Final = (
    ("ipv4-161", _LITTLE),
    ("ipv4-161", GB),
    ("all-10k", _LITTLE),
    ("all-100k", _LITTLE),
    ("all-1m", _LITTLE),
)
_QUICK: Final = (("ipv4-161", 2 * MB), ("all-10k", 2 * MB))
_DRIVER: Final = Path(__file__).with_name("set_memory.py")
_BASE, _EACH = 200 * MB, 800
"""What the design allows a process: this, and so much for each indicator."""
_HEAD: Final = "indicators    log MB   peak MB  limit MB          set bytes each (limit 100)"


def run(store: Store, limits: Limits, *, quick: bool) -> tuple[dict[str, Any], str, bool]:
    """The document, the table, and whether every answer was right."""
    rows: list[dict[str, Any]] = []
    lines = ["memory: traque's peak, and the growth of a process by the kernel's set", _HEAD]
    right = True
    for name, size in _QUICK if quick else _HUNTS:
        try:
            row = _hunt(name, size, store, limits)
        except Broken as error:
            lines.append(f"{LISTED[name]:>10,}  {error}")
            right = False
            continue
        rows.append(row)
        right = right and row["found"]["right"]
        peak, limit = row["peak_bytes"], row["limit_bytes"]
        lines.append(
            f"{LISTED[name]:>10,}  {size / MB:>8,.0f}  {peak / MB:>8,.0f}  {limit / MB:>8,.0f}  "
            f"{'met' if peak <= limit else 'MISSED'}  {row['set_bytes'] / LISTED[name]:>8,.0f}  "
            f"{row['found']['said']}"
        )
    return {"case": "memory", "hunts": rows}, "\n".join(lines), right


def _hunt(name: str, size: int, store: Store, limits: Limits) -> dict[str, Any]:
    corpus, listed = store.corpus("mixed", size), store.listed(name)
    work = Work(corpus / "logs", listed, store.truth(corpus, listed), 1, "")
    done, output = launch(SPEC.command(work), 1, limits)
    _, growth = launch([sys.executable, str(_DRIVER), str(listed)], 1, limits)
    return asdict(done) | {
        "command": store.shorten(SPEC.command(work)),
        "indicators": LISTED[name],
        "log_bytes": work.truth.bytes,
        "limit_bytes": _BASE + _EACH * LISTED[name],
        "set_bytes": int(growth),
        "found": asdict(check(output, work)),
    }
