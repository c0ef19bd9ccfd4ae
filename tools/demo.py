"""The demonstration: write a small estate and a bulletin, hunt as a user would, compare with the truth.

    python tools/demo.py [FOLDER]        (./demo when none is given)

Ends with 0 when traque's answer equals what was planted, else with 1.
"""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import demo_estate as estate

MARK = ".made-by-traque-demo"
SINCE, UNTIL = "2021-03-01", "2021-04-01"
EXPECTED_STATUS = 1


def main() -> int:
    """Everything, in order; the exit status."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "demo")
    truth = prepare(folder)
    command = [
        "hunt", str(folder / "bulletin.json"), "--in", str(folder / "logs"), "--own", estate.OWN,
        "--since", SINCE, "--until", UNTIL, "--out", str(folder / "answer"),
    ]  # fmt: skip
    print(f"$ traque {shlex.join(command)}\n", flush=True)
    status = subprocess.run([sys.executable, "-m", "traque", *command], check=False).returncode
    if status != EXPECTED_STATUS:
        print(f"\ntruth: exit status {status}, expected {EXPECTED_STATUS}")
        return 1
    result = json.loads((folder / "answer" / "result.json").read_bytes())
    return compare(result, truth)


def prepare(folder: Path) -> dict[str, estate.Truth]:
    """Write logs and bulletin into ``folder``, in place of an earlier demonstration's; what was planted."""
    if folder.exists() and not (folder / MARK).exists() and any(folder.iterdir()):
        raise SystemExit(f"{folder} is not empty and was not made by this demonstration: name another folder")
    if folder.exists():
        shutil.rmtree(folder)
    made = estate.build()
    folder.mkdir(parents=True)
    (folder / MARK).touch()
    made.write(folder / "logs")
    (folder / "bulletin.json").write_bytes(estate.bulletin())
    print(
        f"{folder}: {made.records:,} records of six devices, {len(made.truth)} indicators planted in them\n"
    )
    return dict(made.truth)


def compare(result: dict[str, Any], truth: dict[str, estate.Truth]) -> int:
    """Print what differs; 0 when nothing does."""
    seen = {sighting["indicator"]["value"]: answer_of(sighting) for sighting in result["sightings"]}
    planted = {value: planted_answer(part) for value, part in truth.items()}
    wrong = [
        f"{value}\n    planted  {planted.get(value)}\n    answered {seen.get(value)}"
        for value in sorted(planted.keys() | seen.keys())
        if seen.get(value) != planted.get(value)
    ]
    wrong += other_differences(result)
    equal = sum(1 for value, part in planted.items() if seen.get(value) == part)
    print(f"\ntruth: {equal} of {len(planted)} sightings equal", end="")
    print("; nothing else was seen, the gap and the listed router were found" if not wrong else "")
    for difference in wrong:
        print(f"truth: differs: {difference}")
    return 1 if wrong else 0


def answer_of(sighting: dict[str, Any]) -> dict[str, Any]:
    """What a sighting says, in the form of the truth."""
    return {
        "verdicts": sighting["verdicts"],
        "files": {source["path"].removeprefix("logs/"): source["count"] for source in sighting["sources"]},
        "first": sighting["first_seen"],
        "last": sighting["last_seen"],
        "records": sighting["count"],
        "outside": (sighting["outside_window"] or {}).get("count", 0),
    }


def planted_answer(truth: estate.Truth) -> dict[str, Any]:
    """What the hunt must say of what was planted."""
    return {
        "verdicts": dict(truth.verdicts),
        "files": dict(truth.files),
        "first": utc(min(truth.times)),
        "last": utc(max(truth.times)),
        "records": len(truth.times),
        "outside": sum(1 for time in truth.times if not estate.START <= time < estate.END),
    }


def other_differences(result: dict[str, Any]) -> list[str]:
    """What must hold beside the sightings."""
    wrong = []
    not_seen = {indicator["value"] for indicator in result["not_seen"]}
    if not_seen != {*estate.NEVER, estate.ROUTER}:
        wrong.append(f"not seen: {sorted(not_seen)}")
    findings = [(finding["code"], finding["indicator"]["value"]) for finding in result["findings"]]
    if findings != [("own-asset", estate.ROUTER)]:
        wrong.append(f"findings: {findings}")
    gaps = [
        (datetime.fromisoformat(gap["start"]), datetime.fromisoformat(gap["end"]))
        for stream in result["coverage"]["streams"]
        for gap in stream["gaps"]
        if gap["kind"] == "days"
    ]
    hour = timedelta(hours=1)  # a gap reaches from the last record before it to the first one after it
    before, after = estate.GAP
    if [before - hour <= start <= before and after <= end <= after + hour for start, end in gaps] != [True]:
        wrong.append(f"gaps of whole days: {gaps}")
    return wrong


def utc(time: datetime) -> str:
    """As the result document writes it."""
    return time.isoformat().replace("+00:00", "Z")


if __name__ == "__main__":
    raise SystemExit(main())
