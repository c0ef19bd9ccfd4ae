"""The harness' command line: ``python -m benchmarks [CASE...]``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from benchmarks import export, ledger_add, ledger_find, ledger_size, machine, memory, table
from benchmarks.cases import CASES, DEFAULT, EXPORT, LEDGER_ADD, LEDGER_FIND, LEDGER_SIZE, MEMORY, Case
from benchmarks.corpus import VERSION
from benchmarks.measure import Limits, measure
from benchmarks.store import DEFAULT as STORE
from benchmarks.store import Store

RUNS: Final = Path(__file__).with_name("runs")
OK, WRONG, USAGE = 0, 1, 2
_OWN: Final = {
    MEMORY: memory,
    EXPORT: export,
    LEDGER_ADD: ledger_add,
    LEDGER_FIND: ledger_find,
    LEDGER_SIZE: ledger_size,
}
_UNITS: Final = {"k": 10**3, "M": 10**6, "G": 10**9}


def main(words: Sequence[str] | None = None) -> int:
    """Measure what the command line names. 0: all answers were right; 1: one was not; 2: no measurement."""
    options = _options(words)
    try:
        kernel = machine.kernel()
    except ImportError:
        print("the kernel is not built: make setup", file=sys.stderr)
        return USAGE
    if kernel["profile"] != "release":
        print(
            f"this kernel is a {kernel['profile']} build, numbers would mean nothing: make setup",
            file=sys.stderr,
        )
        return USAGE
    store = Store(options.corpora, options.seed)
    limits = Limits(
        repetitions=1 if options.quick else options.repetitions,
        timeout=options.timeout,
        budget=options.budget,
    )
    status = OK
    for name in options.cases:
        if name in _OWN:
            document, text, right = _OWN[name].run(store, limits, quick=options.quick)
        else:
            document, text, right = _case(CASES[name], store, limits, options)
        print(f"\n{text}", flush=True)
        if not right:
            status = WRONG
        if not options.quick:
            print(f"raw numbers: {_keep(name, document, kernel, options)}", flush=True)
    return status


def _case(
    case: Case, store: Store, limits: Limits, options: argparse.Namespace
) -> tuple[dict[str, Any], str, bool]:
    size = case.quick if options.quick else options.size or case.size
    measured = measure(case, size, store, limits)
    truth = store.truth(store.corpus(case.layout, size), store.listed(case.listed))
    document = {
        "case": case.name,
        "what": case.what,
        "corpus": {
            "layout": case.layout, "bytes": truth.bytes, "lines": truth.lines, "seed": store.seed,
            "version": VERSION,
        },
        "indicators": case.listed,
        "ratios": table.ratios(case, measured),
        "entrants": [one.document(store) for one in measured],
    }  # fmt: skip
    # A program that is missing is no failure; traque itself must have run, and rightly.
    right = bool(measured[0].runs) and not any(one.wrong for one in measured)
    text = table.answers(case, measured) if options.quick else table.render(case, measured, truth.bytes)
    return document, text, right


def _keep(name: str, document: dict[str, Any], kernel: dict[str, str], options: argparse.Namespace) -> Path:
    now = datetime.now(UTC)
    commit, dirty = machine.commit()
    head = {
        "date": now.isoformat(timespec="seconds"), "commit": commit, "dirty": dirty, "kernel": kernel,
        "machine": machine.describe(), "note": options.note,
    }  # fmt: skip
    options.runs.mkdir(parents=True, exist_ok=True)
    path: Path = options.runs / f"{now:%Y-%m-%d}-{commit}{'-dirty' if dirty else ''}-{name}.json"
    path.write_text(json.dumps(head | document, indent=1) + "\n", "utf-8")
    return path


def _options(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of: {', '.join([*CASES, *_OWN])}, or all")
    parser.add_argument(
        "--quick", action="store_true", help="small corpora, one run, nothing kept: a check, no measurement"
    )
    parser.add_argument("--size", type=_size, help="decompressed bytes of the corpus, such as 256M or 8G")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--timeout", type=int, default=600, help="seconds of one run")
    parser.add_argument("--budget", type=float, default=90, help="seconds of one program in a case")
    parser.add_argument("--corpora", type=Path, default=STORE, help="where corpora are kept [%(default)s]")
    parser.add_argument("--runs", type=Path, default=RUNS, help="where raw numbers are kept")
    parser.add_argument("--seed", type=int, default=31)
    parser.add_argument("--note", default="", help="a remark for the raw numbers")
    options = parser.parse_args(words)
    options.cases = [*CASES, *_OWN] if options.cases == ["all"] else options.cases or list(DEFAULT)
    unknown = [name for name in options.cases if name not in CASES and name not in _OWN]
    if unknown:
        parser.error(f"no case is named {', '.join(unknown)}")
    return options


def _size(text: str) -> int:
    unit = _UNITS.get(text[-1:], 1)
    return int(float(text.rstrip("kMG")) * unit)
