"""The story itself: CERTFR-2021-IOC-003 through an estate whose truth is known, as a user would run it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BULLETIN = "bulletins/certfr/CERTFR-2021-IOC-003-IOC.csv"
NEVER_THERE = ["192.0.2.77", "198.51.100.200", "never.example"]
ASKED = ["--since", "2021-01-01", "--until", "2021-07-21"]


def traque(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "traque", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def answer(*arguments: str | Path, status: int) -> dict[str, Any]:
    done = traque(*arguments, "--json")
    assert done.returncode == status, done.stderr
    return json.loads(done.stdout)


def to_the_second(time: str) -> str:
    return time[:19] + "Z"


@pytest.fixture(scope="module", params=["1", "2"], ids=["one-job", "two-jobs"])
def result(request: pytest.FixtureRequest, samples: Path) -> dict[str, Any]:
    return answer(
        "hunt", samples / BULLETIN, "--in", samples / "estate/logs", "--own", "203.0.113.0/24", *ASKED,
        "--jobs", request.param, status=1,
    )  # fmt: skip


@pytest.fixture(scope="module")
def truth(samples: Path) -> dict[str, Any]:
    return json.loads((samples / "estate/truth.json").read_text("utf-8"))


def test_all_23_addresses_with_counts_times_verdicts_and_sources(
    result: dict[str, Any], truth: dict[str, Any]
) -> None:
    found = {
        s["indicator"]["value"]: {
            "count": s["count"],
            "first_seen": to_the_second(s["first_seen"]),
            "last_seen": to_the_second(s["last_seen"]),
            "verdict": s["verdict"],
            "verdicts": s["verdicts"],
            "sources": {seen["path"]: seen["count"] for seen in s["sources"]},
        }
        for s in result["sightings"]
    }
    assert found == truth["seen"]
    assert len(found) == 23


def test_the_138_others_are_not_seen(result: dict[str, Any], truth: dict[str, Any]) -> None:
    assert sorted(ref["value"] for ref in result["not_seen"]) == sorted(truth["not_seen"])
    assert len(result["not_seen"]) == 138


def test_the_record_before_the_window_is_labelled_and_not_hidden(
    result: dict[str, Any], truth: dict[str, Any]
) -> None:
    outside = {
        s["indicator"]["value"]: s["outside_window"]["count"]
        for s in result["sightings"]
        if s["outside_window"]
    }
    assert outside == truth["outside_window"]
    (one,) = (s for s in result["sightings"] if s["outside_window"])
    assert (
        to_the_second(one["outside_window"]["first_seen"])
        == one["first_seen"][:19] + "Z"
        == "2020-12-29T03:12:45Z"
    )


def test_every_record_is_counted_and_every_source_is_complete(
    result: dict[str, Any], truth: dict[str, Any]
) -> None:
    assert result["hunt"]["records"] == truth["records"]
    assert all(source["complete"] for source in result["coverage"]["sources"])
    assert not any(source["undated"] for source in result["coverage"]["sources"])


def test_the_firewall_gap_of_march_is_in_both_firewall_streams(
    result: dict[str, Any], truth: dict[str, Any]
) -> None:
    begin, end = truth["firewall_gap"]
    streams = {stream["name"]: stream for stream in result["coverage"]["streams"]}
    for name in ("firewall/ufw.log", "firewall/fortigate.log"):
        days = [gap for gap in streams[name]["gaps"] if gap["kind"] == "days"]
        assert len(days) == 1, streams[name]["gaps"]
        assert days[0]["start"][:10] <= begin
        assert days[0]["end"][:10] >= end
    others = {name: s["gaps"] for name, s in streams.items() if not name.startswith("firewall/")}
    assert not any(gap["kind"] == "days" for gaps in others.values() for gap in gaps)
    assert result["coverage"]["window_covered"] is False


def test_eight_streams(result: dict[str, Any]) -> None:
    assert sorted(stream["name"] for stream in result["coverage"]["streams"]) == [
        "firewall/fortigate.log", "firewall/ufw.log", "hosts/auth.log", "ids/eve.json", "mail/mail.log",
        "proxy/squid-access.log", "web/webmail-access.log", "zeek/conn.json",
    ]  # fmt: skip


@pytest.fixture
def from_may(samples: Path) -> list[str]:
    """The estate from May on only: the months before are left out, and ufw weeks that begin before 3 May."""
    logs = samples / "estate/logs"
    months = [f"*2021{dash}{month:02}*" for dash in ("", "-") for month in range(1, 5)]
    return ["--in", str(logs), "--exclude", *months, "*2021-0[1-4]/*", "--own", "203.0.113.0/24"]


def test_not_seen_counts_only_for_the_days_that_were_searched(from_may: list[str]) -> None:
    done = traque("hunt", *NEVER_THERE, *from_may, *ASKED)
    assert done.returncode == 3
    assert "not seen in what was searched: 81 of 201 days" in " ".join(done.stdout.split())


def test_not_seen_in_a_covered_window_is_clean(from_may: list[str]) -> None:
    done = traque("hunt", *NEVER_THERE, *from_may, "--since", "2021-05-01", "--until", "2021-07-21")
    assert done.returncode == 0, done.stdout
