"""The specification of time reading: each layout, each limit, and the moments they name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traque.model import Stamp, TimeRule
from traque.timestamps import LAYOUTS, SEARCHED, SKIPPED, ZONES, YearRule, resolve, rotation_date
from traque.timestamps import specified as read

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
END = datetime(2199, 12, 31, tzinfo=UTC).replace(tzinfo=None)


def stamp(text: str, *, zoned: bool = False, dated: bool = True) -> Stamp:
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return Stamp((moment - EPOCH) // timedelta(microseconds=1), zoned=zoned, dated=dated)


def one(layout: str, text: bytes) -> Stamp | None:
    return read(text, (TimeRule(layout),))


READS = [
    ("iso", b"2021-01-07T04:18:07.123456+00:00", stamp("2021-01-07T04:18:07.123456", zoned=True)),
    ("iso", b"2021-01-07 04:18:07,123", stamp("2021-01-07T04:18:07.123")),
    ("iso", b"2021-01-07 04:18:07,443,192.0.2.7", stamp("2021-01-07T04:18:07.443")),
    ("iso", b"2021-01-07 04:18:07,0011C", stamp("2021-01-07T04:18:07")),
    ("iso", b"2021-01-07 04:18:07.123456789Z", stamp("2021-01-07T04:18:07.123456", zoned=True)),
    ("iso", b"2021/01/07 04:18:07", stamp("2021-01-07T04:18:07")),
    ("iso", b"2021-1-7 4:18:07", stamp("2021-01-07T04:18:07")),
    ("iso", b"2021-01-07T04:18Z", stamp("2021-01-07T04:18", zoned=True)),
    ("iso", b"2021-01-07_04:18:07+0100", stamp("2021-01-07T03:18:07", zoned=True)),
    ("iso", b"2021-01-07 04:18:07+00", stamp("2021-01-07T04:18:07", zoned=True)),
    ("iso", b"2021-01-07 04:18:07 -08:00", stamp("2021-01-07T12:18:07", zoned=True)),
    ("iso", b"2021-01-07 04:18:07 - x", stamp("2021-01-07T04:18:07")),
    ("iso", b"2021-01-07 04:18:07 -10 items", stamp("2021-01-07T04:18:07")),
    ("iso", b"2021-01-07 04:18:07 UTC", stamp("2021-01-07T04:18:07", zoned=True)),
    ("iso", b"2021-01-07 04:18:07 CEST x", stamp("2021-01-07T02:18:07", zoned=True)),
    ("iso", b"2021-01-07 04:18:07 CST", stamp("2021-01-07T04:18:07")),
    ("iso", b"2021-01-07 04:18:07 utc", stamp("2021-01-07T04:18:07")),
    ("iso", b"2021-01-07 04:18:07 UTC1", stamp("2021-01-07T04:18:07")),
    ("iso", b"20210107T041807Z", stamp("2021-01-07T04:18:07", zoned=True)),
    ("iso", b"20210107 04:18:07", stamp("2021-01-07T04:18:07")),
    ("iso", b"20210107041807.5", stamp("2021-01-07T04:18:07.5")),
    ("iso", b"2020-02-29T00:00:00", stamp("2020-02-29T00:00:00")),
    ("iso", b"2021-01-07T23:59:60Z", stamp("2021-01-07T23:59:59", zoned=True)),
    ("iso", b"<165>1 2021-01-07T04:18:07Z", stamp("2021-01-07T04:18:07", zoned=True)),
    ("iso", b"\xef\xbb\xbf2021-01-07T04:18:07Z", stamp("2021-01-07T04:18:07", zoned=True)),
    ("iso", b'["2021-01-07T04:18:07Z"', stamp("2021-01-07T04:18:07", zoned=True)),
    ("iso", b"2021-01-07    04:18:07", stamp("2021-01-07T04:18:07")),
    ("iso", b"2021-01-07,04:18:07,10.0.0.7", stamp("2021-01-07T04:18:07")),
    ("iso", b"2021.01.07 04:18:07", stamp("2021-01-07T04:18:07")),
    ("iso", b"2021:01:07-04:18:07 utm", stamp("2021-01-07T04:18:07")),
    ("iso", b"[20210107-04:18:07]", stamp("2021-01-07T04:18:07")),
    ("iso", b"2021-01-07 4:18:07 PM", stamp("2021-01-07T16:18:07")),
    ("iso", b"2021-01-07 12:18 AM", stamp("2021-01-07T00:18")),
    ("iso", b"2021-01-07 16:18:07 PM", stamp("2021-01-07T16:18:07")),
    ("iso", b"2021-01-07T04:18:07 pm", stamp("2021-01-07T04:18:07")),
    (
        "iso-tz",
        b'time="2021-01-07 04:18:07" tz=+0100'[5:],
        stamp("2021-01-07T03:18:07", zoned=True),
    ),
    ("iso-tz", b"2021-01-07T04:18:07Z tz=+0100", stamp("2021-01-07T04:18:07", zoned=True)),
    ("iso-tz", b"2021-01-07 04:18:07 mytz=+0100 tz=", stamp("2021-01-07T04:18:07")),
    ("yymmdd", b"210107  4:18:07 [Note]", stamp("2021-01-07T04:18:07")),
    ("yymmdd", b"210107 041807 148 INFO", stamp("2021-01-07T04:18:07")),
    ("yymmdd", b"21/01/07 04:18:07", stamp("2021-01-07T04:18:07")),
    ("yymmdd", b"210107041807.123 3128", stamp("2021-01-07T04:18:07.123")),
    ("yymmdd", b"991231 23:59:59", stamp("1999-12-31T23:59:59")),
    ("glog", b"I0107 04:18:07.123456       1 x.go:1] y", stamp("2000-01-07T04:18:07.123456", dated=False)),
    ("tai64n", b"@400000005ff68b890756b5b3 x", stamp("2021-01-07T04:18:07.123123", zoned=True)),
    ("auto", b"E0107 04:18:07 x", stamp("2000-01-07T04:18:07", dated=False)),
    ("auto", b"@400000005ff68b890756b5b3 x", stamp("2021-01-07T04:18:07.123123", zoned=True)),
    ("auto", b"210107  4:18:07 [Note]", stamp("2021-01-07T04:18:07")),
    ("auto", b"17/06/09 20:10:40 INFO executor", stamp("2017-06-09T20:10:40")),
    ("auto", b"17/06/09 20:10:40 executor", stamp("2009-06-17T20:10:40")),
    ("auto", b"27-01-2021 04:18:07 +0300 PROXY", stamp("2021-01-27T01:18:07", zoned=True)),
    ("syslog", b"Jan 7, 2021 4:18:07 PM org.apache", stamp("2021-01-07T16:18:07")),
    ("syslog", b"Jan  7 04:18:07 pm sshd", stamp("2000-01-07T04:18:07", dated=False)),
    ("syslog", b"Jan  7 04:18:07 gate", stamp("2000-01-07T04:18:07", dated=False)),
    ("syslog", b"<13>JAN 07 4:18:07.5 gate", stamp("2000-01-07T04:18:07.5", dated=False)),
    ("syslog", b"Feb 29 04:18:07 gate", stamp("2000-02-29T04:18:07", dated=False)),
    ("syslog", b"Jan  7 2021 04:18:07: %ASA", stamp("2021-01-07T04:18:07")),
    ("syslog", b"2021 Jan  7 04:18:07 gate", stamp("2021-01-07T04:18:07")),
    ("syslog", b"Jan 7, 2021 04:18:07", stamp("2021-01-07T04:18:07")),
    ("syslog", b"*Jan  7 04:18:07.123 UTC: %SYS", stamp("2000-01-07T04:18:07.123", zoned=True, dated=False)),
    ("syslog", b"Jan  7 04:18:07 UTC x", stamp("2000-01-07T04:18:07", dated=False)),
    ("syslog", b"Jan  7 04:18:07 +0100 x", stamp("2000-01-07T03:18:07", zoned=True, dated=False)),
    ("clf", b"07/Jan/2021:04:18:07 +0130]", stamp("2021-01-07T02:48:07", zoned=True)),
    ("clf", b"[07/Jan/2021 04:18:07]", stamp("2021-01-07T04:18:07")),
    ("day-month", b"Thu, 07 Jan 2021 04:18:07 +0000", stamp("2021-01-07T04:18:07", zoned=True)),
    ("day-month", b"7-Jan-21 04:18:07.123", stamp("2021-01-07T04:18:07.123")),
    ("day-month", b"Thu 07 Jan 2021 04:18:07 PM CET", stamp("2021-01-07T15:18:07", zoned=True)),
    ("day-month", b"Jan-07-21 04:18:07 m1", stamp("2021-01-07T04:18:07")),
    ("auto", b"Jan-07-21 04:18:07 m1", stamp("2021-01-07T04:18:07")),
    ("day-month", b"07-Jan-70 04:18:07", stamp("1970-01-07T04:18:07")),
    ("epoch", b"1609993087", stamp("2021-01-07T04:18:07", zoned=True)),
    ("epoch", b"1609993087.372 ", stamp("2021-01-07T04:18:07.372", zoned=True)),
    ("epoch", b"1609993087372.5", stamp("2021-01-07T04:18:07.3725", zoned=True)),
    ("epoch", b"1609993087372123", stamp("2021-01-07T04:18:07.372123", zoned=True)),
    ("epoch", b"1609993087372123999", stamp("2021-01-07T04:18:07.372123", zoned=True)),
    (
        "fortigate",
        b'date=2021-01-07 time=04:18:07 eventtime=1 tz="+0100"',
        stamp("2021-01-07T03:18:07", zoned=True),
    ),
    ("fortigate", b'itime=9 update=1 time="04:18:07" date="2021-01-07"', stamp("2021-01-07T04:18:07")),
    (
        "fortigate",
        b'date=2021-01-07 time=04:18:07 timezone="CET" x',
        stamp("2021-01-07T03:18:07", zoned=True),
    ),
    ("fortigate", b'date=2021-01-07 time=04:18:07 timezone="IST" x', stamp("2021-01-07T04:18:07")),
    ("apache-error", b"[Fri Dec 16 01:46:23.123456 2005]", stamp("2005-12-16T01:46:23.123456")),
    ("apache-error", b"Fri Dec  6 01:46:23 CET 2005", stamp("2005-12-06T00:46:23", zoned=True)),
    ("us-slash", b"01/07/2021 04:18:07 PM", stamp("2021-01-07T16:18:07")),
    ("us-slash", b"1/7/21 12:18 am", stamp("2021-01-07T00:18")),
    ("us-slash", b"01/07-04:18:07.123456 ", stamp("2000-01-07T04:18:07.123456", dated=False)),
    ("eu-slash", b"07/01/2021 04:18:07", stamp("2021-01-07T04:18:07")),
    ("eu-slash", b"07.01.2021, 04:18:07", stamp("2021-01-07T04:18:07")),
    ("us-slash", b"01-27-2021 04:18:07", stamp("2021-01-27T04:18:07")),
    ("eu-slash", b"07-01-2021 04:18:07", stamp("2021-01-07T04:18:07")),
    ("apache-error", b"Thu Jan  7 04:18:07 PM CET 2021", stamp("2021-01-07T15:18:07", zoned=True)),
    ("auto", b"at last: 2021-01-07 04:18:07 it ran", stamp("2021-01-07T04:18:07")),
    ("auto", b"192.0.2.7 - - [07/Jan/2021:04:18:07 +0000]", stamp("2021-01-07T04:18:07", zoned=True)),
    ("auto", b"01/27/2021 04:18:07", stamp("2021-01-27T04:18:07")),
    ("auto", b"27/01/2021 04:18:07", stamp("2021-01-27T04:18:07")),
    ("auto", b"05/05/2021 04:18:07", stamp("2021-05-05T04:18:07")),
    ("auto", b"1609993087 x", stamp("2021-01-07T04:18:07", zoned=True)),
    ("auto", b"devname=x date=2021-01-07 time=04:18:07", stamp("2021-01-07T04:18:07")),
]

REFUSES = [
    ("iso", b"2021-02-29T00:00:00"),
    ("iso", b"2021-13-01T00:00:00"),
    ("iso", b"2021-00-01T00:00:00"),
    ("iso", b"2021-01-07T24:00:00"),
    ("iso", b"2021-01-07T04:60:00"),
    ("iso", b"2021-01-07T04:18:61"),
    ("iso", b"2021-01-07T04:18:071"),
    ("iso", b"2021-01/07T04:18:07"),
    ("iso", b"2021-01-07"),
    ("iso", b"1969-01-07T04:18:07"),
    ("iso", b"2200-01-07T04:18:07"),
    ("iso", b"12021-01-07T04:18:07"),
    ("iso", b"20210107T0418"),
    ("iso", b""),
    ("iso", b"2021-01-07-04:00"),
    ("iso", b"2021-01-07,04:00"),
    ("iso", b"2021.1:7 04:18:07"),
    ("iso-tz", b"2021-01-07 tz=+0100"),
    ("yymmdd", b"2101070418071"),
    ("yymmdd", b"2101071 04:18:07"),
    ("yymmdd", b"210107 04:18"),
    ("yymmdd", b"21/01/07T04:18:07"),
    ("glog", b"D0107 04:18:07"),
    ("glog", b"I1307 04:18:07"),
    ("tai64n", b"@400000005ff68b890756b5b3a"),
    ("tai64n", b"@400000005ff68b89ffffffff"),
    ("tai64n", b"@4000000000000009075bca00"),
    ("us-slash", b"01-07-04:18:07"),
    ("eu-slash", b"21-01-07 04:18:07"),
    ("iso", b"\xd9\xa2021-01-07T04:18:07"),
    ("syslog", b"Jan 32 04:18:07"),
    ("syslog", b"Jam  7 04:18:07"),
    ("syslog", b"Jan  7 04:18"),
    ("syslog", b"Feb 29 2021 04:18:07"),
    ("clf", b"07/01/2021:04:18:07"),
    ("epoch", b"160999308"),
    ("epoch", b"1609993087abc"),
    ("epoch", b"16099930871"),
    ("fortigate", b"date=2021-01-07 04:18:07"),
    ("apache-error", b"Dec 16 01:46:23 2005"),
    ("us-slash", b"13/07/2021 04:18:07"),
    ("us-slash", b"01/07/2021 13:18:07 PM"),
    ("us-slash", b"01/07 04:18:07"),
    ("eu-slash", b"07/13/2021 04:18:07"),
    ("auto", b"01/02/2021 04:18:07"),
    ("auto", b"x2021-01-07T04:18:07"),
    ("auto", b"x" * SEARCHED + b" 2021-01-07T04:18:07"),
    ("auto", b"version 1.2.3 of 192.0.2.7, 3:04 and 17:18:19"),
]


@pytest.mark.parametrize(("layout", "text", "expected"), READS)
def test_reads(layout: str, text: bytes, expected: Stamp) -> None:
    assert one(layout, text) == expected


@pytest.mark.parametrize(("layout", "text"), REFUSES)
def test_refuses(layout: str, text: bytes) -> None:
    assert one(layout, text) is None


def test_every_layout_is_tested() -> None:
    assert (
        {layout for layout, _, _ in READS}
        == {layout for layout, _ in REFUSES} | {"day-month"}
        == set(LAYOUTS)
    )


def test_rules_are_tried_in_order() -> None:
    rules = (TimeRule("epoch", anchor=b'"ts":'), TimeRule("iso", anchor=b'"ts":'), TimeRule("iso"))
    assert read(b'{"ts": "2021-01-07T04:18:07Z"}', rules) == stamp("2021-01-07T04:18:07", zoned=True)
    assert read(b'{"ts":1609993087.5}', rules) == stamp("2021-01-07T04:18:07.5", zoned=True)
    assert read(b'2021-01-07T04:18:07Z {"ts":"?"}', rules) == stamp("2021-01-07T04:18:07", zoned=True)
    assert read(b'{"other":1}', rules) is None


def test_only_the_first_anchor_counts() -> None:
    rules = (TimeRule("iso", anchor=b"at "),)
    assert read(b"at noon, at 2021-01-07T04:18:07Z", rules) is None


def test_a_column_is_read_no_further() -> None:
    rules = (TimeRule("iso", column=1, separator=b","),)
    assert read(b"a,2021-01-07 04:18:07,443,b", rules) == stamp("2021-01-07T04:18:07")
    assert read(b'a,"2021-01-07 04:18:07",b', rules) == stamp("2021-01-07T04:18:07")
    assert read(b"a", rules) is None
    assert read(b"2021-01-07 04:18:07", (TimeRule("iso", column=0),)) == stamp("2021-01-07T04:18:07")


@pytest.mark.parametrize("byte", list(SKIPPED))
def test_bytes_before_the_time_are_passed_over(byte: int) -> None:
    assert (
        read(b"x" + bytes([byte]) * 3 + b"2021-01-07T04:18:07", (TimeRule("iso", anchor=b"x"),)) is not None
    )


def test_an_unknown_layout_is_an_error() -> None:
    with pytest.raises(KeyError):
        one("nonsense", b"")


@given(st.datetimes(EPOCH.replace(tzinfo=None), END), st.integers(-15 * 60, 15 * 60))
def test_what_python_writes_is_read_back(moment: datetime, east: int) -> None:
    expected = (moment.replace(tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)
    sign, hours, minutes = "-" if east < 0 else "+", *divmod(abs(east), 60)
    text = f"{moment.isoformat()}{sign}{hours:02}:{minutes:02}"
    assert one("iso", text.encode()) == Stamp(expected - east * 60_000_000)
    assert one("clf", moment.strftime("%d/%b/%Y:%H:%M:%S").encode()) == Stamp(
        expected - moment.microsecond, zoned=False
    )
    assert one("apache-error", moment.strftime("%a %b %d %H:%M:%S.%f %Y").encode()) == Stamp(
        expected, zoned=False
    )


@given(st.binary(max_size=80), st.sampled_from(sorted(LAYOUTS)))
def test_any_bytes_give_a_stamp_or_none(text: bytes, layout: str) -> None:
    found = one(layout, text)
    assert found is None or found.us + 15 * 3_600_000_000 >= 0


@given(st.text('0123456789-/:. TZJanFebTue+,="', max_size=40), st.sampled_from(sorted(LAYOUTS)))
def test_text_that_resembles_a_time_never_breaks(text: str, layout: str) -> None:
    one(layout, text.encode())


def test_zone_names_are_unambiguous() -> None:
    assert not {b"CST", b"IST", b"BST", b"MST", b"AST"} & set(ZONES)


# Moments.

LATEST = datetime(2021, 1, 5, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Paris")


def moment(layout: str, text: bytes, *, year: int | None = None, latest: datetime = LATEST) -> str:
    found = one(layout, text)
    assert found is not None
    return resolve(found, zone=ZONE, year_rule=YearRule(year, latest)).isoformat()


def test_wall_clock_follows_the_zone() -> None:
    assert moment("iso", b"2021-07-01 12:00:00") == "2021-07-01T10:00:00+00:00"
    assert moment("iso", b"2021-01-01 12:00:00") == "2021-01-01T11:00:00+00:00"
    assert moment("iso", b"2021-01-01 12:00:00Z") == "2021-01-01T12:00:00+00:00"


def test_an_hour_that_comes_twice_is_taken_the_first_time() -> None:
    assert moment("iso", b"2021-10-31 02:30:00") == "2021-10-31T00:30:00+00:00"


def test_an_hour_that_does_not_exist_is_read_as_if_the_clock_had_not_moved() -> None:
    assert moment("iso", b"2021-03-28 02:30:00") == "2021-03-28T01:30:00+00:00"


def test_a_year_less_time_takes_the_latest_year_that_fits() -> None:
    assert moment("syslog", b"Dec 29 03:12:45") == "2020-12-29T02:12:45+00:00"
    assert moment("syslog", b"Jan  6 00:59:59") == "2021-01-05T23:59:59+00:00"
    assert moment("syslog", b"Jan  6 01:00:00") == "2021-01-06T00:00:00+00:00"
    assert moment("syslog", b"Jan  6 01:00:01") == "2020-01-06T00:00:01+00:00"


def test_29_february_needs_a_leap_year() -> None:
    assert moment("syslog", b"Feb 29 12:00:00") == "2020-02-29T11:00:00+00:00"
    assert moment("syslog", b"Feb 29 12:00:00", year=2023) == "2020-02-29T11:00:00+00:00"
    assert (
        moment("syslog", b"Feb 29 12:00:00", latest=datetime(2103, 1, 1, tzinfo=UTC))
        == "2096-02-29T11:00:00+00:00"
    )


def test_a_stated_year_wins() -> None:
    assert moment("syslog", b"Dec 29 12:00:00", year=2024) == "2024-12-29T11:00:00+00:00"


def test_an_offset_over_new_year_keeps_the_year_that_was_meant() -> None:
    assert moment("syslog", b"Dec 31 23:30:00 -0100 x", year=2020) == "2021-01-01T00:30:00+00:00"
    assert moment("syslog", b"Jan  1 00:30:00 +0100 x", year=2021) == "2020-12-31T23:30:00+00:00"


ROTATIONS = {
    "firewall/ufw.log-20210104.gz": "2021-01-05",
    "x-2021-01-11.log": "2021-01-12",
    "x_2021_01_11": "2021-01-12",
    "x.2021.01.11.log": "2021-01-12",
    "20210111-0300.log": "2021-01-12",
    "log20210104.txt": "2021-01-05",
    "20210107/conn.log": "2021-01-08",
    "conn.20210107120000-20210107130000.log.gz": "2021-01-08",
    "x-2021-01-01_2021-01-31.log": "2021-02-01",
    "hosts/auth.log-202101.bz2": "2021-02-01",
    "a_202112": "2022-01-01",
    "fortigate-2021-03.log.xz": "2021-04-01",
    "zeek/2021-03/conn.json.gz": "2021-04-01",
    "2021-03/x-20210411": "2021-04-12",
    "AWSLogs/1234/2021/12/31/f.json": "2022-01-01",
    "a/2021/03/x": "2021-04-01",
    "logs.tar/2021-12/messages": "2022-01-01",
    "8080/access.log": None,
    "202103/x.log": None,
    "2021": None,
    "app-2.202103.log": None,
    "nginx-1.21.3/access.log": None,
    "x-2021-13.log": None,
    "x-20210230.log": None,
    "access.log.1": None,
    "d41d8cd98f00b204e9800998ecf8427e": None,
    "": None,
}


@pytest.mark.parametrize(("name", "end"), ROTATIONS.items())
def test_rotation_date(name: str, end: str | None) -> None:
    assert rotation_date(name) == (None if end is None else datetime.fromisoformat(end).replace(tzinfo=UTC))


CHANGES = (71, 84, 85, 92, 93, 275, 298, 302, 303, 308, 309, 362, 363)
"""Days of 2000 and 2011 on which some clock moves, and the one that Samoa left out."""
