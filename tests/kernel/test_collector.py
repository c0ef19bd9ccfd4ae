"""The kernel's collector equals its specification, however the stream is cut and by every path."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_equality import ALPHABET, ESCAPES, JOINTS, KINDS, cuts, record

from traque.hunt.clock import Clock
from traque.ledger import oracle
from traque.ledger.collector import Collector
from traque.model import TimeRule
from traque.scan import kernel
from traque.timestamps import YearRule

pytest.importorskip("traque._kernel", reason="the extension is not built")

CLOCK = Clock(UTC, YearRule(year=None, latest=datetime(2021, 7, 1, tzinfo=UTC)))
TIMES = (TimeRule("iso"), TimeRule("syslog"))
LEFT_OUT = (("10.0.0.0", 8), ("fd00::", 8))
STAMPS = [
    b"2021-01-07T04:18:07Z ",
    b"2021-01-07 23:59:59.5 ",
    b"Jun 30 04:18:07 host ",
    b"2021-03-28 02:30:00 ",
    b"",
]


def rows(chunks: Sequence[bytes], path: str | None = None) -> list[oracle.Row]:
    """What the kernel collects of a stream."""
    collector = Collector(TIMES, CLOCK, LEFT_OUT, path=path)
    for chunk in chunks:
        collector.feed(chunk)
    collector.finish()
    size = collector.size
    found = collector.take()
    assert (len(found), collector.size) == (size, 0)
    return found


def specified(data: bytes) -> list[oracle.Row]:
    """What the specification says of it."""
    lines = data.split(b"\n")
    records = (line.removesuffix(b"\r") for line in (lines if lines[-1] else lines[:-1]))
    return oracle.rows(records, TIMES, CLOCK.moment, LEFT_OUT)


def assert_equal(data: bytes, rng: random.Random) -> None:
    """Kernel and specification agree on ``data``."""
    expected = specified(data)
    for path in kernel.paths():
        assert rows([data], path) == expected
        assert rows(cuts(data, rng), path) == expected
    pad = b"." * 63 + b"\n"
    assert rows([pad * 63 + b"~" * rng.randrange(64) + b"\n" + data]) == expected


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
