"""The benchmarks' corpora hold what they say, and the harness finds it (never how fast)."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks import cases, machine, peers, run, table  # noqa: E402
from benchmarks.measure import Measured, Run  # noqa: E402
from benchmarks.store import Store, wrapping  # noqa: E402
from benchmarks.world import World, longer  # noqa: E402

SIZE = 400_000


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("corpora"), seed=7)


@pytest.fixture(scope="module")
def world() -> World:
    return World(7)


def count_lines(logs: Path, pattern: re.Pattern[bytes]) -> Counter[str]:
    """By file, the lines that ``pattern`` finds something in."""
    return Counter({
        path.relative_to(logs).as_posix(): count
        for path in logs.rglob("*.*")
        if path.is_file()
        if (count := sum(pattern.search(line) is not None for line in path.read_bytes().splitlines()))
    })  # fmt: skip


def any_of(values: list[str], before: bytes = b"", after: bytes = b"") -> re.Pattern[bytes]:
    return re.compile(before + b"(?:" + b"|".join(re.escape(v.encode()) for v in values) + b")" + after)


def test_the_truth_is_what_an_independent_count_finds(store: Store) -> None:
    corpus, listed = store.corpus("mixed", SIZE), store.listed("ipv4-161")
    truth = store.truth(corpus, listed)
    values = listed.read_text().split()
    assert count_lines(truth.logs, any_of(values)) == truth.lines_with("count", "glued", "dotted")
    assert count_lines(truth.logs, any_of(values, rb"\b", rb"\b")) == truth.lines_with("count", "dotted")
    alone = any_of(values, rb"(?<![\w.])", rb"(?![\w])")
    assert count_lines(truth.logs, alone) == truth.lines_with("count")
    assert sum(truth.lines_with("glued").values()) > 0
    assert sum(truth.lines_with("dotted").values()) > 0
    assert len(truth.seen()) > 10


def test_bytes_and_lines_are_what_the_truth_says(store: Store) -> None:
    truth = store.truth(store.corpus("mixed", SIZE), store.listed("ipv4-161"))
    files = [path.read_bytes() for path in truth.logs.rglob("*.*") if path.is_file()]
    assert truth.bytes == sum(map(len, files)) >= SIZE
    assert truth.lines == sum(data.count(b"\n") for data in files)


def test_the_same_seed_gives_the_same_bytes(store: Store, tmp_path: Path) -> None:
    again = Store(tmp_path, seed=7).corpus("mixed", SIZE)
    first = store.corpus("mixed", SIZE)
    for path in (first / "logs").rglob("*.*"):
        if path.is_file():
            assert path.read_bytes() == (again / path.relative_to(first)).read_bytes()


@pytest.mark.parametrize("name", ["ipv4-161", "all-10k"])
def test_a_list_has_its_size_and_no_value_of_the_background(world: World, name: str) -> None:
    values = world.indicators(name)
    assert len(set(values)) == len(values) == {"ipv4-161": 161, "all-10k": 10_000}[name]
    assert set(values).isdisjoint(world.addresses + world.addresses6 + world.domains)


def test_a_list_without_the_hot_indicator(world: World) -> None:
    assert set(world.indicators("ipv4-161")) - set(world.indicators("ipv4-161-cold")) == {world.hot}


@pytest.mark.parametrize(
    ("address", "held_by"),
    [("9.1.1.200", ["19.1.1.200", "29.1.1.200"]), ("200.1.1.25", [f"200.1.1.25{n}" for n in range(6)])],
)
def test_addresses_that_hold_another(address: str, held_by: list[str]) -> None:
    assert longer(address) == held_by


@pytest.mark.parametrize("layout", ["one-gz", "one-zst", "eve", "syslog", "many", "small", "hot"])
def test_every_layout_can_be_made(store: Store, layout: str) -> None:
    corpus = store.corpus(layout, 100_000)
    truth = store.truth(corpus, store.listed("ipv4-161"))
    assert truth.bytes >= 100_000 * 0.9
    assert all(path.suffix == wrapping(layout) for path in truth.logs.rglob("*.gz"))


def test_every_case_names_known_things() -> None:
    known = peers.peers()
    for case in cases.CASES.values():
        assert {entrant.peer for entrant in case.entrants} <= known.keys()
        assert set(case.goals) <= {entrant.label for entrant in case.entrants}
        assert case.entrants[0].peer == "traque"


def test_ratios_are_seconds_by_those_of_the_first() -> None:
    case = cases.CASES["plain-ipv4-161"]
    spec = peers.peers()["ripgrep"]
    first, other = (
        Measured(
            entrant, spec, "1", [], 1,
            starts=[Run(0.5, 0, 0, 1, 0, None)], runs=[Run(seconds, seconds, 0, 1, 0, None)] * 2,
        )
        for entrant, seconds in ((case.entrants[0], 1.0), (case.entrants[2], 4.5))
    )  # fmt: skip
    assert table.ratios(case, [first, other]) == {
        "ripgrep": {"whole": 4.5, "cpu": 4.5, "net": 8.0, "goal": 4}
    }
    assert "met" in table.render(case, [first, other], 1_000_000)


def test_a_debug_kernel_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(machine, "kernel", lambda: {"profile": "debug", "version": "0"})
    assert run.main(["--quick"]) == run.USAGE
    assert "debug" in capsys.readouterr().err


def test_every_answer_of_a_quick_run_is_right(tmp_path: Path) -> None:
    pytest.importorskip("traque._kernel")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--corpora", tmp_path, "--timeout", "60",
         "plain-ipv4-161", "zst", "scan-json", "hot", "small-files"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "debug build" in done.stderr:
        pytest.skip("the kernel is a debug build")
    assert done.returncode == run.OK, done.stdout + done.stderr
    assert "WRONG" not in done.stdout
    assert done.stdout.count("traque: = truth") == 5
    assert "scan: = truth" in done.stdout
