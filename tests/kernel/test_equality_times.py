"""The kernel's time parser, which `timestamps.read` is, equals `timestamps.specified`; its sampling the oracle's."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traque import timestamps
from traque.model import TimeRule
from traque.scan import kernel, oracle
from traque.scan.matches import Engine, TimeSample

pytest.importorskip("traque._kernel", reason="the extension is not built")

WRITTEN = [
    b"2021-01-07T04:18:07.123456+00:00", b"2021-01-07 04:18:07,123", b"2021/1/7 4:18", b"20210107T041807Z",
    b"20210107 04:18:07", b"20210107041807.5", b"2021-01-07t04:18:60 CEST", b"2021-02-29T00:00:00Z", b"2020-02-29_00:00:00-0330",
    b"Jan  7 04:18:07 host", b"2021 Jan  7 04:18:07", b"Jan 07 2021 04:18:07 UTC: x", b"Feb 29 23:59:60", b"jan 7, 2021 04:18:07",
    b"07/Jan/2021:04:18:07 +0000", b"07/Jan/2021 04:18:07 -15:59", b"31/Feb/2021:04:18:07", b"Thu, 07 Jan 2021 04:18:07 +0000",
    b"07-Jan-2021 04:18:07.123", b"7 Jan 69 04:18:07 EST", b"1609993087.123", b"1609993087123", b"1609993087123456",
    b"1609993087123456789", b"1609993087a", b"9999999999", b'date=2021-01-07 time=04:18:07 tz="+0100"',
    b"devname=x date=2021-01-07 mytime=1 time=04:18:07 tz=-0300", b"Fri Dec 16 01:46:23.123456 2005",
    b"Fri Dec 16 01:46:23 CET 2005", b"Fri Dec 16 01:46:23 2005 +0100", b"01/07/2021 04:18:07 PM", b"01/07-04:18:07.5",
    b"07/01/2021 12:18 am", b"07.01.2021 13:18:07 PM", b"13/01/21 04:18:07", b"02/02/2021,04:18:07", b"<34>1 2003-10-11T22:14:15.003Z h",
    b"<13>Jan  7 04:18:07", b"\xef\xbb\xbf2021-01-07T04:18:07Z", b"[07/Jan/2021:04:18:07 +0000]", b'"time":"2021-01-07T04:18:07Z"',
    b"x 2021-01-07T04:18:07Z y", b"a\tb\t2021-01-07 04:18:07\tc", b"2199-12-31T23:59:59Z", b"2200-01-01T00:00:00Z", b"1970-01-01T00:00:00+15:00",
]  # fmt: skip
"""Times in every layout, and some that are none."""

RULES = [
    *(TimeRule(layout) for layout in timestamps.LAYOUTS),
    *(TimeRule(layout, anchor=b"time") for layout in timestamps.LAYOUTS),
    *(
        TimeRule(layout, column=column, separator=b"\t")
        for layout in timestamps.LAYOUTS
        for column in (0, 1, 2)
    ),
    TimeRule("auto", column=0),
    TimeRule("auto", column=1),
]

PIECES = st.one_of(
    st.sampled_from(WRITTEN),
    st.sampled_from(
        [
            b" ",
            b"  ",
            b"\t",
            b"time",
            b"time=",
            b"<1>",
            b":",
            b".",
            b",",
            b"-",
            b"/",
            b"+01",
            b"Z",
            b" PM",
            b"_",
            b"Jan",
            b"Mon",
            b" INFO",
            b"@40000000",
            b"tz=",
            b' timezone="CET"',
            b"I",
        ]
    ),
    st.integers(0, 9999).map(lambda number: b"%d" % number),
    st.integers(0, 99).map(lambda number: b"%02d" % number),
)


@pytest.mark.parametrize("written", WRITTEN)
def test_every_written_time(written: bytes) -> None:
    """Each sample reads alike by every rule, whole and cut short anywhere."""
    for rule in RULES:
        for end in range(len(written) + 1):
            text = written[:end]
            assert timestamps.read(text, [rule]) == timestamps.specified(text, [rule]), (rule, text)


@given(pieces=st.lists(PIECES, max_size=6), seed=st.integers(0, 2**32))
@settings(max_examples=500, deadline=None)
def test_pieces(pieces: list[bytes], seed: int) -> None:
    """Times joined, changed in one byte, and mixed with what may stand around them."""
    rng = random.Random(seed)
    text = bytearray(b"".join(pieces))
    if text and rng.random() < 0.5:
        text[rng.randrange(len(text))] = rng.choice(b"0123456789 -/:.,TZ+aJ\t\x00\xff")
    for rule in RULES:
        assert timestamps.read(bytes(text), [rule]) == timestamps.specified(bytes(text), [rule]), (
            rule,
            bytes(text),
        )


def test_every_zone_and_month() -> None:
    """Every zone name and every day of a leap year."""
    for zone in [*timestamps.ZONES, b"CST", b"XYZ", b"UTCX", b"utc"]:
        text = b"2021-01-07T04:18:07 " + zone
        assert timestamps.read(text, [TimeRule("iso")]) == timestamps.specified(text, [TimeRule("iso")])
    for month in range(14):
        for day in range(34):
            text = b"2020-%02d-%02dT00:00:00Z" % (month, day)
            assert timestamps.read(text, [TimeRule("iso")]) == timestamps.specified(text, [TimeRule("iso")])


def test_an_unknown_layout_is_refused() -> None:
    """A layout that is not one is an error, not silence."""
    with pytest.raises(KeyError, match="no-such-layout"):
        timestamps.read(b"", [TimeRule("no-such-layout")])


def samples(engine: Engine, chunks: list[bytes]) -> list[TimeSample]:
    """All time samples of a stream."""
    scanner = engine.scanner([TimeRule("iso"), TimeRule("syslog")])
    found = [sample for chunk in chunks for sample in scanner.feed(chunk).samples]
    return found + list(scanner.finish().samples)


def stream(rng: random.Random) -> bytes:
    """A log of a few blocks whose clock runs, jumps, stands still, changes its form, or is missing."""
    parts = []
    clock = 0
    size = 0
    form = rng.randrange(3)
    while size < rng.choice([1000, 70_000, 300_000]):
        clock += rng.choice([0, 1, 1, 30, 5000, -4000]) if rng.random() < 0.2 else 1
        if rng.random() < 0.001:
            form = rng.randrange(3)
        hour, rest = divmod(clock % 86_400, 3600)
        moment = b"%02d:%02d:%02d" % (hour, *divmod(rest, 60))
        head = [b"2021-01-07T%bZ" % moment, b"Jan  7 %b" % moment, b"no time"][form]
        long = 70_000 if rng.random() < 0.002 else rng.randrange(200)
        parts.append(head + b" " + b"x" * long + rng.choice([b"\n", b"\n", b"\r\n", b"\n\n"]))
        size += len(parts[-1])
    data = b"".join(parts)
    return data[: len(data) - rng.randrange(2)]


@given(seed=st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_the_same_records_are_timed(seed: int) -> None:
    """However the stream is cut."""
    rng = random.Random(seed)
    data = stream(rng)
    expected = samples(oracle.compile(()), [data])
    fast = kernel.compile(())
    assert samples(fast, [data]) == expected
    for size in (1 << 20, 65_536, 1000, rng.randrange(1, 100)):
        assert samples(fast, [data[at : at + size] for at in range(0, len(data), size)]) == expected


def test_no_rules_no_samples() -> None:
    """Without time rules nothing is timed."""
    scanner = kernel.compile(()).scanner()
    assert not scanner.feed(b"2021-01-07T04:18:07Z\n").samples
    assert not scanner.finish().samples


def test_every_line_of_every_sample(samples: Path) -> None:
    """By every rule, the first lines of each log; of long ones their beginnings, and each cut at random."""
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    for path in sorted(path for path in (samples / "logs").rglob("*") if path.is_file()):
        with path.open("rb") as file:
            lines = file.read(4096).splitlines()[:6]
        for line in lines:
            for text in (line[:2000], line[: rng.randrange(1, len(line[:2000]) + 2)]):
                for rule in RULES:
                    assert timestamps.read(text, [rule]) == timestamps.specified(text, [rule]), (
                        path,
                        rule,
                        text,
                    )
