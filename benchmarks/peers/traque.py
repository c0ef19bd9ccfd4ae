"""traque, the whole process as a user runs it: times, verdicts, coverage and the JSON result included."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.peers._peer import Found, Peer, Work
from benchmarks.truth import Seen
from benchmarks.world import OWN


def _version() -> str | None:
    from traque import __version__

    return __version__


def _command(work: Work) -> list[str]:
    script = Path(sys.executable).with_name("traque")
    program = [str(script)] if script.exists() else [sys.executable, "-m", "traque"]
    options = ["--own", OWN, "--jobs", str(work.cores), "--json"]
    return [*program, "hunt", str(work.listed), "--in", str(work.logs), *options]


def check(output: bytes, work: Work) -> Found:
    """Bytes, records, and every sighting's count, files, times and verdicts."""
    result = json.loads(output)
    expected = work.truth.seen()
    answered = {sighting["indicator"]["value"]: sighting for sighting in result["sightings"]}
    wrong = [
        f"{value}: {problem}"
        for value in sorted(expected.keys() | answered.keys())
        if (problem := _difference(expected.get(value), answered.get(value)))
    ]
    if result["hunt"]["bytes"] != work.truth.bytes or result["hunt"]["records"] != work.truth.lines:
        wrong.append(
            f"{result['hunt']['bytes']:,} bytes and {result['hunt']['records']:,} records searched, "
            f"of {work.truth.bytes:,} and {work.truth.lines:,}"
        )
    if wrong:
        return Found(False, f"{len(wrong)} differ: {'; '.join(wrong[:3])}")
    return Found(True, f"= truth ({len(expected)} indicators)")


def _difference(expected: Seen | None, answered: dict[str, Any] | None) -> str:
    if expected is None:
        return "seen, but not planted"
    if answered is None:
        return "not seen"
    files = {source["path"]: source["count"] for source in answered["sources"]}
    known = {verdict: count for verdict, count in expected.verdicts.items() if verdict}
    complete = "" not in expected.verdicts
    facts = (
        ("count", answered["count"], sum(expected.files.values())),
        ("files", files, expected.files),
        ("first", _second(answered["first_seen"]), expected.first),
        ("last", _second(answered["last_seen"]), expected.last),
        *([("verdicts", answered["verdicts"], known)] if complete else []),
    )
    return ", ".join(f"{name} {said} instead of {true}" for name, said, true in facts if said != true)


def _second(text: str | None) -> int | None:
    from datetime import datetime

    return None if text is None else int(datetime.fromisoformat(text).timestamp())


SPEC = Peer(
    title="traque",
    origin="this checkout",
    version=_version,
    command=_command,
    check=check,
    suits=lambda _: True,
)
