"""The demonstration holds, and would notice if it did not."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from e2e_tools import environment

TOOLS = Path(__file__).resolve().parents[2] / "tools"


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[bytes]]:
    folder = tmp_path_factory.mktemp("demo") / "demo"
    done = subprocess.run(
        [sys.executable, TOOLS / "demo.py", folder],
        env=environment(),
        capture_output=True,
        timeout=120,
        check=False,
    )
    return folder, done


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(TOOLS)
    spec = importlib.util.spec_from_file_location("demo", TOOLS / "demo.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_answer_equals_the_planted_truth(shown: tuple[Path, subprocess.CompletedProcess[bytes]]) -> None:
    _, done = shown
    assert done.returncode == 0, (done.stdout[-2000:], done.stderr)
    assert b"truth: 7 of 7 sightings equal" in done.stdout
    assert done.stderr == b""


def test_it_shows_the_command_and_the_report(shown: tuple[Path, subprocess.CompletedProcess[bytes]]) -> None:
    _, done = shown
    text = " ".join(done.stdout.decode().split())
    assert "$ traque hunt " in text
    assert "7 of 12 indicators were seen; worst: authenticated (1) and outbound (2)." in text
    assert "One of your own addresses is an indicator: " in text
    assert "no record on 7 days: 2021-03-08 to 2021-03-14" in text


@pytest.mark.parametrize("part", ["count", "first_seen", "verdicts", "sources"])
def test_a_wrong_answer_is_noticed(
    shown: tuple[Path, subprocess.CompletedProcess[bytes]], demo: ModuleType, part: str
) -> None:
    folder, _ = shown
    truth = dict(demo.estate.build().truth)
    result = json.loads((folder / "answer" / "result.json").read_bytes())
    assert demo.compare(result, truth) == 0
    result["sightings"][3][part] = {"count": 5, "first_seen": None, "verdicts": {}, "sources": []}[part]
    assert demo.compare(result, truth) == 1


def test_a_sighting_too_many_or_too_few_is_noticed(
    shown: tuple[Path, subprocess.CompletedProcess[bytes]], demo: ModuleType
) -> None:
    folder, _ = shown
    truth = dict(demo.estate.build().truth)
    result = json.loads((folder / "answer" / "result.json").read_bytes())
    lost = result["sightings"].pop()
    assert demo.compare(result, truth) == 1
    result["sightings"] += [lost, lost | {"indicator": {"value": demo.estate.LOOK_ALIKES[0]}}]
    assert demo.compare(result, truth) == 1


def test_the_estate_is_always_the_same(demo: ModuleType, tmp_path: Path) -> None:
    for name in ("one", "two"):
        demo.estate.build().write(tmp_path / name)
    first, second = (
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*")
            if path.is_file()
        }
        for name in ("one", "two")
    )
    assert first == second
    text = b"".join(first.values())
    assert text


def test_a_folder_of_somebody_else_is_left_alone(demo: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(SystemExit, match="not empty"):
        demo.prepare(tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "mine"
