"""The estate's bulletin with a ledger: while the logs are there, when half of them are gone, and when all are."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

BULLETIN = "bulletins/certfr/CERTFR-2021-IOC-003-IOC.csv"
OWN = ["--own", "203.0.113.0/24"]
ASKED = ["--since", "2021-01-01", "--until", "2021-07-21", *OWN]


def traque(*arguments: str | Path, status: int) -> bytes:
    command = [sys.executable, "-m", "traque", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=300)
    assert done.returncode == status, done.stderr.decode()
    return done.stdout


class Estate:
    """A copy of the logs, a ledger of them, and what a hunt in them answers."""

    def __init__(self, samples: Path, folder: Path) -> None:
        self.logs = folder / "logs"
        self.ledger = folder / "ledger"
        self._bulletin = samples / BULLETIN
        shutil.copytree(samples / "estate/logs", self.logs)
        traque("ledger", "init", self.ledger, status=0)
        traque("ledger", "add", "--ledger", self.ledger, self.logs, *OWN, status=0)
        self.plain = self.hunt("--in", self.logs)

    def hunt(self, *arguments: str | Path) -> dict[str, Any]:
        return json.loads(traque("hunt", self._bulletin, *arguments, *ASKED, "--json", status=1))  # type: ignore[no-any-return]

    def remembered(self) -> dict[str, Any]:
        return self.hunt("--ledger", self.ledger)


@pytest.fixture(scope="module")
def estate(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Estate:
    return Estate(samples, tmp_path_factory.mktemp("estate"))


def told(answer: dict[str, Any]) -> dict[str, Any]:
    """What an answer says of each indicator that a ledger can say too."""
    return {
        one["indicator"]["value"]: {
            name: one[name]
            for name in (
                "count", "undated", "first_seen", "last_seen", "verdict", "verdicts", "relations",
                "direction", "bytes", "outside_window", "at_worst",
            )
        }
        | {"sources": sorted((s["path"], s["count"], json.dumps(s["verdicts"])) for s in one["sources"])}
        for one in answer["sightings"]
    }  # fmt: skip


def searched(answer: dict[str, Any]) -> dict[str, Any]:
    """What an answer rests on."""
    streams = {
        stream["name"]: [(gap["start"], gap["end"], gap["kind"]) for gap in stream["gaps"]]
        for stream in answer["coverage"]["streams"]
    }
    return {
        "streams": streams,
        "records": answer["hunt"]["records"],
        "bytes": answer["hunt"]["bytes"],
        "not_seen": answer["not_seen"],
        "days": (answer["coverage"]["searched_days"], answer["coverage"]["asked_days"]),
        "complete": [one["path"] for one in answer["coverage"]["sources"] if not one["complete"]],
    }


def same(remembered: dict[str, Any], plain: dict[str, Any]) -> None:
    assert told(remembered) == told(plain)
    assert searched(remembered) == searched(plain)


def test_the_answer_is_the_same_while_the_logs_are_there(estate: Estate) -> None:
    remembered = estate.hunt("--ledger", estate.ledger, "--in", estate.logs)
    same(remembered, estate.plain)
    assert len(told(remembered)) == 23
    assert remembered["hunt"]["ledger"]["alone"] == 0
    assert remembered["hunt"]["ledger"]["spared"] > 0


def test_what_is_gone_is_told_as_it_was(estate: Estate) -> None:
    """Half of each stream's logs, then all."""
    streams: dict[Path, list[Path]] = defaultdict(list)
    for path in sorted(estate.logs.rglob("*")):
        if path.is_file():
            streams[path.parent].append(path)
    files = sum(map(len, streams.values()))
    for paths in streams.values():
        for path in paths[::2]:
            path.unlink()
    half = estate.remembered()
    same(half, estate.plain)
    assert 0 < half["hunt"]["ledger"]["alone"] < files
    shutil.rmtree(estate.logs)
    everything = estate.remembered()
    same(everything, estate.plain)
    assert everything["hunt"]["ledger"]["alone"] == everything["hunt"]["ledger"]["sources"]


def test_seen_says_the_same(estate: Estate) -> None:
    answer = told(estate.plain)
    seen = json.loads(traque("seen", *answer, "--ledger", estate.ledger, "--json", status=1))
    assert {
        one["value"]: (one["records"], one["first"], one["last"], one["verdicts"]) for one in seen["seen"]
    } == {
        value: (one["count"], one["first_seen"], one["last_seen"], one["verdicts"])
        for value, one in answer.items()
    }
