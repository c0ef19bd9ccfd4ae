"""The kernel's collector equals its specification, however the stream is cut and by every path."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_equality import ALPHABET, ESCAPES, JOINTS, KINDS, cuts, record

from traque.hunt.clock import Clock
from traque.ledger import oracle
from traque.ledger.collector import Collector
from traque.ledger.inside import Inside
from traque.logs import recognise
from traque.model import Observable, Stamp, TimeRule
from traque.scan import kernel
from traque.timestamps import YearRule

pytest.importorskip("traque._kernel", reason="the extension is not built")

DATA = Path(__file__).resolve().parent.parent / "data" / "logs"
CLOCK = Clock(ZoneInfo("Europe/Paris"), YearRule(year=None, latest=datetime(2021, 7, 1, tzinfo=UTC)))
TIMES = (TimeRule("iso"), TimeRule("syslog"))
NETWORKS = (("10.0.0.0", 8), ("10.2.0.0", 16), ("198.51.100.0", 30), ("2001:db8::", 33), ("fd00::", 8))
OWN = ("mail.test", "b\u00fccher.example")
LEFT_OUT = Inside(NETWORKS, OWN)
RENAMED = Inside(NETWORKS, OWN, bytes(range(32)))
STAMPS = [
    b"2021-01-07T04:18:07Z ",
    b"2021-01-07 23:59:59.5 ",
    b"Jun 30 04:18:07 host ",
    b"2021-03-28 02:30:00 ",
    b"",
]


def rows(
    chunks: Sequence[bytes],
    path: str | None = None,
    times: Sequence[TimeRule] = TIMES,
    inside: Inside = LEFT_OUT,
) -> list[oracle.Row]:
    """What the kernel collects of a stream."""
    collector = Collector(times, CLOCK, inside, path=path)
    for number, chunk in enumerate(chunks):
        collector.feed(chunk)
        if number % 3 == 2:
            collector.add_up()
    collector.finish()
    size = collector.size
    collector.add_up()
    assert collector.size <= size
    size = collector.size
    found = collector.take()
    assert (len(found), collector.size) == (size, 0)
    return found


def specified(data: bytes, times: Sequence[TimeRule] = TIMES, inside: Inside = LEFT_OUT) -> list[oracle.Row]:
    """What the specification says of it."""
    lines = data.split(b"\n")
    records = (line.removesuffix(b"\r") for line in (lines if lines[-1] else lines[:-1]))
    return oracle.rows(records, times, CLOCK.moment, inside)


def assert_equal(data: bytes, rng: random.Random) -> None:
    """Kernel and specification agree on ``data``."""
    expected = specified(data)
    for path in kernel.paths():
        assert rows([data], path) == expected
        assert rows(cuts(data, rng), path) == expected
    pad = b"." * 63 + b"\n"
    assert rows([pad * 63 + b"~" * rng.randrange(64) + b"\n" + data]) == expected
    assert rows([data], inside=RENAMED) == specified(data, inside=RENAMED)


@pytest.mark.parametrize("group", [*KINDS, "all"])
@given(seed=st.integers(0, 2**64))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
def test_planted_values(group: str, seed: int) -> None:
    """Records made of values, near misses, escapes and joints, with times and without."""
    rng = random.Random(seed)
    data = b"".join(
        rng.choice(STAMPS) + record(group, rng) + rng.choice([b"\n", b"\r\n", b"\n\n"])
        for _ in range(rng.randrange(1, 5))
    )
    assert_equal(data[: len(data) - rng.randrange(3)], rng)


@given(
    data=st.lists(
        st.sampled_from(sorted({bytes((b,)) for b in ALPHABET} | set(ESCAPES) | set(JOINTS) | {b"\n"}))
    ),
    seed=st.integers(0, 2**32),
)
@settings(max_examples=100, deadline=None)
def test_noise(data: list[bytes], seed: int) -> None:
    """Whatever bytes come, both say the same."""
    assert_equal(b"".join(data), random.Random(seed))


@pytest.mark.parametrize("name", sorted(path.name for path in DATA.iterdir() if path.is_dir()))
def test_samples(name: str) -> None:
    """Real records of every format, by its own times; clock and year split some hours."""
    for path in sorted((DATA / name).glob("*")):
        if path.is_file() and path.stat().st_size < 60_000:
            data = path.read_bytes()
            times = recognise(data[:65536], path.name).reader.times
            assert rows([data[at : at + 777] for at in range(0, len(data), 777)], times=times) == specified(
                data, times
            ), path


def test_a_long_record() -> None:
    """Each value once in a record that is read in windows, with its time; no URLs."""
    value = b" 192.0.2.1 http://www.evil.example/x user@evil.example " + b"ab" * 16 + b" "
    line = STAMPS[0] + b"x" * 2000 + b"".join(value + b"-" * 65_000 for _ in range(40))
    data = b"first 192.0.2.1\n" + line + b"\r\n" + STAMPS[0] + b"192.0.2.1\n"
    assert len(line) > 2 * oracle.LONG
    found = rows([data[at : at + 100_003] for at in range(0, len(data), 100_003)])
    assert found == specified(data)
    assert [row.count for row in found if row.kind == "ipv4-addr"] == [1, 2]


def test_sizes_add_up_after_rows_are_taken() -> None:
    """Flushing in between changes nothing: rows of the same value and day add up."""
    data = b"".join(b"2021-01-07T04:18:07Z 192.0.2.%d evil.example\n" % (n % 250) for n in range(2000))
    collector = Collector(TIMES, CLOCK, LEFT_OUT)
    parts = []
    for at in range(0, len(data), 5000):
        collector.feed(data[at : at + 5000])
        if collector.size > 100:
            assert collector.memory > 0
            parts += collector.take()
    collector.finish()
    parts += collector.take()
    counts: dict[tuple[str, bytes, int | None], int] = {}
    for row in parts:
        key = (row.kind, row.value, row.day)
        counts[key] = counts.get(key, 0) + row.count
    assert counts == {(row.kind, row.value, row.day): row.count for row in specified(data)}
    assert collector.records == 2000


def test_samples_of_times_are_those_of_a_scanner() -> None:
    data = b"".join(b"2021-01-07T04:%02d:07Z 192.0.2.1\n" % (n % 60) for n in range(9000))
    collector = Collector(TIMES, CLOCK)
    scanner = kernel.compile([]).scanner(TIMES)
    chunks = [data[at : at + 10_000] for at in range(0, len(data), 10_000)]
    expected = [sample for chunk in chunks for sample in scanner.feed(chunk).samples]
    assert [sample for chunk in chunks for sample in collector.feed(chunk)] == expected
    assert collector.finish() == list(scanner.finish().samples)


def test_what_is_not_held() -> None:
    """An indicator that a row may be missing for is told."""
    assert oracle.holds(Observable("domain-name", "evil.example"))
    assert not oracle.holds(Observable("domain-name", "x.1y"))
    assert not oracle.holds(Observable("domain-name", "setup.exe"))
    assert not oracle.holds(Observable("domain-name", "1.2.0.192.in-addr.arpa"))
    assert not oracle.holds(Observable("ipv4-addr", "10.1.2.3"), LEFT_OUT)
    assert not oracle.holds(Observable("ipv4-net", "8.0.0.0/6"), LEFT_OUT)
    assert not oracle.holds(Observable("url", "http://10.1.2.3/x"), LEFT_OUT)
    assert oracle.holds(Observable("url", "http://192.0.2.1/x"), LEFT_OUT)
    assert not oracle.holds(Observable("user-agent", "evil/1.0"))


def test_urls_of_a_hostile_record_are_bounded() -> None:
    """A record in which every host begins a URL that holds all the others costs no more than its length allows."""
    data = b"a.b/,c;d'" * 20_000
    collector = Collector(TIMES, CLOCK)
    collector.feed(data + b"\n")
    size = sum(len(row.value) for row in collector.take() if row.kind == "url")
    assert size <= oracle.URLS_BESIDES + oracle.URLS_EACH * len(data)


def test_an_error_of_the_clock_is_raised() -> None:
    class Broken:
        def moment(self, stamp: Stamp) -> datetime:
            raise OverflowError("no such moment")

        def shift(self, begin: int, *, zoned: bool, dated: bool) -> int | None:
            return None

    collector = Collector(TIMES, Broken())
    with pytest.raises(OverflowError, match="no such moment"):
        collector.feed(b"Jan  7 04:18:07 192.0.2.1\n")
