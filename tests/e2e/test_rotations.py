"""Seven rotations of one log, each in another wrapping, say what the plain log says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BUSY = ["66.249.73.135", "46.105.14.53", "130.237.218.86"]
ROTATIONS = [f"access.log.{end}" for end in ("1", "2.zip", "3.gz", "4.zst", "5.bz2", "6.xz", "7.gz")]


def counts(*paths: Path, status: int = 1) -> list[int]:
    command = [sys.executable, "-m", "traque", "hunt", *BUSY, "--in", *map(str, paths), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == status, done.stderr
    result = json.loads(done.stdout)
    seen = {s["indicator"]["value"]: s["count"] for s in result["sightings"]}
    return [seen.get(value, 0) for value in BUSY]


@pytest.fixture
def rotations(samples: Path) -> Path:
    return samples / "logs/rotation_derived"


def test_all_wrappings_together_equal_the_plain_log(rotations: Path, samples: Path) -> None:
    assert counts(*(rotations / name for name in ROTATIONS)) == [482, 364, 357]
    assert counts(samples / "logs/web/apache10k.log") == [482, 364, 357]


def test_a_tar_equals_the_zip_of_the_same_log(rotations: Path) -> None:
    assert counts(rotations / "bundle.tar.gz") == counts(rotations / "access.log.2.zip")


@pytest.mark.parametrize("name", ["access.utf16le.log", "access.bom.crlf.log"])
def test_other_encodings_equal_the_same_log(rotations: Path, name: str) -> None:
    assert counts(rotations / name) == counts(rotations / "access.log.7.gz")


def test_a_truncated_file_gives_what_it_holds_and_is_incomplete(rotations: Path) -> None:
    assert counts(rotations / "access.truncated.gz", status=3) == [55, 47, 0]


def test_the_same_content_twice_is_reported_and_not_doubled(rotations: Path) -> None:
    assert counts(rotations, status=3) == [482, 364, 357]
