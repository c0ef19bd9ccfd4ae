"""Coverage: days and gaps of a stream, claimed only where records were timed on both sides."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traque.model import StreamCoverage, Window
from traque.triage.coverage import (
    Timeline,
    asked_days,
    by_day,
    by_hour,
    cover,
    covered,
    median_interval,
    with_hours,
)

DAY = 86_400
START = int(datetime(2021, 3, 1, tzinfo=UTC).timestamp())
NOW = datetime(2021, 8, 1, tzinfo=UTC)


def timeline(*seconds: float, step: int = 1) -> Timeline:
    line = Timeline()
    for index, at in enumerate(seconds):
        line.add(at, 1 + index * step)
    return line


def regular(first: int, last: int, every: int) -> Timeline:
    return timeline(*range(first, last + 1, every))


def test_a_regular_stream_has_no_gap() -> None:
    span = cover([regular(START, START + 10 * DAY, 600)])
    assert span.gaps == ()
    assert len(span.days) == 11


def test_a_missing_rotation_is_a_gap_although_no_file_has_one_inside() -> None:
    span = cover([regular(START, START + 7 * DAY, 600), regular(START + 14 * DAY, START + 21 * DAY, 600)])
    (gap,) = span.gaps
    assert gap.kind == "days"
    assert gap.start == datetime(2021, 3, 8, tzinfo=UTC)
    assert gap.end == datetime(2021, 3, 15, tzinfo=UTC)
    assert "7 whole UTC days" in gap.why


def test_a_hole_inside_one_file_is_a_gap() -> None:
    times = [*range(START, START + 2 * DAY, 600), *range(START + 5 * DAY, START + 7 * DAY, 600)]
    (gap,) = cover([timeline(*times)]).gaps
    assert "2021-03-03 to 2021-03-05" in gap.why


def test_another_source_of_the_stream_fills_the_hole() -> None:
    holed = timeline(*range(START, START + 2 * DAY, 600), *range(START + 5 * DAY, START + 7 * DAY, 600))
    assert cover([holed, regular(START + 2 * DAY, START + 5 * DAY, 600)]).gaps == ()


def test_a_silence_of_less_than_a_day_is_a_gap_when_it_is_long_for_the_stream() -> None:
    times = [*range(START, START + 30_000, 60), *range(START + 45_000, START + 80_000, 60)]
    (gap,) = cover([timeline(*times)]).gaps
    assert gap.kind == "silence"


def test_a_quiet_stream_is_not_full_of_gaps() -> None:
    span = cover([regular(START, START + 20 * DAY, 3 * 3600)])
    assert span.gaps == ()


def test_a_silence_under_an_hour_is_never_a_gap() -> None:
    times = [*range(START, START + 1000), *range(START + 4000, START + 5000)]
    assert cover([timeline(*times)]).gaps == ()


def test_a_whole_day_without_records_is_a_gap_even_in_a_very_quiet_stream() -> None:
    span = cover([timeline(START, START + 3 * DAY + 5, START + 6 * DAY + 10)])
    assert [gap.kind for gap in span.gaps] == ["days", "days"]


def test_the_median_interval_is_weighted_by_records() -> None:
    line = Timeline()
    line.add(START, 1)
    line.add(START + 1000, 1001)  # a thousand records, one a second
    line.add(START + 9000, 1002)
    assert median_interval([line]) == pytest.approx(1.0, rel=0.01)


def test_order_of_sources_does_not_matter() -> None:
    rng = random.Random(20210721)
    times = sorted(rng.sample(range(START, START + 30 * DAY), 400))
    parts = [timeline(*times[i : i + 50]) for i in range(0, 400, 50)]
    whole = cover(parts)
    rng.shuffle(parts)
    assert cover(parts) == whole


def test_no_times_no_claims() -> None:
    span = cover([Timeline()])
    assert (span.first, span.last, span.gaps, span.days) == (None, None, (), frozenset())


def test_asked_days_are_half_open_utc_days() -> None:
    window = Window(datetime(2021, 1, 1, tzinfo=UTC), datetime(2021, 7, 21, tzinfo=UTC))
    asked = asked_days(window, None, NOW)
    assert asked is not None
    assert len(asked) == 201
    may = frozenset(range(asked.start + 120, asked.stop))
    assert covered(may, asked) == 81


def test_an_open_end_is_now_and_an_open_start_the_first_record() -> None:
    first = datetime(2021, 7, 1, 12, tzinfo=UTC)
    assert asked_days(Window(first, None), None, NOW) == range(18809, 18840)
    assert asked_days(Window(None, NOW), first, NOW) == range(18809, 18840)
    assert asked_days(Window(), first, NOW) is None
    assert asked_days(Window(None, NOW), None, NOW) == range(0)


def test_memory_grows_with_hours_and_not_with_records() -> None:
    line = Timeline()
    for n in range(200_000):
        line.add(START + n * 7.0, n)
    assert len(line.busy) == 1
    assert line.silences == []
    assert len(line.intervals) == 1


def test_times_out_of_order_are_one_stretch() -> None:
    span = cover([timeline(START + 600, START, START + 1200, START + 300, START + 4000)])
    assert span.gaps == ()


def test_joined_times_are_busy_however_far_apart() -> None:
    line = Timeline()
    line.add(START, 1)
    line.add(START + 3 * DAY, 500, joined=True)
    span = cover([line])
    assert span.gaps == ()
    assert len(span.days) == 4


def test_over_records_without_a_time_no_interval_is_measured() -> None:
    line = Timeline()
    line.add(START, 1)
    line.pause()
    line.add(START + 600, 500)
    assert sum(line.intervals.values()) == 0


@given(
    st.lists(st.tuples(st.floats(-90_000, 400_000), st.integers(1, 400), st.booleans()), max_size=60),
    st.integers(1, 3),
)
def test_hours_add_up_to_their_day(steps: list[tuple[float, int, bool]], parts: int) -> None:
    timelines = [Timeline() for _ in range(parts)]
    seconds, line = 1_609_459_200.0, 1
    for number, (step, records, joined) in enumerate(steps):
        seconds, line = seconds + step, line + records
        timelines[number % parts].add(seconds, line, joined=joined)
    hours = by_hour(timelines)
    assert {day: sum(of) for day, of in hours.items()} == by_day(timelines)
    assert all(len(of) == 24 and min(of) >= 0 and any(of) for of in hours.values())
    assert set(hours) == {f"{date(1970, 1, 1) + timedelta(days=day)}" for t in timelines for day in t.days}


def test_records_fall_into_their_hours() -> None:
    timeline = Timeline()
    midnight = 1_609_459_200
    for line, minute in enumerate(range(0, 26 * 60, 30), 1):
        timeline.add(midnight + minute * 60, line)
    timeline.add(midnight + 27.5 * 3600, 1052, joined=True)  # a block of a thousand records
    hours = by_hour([timeline])
    assert hours["2021-01-01"] == (2,) * 24
    assert hours["2021-01-02"][:4] == (2, 252, 499, 251)


def test_a_result_of_very_many_days_keeps_no_hours() -> None:
    stream = StreamCoverage(
        name="x",
        format="",
        first=None,
        last=None,
        gaps=(),
        sources=1,
        records=1,
        days=1,
        by_hour={"2021-01-01": (1,) + (0,) * 23},
    )
    assert with_hours([stream] * 20_000)[0].by_hour
    assert not with_hours([stream] * 20_001)[0].by_hour
