"""The streams that a source map declares, and what their absence does to a *no*."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from traque.bulletins import from_values
from traque.errors import UsageError
from traque.hunt import HuntOptions, exit_status, hunt
from traque.model import HuntResult
from traque.source_map import read_source_map

LINE = "{}T{:02d}:00:00+00:00 gw sshd[{}]: Failed password for root from {} port 40022 ssh2\n"


def day(folder: Path, name: str, *days: str, value: str = "192.0.2.1") -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.writelines(LINE.format(one, hour, hour, value) for one in days for hour in range(24))


def asked(folder: Path, declared: str, value: str = "192.0.2.99", **options: object) -> HuntResult:
    path = folder / "traque.toml"
    path.write_text(declared)
    told = HuntOptions(engine="python", source_map=read_source_map(path), **options)  # type: ignore[arg-type]
    return hunt([from_values([value])], [folder / "logs"], options=told)


def test_a_missing_stream_makes_a_no_incomplete(tmp_path: Path) -> None:
    day(tmp_path, "logs/ssh/auth.log", "2021-03-01", "2021-03-02")
    both = '[[stream]]\nname = "bastion"\nfiles = ["logs/ssh/*"]\n[[stream]]\nname = "vpn"\nowner = "network team"\n'
    result = asked(tmp_path, both)
    assert exit_status(result) == 3
    assert [one.name for one in result.coverage.missing] == ["vpn"]
    there = result.coverage.expected[0]
    assert (there.name, there.streams, there.sources, there.missing) == (
        "bastion",
        ("ssh/auth.log",),
        1,
        False,
    )
    assert exit_status(asked(tmp_path, both.split('[[stream]]\nname = "vpn"', maxsplit=1)[0])) == 0
    assert exit_status(asked(tmp_path, both, value="192.0.2.1")) == 1


def test_a_stream_is_found_by_its_name(tmp_path: Path) -> None:
    day(tmp_path, "logs/auth.log", "2021-03-01")
    day(tmp_path, "logs/other.log", "2021-03-01", value="192.0.2.2")
    named = '[[source]]\nfiles = ["other.log"]\nname = "gate"\n'
    result = asked(tmp_path, f'{named}[[stream]]\nname = "gate"\n[[stream]]\nname = "auth.log"\n')
    assert not result.coverage.missing
    assert [one.streams for one in result.coverage.expected] == [("gate",), ("auth.log",)]


def test_from_and_until_bound_the_days(tmp_path: Path) -> None:
    day(tmp_path, "logs/auth.log", "2021-03-01", "2021-03-02", "2021-03-03")
    day(tmp_path, "logs/new.log", "2021-03-02", "2021-03-03", value="192.0.2.2")
    window = {"since": datetime(2021, 3, 1, tzinfo=UTC), "until": datetime(2021, 3, 4, tzinfo=UTC)}
    assert asked(tmp_path, "", **window).coverage.searched_days == 2
    result = asked(tmp_path, '[[stream]]\nname = "new.log"\nfrom = 2021-03-02\n', **window)
    assert result.coverage.window_covered
    assert exit_status(result) == 0
    stream = next(s for s in result.coverage.streams if s.name == "new.log")
    assert (stream.asked_days, stream.asked_days_covered) == (2, 2)
    gone = '[[stream]]\nname = "gone"\nuntil = {}\n'
    before = asked(tmp_path, gone.format("2021-03-01"), **window)
    assert exit_status(before) == 3  # new.log is no longer excused
    assert not before.coverage.missing
    assert asked(tmp_path, gone.format("2021-03-02"), **window).coverage.missing


def test_records_are_shared_out_to_their_days(tmp_path: Path) -> None:
    day(tmp_path, "logs/auth.log", "2021-03-01", "2021-03-03")
    (stream,) = asked(tmp_path, "").coverage.streams
    assert stream.by_day == {"2021-03-01": 24, "2021-03-03": 24}
    assert sum(stream.by_day.values()) == stream.records


def test_hashes_only_when_asked(tmp_path: Path) -> None:
    import hashlib

    day(tmp_path, "logs/auth.log", "2021-03-01")
    plain = asked(tmp_path, "").coverage.sources[0]
    assert plain.sha256 == ""
    assert len(plain.fingerprint) == 32
    result = asked(tmp_path, "", hash_sources=True, hash_program=True)
    content = (tmp_path / "logs/auth.log").read_bytes()
    assert result.coverage.sources[0].sha256 == hashlib.sha256(content).hexdigest()
    assert len(result.hunt.program) == 64


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[stream]]\nowner = "x"\n', ":1: name in [[stream]] number 1 is missing"),
        (
            '[[stream]]\nname = "a"\n[[stream]]\nname = "a"\n',
            ":4: name in [[stream]] number 2 'a' is that of",
        ),
        ('[[stream]]\nname = "a"\nfrom = "soon"\n', ":3: from in [[stream]] number 1 is not a day"),
        ('[[stream]]\nname = "a"\nfrom = 2021-02-01\nuntil = 2021-02-01\n', ":4: until"),
        ('[[stream]]\nname = "a"\nretention = 0\n', ":3: retention in [[stream]] number 1 0 is not a number"),
        ('[[source]]\nfiles = ["a"]\n[[stream]]\nname = "a"\nformat = "x"\n', ":5: format"),
        ("stream = 3\n", "stream is not a list of tables"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "traque.toml"
    path.write_text(text)
    with pytest.raises(UsageError) as raised:
        read_source_map(path)
    assert said in str(raised.value)
