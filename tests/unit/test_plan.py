"""Several threads on one source: the same answer as one, whatever the cut, and no thread left behind."""

from __future__ import annotations

import gzip
import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from traque.bulletins import from_values
from traque.errors import SourceCorrupt
from traque.hunt import HuntOptions, hunt
from traque.scan import plan
from traque.scan.plan import Cores, ahead, in_order

LISTED = ("192.0.2.7", "evil.example")


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) == before


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is large."""
    for name, value in (("_BEFORE", 100), ("_BUNDLE", 1000)):
        monkeypatch.setattr(plan, name, value)
    monkeypatch.setattr("traque.hunt.passing.SPLIT_FROM", 1)


def made(seed: int, *, longest: int = 90) -> bytes:
    """Records of all lengths, some empty, some with a match, with a silence; the last may have no end."""
    rng = random.Random(seed)
    lines = []
    seconds = 0
    for _ in range(rng.randint(1, 120)):
        seconds += rng.choice((0, 1, 30, 4000, 90_000))
        day, rest = divmod(seconds, 86_400)
        time = f"2021-01-{day % 28 + 1:02}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}Z"
        value = rng.choice(("192.0.2.7", "www.evil.example", "192.0.2.77", "", "x" * rng.randint(0, longest)))
        lines.append(rng.choice((f"{time} h sshd[1]: {value} ", f"{time} {value}\r", value, "")))
    return ("\n".join(lines) + rng.choice(("\n", ""))).encode()


def pieces(count: int, error: Exception | None = None) -> Iterator[bytes]:
    for number in range(count):
        yield bytes([number % 256]) * 64
    if error is not None:
        raise error


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("jobs", [1, 2])
def test_ahead_changes_nothing(jobs: int) -> None:
    cores = Cores(jobs, 1)
    with cores.working():
        assert list(ahead(pieces(1000), cores)) == list(pieces(1000))
        assert list(ahead(pieces(0), cores)) == []
        assert jobs == 1 or cores.take(), "the core was given back"


@pytest.mark.usefixtures("small_parts")
def test_an_error_comes_behind_every_chunk_before_it() -> None:
    got: list[bytes] = []
    with pytest.raises(SourceCorrupt, match="bad"):
        got.extend(ahead(pieces(777, SourceCorrupt("bad")), Cores(2, 0)))
    assert got == list(pieces(777))


@pytest.mark.usefixtures("small_parts")
def test_closing_ends_the_decoder() -> None:
    ended = threading.Event()

    def endless() -> Iterator[bytes]:
        try:
            while True:
                yield bytes(64)
        finally:
            ended.set()

    decoded = endless()
    chunks = ahead(decoded, Cores(2, 0))
    for _ in range(10):
        next(chunks)
    chunks.close()
    del chunks, decoded
    assert ended.is_set()


def test_nobody_helps_while_an_entry_waits() -> None:
    cores = Cores(2, 2)
    with cores.working():
        assert not cores.take()
        with cores.working():
            assert not cores.take()
        assert cores.take()
        assert not cores.take()


def answer(paths: list[Path], jobs: int, engine_name: str) -> dict[str, Any]:
    """The answer without its own clock; of the evidence the first, the last and the first of each verdict.

    Which records stand between them depends on which were judged together, and so on the parts.
    """
    result = hunt([from_values(LISTED)], paths, options=HuntOptions(jobs=jobs, engine=engine_name))
    document: dict[str, Any] = msgspec.to_builtins(result)
    document["hunt"]["started"] = document["hunt"]["finished"] = ""
    for sighting in document["sightings"]:
        evidence = sighting["evidence"]
        first_of: dict[str, Any] = {}
        for one in evidence:
            first_of.setdefault(one["verdict"], one)
        dated = [one for one in evidence if one["time"]]
        sighting["evidence"] = [dated[:1], dated[-1:], first_of]
    return document


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("engine_name", ["python", "kernel"])
def test_the_answer_is_the_same_with_one_core_and_with_several(tmp_path: Path, engine_name: str) -> None:
    if engine_name == "kernel":
        pytest.importorskip("traque._kernel", reason="the extension is not built")
    for seed in range(8):
        data = made(seed, longest=3000) * 3
        (tmp_path / f"plain-{seed}.log").write_bytes(data)
        (tmp_path / f"packed-{seed}.log.gz").write_bytes(gzip.compress(b"first\n" + data))
        (tmp_path / f"cut-{seed}.log.gz").write_bytes(gzip.compress(b"other\n" + data)[:-20])
        (tmp_path / f"wide-{seed}.log").write_bytes(data.decode().encode("utf-16"))
    alone = answer([tmp_path], 1, engine_name)
    assert alone["sightings"]
    assert answer([tmp_path], 4, engine_name) == alone
    for path in sorted(tmp_path.iterdir()):
        assert answer([path], 4, engine_name) == answer([path], 1, engine_name)


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_stop_ends_every_thread(tmp_path: Path, suffix: str) -> None:
    data = b"2021-01-01T00:00:00Z 192.0.2.7\n" * 40_000
    log = tmp_path / f"x.log{suffix}"
    log.write_bytes(gzip.compress(data) if suffix else data)
    stop = threading.Event()

    class Watching:
        def start(self, total: int) -> None:
            pass

        def advance(self, count: int) -> None:
            stop.set()

        def source(self, name: str) -> None:
            pass

    options = HuntOptions(jobs=4, engine="python")
    result = hunt([from_values(LISTED)], [log], options=options, progress=Watching(), stop=stop)
    assert result.hunt.interrupted
    assert not result.coverage.sources[0].complete
    assert 0 < result.hunt.bytes < len(data)


@pytest.mark.parametrize("jobs", [1, 3, 20])
def test_what_several_make_comes_in_order(jobs: int) -> None:
    assert list(in_order(jobs, lambda number: number * 2, range(9))) == list(range(0, 18, 2))
    assert list(in_order(jobs, str, [])) == []


def test_leads_are_the_same_with_one_core_and_with_several(tmp_path: Path) -> None:
    for day in range(1, 10):
        lines = [
            f"2021-03-0{day}T10:{minute:02}:00Z gate sshd[{minute}]: Accepted password for user{day} from {address} "
            "port 40022 ssh2\n"
            for minute, address in enumerate((f"192.0.2.{day}", f"203.0.113.{day}", "198.51.100.1"))
        ]
        (tmp_path / f"auth-{day}.log.gz").write_bytes(gzip.compress("".join(lines).encode()))
    bulletin = from_values([f"192.0.2.{day}" for day in range(1, 10)])
    one, several = (hunt([bulletin], [tmp_path], options=HuntOptions(jobs=jobs)) for jobs in (1, 4))
    assert {lead.value for lead in one.leads} >= {f"203.0.113.{day}" for day in range(1, 10)}
    assert (one.leads, one.lead_search) == (several.leads, several.lead_search)
