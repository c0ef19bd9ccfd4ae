"""Records, texts and time samples: what a scanner promises, under both engines."""

from __future__ import annotations

import pytest
from kernel_tools import Search, hits_of, observable, records_of, samples_of

from traque.model import TimeRule
from traque.scan.matches import SAMPLE_EVERY, SAMPLE_TRIES, TEXT_CAP, MatchedRecord

IP = observable("192.0.2.1")
ISO = [TimeRule("iso")]


def test_record_of_a_match(search: Search) -> None:
    engine = search.compile([IP])
    (record,) = records_of(engine, [b"one\nx 192.0.2.1 y\nthree\n"])
    (hit,) = record.hits
    assert (record.offset, record.length, record.line) == (4, 13, 2)
    assert (record.text, record.text_offset) == (b"x 192.0.2.1 y", 4)
    assert (hit.start, hit.end) == (6, 15)


def test_records_are_split_at_line_feeds_only(search: Search) -> None:
    engine = search.compile([IP])
    (record,) = records_of(engine, ["a\r192.0.2.1\v\f\u0085\u2028b\r\n".encode()])
    assert record.line == 1
    assert record.text == "a\r192.0.2.1\v\f\u0085\u2028b".encode()


@pytest.mark.parametrize(("data", "count"), [(b"", 0), (b"a", 1), (b"a\n", 1), (b"\n\n", 2), (b"a\n\nb", 3)])
def test_records_are_counted(search: Search, data: bytes, count: int) -> None:
    for chunks in ([data], [data[at : at + 1] for at in range(len(data))]):
        scanner = search.compile([IP]).scanner()
        for chunk in chunks:
            scanner.feed(chunk)
        scanner.finish()
        assert scanner.records == count


def test_last_record_needs_no_end(search: Search) -> None:
    engine = search.compile([IP])
    assert [record.line for record in records_of(engine, [b"a\n192.0.2.1"])] == [2]


def test_an_empty_set_finds_nothing(search: Search) -> None:
    assert records_of(search.compile([]), [b"192.0.2.1\n"]) == []


def test_hits_are_sorted(search: Search) -> None:
    names = [observable(value) for value in ("203.0.113.9", "192.0.2.0/24", "192.0.2.1")]
    hits = hits_of(search.compile(names), [b"192.0.2.1 203.0.113.9 192.0.2.1\n"])
    assert hits == sorted(hits)
    assert [hit.indicator for hit in hits] == [1, 2, 0, 1, 2]


