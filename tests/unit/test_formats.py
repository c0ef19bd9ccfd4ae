"""Remembering formats never changes one."""

from __future__ import annotations

import gzip
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from traque.diagnostics import Diagnostics
from traque.hunt.formats import Formats, pattern
from traque.hunt.learning import Learnt
from traque.logs import Recognition, recognise, registry
from traque.sources import walk

DATA = Path(__file__).resolve().parent.parent / "data" / "logs"
SAMPLES = sorted(DATA.glob("*/*.log"))


def told(recognition: Recognition) -> tuple[object, ...]:
    return recognition.format, recognition.reader.times


def slices(rng: random.Random, path: Path, count: int) -> list[bytes]:
    """Beginnings of sources as a rotation leaves them: some lines of a sample, below its header."""
    lines = path.read_bytes().splitlines(keepends=True)
    header = [line for line in lines if line.startswith(b"#")]
    records = [line for line in lines if not line.startswith(b"#")] or [b"\n"]
    if path.parent.name == "delimited" and not header:
        header, records = records[:1], records[1:] or records
    made = []
    for _ in range(count):
        first = rng.randrange(len(records))
        made.append(
            b"".join(header + [rng.choice(records[first : first + 4]) for _ in range(rng.randint(1, 30))])
        )
    return made


def check(heads: list[tuple[str, bytes]]) -> None:
    formats = Formats()
    for path, head in heads:
        expected, found = recognise(head, path), formats.recognise(head, path)
        assert told(found) == told(expected), (path, head)
        for record in head.splitlines():
            assert found.reader.parse(record) == expected.reader.parse(record)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_folder_of_one_format(path: Path) -> None:
    rng = random.Random(path.name)
    check([(f"logs/x-{number}.log", head) for number, head in enumerate(slices(rng, path, 25))])


@pytest.mark.parametrize("seed", range(12))
def test_a_folder_of_several_formats_under_one_name(seed: int) -> None:
    rng = random.Random(seed)
    heads = [head for path in rng.sample(SAMPLES, 4) for head in slices(rng, path, 8)]
    if seed % 2:
        rng.shuffle(heads)
    check([(f"logs/x-{number}.log", head) for number, head in enumerate(heads)])


@pytest.mark.parametrize("seed", range(8))
def test_files_that_mix_formats_line_by_line(seed: int) -> None:
    rng = random.Random(seed)
    several = [
        line for path in rng.sample(SAMPLES, 3) for line in path.read_bytes().splitlines(keepends=True)
    ]
    heads = [b"".join(rng.choices(several, k=rng.randint(1, 30))) for _ in range(30)]
    check([(f"logs/x-{number}.log", head) for number, head in enumerate(heads)])


def test_alike_files_are_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    judged = []

    def counting(head: bytes, path: str) -> Recognition:
        judged.append(len(head))
        return recognise(head, path)

    monkeypatch.setattr("traque.hunt.formats.recognise", counting)
    formats = Formats()
    line = "2021-01-07T04:{:02}:07Z gate sshd[{}]: Failed password for root from 192.0.2.{} port 22 ssh2\n"
    for number in range(200):
        head = "".join(line.format(k, number, k) for k in range(40)).encode()
        assert formats.recognise(head, f"h/auth.log.{number}").format == "sshd"
    assert len(judged) <= 4


LINE = "2021-01-07T04:{:02}:07Z gate sshd[{}]: Failed password for root from 192.0.2.{} port 22 ssh2\n"


def test_long_logs_are_learnt_from_the_first_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        text = "".join(LINE.format(k % 60, number, k % 250) for k in range(40)).encode()
        (tmp_path / f"auth.log.{number}.gz").write_bytes(gzip.compress(text))
    learnt = Learnt(walk([tmp_path], diagnostics=Diagnostics()))
    judged: list[str] = []

    def judge(head: bytes, path: str) -> Recognition:
        judged.append(path)
        return recognise(head, path)

    monkeypatch.setattr("traque.hunt.formats.recognise", judge)
    with ThreadPoolExecutor(4) as pool:
        heads = [(LINE.format(1, number, 3).encode(), f"auth.log.{number}.gz") for number in range(12)]
        found = list(pool.map(lambda head: Formats(learnt).recognise(*head), heads))
    assert {one.format for one in found} == {"sshd"}
    assert set(judged) == {"auth.log.0.gz", "auth.log.1.gz", "auth.log.10.gz"}  # once, the first by name
    monkeypatch.setattr("traque.hunt.formats.recognise", None)  # nothing is judged any more
    assert Formats(learnt).recognise(LINE.format(1, 2, 3).encode(), "auth.log.77.gz").format == "sshd"


def test_what_cannot_be_read_is_not_learnt(tmp_path: Path) -> None:
    for number in range(12):
        (tmp_path / f"a{number}.log").write_bytes(LINE.format(1, 2, 3).encode())
        (tmp_path / f"b{number}.gz").write_bytes(b"\x1f\x8b\x08 no gzip")
        (tmp_path / f"c{number}.log").write_bytes("Jan  7 04:01:02 gate sshd: x\n".encode("utf-16"))
        (tmp_path / f"d{number}.log").write_bytes(b"")
    entries = walk([tmp_path], diagnostics=Diagnostics())
    (tmp_path / "a0.log").unlink()
    formats = Formats(Learnt(entries))
    for path, head in (("a9.log", LINE.format(1, 2, 3).encode()), ("b3.gz", b""), ("d1.log", b"x\n")):
        assert told(formats.recognise(head, path)) == told(recognise(head, path))


def test_pattern_leaves_digits_out() -> None:
    assert pattern("host12/auth-20210107.log") == pattern("host3/auth-20210108.log") == "host/auth-.log"


def test_formats_with_a_header_are_not_linewise() -> None:
    assert not registry()["delimited"].linewise
    assert not registry()["zeek"].linewise
