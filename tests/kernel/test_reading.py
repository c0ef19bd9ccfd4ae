"""The kernel reads a file itself, in one go or by several threads: the same answer as when it is fed."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from traque.model import Observable, TimeRule
from traque.scan import oracle
from traque.scan.matches import Batch, Engine, MatchedRecord, TimeSample
from traque.scan.words import Lookout, lookout
from traque.sources import Entry
from traque.sources.files import ScannedFile

kernel = pytest.importorskip("traque.scan.kernel", reason="the extension is not built")

SET = (Observable("ipv4-addr", "192.0.2.7"), Observable("domain-name", "evil.example"))
TIMES = (TimeRule("iso"), TimeRule("syslog"))
PART = 1 << 20
Told = list[tuple[int, int, bytes]]
Answer = tuple[list[MatchedRecord], list[TimeSample], int, Told]


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = threads()
    yield
    assert threads() == before


def threads() -> int:
    """Threads of this process, as the system counts them where it does."""
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.exists() else 0


def words() -> Lookout:
    return lookout((b"dropped", b"lost"), (b"rate=",))


def made(seed: int, size: int, *, longest: int = 300, untimed: float = 0.05) -> bytes:
    """Records of all lengths; some match, some tell of losses, some have no time; there are silences."""
    rng = random.Random(seed)
    lines = []
    left, seconds = size, 0
    while left > 0:
        seconds += rng.choices((0, 1, 30, 4000, 90_000), (60, 30, 10, 0.01, 0.01))[0]
        day, rest = divmod(seconds, 86_400)
        time = f"2021-{day // 28 % 12 + 1:02}-{day % 28 + 1:02}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}Z"
        value = (
            rng.choice(("192.0.2.7", "evil.example lost", "lost, dropped", "rate=7"))
            if rng.random() < 0.002
            else "x"
        )
        fill = "-" * int(longest ** (rng.random() ** 2))
        line = f"{value} {fill}" if rng.random() < untimed else f"{time} h sshd[1]: {value} {fill}"
        lines.append(line + rng.choice(("", "", "", "\r")))
        left -= len(lines[-1]) + 1
        if rng.random() < 0.0005:  # a stretch without times
            lines += ["no time here"] * rng.randint(1, 20_000)
            left -= 13 * 10_000
    return ("\n".join(lines) + rng.choice(("\n", ""))).encode()


def answer(batches: Sequence[Batch], records: int, watch: Lookout) -> Answer:
    watch.finish()
    return (
        [m for b in batches for m in b.matched],
        [s for b in batches for s in b.samples],
        records,
        sorted(watch.take()),  # of one word they come in order
    )


def fed(engine: Engine, data: bytes) -> Answer:
    scanner, watch = engine.scanner(TIMES), words()
    watch.feed(data)
    return answer([scanner.feed(data), scanner.finish()], scanner.records, watch)


def read(file: ScannedFile) -> Answer:
    scanner, watch = kernel.compile(SET).scanner(TIMES), words()
    batches, at = [], 0
    while True:
        batch, reached = scanner.read(file.file, at, file.size, watch)
        if reached == at:
            break
        batches.append(batch)
        at = reached
    return answer([*batches, scanner.finish()], scanner.records, watch)


def split(file: ScannedFile, helpers: int = 2) -> Answer:
    watch = words()
    work = kernel.compile(SET).split(file.file, TIMES, watch)
    batches = []
    for _ in range(helpers):
        work.help()
    while (batch := work.next(watch)) is not None:
        batches.append(batch)
    batches.append(work.finish())
    work.close()
    return answer(batches, work.records, watch)


WAYS = [pytest.param(read, id="read"), pytest.param(split, id="split")]
Way = Callable[[ScannedFile], Answer]


def opened(path: Path) -> ScannedFile:
    return ScannedFile(Entry(path=path, display=path.name, size=path.stat().st_size, mtime=None))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("untimed", [0.05, 0.9, 1.0])
def test_a_file_gives_what_its_bytes_give(tmp_path: Path, way: Way, untimed: float) -> None:
    for seed, longest in enumerate((90, 300, 30_000, 2_000_000)):
        data = made(seed, 5 * PART, longest=longest, untimed=untimed)
        (tmp_path / "x.log").write_bytes(data)
        with opened(tmp_path / "x.log") as file:
            assert way(file) == fed(kernel.compile(SET), data), seed


@pytest.mark.parametrize("way", WAYS)
def test_a_file_gives_what_the_specification_says(tmp_path: Path, way: Way) -> None:
    data = made(7, PART + 200_000)
    (tmp_path / "x.log").write_bytes(data)
    with opened(tmp_path / "x.log") as file:
        assert way(file) == fed(oracle.compile(SET), data)


@pytest.mark.parametrize("way", WAYS)
def test_records_at_every_border(tmp_path: Path, way: Way) -> None:
    record = b"2021-01-01T00:00:00Z 192.0.2.7 lost"
    for border in (PART, 2 * PART, (1 << 18) + (1 << 12)):
        for before in range(-len(record) - 3, 4):
            begin = b"2021-01-01T00:00:00Z " + b"x" * (border + before - 22) + b"\n"
            data = begin + record + b"\r\n" + record + b"\n" + record
            (tmp_path / "x.log").write_bytes(data)
            with opened(tmp_path / "x.log") as file:
                found = way(file)
            assert [match.offset for match in found[0]] == [len(begin) + n for n in (0, 37, 73)], before
            assert found[2] == 4
            assert [told[1] for told in found[3]] == [len(begin) + n for n in (0, 37, 73)]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "data",
    [b"", b"\n", b"x", b"\n" * (PART + 1), b"192.0.2.7" + b" " * 3 * PART, b" " * 3 * PART + b"192.0.2.7\nx"],
    ids=["empty", "feed", "byte", "feeds", "huge", "huge-and-more"],
)
def test_odd_files(tmp_path: Path, way: Way, data: bytes) -> None:
    (tmp_path / "x.log").write_bytes(data)
    with opened(tmp_path / "x.log") as file:
        assert way(file) == fed(kernel.compile(SET), data)


@pytest.mark.parametrize("way", WAYS)
def test_what_a_file_gains_meanwhile_is_left_and_what_it_loses_ends_it(tmp_path: Path, way: Way) -> None:
    data = made(5, 3 * PART)
    path = tmp_path / "x.log"
    path.write_bytes(data)
    with opened(path) as file:
        with path.open("ab") as more:
            more.write(b"192.0.2.7\n" * 1000)
        assert way(file) == fed(kernel.compile(SET), data)
        for size in (2 * PART, 2 * PART - 1, PART + 7, 1, 0):
            os.truncate(path, size)
            assert way(file) == fed(kernel.compile(SET), data[:size])


def test_closing_a_split_ends_its_threads(tmp_path: Path) -> None:
    (tmp_path / "x.log").write_bytes(b"x\n" * 90 * PART)
    with opened(tmp_path / "x.log") as file:
        work = kernel.compile(SET).split(file.file)
        for _ in range(3):
            work.help()
        assert work.next() is not None
        work.close()


def test_a_folder_or_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "none"):
        with pytest.raises(OSError, match=r"regular|directory|No such"):
            kernel_file(path)


def kernel_file(path: Path) -> object:
    from traque._kernel import File

    return File(path, os.O_NONBLOCK)
