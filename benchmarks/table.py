"""The table that a person reads, and the ratios in it."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Final

from benchmarks.cases import Case
from benchmarks.measure import Measured

_HEAD: Final = (
    *("program", "version", "best s", "median s", "cpu s", "start s", "MB/s", "net MB/s", "peak MB"),
    *("ratio", "cpu", "net", "goal", "answer"),
)
_LEFT: Final = frozenset({"program", "version", "goal", "answer"})


def ratios(case: Case, all_measured: Sequence[Measured]) -> dict[str, dict[str, float]]:
    """Seconds of each entrant by the first's: of the whole process, of processors, and without starting."""
    first = all_measured[0]
    if not first.runs:
        return {}
    return {
        other.entrant.label: {
            "whole": other.best / first.best,
            "cpu": other.cpu / first.cpu,
            "net": other.net / first.net,
            **({"goal": case.goals[other.entrant.label]} if other.entrant.label in case.goals else {}),
        }
        for other in all_measured[1:]
        if other.runs
    }


def answers(case: Case, all_measured: Sequence[Measured]) -> str:
    """Only what was answered: times of small corpora mean nothing."""
    lines = [f"  {one.entrant.label}: {_answer(one) if one.runs else one.why}" for one in all_measured]
    return "\n".join((f"{case.name}: {case.what}", *lines))


def render(case: Case, all_measured: Sequence[Measured], size: int) -> str:
    """The case as text; ``size`` in decompressed bytes."""
    told = ratios(case, all_measured)
    rows: list[tuple[str, ...]] = [_HEAD]
    steady = all_measured[0].steady
    rows += [_row(one, told.get(one.entrant.label, {}), size, steady=steady) for one in all_measured]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(width) if name in _LEFT else cell.rjust(width)
            for cell, width, name in zip(row, widths, _HEAD, strict=True)
        ).rstrip()
        for row in rows
    ]
    return "\n".join((f"{case.name}: {case.what} ({size / 1e6:,.0f} MB)", *lines))


def _row(measured: Measured, ratio: dict[str, float], size: int, *, steady: bool) -> tuple[str, ...]:
    label = measured.entrant.label
    if not measured.runs:
        return (label, measured.version, *[""] * (len(_HEAD) - 3), measured.why)
    return (
        label,
        measured.version,
        f"{measured.best:.3f}",
        f"{median(run.seconds for run in measured.runs):.3f}",
        f"{measured.cpu:.3f}",
        f"{measured.start:.3f}",
        f"{size / measured.best / 1e6:,.0f}",
        f"{size / measured.net / 1e6:,.0f}",
        f"{max(run.peak_bytes for run in measured.runs) / 1e6:,.0f}",
        *(f"{ratio[name]:.2f}" if ratio else "1" for name in ("whole", "cpu", "net")),
        _goal(ratio, steady=steady and measured.steady),
        _answer(measured),
    )


def _goal(ratio: dict[str, float], *, steady: bool) -> str:
    if "goal" not in ratio:
        return ""
    reached = "met" if ratio["net"] >= ratio["goal"] else "MISSED"
    return f">= {ratio['goal']:.2f} {reached if steady else 'corpus too small'}"


def _answer(measured: Measured) -> str:
    if measured.wrong:
        return f"WRONG: {measured.wrong}"
    found = measured.runs[-1].found
    said = [found.said if found else "a lower bound"]
    if measured.prepared is not None:
        said.append(f"compiled in {measured.prepared:.1f} s")
    if measured.why:
        said.append(f"then {measured.why}")
    return ", ".join(said)
