"""A folder of damaged binary logs in damaged wrappings, hunted in one process: no crash, no hang, all counted.

Each run damages anew; the seed is printed, and ``TRAQUE_SEED`` repeats a run.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from pathlib import Path

import pytest
from e2e_tools import Run

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "unit"), str(TESTS / "contract")]

from containers_made import COMPRESSIONS, tar, zipped  # noqa: E402
from decoder_tools import every_kind, mutated  # noqa: E402

ROUNDS = 6
SECONDS = 120
WRAPPINGS = {
    **COMPRESSIONS,
    "tar": lambda data: tar({"in.log": data, "beside.log": b"198.51.100.23 beside\n"}),
    "zip": lambda data: zipped({"in.log": data, "beside.log": b"198.51.100.23 beside\n"}),
    "tar-gzip": lambda data: COMPRESSIONS["gzip"](tar({"in.log": data})),
}


@pytest.fixture
def seed() -> int:
    seed = int(os.environ.get("TRAQUE_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"TRAQUE_SEED={seed}")
    return seed


def test_damaged_logs_in_damaged_wrappings(tmp_path: Path, traque: Run, seed: int, samples: Path) -> None:
    rng = random.Random(seed)
    (tmp_path / "made").mkdir()
    whole = every_kind(tmp_path / "made")
    smallest = min((samples / "logs/evtx").iterdir(), key=lambda path: path.stat().st_size)
    whole["evtx"] = smallest.read_bytes()
    logs = tmp_path / "logs"
    logs.mkdir()
    names = set()
    for number in range(ROUNDS):
        for kind, data in whole.items():
            names.add(f"{number}.{kind}")
            (logs / f"{number}.{kind}").write_bytes(mutated(data, rng))
        for wrapping, wrap in WRAPPINGS.items():
            kind = rng.choice(sorted(whole))
            inner = mutated(whole[kind], rng) if rng.randrange(2) else whole[kind]
            packed = wrap(inner)
            names.add(f"{number}.{kind}.{wrapping}")
            (logs / f"{number}.{kind}.{wrapping}").write_bytes(
                mutated(packed, rng) if rng.randrange(3) else packed
            )
    (logs / "good.log").write_bytes(b"2021-01-07T04:18:07Z host app: 198.51.100.23 was here\n")
    started = time.monotonic()
    done = traque("hunt", "198.51.100.23", "--in", logs, "--json")
    assert time.monotonic() - started < SECONDS
    assert done.returncode in (1, 3), done.stderr
    result = json.loads(done.stdout)
    sources = result["coverage"]["sources"]
    seen = {source["path"].split("/")[0] for source in sources}
    assert names | {"good.log"} <= seen
    assert all(source["why"] for source in sources if not source["complete"])
    (sighting,) = result["sightings"]
    assert "good.log" in {source["path"] for source in sighting["sources"]}


def test_each_kind_is_read_when_it_is_whole(tmp_path: Path, traque: Run) -> None:
    """So that the damaged ones above begin as logs that are decoded."""
    (tmp_path / "made").mkdir()
    logs = tmp_path / "logs"
    logs.mkdir()
    for kind, data in every_kind(tmp_path / "made").items():
        for wrapping, wrap in WRAPPINGS.items():
            (logs / f"{kind}.{wrapping}").write_bytes(wrap(data))
    done = traque("hunt", "198.51.100.23", "--in", logs, "--json")
    sources = json.loads(done.stdout)["coverage"]["sources"]
    assert len(sources) > 100
    assert all(source["complete"] and source["records"] for source in sources), sources
