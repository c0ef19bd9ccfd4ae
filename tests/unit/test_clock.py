"""A remembered hour gives the same seconds as resolving each stamp."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from traque.hunt.clock import HOUR, Clock
from traque.model import Stamp
from traque.timestamps import YearRule


@pytest.mark.parametrize(
    "zone", ["UTC", "Europe/Paris", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kolkata"]
)
@pytest.mark.parametrize("year", [None, 2019])
def test_seconds_are_those_of_the_moment(zone: str, year: int | None) -> None:
    rng = random.Random(f"{zone}{year}")
    clock = Clock(ZoneInfo(zone), YearRule(year, datetime(2021, 3, 28, 1, 30, tzinfo=UTC)))
    for dated, base in ((True, datetime(2021, 1, 1, tzinfo=UTC)), (False, datetime(2000, 1, 1, tzinfo=UTC))):
        begin = int(base.timestamp()) * 1_000_000
        hours = [begin + rng.randrange(366 * 24) * HOUR for _ in range(150)]
        # Daylight saving begins and ends on these nights; a day after the source's end the year turns.
        hours += [
            begin + (day * 24 + hour) * HOUR for day in (86, 87, 88, 95, 276, 303, 304) for hour in range(24)
        ]
        for hour in hours:
            for _ in range(3):
                stamp = Stamp(hour + rng.randrange(HOUR), zoned=rng.random() < 0.1, dated=dated)
                assert clock.seconds(stamp) == clock.moment(stamp).timestamp()


def test_a_zoned_and_dated_stamp_is_taken_as_it_is() -> None:
    clock = Clock(ZoneInfo("Europe/Paris"), YearRule(None, datetime(2021, 3, 28, tzinfo=UTC)))
    for us in (0, -1, 1_616_895_000_123_457, 4_102_444_800_000_001):
        stamp = Stamp(us)
        assert clock.seconds(stamp) == clock.moment(stamp).timestamp()
