"""The ledger-find case: how long a new process takes to look addresses up in tables of the ledger's rows.

Asked for are random addresses, and as many that the table holds; what is found is compared with DuckDB's
answer. The files are in the page cache.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from benchmarks.ledger_rows import FILES, LISTS, VERSION
from benchmarks.measure import Broken, Limits, Run, launch
from benchmarks.store import Store

_ASK: Final = Path(__file__).with_name("ledger_ask.py")
_SIZES: Final = (10_000_000, 100_000_000)
_QUICK: Final = (100_000, 1_000_000)
_SECONDS: Final = {"161": 0.5, "100k": 3.0}
_BYTES: Final = 1_000_000_000
_RATIO: Final = 2
"""What the design allows; the ratio is that of tenfold rows, 161 addresses."""
_HEAD: Final = "       rows  asked for   seconds       cpu   peak MB"


def run(store: Store, limits: Limits, *, quick: bool) -> tuple[dict[str, Any], str, bool]:
    """The document, the table, and whether every answer was right and every goal was met."""
    lines = [f"ledger-find: IPv4 addresses in {FILES} files of the ledger's rows, two cores", _HEAD]
    measured: list[dict[str, Any]] = []
    best: dict[tuple[str, int], Run] = {}
    well = True
    for rows in _QUICK if quick else _SIZES:
        folder = store.ledger_rows(rows, VERSION)
        truth = json.loads((folder / "truth.json").read_text("utf-8"))
        for path in folder.glob("*.parquet"):
            path.read_bytes()
        for listed, answer in truth["found"].items():
            command = [sys.executable, str(_ASK), str(folder), str(folder / listed)]
            try:
                done = [launch(command, 2, limits) for _ in range(limits.repetitions)]
            except Broken as error:
                lines.append(f"{rows:>11,}  {listed:>9}  {error}")
                well = False
                continue
            fastest = best[listed, rows] = min((run for run, _ in done), key=lambda run: run.seconds)
            peak = max(run.peak_bytes for run, _ in done)
            right = {output.decode().strip() for _, output in done} == {answer}
            met = quick or (fastest.seconds < _SECONDS[listed.partition("-")[2]] and peak < _BYTES)
            well = well and right and met
            cpu = min(run.user + run.system for run, _ in done)
            lines.append(
                f"{rows:>11,}  {listed:>9}  {fastest.seconds:>8.2f}  {cpu:>8.2f}  {peak / 1e6:>8,.0f}  "
                f"{'met' if met else 'MISSED'}  {'= DuckDB' if right else f'WRONG: DuckDB finds {answer}'}"
            )
            measured.append({
                "rows": rows, "listed": listed, "bytes": truth["bytes"], "right": right,
                "runs": [asdict(run) for run, _ in done],
            })  # fmt: skip
    for listed in (f"{what}-{next(iter(LISTS))}" for what in ("any", "held")):
        few, many = (best.get((listed, rows)) for rows in (_QUICK if quick else _SIZES))
        if few and many:
            ratio = many.seconds / few.seconds
            met = quick or ratio < _RATIO
            well = well and met
            lines.append(f"  tenfold rows, {listed}: {ratio:.2f} of the time  {'met' if met else 'MISSED'}")
    document = {"case": "ledger-find", "files": FILES, "limits": {"seconds": _SECONDS, "bytes": _BYTES}}
    return document | {"measured": measured}, "\n".join(lines), well
