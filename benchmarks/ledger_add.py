"""The ledger-add case: adding logs against a plain hunt in them, the ledger's size, the answer without logs.

Added are mixed logs, uniform and so the worst case. Afterwards a hunt is asked of the logs, of the ledger
with the logs there, and of the ledger alone: the three must have the same sightings, with the same counts,
times, bytes and verdicts.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from benchmarks.measure import Broken, Limits, Run, launch
from benchmarks.store import Store

_SIZES: Final = (1_000_000_000, 2_000_000)
_RUNS: Final = 3
_SPEED: Final = 0.25
"""Of the speed of a plain hunt with 10,000 indicators of all kinds, one core."""
_CORES: Final = 1.8
_PERCENT: Final = 6
_SECONDS: Final = 0.5
"""For 161 addresses, from the start of the command to its end."""
_ROWS: Final = (
    "plain hunt, 10k of all kinds, one core",
    "ledger add, one core",
    "ledger add, two cores",
    "hunt with the ledger, 161, logs there",
    "hunt with the ledger, 161, logs gone",
    "seen, one address",
)


def run(store: Store, limits: Limits, *, quick: bool) -> tuple[dict[str, Any], str, bool]:
    """The document, the table, and whether every answer was right and every goal was met."""
    size = _SIZES[quick]
    corpus = store.corpus("mixed", size)
    logs = str(corpus / "logs")
    few, many = str(store.listed("ipv4-161")), str(store.listed("all-10k"))
    store.warm(corpus)
    traque = str(Path(sys.executable).with_name("traque"))
    times = min(limits.repetitions, _RUNS)
    lines = [f"ledger-add: {size / 1e6:,.0f} MB of mixed logs" + f"{'seconds':>24}{'cpu':>9}{'peak MB':>9}"]
    with tempfile.TemporaryDirectory(dir=store.folder) as place:
        ledger, gone = str(Path(place, "ledger")), Path(place, "gone")
        gone.mkdir()
        add = [traque, "ledger", "add", logs, "--ledger", ledger, "--jobs"]
        hunt = [traque, "hunt", few, "--json", "--in"]
        plainly = [traque, "hunt", "--quiet", "--jobs", "1"]
        try:
            runs = {
                _ROWS[0]: _best([*plainly, many, "--in", logs], 1, limits, times),
                _ROWS[1]: _filled(ledger, [*add, "1"], limits, times),
                _ROWS[2]: _filled(ledger, [*add, "2"], limits, times),
                _ROWS[3]: _best([*hunt, logs, "--ledger", ledger], 2, limits, times),
                _ROWS[4]: _best([*hunt, str(gone), "--ledger", ledger], 2, limits, times),
                _ROWS[5]: _best([traque, "seen", "198.51.100.7", "--ledger", ledger], 1, limits, times),
            }
            answers = [
                launch([*hunt, *where], 2, limits)[1]
                for where in ((logs,), (logs, "--ledger", ledger), (str(gone), "--ledger", ledger))
            ]
        except Broken as error:
            return {"case": "ledger-add"}, "\n".join((*lines, str(error))), False
        held = sum(path.stat().st_size for path in Path(ledger).rglob("*") if path.is_file())
    lines += [
        f"  {name:<40}{best.seconds:>13.2f}{best.user + best.system:>9.2f}{best.peak_bytes / 1e6:>9,.0f}"
        for name, best in runs.items()
    ]
    plain, spared, alone = map(_sightings, answers)
    right = plain == spared == alone
    plain_hunt, one, two, _, without, _ = runs.values()
    goals = {
        "speed against the hunt, one core": (_cpu(plain_hunt) / _cpu(one), _SPEED, True),
        "two cores against one": (one.seconds / two.seconds, _CORES, True),
        "percent of the logs": (100 * held / size, _PERCENT, False),
        "seconds for 161 addresses, logs gone": (without.seconds, _SECONDS, False),
    }
    well = right
    for name, (value, goal, at_least) in goals.items():
        met = quick or (value >= goal if at_least else value <= goal)
        well = well and met
        lines.append(f"  {name}: {value:.2f}, goal {goal}  {'met' if met else 'MISSED'}")
    lines.append(f"  {len(plain)} sightings: {'the same in all three answers' if right else 'NOT the same'}")
    document = {
        "case": "ledger-add",
        "bytes": size,
        "ledger": held,
        "sightings": len(plain),
        "right": right,
        "ratios": {name: value for name, (value, _, _) in goals.items()},
        "runs": {name: asdict(best) for name, best in runs.items()},
    }
    return document, "\n".join(lines), well


def _best(command: list[str], cores: int, limits: Limits, times: int) -> Run:
    return min((launch(command, cores, limits)[0] for _ in range(times)), key=_cpu)


def _filled(ledger: str, add: list[str], limits: Limits, times: int) -> Run:
    """The best run that fills an empty ledger; the last one stays."""
    cores, found = int(add[-1]), []
    for _ in range(times):
        shutil.rmtree(ledger, ignore_errors=True)
        launch([add[0], "ledger", "init", ledger], 1, limits)
        found.append(launch(add, cores, limits)[0])
    return min(found, key=lambda run: run.seconds if cores > 1 else _cpu(run))


def _cpu(run: Run) -> float:
    return run.user + run.system


def _sightings(answer: bytes) -> dict[str, Any]:
    """By indicator, all that a ledger knows of a sighting."""
    names = ("count", "undated", "first_seen", "last_seen", "verdicts", "relations", "bytes")
    return {
        one["indicator"]["value"]: {name: one[name] for name in names}
        for one in json.loads(answer)["sightings"]
    }
