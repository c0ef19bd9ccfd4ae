"""Records longer than the kernel's window: every indicator once, exact places, flat memory."""

from __future__ import annotations

import random
import resource
from collections.abc import Iterable

import pytest

from traque.model import Observable, TimeRule
from traque.scan import kernel, oracle
from traque.scan.matches import TEXT_CAP, Engine, MatchedRecord, Relation

pytest.importorskip("traque._kernel", reason="the extension is not built")

MIB = 1 << 20

OBSERVABLES = [
    Observable("ipv4-addr", "192.0.2.1"),
    Observable("domain-name", "evil.example"),
    Observable("url", "http://evil.example/x"),
    Observable("url", "http://other.example/x"),
    Observable("md5", "f1d2c3b4a5968778695a4b3c2d1e0f00"),
    Observable("email-addr", "user@evil.example"),
    Observable("file-name", "c:\\temp\\evil-loader.exe"),
    Observable("x509-certificate", "ab" * 20),
]
VALUES = [
    b"192.0.2.1", b"www.evil.example", b"http://evil.example/x", b"http://other.example/y", b"http://other.example/x",
    b"f1d2c3b4a5968778695a4b3c2d1e0f00", b"user@evil.example",
    b"C:\\\\Temp\\\\evil-loader.exe", b":".join([b"ab"] * 20),
]  # fmt: skip


def found(engine: Engine, chunks: Iterable[bytes]) -> list[MatchedRecord]:
    """All matched records."""
    scanner = engine.scanner()
    return [record for chunk in chunks for record in scanner.feed(chunk).matched] + list(
        scanner.finish().matched
    )


def firsts(records: Iterable[MatchedRecord]) -> dict[tuple[int, int], tuple[int, int, int, Relation]]:
    """By record and indicator: the record's length and line, the first match and its relation."""
    first: dict[tuple[int, int], tuple[int, int, int, Relation]] = {}
    for record in records:
        for hit in record.hits:
            first.setdefault(
                (record.offset, hit.indicator), (record.length, record.line, hit.start, hit.relation)
            )
    return first


@pytest.mark.parametrize("seed", range(8))
def test_first_matches_equal_the_oracle(seed: int) -> None:
    """Of each indicator the first match in a long record is the oracle's, whatever straddles a window."""
    rng = random.Random(seed)
    filler = b"lorem ipsum 10.0.0.1 dolor.sit " * 40_000
    lines = []
    for size in (3 * MIB, 100, MIB + rng.randrange(200_000), 2 * MIB + 65_536):
        line = bytearray(filler[:size] * (1 + size // len(filler)))[:size]
        for value in rng.sample(VALUES, rng.randrange(1, 6)):
            place = rng.choice([MIB, 2 * MIB, 65_536, rng.randrange(size)]) - rng.randrange(len(value) + 2)
            if 0 < place < size - 100:
                line[place - 1 : place + len(value) + 1] = b" " + value + b" "
        lines.append(bytes(line))
    data = b"\r\n".join(lines)
    expected = firsts(found(oracle.compile(OBSERVABLES), [data]))
    fast = kernel.compile(OBSERVABLES)
    for size in (len(data), 65_536, 100_003, 4096):
        records = found(fast, [data[at : at + size] for at in range(0, len(data), size)])
        assert firsts(records) == expected
        for record in records:
            assert len(record.text) <= TEXT_CAP
            begin = record.text_offset
            assert record.text == data[begin : begin + len(record.text)]
            if record.length > 2 * MIB:
                assert len({hit.indicator for hit in record.hits}) == len(record.hits)
                assert all(begin <= hit.start < begin + len(record.text) for hit in record.hits)


def test_a_huge_record_takes_flat_memory() -> None:
    """200 MB in one line, full of matches: one excerpt an indicator, counts exact, memory flat."""
    chunk = (b"x" * 1000 + b" 192.0.2.1 ") * 1000
    fast = kernel.compile(OBSERVABLES)
    scanner = fast.scanner([TimeRule("auto")])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    records = [record for _ in range(200) for record in scanner.feed(chunk).matched]
    records += scanner.feed(b" user@evil.example\nnext 192.0.2.1").matched
    records += scanner.finish().matched
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert after - before < 32 * 1024  # KiB
    length = 200 * len(chunk) + len(b" user@evil.example")
    long = [record for record in records if record.offset == 0]
    assert {(record.length, record.line) for record in long} == {(length, 1)}
    assert sorted(hit.indicator for record in long for hit in record.hits) == [
        0,
        1,
        2,
        5,
    ]  # the domain and the host, too
    assert (records[-1].line, records[-1].offset, scanner.records) == (2, length + 1, 2)


def test_a_line_just_below_the_window_is_whole() -> None:
    """The longest record that is held is told as the oracle tells it."""
    for length in (MIB - 1, MIB, MIB + 1, MIB + 65_535):
        data = b"\n" + (b"192.0.2.1 " * (length // 10 + 1))[:length] + b"\n"
        assert found(kernel.compile(OBSERVABLES), [data]) == found(oracle.compile(OBSERVABLES), [data])