@pytest.mark.parametrize(
    ("before", "after"), [(0, 200_000), (200_000, 0), (100_000, 100_000), (10, 65_000), (65_520, 3)]
)
def test_long_record_is_cut_around_its_first_hit(search: Search, before: int, after: int) -> None:
    data = b"\n" + b"." * before + b" 192.0.2.1 " + b"." * after
    records = [record for record in records_of(search.compile([IP]), [data, b"\n"]) if record.hits]
    (record,) = records
    assert_text_is_right(record, data)
    length = len(data) - 1
    assert record.length == length
    assert len(record.text) == min(length, TEXT_CAP)
    assert record.text_offset == 1 + max(0, min(before + 1 - TEXT_CAP // 2, length - TEXT_CAP))


def test_very_long_record(search: Search) -> None:
    part = b"x" * 99_990 + b" 192.0.2.1"
    data = part * 30
    records = records_of(search.compile([IP]), [data[at : at + 65_536] for at in range(0, len(data), 65_536)])
    assert {record.offset for record in records} == {0}
    assert {record.line for record in records} == {1}
    hits = [hit for record in records for hit in record.hits]
    assert hits
    assert all(data[hit.start : hit.end] == b"192.0.2.1" for hit in hits)
    for record in records:
        assert_text_is_right(record, data)


def assert_text_is_right(record: MatchedRecord, data: bytes) -> None:
    assert data[record.text_offset : record.text_offset + len(record.text)] == record.text
    first = record.hits[0]
    assert record.text_offset <= first.start
    assert first.end <= record.text_offset + len(record.text)


@pytest.mark.parametrize("noise", [b"\0", b"\xff", b"\x80", b"\r", b"\x1b", b"\xf0\x9f"])
def test_any_bytes_around(search: Search, noise: bytes) -> None:
    data = noise * 3 + b" 192.0.2.1 " + noise * 3
    assert len(search.hits([IP], data)) == 1


def lines(*moments: str, pad: int = 0) -> bytes:
    return b"".join(f"{moment} x{'.' * pad}\n".encode() for moment in moments)


def test_no_samples_without_rules(search: Search) -> None:
    assert samples_of(search.compile([]), [lines("2021-01-01T00:00:00Z")], []) == []


def test_first_and_last_record_are_timed(search: Search) -> None:
    data = lines(*(f"2021-01-01T00:{minute:02}:00Z" for minute in range(30)))
    samples = samples_of(search.compile([]), [data], ISO)
    assert [sample.line for sample in samples] == [1, 30]
    assert all(sample.stamp is not None and sample.stamp.zoned for sample in samples)


def test_first_record_of_each_block_is_timed(search: Search) -> None:
    data = lines(*["2021-01-01T00:00:00Z"] * 200, pad=1977)  # records of 2,000 bytes
    samples = samples_of(search.compile([]), [data], ISO)
    offsets = [sample.offset for sample in samples]
    expected = [-(-block // 2000) * 2000 for block in range(0, len(data), SAMPLE_EVERY)]
    assert offsets == [*expected, len(data) - 2000]
    assert [sample.line for sample in samples] == [offset // 2000 + 1 for offset in offsets]


def test_block_in_which_no_record_begins(search: Search) -> None:
    data = lines("2021-01-01T00:00:00Z", pad=3 * SAMPLE_EVERY) + lines(
        "2021-01-01T00:00:01Z", "2021-01-01T00:00:02Z"
    )
    assert [sample.line for sample in samples_of(search.compile([]), [data], ISO)] == [1, 2, 3]


def told(search: Search, data: bytes) -> list[tuple[int, bool, bool]]:
    """Line, whether it has a time, and whether it is joined."""
    return [(s.line, s.stamp is not None, s.joined) for s in samples_of(search.compile([]), [data], ISO)]


def test_close_samples_are_joined_and_nothing_between_is_told(search: Search) -> None:
    data = lines("2021-01-01T00:00:00Z", "2021-01-01T00:30:00Z", "2021-01-01T01:00:00Z")
    assert told(search, data) == [(1, True, False), (3, True, True)]


def test_between_distant_samples_every_record_is_timed_and_joins_them(search: Search) -> None:
    data = lines(*(f"2021-01-01T{minute // 60:02}:{minute % 60:02}:00Z" for minute in range(0, 600, 20)))
    assert told(search, data) == [(1, True, False), (30, True, True)]
    assert told(search, b"".join(reversed(data.splitlines(keepends=True)))) == [
        (1, True, False),
        (30, True, True),
    ]


def test_both_sides_of_a_silence_are_told(search: Search) -> None:
    before = [f"2021-01-01T00:{minute:02}:00Z" for minute in range(0, 60, 10)]
    after = [f"2021-01-03T00:{minute:02}:00Z" for minute in range(0, 60, 10)]
    expected = [(1, True, False), (6, True, True), (7, True, False), (12, True, True)]
    assert told(search, lines(*before, *after)) == expected


def test_a_block_is_timed_by_its_first_record_with_a_time(search: Search) -> None:
    data = lines("nothing", "nothing", "2021-01-01T00:00:00Z", "2021-01-01T00:00:02Z", "nothing")
    assert told(search, data) == [(3, True, False), (4, True, True)]


def test_a_block_without_times_is_told_by_one_record(search: Search) -> None:
    clock = lines("2021-01-01T00:00:00Z", pad=SAMPLE_EVERY)
    silent = lines(*["nothing"] * (SAMPLE_TRIES - 1), pad=SAMPLE_EVERY // SAMPLE_TRIES)
    again = lines("2021-01-01T00:00:01Z", "2021-01-01T00:00:02Z", pad=SAMPLE_EVERY)
    found = told(search, clock + silent * 3 + again)
    assert [line for line, timed, _ in found if timed] == [1, 191, 192]
    assert sum(not timed for _, timed, _ in found) >= 2


def test_a_log_without_times_is_told_by_one_record_a_block(search: Search) -> None:
    found = told(search, lines(*["nothing"] * 5_000, pad=90))
    assert 1 < len(found) <= 5_000 * 100 // SAMPLE_EVERY + 1
    assert not any(timed or joined for _, timed, joined in found)


def test_times_written_with_and_without_zone_are_not_compared(search: Search) -> None:
    data = lines("2021-01-01T00:00:00Z", "2021-01-01T00:00:01Z", "2021-01-01T00:00:02")
    assert told(search, data) == [(1, True, False), (2, True, True), (3, True, False)]


def test_samples_do_not_depend_on_the_chunks(search: Search) -> None:
    hours = [f"2021-01-{1 + hour // 24:02}T{hour % 24:02}:00:00Z" for hour in range(0, 300, 7)]
    data = lines(*hours, pad=5000) + lines(*["2021-02-01T00:00:00Z"] * 40, pad=2500)
    engine = search.compile([])
    whole = samples_of(engine, [data], ISO)
    assert len(whole) > 30
    for size in (1_000, 4_096, 65_536, 70_001):
        assert samples_of(engine, [data[at : at + size] for at in range(0, len(data), size)], ISO) == whole
