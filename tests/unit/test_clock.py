"""A remembered hour gives the same seconds as resolving each stamp."""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from traque.bulletins import from_values
from traque.hunt import hunt
from traque.hunt.clock import HOUR, Clock
from traque.model import HuntResult, Stamp, stream_clock
from traque.proof.certificate import certify
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


LINE = "{at:%Y-%m-%dT%H:%M:%SZ} srv sshd[12]: Connection closed by 192.0.2.7 port 4022\n"


def searched(tmp_path: Path, times: list[datetime], written: datetime, text: str = LINE) -> HuntResult:
    path = tmp_path / "auth.log"
    path.write_text("".join(text.format(at=at) for at in times))
    os.utime(path, (written.timestamp(),) * 2)
    return hunt([from_values(["198.51.100.9"])], [tmp_path])


def test_a_clock_that_fits_is_not_remarked_on(tmp_path: Path) -> None:
    times = [datetime(2021, 1, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(50)]
    result = searched(tmp_path, times, times[-1])
    clock = stream_clock(result.coverage.sources)
    assert not clock.odd
    assert clock.zones == ("stated",)
    assert certify(result, "0" * 64).clocks.remarks == ()


def test_records_later_than_the_file_or_the_hunt(tmp_path: Path) -> None:
    times = [datetime(2021, 1, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(50)]
    result = searched(tmp_path, times, times[-1] - timedelta(hours=2))
    assert stream_clock(result.coverage.sources).after_file == 7200
    (remark,) = certify(result, "0" * 64).clocks.remarks
    assert (
        "auth.log: the last record of 1 source is later than the file was last written, by up to 2 h"
        in remark
    )
    ahead = [datetime.now(UTC) + timedelta(hours=n) for n in range(-5, 10)]
    clock = stream_clock(searched(tmp_path, ahead, ahead[-1]).coverage.sources)
    assert clock.future in (8, 9)
    assert clock.odd


def test_jumps_backwards_are_counted(tmp_path: Path) -> None:
    start = datetime(2021, 1, 1, tzinfo=UTC)
    times = [start + timedelta(hours=3 * n) for n in range(20)] + [
        start + timedelta(hours=3 * n) for n in range(10)
    ]
    clock = stream_clock(searched(tmp_path, times, times[19]).coverage.sources)
    assert (clock.backward, clock.furthest_back) == (1, 57 * 3600)


def test_the_zone_that_was_taken_is_told(tmp_path: Path) -> None:
    times = [datetime(2021, 1, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(50)]
    plain = "{at:%Y-%m-%d %H:%M:%S} srv sshd[12]: Connection closed by 192.0.2.7 port 4022\n"
    assert stream_clock(searched(tmp_path, times, times[-1], plain).coverage.sources).zones == ("UTC",)
